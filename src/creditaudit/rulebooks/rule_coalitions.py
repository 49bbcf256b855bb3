"""A book with only some of its rules: what becomes of people under every subset that matters.

People of one kind (the same rules hold, the same facts enter the points) are worked out once. A
subset of rules is a row of a table in which the rules outside of it do not hold; the steps of the
book itself do the rest, so groups, caps, overrides, tiers and gates mean here what they mean there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from creditaudit.rulebooks.expressions import expression
from creditaudit.rulebooks.programs import Program
from creditaudit.rulebooks.trees import refs_of
from creditaudit.shapley import coalition_members

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
ROWS_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Game:
    """Players of one kind of person, every subset of whom is looked at.

    Attributes
    ----------
    person : int
        The kind.
    players : tuple of tuple of int
        The rules of each player, by their place in the program; mostly one.
    """

    person: int
    players: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """Number of subsets."""
        return 1 << len(self.players)


def kinds_of_people(facts: pd.DataFrame) -> tuple[pd.DataFrame, Places]:
    """Return the distinct rows, and which of them each row is."""
    which = facts.groupby(list(facts), dropna=False, sort=False).ngroup().to_numpy()
    first = np.unique(which, return_index=True)[1]
    return facts.iloc[first].reset_index(drop=True), which


def inputs_of(program: Program, target: str) -> tuple[list[str], list[str]]:
    """Return what a step reads once it is known which rules hold.

    Returns
    -------
    holds : list of str
        The truth values of the rules that can change it.
    columns : list of str
        Values of columns that enter it in another way, such as how often points count.
    """
    given = {step.holds for step in program.rules}
    holds: dict[str, None] = {}
    columns: dict[str, None] = {}
    seen: set[str] = set()
    pending = [target]
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in given:
            holds[name] = None
        elif name in program.steps:
            pending.extend(refs_of(program.steps[name]))
        else:
            columns[name] = None
    return [name for name in program.steps if name in holds], sorted(columns)


def worked_out_with(
    program: Program, kinds: pd.DataFrame, people: Places, present: Flags, target: str
) -> pa.ChunkedArray:
    """Return a step for kinds of people of whose rules only some hold.

    Parameters
    ----------
    kinds : DataFrame of shape (n_kinds, n_facts)
    people : int array of shape (n_rows,)
    present : bool array of shape (n_rows, n_rules)
        Which rules of the program hold.
    target : str
        The name of the step.
    """
    holds = {step.holds: present[:, place] for place, step in enumerate(program.rules)}
    facts = {
        name: pa.array(kinds[name].to_numpy()[people], from_pandas=True)
        for name in kinds
        if name not in program.steps
    }
    table = pa.table({**facts, **{name: pa.array(column) for name, column in holds.items()}})
    frame: Any = nw.from_native(table, eager_only=True)
    for stage in program.stages([target]):
        steps = [expression(node).alias(name) for name, node in stage.items() if name not in holds]
        if steps:
            frame = frame.with_columns(*steps)
    return frame[target].to_native()


def worths(
    program: Program,
    kinds: pd.DataFrame,
    games: Sequence[Game],
    target: str,
    read: Callable[[Any], Floats],
) -> Iterator[Floats]:
    """Yield for each game the worth of every subset of its players, as `shapley` wants it.

    Parameters
    ----------
    target : str
        The step that is the worth.
    read : callable
        From its values to numbers.
    """
    start = 0
    while start < len(games):
        end, rows = start, 0
        while end < len(games) and (end == start or rows + games[end].size <= ROWS_AT_ONCE):
            rows += games[end].size
            end += 1
        batch = games[start:end]
        people = np.repeat([game.person for game in batch], [game.size for game in batch])
        present = np.zeros((rows, len(program.rules)), dtype=bool)
        edges = np.cumsum([0, *(game.size for game in batch)])
        for game, low in zip(batch, edges, strict=False):
            members = coalition_members(len(game.players))
            for player, rules in enumerate(game.players):
                present[low : low + game.size, list(rules)] = members[:, [player]]
        found = read(worked_out_with(program, kinds, people, present, target))
        for low, high in pairwise(edges):
            yield found[low:high]
        start = end


def as_numbers(values: Any) -> Floats:
    """Return a computed number of each row; NaN where unknown."""
    return np.asarray(values.to_numpy(), dtype=np.float64)


def equal_to(level: object) -> Callable[[Any], Floats]:
    """Return what reads 1 where a value is a level, 0 where it is another, NaN where unknown."""

    def read(values: Any) -> Floats:
        words = pd.Series(values.to_pandas(), dtype=object)
        return np.where(words.isna(), np.nan, (words == level).astype(float))

    return read


def floats(frame: pd.DataFrame, name: str | None) -> Floats:
    """Return a column as numbers; zeros for no column."""
    if name is None:
        return np.zeros(len(frame))
    return np.asarray(frame[name].to_numpy(np.float64, na_value=np.nan))


def held_by(program: Program, kinds: Mapping[str, Any]) -> Flags:
    """Return which rules hold for each kind; unknown is not."""
    held = [kinds[step.holds].fillna(False).to_numpy(bool) for step in program.rules]
    return np.column_stack(held) if held else np.zeros((len(kinds), 0), dtype=bool)
