"""A tree as a sentence a lawyer can check against the text of the rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from creditaudit.rulebooks.kinds import Kind, Value
from creditaudit.rulebooks.trees import (
    Absolute,
    And,
    Arithmetic,
    Compare,
    Constant,
    DateShift,
    Extreme,
    IsIn,
    IsMissing,
    Node,
    Not,
    Or,
    Parameter,
    Ref,
    kind_of,
)

_SIDES = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">": "<", ">=": "<="}
_NUMBERS = {
    "<": "less than {}", "<=": "at most {}", "==": "{}",
    "!=": "other than {}", ">": "more than {}", ">=": "at least {}",
}  # fmt: skip
_DAYS = {
    "<": "before {}", "<=": "on or before {}", "==": "on {}",
    "!=": "on another day than {}", ">": "after {}", ">=": "on or after {}",
}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """The words for columns, for the levels of categories, and for parameters."""

    columns: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """Return a column in words, to stand inside a sentence."""
        words = self.columns.get(name) or name.replace("_", " ")
        # An abbreviation keeps its capitals.
        return words if words[1:2].isupper() else words[0].lower() + words[1:]

    def level(self, name: str, value: Value) -> str:
        """Return a level of a category in words."""
        return self.levels.get(name, {}).get(str(value), str(value).replace("_", " "))


def sentence(node: Node, words: Words | None = None) -> str:
    """Return a condition as one sentence with a capital and a full stop."""
    plain = _clause(node, words or Words(), top=True)
    return f"{plain[0].upper()}{plain[1:]}."


def _clause(node: Node, words: Words, *, top: bool = False) -> str:
    match node:
        case And(items=items) | Or(items=items):
            link = "; and " if isinstance(node, And) else "; or "
            joined = link.join(_clause(item, words) for item in items)
            return joined if top else f"({joined})"
        case Not(item=Compare(op=op, left=left, right=right)):
            return f"not ({_clause(Compare(op, left, right), words, top=True)})"
        case Not(item=IsMissing(item=item)):
            return f"{_amount(item, words)}: known"
        case Not(item=IsIn(item=item, values=values)):
            return f"{_amount(item, words)}: none of {_listed(item, values, words)}"
        case Not(item=item):
            return f"not ({_clause(item, words, top=True)})"
        case IsMissing(item=item):
            return f"{_amount(item, words)}: not known"
        case IsIn(item=item, values=values):
            return f"{_amount(item, words)}: one of {_listed(item, values, words)}"
        case Compare(op=op, left=left, right=right):
            if isinstance(left, Constant | Parameter):
                left, right, op = right, left, _SIDES[op]  # type: ignore[assignment]
            style = _DAYS if kind_of(left).name == "date" else _NUMBERS
            return f"{_amount(left, words)}: {style[op].format(_against(left, right, words))}"
    return _amount(node, words)


def _listed(item: Node, values: tuple[Value, ...], words: Words) -> str:
    return ", ".join(_against(item, Constant(value, kind_of(item)), words) for value in values)


def _against(left: Node, right: Node, words: Words) -> str:
    if isinstance(left, Ref) and isinstance(right, Constant) and kind_of(left).name == "category":
        return words.level(left.name, right.value)
    return _amount(right, words)


def _amount(node: Node, words: Words) -> str:
    match node:
        case Ref(name=name):
            return words.column(name)
        case Parameter(name="as_of"):
            return "the day of the assessment"
        case Parameter(name=name):
            return words.parameters.get(name) or name.replace("_", " ")
        case Constant(value=value, kind=kind):
            return written(value, kind)
        case Arithmetic(op="*", left=Constant(value=-1.0), right=right):
            return f"minus {_amount(right, words)}"
        case Arithmetic(op=op, left=left, right=right):
            sign = {"+": "plus", "-": "minus", "*": "times"}[op]
            return f"({_amount(left, words)} {sign} {_amount(right, words)})"
        case DateShift(item=item, duration=duration, sign=sign):
            side = "after" if sign > 0 else "before"
            return f"{duration} {side} {_amount(item, words)}"
        case Extreme(word=word, items=items):
            listed = ", ".join(_amount(item, words) for item in items)
            return f"the {'least' if word == 'min' else 'greatest'} of {listed}"
        case Absolute(item=item):
            return f"{_amount(item, words)} without its sign"
    return _clause(node, words)


def written(value: Value, kind: Kind) -> str:
    """Return a value in words, with its unit."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, float):
        return value
    plain = f"{value:,.10g}" if abs(value) < 1e10 else f"{value:,.0f}"
    unit = kind.unit if kind.name in ("money", "duration") else ""
    if kind.name == "duration" and value == 1:
        unit = unit.removesuffix("s")
    return f"{plain} {unit}".rstrip()
