"""From application to contract: how many people of each group reach each stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.frames import Batch, Source, check_columns, open_source
from creditaudit.passes import count_table
from creditaudit.roles import Roles, Value
from creditaudit.tally import By, Tally
from creditaudit.values import Floats, Level, encode, matches, numbers, typed

Stage = str | tuple[str, str, Value]
REACHED = "reached the next stage"


@dataclass(frozen=True, eq=False)
class Funnel:
    """A chain of tallies: of the people at one stage, who reached the next.

    Make one with `from_frame` or `from_counts`; two with the same stages and roles add with ``+``.

    Attributes
    ----------
    stages : tuple of str
        Names, first to last.
    steps : tuple of Tally
        One for each stage but the last: approved are the people who reached the next one.
    overall : Tally
        Everyone at the first stage: approved are the people who reached the last one.
    """

    stages: tuple[str, ...]
    steps: tuple[Tally, ...]
    overall: Tally

    @classmethod
    def from_frame(
        cls,
        data: object,
        groups: str | Sequence[str],
        stages: Sequence[Stage],
        *,
        everyone: str | None = None,
        reached: Value = 1,
        weight: str | None = None,
        by: By | Iterable[By] = None,
    ) -> Funnel:
        """Return the funnel of a table with one row an application.

        Parameters
        ----------
        data : DataFrame, Table, str, Path and whatever else `Tally.from_frame` takes
            Files are read in batches, once for each stage.
        groups : str or sequence of str
        stages : sequence of str or (name, column, value)
            Each a column, or a name with its column and the value that means "reached": a column
            ``withdrawn`` is ``("not withdrawn", "withdrawn", 0)``.
        everyone : str, optional
            Name of a stage before these, which every row has reached.
        reached : value, optional
            What "reached" is in the columns named alone; 1 by default, which also reads True.
        weight : str, optional
            Survey weight.
        by : str, tuple of str, or list of these, optional
            The groupings to keep. By default each group alone and each pair of groups.

        Raises
        ------
        MissingColumn
        InputError
            If someone reached a stage and not the one before it, naming group and stage; or if it
            is not recorded whether someone at a stage reached the next.
        """
        names = (groups,) if isinstance(groups, str) else tuple(groups)
        marks = [(one, one, reached) if isinstance(one, str) else one for one in stages]
        labels = [*([everyone] if everyone else []), *(mark[0] for mark in marks)]
        _check_stages(labels)
        source = open_source(data)
        columns = [*names, *(mark[1] for mark in marks), *([weight] if weight else [])]
        check_columns(columns, source.columns, "Check groups=, stages= and weight=.")
        base: list[tuple[str, str, Value] | None] = [*([None] if everyone else []), *marks]
        seen = _Seen(source, names, base, labels)

        def tally(start: int, end: int) -> Tally:
            roles = Roles(groups=names, decision=REACHED, favourable=True, weight=weight)
            found, _ = count_table(seen.between(start, end), roles, _groupings(names, by), None)
            return Tally(roles, found.levels, found.cells, None, "rows", found.notes)

        steps = tuple(tally(i, i + 1) for i in range(len(labels) - 1))
        seen.check_values()
        return cls(tuple(labels), steps, tally(0, len(labels) - 1))

    @classmethod
    def from_counts(
        cls,
        table: object,
        groups: str | Sequence[str],
        stages: Sequence[str],
        *,
        stage: str | None = None,
        count: str = "n",
        by: By | Iterable[By] = None,
    ) -> Funnel:
        """Return the funnel of a published table with the people of each group at each stage.

        Parameters
        ----------
        table : DataFrame, pyarrow.Table, str or Path
            Wide: one row a group, one column a stage. Or long, with ``stage=``.
        groups : str or sequence of str
        stages : sequence of str
            Columns (or, in a long table, values of the column ``stage``), first to last.
        stage : str, optional
            Column of a long table that names the stage.
        count : str
            Column of a long table with the people.
        by : str, tuple of str, or list of these, optional

        Raises
        ------
        MissingColumn
        InputError
            If there are more people at a stage than at the one before it, naming group and stage;
            or if a count is missing or no number.
        """
        names = (groups,) if isinstance(groups, str) else tuple(groups)
        labels = [str(one) for one in stages]
        _check_stages(labels)
        source = open_source(table)
        keys, reached = _wide(source, names, labels, stage, count)
        _check_falling(keys, names, labels, reached)

        def tally(start: int, end: int) -> Tally:
            # Sides under names that no column of a user has.
            made = keys.copy()
            made["\0yes"], made["\0no"] = reached[end], reached[start] - reached[end]
            counts = {"approved": "\0yes", "refused": "\0no"}
            return Tally.from_counts(made, Roles(groups=names), by=by, count=counts)

        steps = tuple(tally(i, i + 1) for i in range(len(labels) - 1))
        return cls(tuple(labels), steps, tally(0, len(labels) - 1))

    @property
    def groups(self) -> tuple[str, ...]:
        """The group columns."""
        return tuple(self.overall.roles.groups)

    @property
    def n(self) -> float:
        """People at the first stage."""
        return self.overall.n

    @property
    def moves(self) -> tuple[str, ...]:
        """The steps in words: "applied to complete"."""
        return tuple(f"{one} to {other}" for one, other in pairwise(self.stages))

    @property
    def origin(self) -> str:
        """Where the counts came from: "rows" or "counts"."""
        return self.overall.origin

    def __add__(self, other: Funnel) -> Funnel:
        if not isinstance(other, Funnel):
            return NotImplemented
        if self.stages != other.stages:
            msg = f"These funnels have other stages: {self.stages} and {other.stages}."
            raise InputError(msg)
        steps = tuple(one + two for one, two in zip(self.steps, other.steps, strict=True))
        return Funnel(self.stages, steps, self.overall + other.overall)

    def __repr__(self) -> str:
        return f"<Funnel of {self.n:,.0f} people: {' > '.join(self.stages)}; from {self.origin}>"


@dataclass(frozen=True)
class _Seen:
    """The rows of a table as sources of people at one stage and whether they reached another."""

    source: Source
    groups: tuple[str, ...]
    marks: Sequence[tuple[str, str, Value] | None]
    labels: Sequence[str]

    def between(self, start: int, end: int) -> Source:
        """Return the people at a stage, with whether they reached a later one."""

        def read(columns: Sequence[str]) -> Iterator[Batch]:
            wanted = [name for name in columns if name != REACHED]
            for batch, reached in self._batches(wanted):
                at = np.flatnonzero(reached[start])
                part = {name: pd.Series(_taken(batch[name], at)) for name in wanted}
                yield part | {REACHED: pd.Series(reached[end][at], dtype=bool)}

        return Source(self.source.name, [*self.source.columns, REACHED], self.source.text, read)

    def check_values(self) -> None:
        """Raise if a value that means "reached" never occurs beside two others."""
        for mark in filter(None, self.marks):
            found: set[Any] = set()
            for batch in self.source.batches([mark[1]]):
                found.update(self._levels(encode(batch[mark[1]], mark[1])[1]))
            if len(found) >= 2 and not any(matches(level, mark[2]) for level in found):
                shown = ", ".join(sorted(map(repr, found))[:12])
                msg = (
                    f"reached={mark[2]!r} never occurs in column {mark[1]!r}. Values there: "
                    f"{shown}. Pass the one that means reached."
                )
                raise InputError(msg)

    def _batches(self, wanted: Sequence[str]) -> Iterator[tuple[Batch, list[Any]]]:
        columns = [mark[1] for mark in self.marks if mark is not None]
        names = list(dict.fromkeys([*wanted, *self.groups, *columns]))
        for batch in self.source.batches(names):
            rows = len(batch[names[0]])
            everyone = np.ones(rows, dtype=bool)
            found: list[Any] = []
            for place, mark in enumerate(self.marks):
                known, hit = (everyone, everyone) if mark is None else self._hits(batch, mark)
                if found:
                    self._check(batch, found[-1] & ~known, place, missing=True)
                    self._check(batch, hit & ~found[-1], place, missing=False)
                elif not known.all():
                    self._check(batch, ~known, place, missing=True)
                found.append(hit)
            yield batch, found

    def _hits(self, batch: Batch, mark: tuple[str, str, Value]) -> tuple[Any, Any]:
        codes, levels = encode(batch[mark[1]], mark[1])
        hit = [matches(level, mark[2]) for level in self._levels(levels)]
        return codes >= 0, np.array([*hit, False], dtype=bool)[codes]

    def _levels(self, levels: list[Level]) -> list[Level]:
        # The text 1.0 of a CSV is the number 1.
        return [typed(str(level)) for level in levels] if self.source.text else levels

    def _check(self, batch: Batch, wrong: Any, place: int, *, missing: bool) -> None:
        if not wrong.any():
            return
        first = int(np.flatnonzero(wrong)[0])
        group = ", ".join(f"{name} {_value(batch[name], first)}" for name in self.groups)
        label, people = self.labels[place], int(wrong.sum())
        if missing:
            msg = (
                f"Of the people who could reach stage {label!r}, it is not recorded for {people:,} "
                f"whether they did (such as one of {group}). Fill the column, or leave them out."
            )
        else:
            msg = (
                f"{people:,} people, such as one of {group}, reached stage {label!r} and not the "
                f"one before it, {self.labels[place - 1]!r}. People must not increase from stage "
                "to stage. Mend the rows, or order stages= as people pass them."
            )
        raise InputError(msg)


def _taken(array: Any, at: Any) -> Any:
    if isinstance(array, pd.Series):
        return array.iloc[at].reset_index(drop=True)
    return array.take(at).to_pandas().reset_index(drop=True)


def _value(array: Any, place: int) -> object:
    value = array.iloc[place] if isinstance(array, pd.Series) else array[place].as_py()
    return "missing" if pd.isna(value) else value


def _wide(
    source: Source, names: tuple[str, ...], labels: list[str], stage: str | None, count: str
) -> tuple[pd.DataFrame, list[Floats]]:
    """Return the groups, one row each, and the people of each at every stage."""
    columns = [*names, *([stage, count] if stage else labels)]
    parts = list(source.batches(columns, fix="Check groups=, stages=, stage= and count=."))
    frame = pd.concat(
        [pd.DataFrame({name: _taken(b[name], slice(None)) if isinstance(b[name], pd.Series)
                       else b[name].to_pandas() for name in columns}) for b in parts]
        or [pd.DataFrame(columns=pd.Index(columns))],
        ignore_index=True,
    )  # fmt: skip
    if stage is None:
        found = {label: _counted(frame[label], label) for label in labels}
        return frame[list(names)], [found[label] for label in labels]
    frame[count] = _counted(frame[count], count)
    words = frame[stage].astype(str)
    unknown = [label for label in labels if label not in set(words)]
    if unknown:
        msg = f"Stages {unknown} are not in column {stage!r}. There: {sorted(set(words))[:20]}."
        raise InputError(msg)
    sums = frame.assign(**{stage: words}).groupby([*names, stage], dropna=False)[count].sum()
    wide = sums.unstack(stage)
    lacking = wide[labels].isna()
    if lacking.to_numpy().any():
        row, column = np.argwhere(lacking.to_numpy())[0]
        msg = (
            f"The table has no count for stage {labels[column]!r} of {wide.index[row]!r}. "
            "A row that is not there is not zero: add it."
        )
        raise InputError(msg)
    keys = wide.index.to_frame(index=False)
    return keys, [wide[label].to_numpy(dtype=float) for label in labels]


def _counted(column: pd.Series, name: str) -> Floats:
    values = numbers(column, name)
    if not np.isfinite(values).all() or (values < 0).any():
        msg = f"Column {name!r} must hold a number of people, zero or more, in every row."
        raise InputError(msg)
    return values


def _check_falling(
    keys: pd.DataFrame, names: Sequence[str], labels: Sequence[str], reached: Sequence[Floats]
) -> None:
    for place, (one, other) in enumerate(pairwise(reached), 1):
        rising = np.flatnonzero(other > one)
        if len(rising):
            row = int(rising[0])
            group = ", ".join(f"{name} {keys[name].iloc[row]}" for name in names)
            msg = (
                f"{group}: {other[row]:,.10g} people at stage {labels[place]!r} and "
                f"{one[row]:,.10g} at the one before it, {labels[place - 1]!r}. People must not "
                "increase from stage to stage. Check the counts and the order of stages=."
            )
            raise InputError(msg)


def _check_stages(labels: Sequence[str]) -> None:
    if len(labels) < 2 or len(set(labels)) < len(labels):
        msg = f"stages={list(labels)!r} must name two stages or more, each once, first to last."
        raise InputError(msg)


def _groupings(names: tuple[str, ...], by: Any) -> list[tuple[str, ...]]:
    asked: Any = [*names, *combinations(names, 2)] if by is None else by
    lone = isinstance(asked, str) or (
        isinstance(asked, tuple) and all(isinstance(x, str) for x in asked)
    )
    each = [asked] if lone else list(asked)
    found = [(one,) if isinstance(one, str) else () if one is None else tuple(one) for one in each]
    unknown = sorted({name for one in found for name in one} - {*names})
    if unknown or not found:
        msg = f"by= names {unknown or 'nothing'}; the groups are {list(names)}."
        raise InputError(msg)
    return list(dict.fromkeys(found))
