"""What a rulebook decides on people whose facts are changed and some of whose rules have ceased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from creditaudit.rulebooks.expressions import expression
from creditaudit.rulebooks.kinds import YES_NO, Kind, Value
from creditaudit.rulebooks.programs import DECISION, PREFIX, Program, value_name
from creditaudit.rulebooks.rule_clocks import WayOff
from creditaudit.rulebooks.trees import And, Node, Ref, rebuilt

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_TYPES = {"yes_no": pa.bool_(), "date": pa.date32(), **dict.fromkeys(
    ("category", "text", "id"), pa.string())}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Trial:
    """Rows to be decided on.

    Attributes
    ----------
    facts : mapping of str to (values, codes)
        The distinct values of each column, and which of them each row has.
    present : bool array of shape (n_rows, n_rules)
        Which rules count if they hold.
    ready : bool array of shape (n_rows, n_offs)
        Which exits have taken effect if their ground is there.
    """

    facts: dict[str, tuple[list[Value], Integers]]
    present: Flags
    ready: Flags


@dataclass(frozen=True, eq=False)
class Book:
    """A program whose rules can be absent.

    Attributes
    ----------
    program : Program
    masked : Program
        The same, where a rule holds only if a mark beside the facts lets it.
    offs : list of WayOff
    kinds : mapping of str to Kind
        Of the columns that rules and exits read.
    """

    program: Program
    masked: Program
    offs: list[WayOff]
    kinds: Mapping[str, Kind]

    @classmethod
    def of(cls, program: Program, offs: list[WayOff]) -> "Book":
        """Return the program with a mark for each rule."""
        steps: dict[str, Node] = dict(program.steps)
        for place, rule in enumerate(program.rules):
            steps[rule.holds] = And((steps[rule.holds], Ref(_mark(place), YES_NO)))
        kinds = dict(program.columns)
        for off in offs:
            kinds |= {name: kind for name, kind in off.condition.columns.items()
                      if name not in kinds}  # fmt: skip
        return cls(program, replace(program, steps=steps), offs, kinds)

    def conditions(self) -> list[Node]:
        """Return the conditions of exits over the values that rules read."""
        return [rebuilt(off.condition.tree, _renamed) for off in self.offs]

    def decided(self, trial: Trial, wanted: Sequence[str] = (DECISION,)) -> list[Any]:
        """Return steps of the program for each row, as arrays of Arrow."""
        names = list(trial.facts)
        table = pa.table({
            value_name(name): _column(self.kinds[name], *trial.facts[name])
            for name in names
        } | {"": pa.nulls(len(trial.present))})  # fmt: skip
        frame: Any = nw.from_native(table, eager_only=True)
        present = trial.present.copy()
        for place, (off, tree) in enumerate(zip(self.offs, self.conditions(), strict=True)):
            ground = frame.select(expression(tree).alias("ground"))["ground"].fill_null(value=False)
            gone = ground.to_numpy().astype(bool) & trial.ready[:, place]
            present[np.ix_(np.flatnonzero(gone), np.array(off.rules))] = False
        marks = {_mark(place): pa.array(present[:, place]) for place in range(present.shape[1])}
        table = frame.to_native()
        for name, column in marks.items():
            table = table.append_column(name, column)
        frame = nw.from_native(table, eager_only=True)
        for stage in self.masked.stages(list(wanted)):
            frame = frame.with_columns(*(expression(n).alias(name) for name, n in stage.items()))
        return [frame[name].to_native() for name in wanted]

    def approved(self, trial: Trial) -> Flags:
        """Return who is approved; what is open is not."""
        (decision,) = self.decided(trial)
        return np.asarray(decision.to_pandas() == "approved", dtype=bool)


def _mark(place: int) -> str:
    return f"{PREFIX}counts_still_{place}"


def _column(kind: Kind, values: list[Value], codes: Integers) -> Any:
    return pa.array(values, type=_TYPES.get(kind.name, pa.float64())).take(pa.array(codes))


def _renamed(node: Node) -> Node:
    return Ref(value_name(node.name), node.kind) if isinstance(node, Ref) else node
