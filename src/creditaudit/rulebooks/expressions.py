"""A tree as an expression that every dataframe engine runs, with the same three-valued meaning."""

from functools import reduce

import narwhals.stable.v2 as nw

from creditaudit.errors import InputError
from creditaudit.frames.engine_numbers import number
from creditaudit.rulebooks.kinds import NUMERIC, Kind
from creditaudit.rulebooks.trees import (
    Absolute,
    And,
    Arithmetic,
    Case,
    Compare,
    Constant,
    Extreme,
    IsIn,
    IsMissing,
    Node,
    Not,
    Or,
    Ref,
    Settled,
)

_DTYPES: dict[str, nw.dtypes.DType] = {
    **dict.fromkeys(NUMERIC, nw.Float64()), "date": nw.Date(), "yes_no": nw.Boolean(),
}  # fmt: skip


def expression(node: Node) -> nw.Expr:
    """Return a tree as an expression over columns that `column_value` has made uniform."""
    match node:
        case Ref(name=name):
            return nw.col(name)
        case Constant(value=None, kind=kind):
            return nw.lit(None, _DTYPES.get(kind.name, nw.String()))
        case Constant(value=value):
            return nw.lit(value)
        case Compare(op=op, left=left, right=right):
            return _compared(op, expression(left), expression(right))
        case Arithmetic(op=op, left=left, right=right):
            return _worked_out(op, expression(left), expression(right))
        case IsIn(item=item, values=values):
            # Engines disagree on whether a missing value is outside a list.
            found = expression(item)
            return nw.when(~found.is_null()).then(found.is_in(list(values)))
        case IsMissing(item=item):
            return expression(item).is_null()
        case Not(item=item):
            return ~expression(item)
        case And(items=items):
            return reduce(lambda a, b: a & b, map(expression, items))
        case Or(items=items):
            return reduce(lambda a, b: a | b, map(expression, items))
        case Extreme(word=word, items=items):
            return reduce(_lesser if word == "min" else _greater, map(expression, items))
        case Absolute(item=item):
            return expression(item).abs()
        case Settled(item=item, default=default):
            return expression(item).fill_null(default)
        case Case(cases=cases, otherwise=otherwise):
            last, *before = reversed(cases)
            chosen: nw.Expr = _first(last, otherwise)
            for when, then in before:
                chosen = nw.when(expression(when)).then(expression(then)).otherwise(chosen)
            return chosen
    msg = f"{type(node).__name__} has no expression before a day is chosen"
    raise TypeError(msg)


def _first(case: tuple[Node, Node], otherwise: Node | None) -> nw.Expr:
    chosen = nw.when(expression(case[0])).then(expression(case[1]))
    return chosen if otherwise is None else chosen.otherwise(expression(otherwise))


def _compared(op: str, a: nw.Expr, b: nw.Expr) -> nw.Expr:
    match op:
        case "<":
            return a < b
        case "<=":
            return a <= b
        case "==":
            return a == b
        case "!=":
            return a != b
        case ">":
            return a > b
    return a >= b


def _worked_out(op: str, a: nw.Expr, b: nw.Expr) -> nw.Expr:
    if op == "*":
        return a * b
    return a + b if op == "+" else a - b


def _lesser(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    # The horizontal minimum of engines leaves missing values out; here they make it unknown.
    return nw.when(a <= b).then(a).otherwise(nw.when(b < a).then(b))


def _greater(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    return nw.when(a >= b).then(a).otherwise(nw.when(b > a).then(b))


def column_value(name: str, dtype: nw.dtypes.DType, kind: Kind) -> nw.Expr:
    """Return a column of a frame as float64, date, text or truth value; null where missing.

    NaN and empty text are missing. A yes or no is a truth value, or 1 or 0; any other number is
    missing.

    Raises
    ------
    InputError
        If the column holds another type than its kind can be read from.
    """
    text = isinstance(dtype, nw.String | nw.Categorical | nw.Enum)
    column = nw.col(name)
    if dtype == nw.Unknown or str(dtype) == "Null":  # a column of nothing but missing values
        return column.cast(_DTYPES.get(kind.name, nw.String()))
    if kind.name == "yes_no":
        if dtype == nw.Boolean:
            return column
        if dtype.is_numeric():
            flag = column.cast(nw.Float64)
            return nw.when((flag == 1.0) | (flag == 0.0)).then(flag == 1.0)
    elif kind.numeric and (dtype.is_numeric() or dtype == nw.Boolean):
        if dtype.is_float() or dtype.is_decimal():
            return number(name, dtype, name)
        return column.cast(nw.Float64)
    elif kind.name == "date" and isinstance(dtype, nw.Date | nw.Datetime):
        return column if dtype == nw.Date else column.cast(nw.Date)
    elif kind.name in ("category", "text", "id") and (text or dtype.is_integer()):
        words = column if dtype == nw.String else column.cast(nw.String)
        return nw.when(words != "").then(words)
    msg = (
        f"Column {name!r} is {kind}; in this table it holds {dtype}. "
        "Convert the column, or name another one in the book."
    )
    raise InputError(msg)
