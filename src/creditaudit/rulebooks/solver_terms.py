"""A program for a solver: every value beside the truth of its being known."""

from collections.abc import Mapping
from datetime import date
from functools import reduce
from math import isfinite
from typing import Any

from creditaudit.errors import MissingExtra
from creditaudit.rulebooks.kinds import Kind, Value
from creditaudit.rulebooks.programs import Program, value_name
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
    kind_of,
)
from creditaudit.vocabulary import NEVER, Column

# A value, and whether it is known.
Term = tuple[Any, Any]
MAX_WHOLE = 10**12


def solver_library() -> Any:
    """Return the library of the solver.

    Raises
    ------
    MissingExtra
    """
    try:
        import z3
    except ImportError as error:
        what = "Proving something about a rulebook"
        raise MissingExtra.of("z3-solver", "proofs", what) from error  # noqa: EM101
    return z3


class PersonTerms:
    """One person as unknowns, and everything a program computes of that person.

    Numbers are rationals with the decimals of their column, days are counted, levels and texts are
    numbered. Two persons share what ``shared`` names: they differ in nothing else.

    Parameters
    ----------
    program : Program
    columns : mapping of str to Column
        Their domains bound the unknowns.
    name : str
        Tells the unknowns of several persons apart.
    shared : PersonTerms, optional
        Another person with the same unknowns, or the same person under another program.
    but : str, optional
        The one column in which they may differ.
    """

    def __init__(
        self,
        program: Program,
        columns: Mapping[str, Column],
        name: str = "a",
        shared: "PersonTerms | None" = None,
        but: str = "",
    ) -> None:
        self.z3 = solver_library()
        self.program = program
        self.columns = columns
        self.codes: dict[str, int] = shared.codes if shared else {}
        self.unknowns: dict[str, Any] = {}
        self.known: dict[str, Any] = {}
        self.bounds: list[Any] = []
        self._terms: dict[str, Term] = {}
        for column, kind in program.columns.items():
            if shared is not None and column != but and column in shared.unknowns:
                self.unknowns[column] = shared.unknowns[column]
                self.known[column] = shared.known[column]
            else:
                self._add(column, kind, f"{column}__{name}")
            self._terms[value_name(column)] = self._value(column, kind), self.known[column]

    def _add(self, column: str, kind: Kind, name: str) -> None:
        z3, declared = self.z3, self.columns.get(column)
        never = declared is not None and declared.missing == NEVER
        self.known[column] = z3.BoolVal(val=True) if never else z3.Bool(f"{name}__known")
        if kind.name == "yes_no":
            self.unknowns[column] = z3.Bool(name)
            return
        unknown = self.unknowns[column] = z3.Int(name)
        if kind.levels:
            self.bounds.append(z3.Or([unknown == self._code(level) for level in kind.levels]))
        elif kind.numeric:
            scale = self._scale(column)
            low, high = -MAX_WHOLE, MAX_WHOLE
            if declared is not None and declared.low is not None and isfinite(declared.low):
                low = round(declared.low * scale)
            if declared is not None and declared.high is not None and isfinite(declared.high):
                high = round(declared.high * scale)
            self.bounds += [unknown >= low, unknown <= high]
        elif kind.name == "date":
            self.bounds += [unknown >= date(1900, 1, 1).toordinal(),
                            unknown <= date(2100, 1, 1).toordinal()]  # fmt: skip

    def _scale(self, column: str) -> int:
        declared = self.columns.get(column)
        decimals = (declared.decimals if declared is not None else None) or 0
        return int(10**decimals)

    def _value(self, column: str, kind: Kind) -> Any:
        unknown = self.unknowns[column]
        if not kind.numeric:
            return unknown
        return self.z3.ToReal(unknown) / self._scale(column)

    def _code(self, text: str) -> int:
        code: int = self.codes.setdefault(text, len(self.codes))
        return code

    def step(self, name: str) -> Term:
        """Return the value of a step of the program and whether it is known."""
        if name not in self._terms:
            self._terms[name] = self.term(self.program.steps[name])
        return self._terms[name]

    def true(self, node: Node) -> Any:
        """Return the condition that a tree is known to be true."""
        value, known = self.term(node)
        return self.z3.And(known, value)

    def is_true(self, name: str) -> Any:
        """Return the condition that a step is known to be true."""
        value, known = self.step(name)
        return self.z3.And(known, value)

    def is_text(self, name: str, text: str) -> Any:
        """Return the condition that a step is known to be a text."""
        value, known = self.step(name)
        return self.z3.And(known, value == self._code(text))

    def term(self, node: Node) -> Term:
        """Return a tree's value and whether it is known; see `creditaudit.rulebooks.trees`."""
        z3 = self.z3
        match node:
            case Ref(name=name):
                return self.step(name)
            case Constant(value=value, kind=kind):
                return self._constant(value, kind)
            case Compare(op=op, left=left, right=right):
                return self._compared(op, self.term(left), self.term(right))
            case Arithmetic(op=op, left=left, right=right):
                (a, a_known), (b, b_known) = self.term(left), self.term(right)
                return {"+": a + b, "-": a - b, "*": a * b}[op], z3.And(a_known, b_known)
            case IsIn(item=item, values=values):
                value, known = self.term(item)
                wanted = [self._constant(one, kind_of(item))[0] for one in values]
                return z3.Or([value == one for one in wanted]), known
            case IsMissing(item=item):
                return z3.Not(self.term(item)[1]), z3.BoolVal(val=True)
            case Not(item=item):
                value, known = self.term(item)
                return z3.Not(value), known
            case And(items=items) | Or(items=items):
                return self._kleene([self.term(item) for item in items],
                                    deciding=isinstance(node, Or))  # fmt: skip
            case Extreme(word=word, items=items):
                parts = [self.term(item) for item in items]
                least = word == "min"

                def chosen(a: Any, b: Any) -> Any:
                    return z3.If(a <= b if least else a >= b, a, b)

                return reduce(chosen, [v for v, _ in parts]), z3.And([k for _, k in parts])
            case Absolute(item=item):
                value, known = self.term(item)
                return z3.If(value >= 0, value, -value), known
            case Case(cases=cases, otherwise=otherwise):
                return self._case(cases, otherwise)
            case Settled(item=item, default=default):
                value, known = self.term(item)
                return z3.If(known, value, z3.BoolVal(val=default)), z3.BoolVal(val=True)
        msg = f"{type(node).__name__} has no value before a day is chosen"
        raise TypeError(msg)

    def _constant(self, value: Value, kind: Kind) -> Term:
        z3 = self.z3
        known = z3.BoolVal(val=value is not None)
        if isinstance(value, bool) or kind.name == "yes_no":
            return z3.BoolVal(val=bool(value)), known
        if isinstance(value, date):
            return z3.IntVal(value.toordinal()), known
        if isinstance(value, str):
            return z3.IntVal(self._code(value)), known
        if value is None:
            return (z3.RealVal(0) if kind.numeric else z3.IntVal(-1)), known
        return z3.RealVal(repr(value)), known

    def _compared(self, op: str, left: Term, right: Term) -> Term:
        (a, a_known), (b, b_known) = left, right
        compared = {
            "<": lambda: a < b, "<=": lambda: a <= b, "==": lambda: a == b,
            "!=": lambda: a != b, ">": lambda: a > b, ">=": lambda: a >= b,
        }[op]()  # fmt: skip
        return compared, self.z3.And(a_known, b_known)

    def _kleene(self, parts: list[Term], *, deciding: bool) -> Term:
        z3 = self.z3
        true = z3.Or([z3.And(k, v) for v, k in parts])
        false = z3.Or([z3.And(k, z3.Not(v)) for v, k in parts])
        known = z3.And([k for _, k in parts])
        if deciding:
            return true, z3.Or(true, known)
        return z3.Not(false), z3.Or(false, known)

    def _case(self, cases: tuple[tuple[Node, Node], ...], otherwise: Node | None) -> Term:
        z3 = self.z3
        value, known = (
            self.term(otherwise) if otherwise is not None
            else self._constant(None, kind_of(cases[0][1]))
        )  # fmt: skip
        for when, then in reversed(cases):
            holds = self.true(when)
            then_value, then_known = self.term(then)
            value, known = z3.If(holds, then_value, value), z3.If(holds, then_known, known)
        return value, known

    def row(self, model: Any) -> dict[str, Value]:
        """Return the person of a model: uniform values by column, None where missing."""
        found: dict[str, Value] = {}
        for column, kind in self.program.columns.items():
            if not self.z3.is_true(model.eval(self.known[column], model_completion=True)):
                found[column] = None
                continue
            value = model.eval(self.unknowns[column], model_completion=True)
            if kind.name == "yes_no":
                found[column] = self.z3.is_true(value)
            elif kind.numeric:
                found[column] = value.as_long() / self._scale(column)
            elif kind.name == "date":
                found[column] = date.fromordinal(value.as_long())
            else:
                code = value.as_long()
                texts = {code: text for text, code in self.codes.items()}
                found[column] = texts.get(code, "another")
        return found
