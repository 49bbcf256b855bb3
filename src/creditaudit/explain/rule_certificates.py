"""Whether any change leads to approval, asked of a solver where not every change could be tried."""

import math
from dataclasses import dataclass, replace
from typing import Any

from creditaudit.errors import MissingExtra
from creditaudit.explain.actions import Actions
from creditaudit.rulebooks.kinds import YES_NO, Kind, Value
from creditaudit.rulebooks.programs import DECISION, value_name
from creditaudit.rulebooks.rule_clocks import MONTHS
from creditaudit.rulebooks.rule_trials import Book
from creditaudit.rulebooks.solver_terms import PersonTerms, solver_library
from creditaudit.rulebooks.trees import (
    And,
    Compare,
    Constant,
    IsIn,
    IsMissing,
    Node,
    Not,
    Or,
    Ref,
    Settled,
)
from creditaudit.vocabulary import Column

SECONDS = 2.0


@dataclass(frozen=True, eq=False)
class Certifier:
    """A book before a solver.

    Attributes
    ----------
    book : Book
    columns : mapping of str to Column
        Their domains.
    """

    book: Book
    columns: dict[str, Column]

    @staticmethod
    def there() -> bool:
        """Return whether a solver is installed (extra ``proofs``)."""
        try:
            solver_library()
        except MissingExtra:
            return False
        return True

    def change(
        self, own: dict[str, Value], months: int, gone: list[int], open_offs: list[int],
        actions: Actions,
    ) -> dict[str, Value] | str:  # fmt: skip
        """Return changes that lead to approval, "none" if there are none, else "undecided".

        Parameters
        ----------
        own : mapping of str to value
            The facts of a person.
        months : int
            Whole months that have passed.
        gone, open_offs : list of int
            Rules whose term is over, and ways off lists that have taken effect, by place.
        actions : Actions
        """
        program, trees = self.book.program, self.book.conditions()
        steps: dict[str, Node] = dict(program.steps)
        for place, step in enumerate(program.rules):
            if place in gone:
                steps[step.holds] = Constant(value=False, kind=YES_NO)
                continue
            for off in open_offs:
                if place in self.book.offs[off].rules:
                    left = Not(Settled(trees[off], default=False))
                    steps[step.holds] = And((steps[step.holds], left))
        person = PersonTerms(replace(program, columns=self.book.kinds, steps=steps), self.columns)
        solver = person.z3.Solver()
        solver.set("timeout", round(1000 * SECONDS))
        solver.add(person.bounds)
        for name, kind in self.book.kinds.items():
            for tree in _allowed(name, kind, own[name], months, actions):
                solver.add(person.true(tree))
        solver.add(person.is_text(DECISION, "approved"))
        answer = solver.check()
        if answer == person.z3.unsat:
            return "none"
        if answer != person.z3.sat:
            return "undecided"
        row = person.row(solver.model())
        return {name: value for name, value in row.items()
                if value != own[name] and name not in MONTHS}  # fmt: skip


def _allowed(
    name: str, kind: Kind, own: Value, months: int, actions: Actions
) -> list[Node]:  # fmt: skip
    """Return conditions on what a fact can be."""
    ref = Ref(value_name(name), kind)

    def set_against(op: Any, value: Value) -> Node:
        return Compare(op, ref, Constant(value, kind))

    if name in MONTHS and isinstance(own, float):
        return [set_against("==", own + months)]
    if own is None:
        move = actions.missing == "move" and name not in actions.immutable
        return [] if move else [IsMissing(ref)]
    stays = _equal(ref, kind, own)
    if name in actions.immutable or name in MONTHS:
        return [stays]
    given = actions.levels.get(name)
    if given is not None:
        return [Or((stays, *(_equal(ref, kind, value) for value in given)))]
    way = actions.direction.get(name, "any")
    if way == "any":
        return [Not(IsMissing(ref))]
    if kind.name == "yes_no":
        return [stays if own == (way == "up") else Not(IsMissing(ref))]
    return [set_against(">=" if way == "up" else "<=", own)]


def _equal(ref: Ref, kind: Kind, value: Value) -> Node:
    if kind.name == "yes_no":
        return ref if value else Not(ref)
    if kind.numeric or kind.name == "date":
        number = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        assert not (isinstance(number, float) and math.isnan(number))
        return Compare("==", ref, Constant(number, kind))
    return IsIn(ref, (value,))
