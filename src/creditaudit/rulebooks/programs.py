"""A book on one day under one reading, as one chain of small trees that any compiler can walk.

Everything a book computes is here: which rules fire, what each counts, the points, the tier, the
lists and the decision. The engines, the SQL text, the trace of one person and a prover all read
this one chain, so they cannot differ in what a group, a cap or an override means.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from creditaudit.rulebooks.evaluations import evaluated
from creditaudit.rulebooks.kinds import Kind, Value
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.trees import Node, Ref, rebuilt, refs_of, walk

# Parts of a step that is written into its reader, so that no expression grows without bound.
_SMALL = 40
# Before every name that is computed, so that none is the name of a column.
PREFIX = "creditaudit__"
POINTS, RANK, TIER, DECISION = (
    f"{PREFIX}{word}" for word in ("points", "rank", "tier", "decision")
)


def value_name(column: str) -> str:
    """Return the name under which a column's uniform value is kept."""
    return f"{PREFIX}value_{column}"


@dataclass(frozen=True)
class RuleStep:
    """One rule in force: the names of what is computed for it.

    Attributes
    ----------
    rule : Rule
    condition : Node
        Its condition as written, unknown where facts are missing.
    holds : str
        The condition after ``on_missing``.
    fires : str
        Holds, and no rule that overrides it fires.
    points : str or None
        What it adds to the points; None for a rule without points.
    """

    rule: Rule
    condition: Node
    holds: str
    fires: str
    points: str | None


@dataclass(frozen=True)
class Program:
    """What a book computes of one row.

    Attributes
    ----------
    columns : mapping
        The columns of the frame it reads, with their kinds.
    steps : mapping
        Name -> tree, in an order in which each reads only columns (under `value_name`) and names
        before it.
    rules : tuple of RuleStep
        The rules in force, in the order of the file.
    listed : mapping
        Id of a list -> name of the truth value that says who is on it.
    day : date
    reading : str or None
    """

    columns: Mapping[str, Kind]
    steps: Mapping[str, Node]
    rules: tuple[RuleStep, ...]
    listed: Mapping[str, str]
    day: date
    reading: str | None

    @cached_property
    def depths(self) -> dict[str, int]:
        """How many steps after one another a name needs: names of one depth go in one pass."""
        found: dict[str, int] = {}
        for name, node in self.steps.items():
            found[name] = 1 + max((found.get(ref, 0) for ref in refs_of(node)), default=0)
        return found

    def stages(self, wanted: Sequence[str]) -> list[dict[str, Node]]:
        """Return the steps that some names need, in passes; each reads only earlier passes."""
        needed: set[str] = set()
        pending = list(wanted)
        while pending:
            name = pending.pop()
            if name in self.steps and name not in needed:
                needed.add(name)
                pending.extend(refs_of(self.steps[name]))
        depth = max((self.depths[name] for name in needed), default=0)
        return [
            {n: self.steps[n] for n in self.steps if n in needed and self.depths[n] == level}
            for level in range(1, depth + 1)
        ]

    def fewer_stages(self, wanted: Sequence[str]) -> list[dict[str, Node]]:
        """Return the same as `stages`, with small steps that are read once where they are read.

        A table then holds fewer columns on the way. Steps that are asked for stay.
        """
        stages, asked = self.stages(wanted), set(wanted)
        read = Counter(
            part.name for stage in stages for node in stage.values() for part in walk(node)
            if isinstance(part, Ref)
        )  # fmt: skip
        written: dict[str, Node] = {}

        def in_place(node: Node) -> Node:
            return written.get(node.name, node) if isinstance(node, Ref) else node

        kept: list[dict[str, Node]] = []
        for stage in stages:
            own: dict[str, Node] = {}
            for name, before in stage.items():
                node = rebuilt(before, in_place)
                small = sum(1 for _ in walk(node)) <= _SMALL
                if small and read[name] == 1 and name not in asked:
                    written[name] = node
                else:
                    own[name] = node
            kept.append(own)
        return [own for own in kept if own]


def worked_out(program: Program, row: Mapping[str, Value]) -> dict[str, Value]:
    """Return every name of a program for one row of uniform values, by the reference evaluator."""
    found: dict[str, Value] = {value_name(name): row.get(name) for name in program.columns}
    for name, node in program.steps.items():
        found[name] = evaluated(node, found)
    return found
