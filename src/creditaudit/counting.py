"""Rows in, cells out: batches are coded, counted and added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from creditaudit.bins import MISSING, ScoreBins
from creditaudit.cells import (
    BIN,
    DECISION,
    FIXED,
    MAX_CELLS,
    OUTCOME,
    REPLICATE,
    Cells,
    compact,
    count_rows,
    too_many_cells,
)
from creditaudit.errors import InputError
from creditaudit.frames import Batch
from creditaudit.roles import Roles, Value
from creditaudit.values import Codes, Floats, Level, encode, matches, numbers, settle_types, typed

Grouping = tuple[str, ...]
REPLICATES = 64
_FOLD_ROWS = 1 << 17


@dataclass(frozen=True)
class Counted:
    """What one pass found: the levels of each key, the cells of each grouping, and notes."""

    levels: dict[str, tuple[Level, ...]]
    cells: dict[Grouping, Cells]
    bins: ScoreBins | None
    notes: tuple[str, ...]


class CellCounter:
    """Collects the cells of every grouping, batch by batch."""

    def __init__(
        self, roles: Roles, groupings: Sequence[Grouping], bins: ScoreBins | None, count: str | None
    ) -> None:
        self.roles, self.groupings, self.bins, self.count = roles, groupings, bins, count
        period = (roles.period,) if roles.period else ()
        self.keys = list(dict.fromkeys([*(k for g in groupings for k in g), *period]))
        self.period: Grouping = period
        single = (roles.decision, roles.outcome, roles.score, roles.weight, roles.cluster)
        self.columns = [*self.keys, *(name for name in single if name)]
        self.coded = {name: name for name in self.keys}
        self.coded |= {DECISION: roles.decision} if roles.decision else {}
        self.coded |= {OUTCOME: roles.outcome} if roles.outcome else {}
        self.levels: dict[str, dict[Level, int]] = {name: {} for name in self.coded}
        self.parts: dict[Grouping, list[Cells]] = {g: [] for g in groupings}
        self.infinite = 0

    def add(self, batch: Batch) -> None:
        """Count the rows of a batch."""
        arrays = self._codes(batch)
        weights = amounts(batch, self.roles.weight, "weight")
        counts = amounts(batch, self.count, "count")
        for grouping in self.groupings:
            columns = (*grouping, *self.period, *FIXED)
            self._keep(grouping, count_rows(columns, [arrays[c] for c in columns], weights, counts))

    def add_sums(self, batch: Batch, sums: Floats, groupings: Sequence[Grouping]) -> None:
        """Add cells that an engine has summed; ``sums`` has a row each of n, w, w2."""
        arrays = self._codes(batch)
        for grouping in groupings:
            columns = (*grouping, *self.period, *FIXED)
            codes = np.column_stack([arrays[name] for name in columns])
            self._keep(grouping, compact(columns, codes, sums))

    def _codes(self, batch: Batch) -> dict[str, Codes]:
        """Return the codes of every column, in levels that all batches share."""
        arrays: dict[str, Codes] = {}
        rows = len(next(iter(batch.values()))) if batch else 0
        for name, column in self.coded.items():
            if column not in batch:
                continue
            codes, found = encode(batch[column], column)
            known = self.levels[name]
            shared = np.array([known.setdefault(x, len(known)) for x in found], dtype=np.int64)
            if len(known) > MAX_CELLS:
                raise too_many_cells([column], np.arange(len(known))[:, None], len(known))
            arrays[name] = np.append(shared, -1)[codes]
        empty = np.full(rows, -1, dtype=np.int64)
        arrays[BIN], arrays[REPLICATE] = empty, empty
        if self.bins is not None and self.roles.score:
            arrays[BIN] = self._bin(batch, self.roles.score, self.bins)
        if self.roles.cluster:
            arrays[REPLICATE] = _replicates(batch, self.roles.cluster)
        return {name: arrays.get(name, empty) for name in (*self.keys, *FIXED)}

    def _bin(self, batch: Batch, score: str, bins: ScoreBins) -> Codes:
        if BIN in batch:  # found on the engine
            found = np.asarray(batch[BIN])
            return np.where(np.isnan(found), MISSING, found).astype(np.int64)
        scores = numbers(batch[score], score)
        self.infinite += int(np.isinf(scores).sum())
        return bins.assign(scores)

    def _keep(self, grouping: Grouping, cells: Cells) -> None:
        parts = self.parts[grouping]
        parts.append(cells)
        # Twice what the last fold left, or a tally of many cells would be folded at each batch.
        if sum(map(len, parts)) > min(max(_FOLD_ROWS, 2 * len(parts[0])), MAX_CELLS):
            self.parts[grouping] = [_join(cells.columns, parts)]

    def finish(self, *, text: bool) -> Counted:
        """Return everything counted, with types and sides settled over the whole table."""
        notes: list[str] = []
        target: dict[str, Codes] = {}
        levels: dict[str, tuple[Level, ...]] = {}
        for name in self.keys:
            settled = settle_types(list(self.levels[name]), name, text=text)
            levels[name], target[name] = in_order(settled)
        for name, word, chosen, others in (
            (DECISION, "decision", self.roles.favourable, self.roles.refusals),
            (OUTCOME, "outcome", self.roles.good, None),
        ):
            if name in self.coded:
                column = self.coded[name]
                settled = settle_types(list(self.levels[name]), column, text=text)
                target[name] = _two_sides(settled, word, column, chosen, others, notes)
        if self.infinite:
            notes.append(
                f"{self.infinite:,} infinite scores were kept in the lowest or highest bin."
            )
        cells = {}
        for grouping, parts in self.parts.items():
            columns = (*grouping, *self.period, *FIXED)
            cells[grouping] = _join(columns, parts).recode(target)
        return Counted(levels, cells, self.bins, tuple(notes))


def in_order(settled: Sequence[Level]) -> tuple[tuple[Level, ...], Codes]:
    """Return the distinct levels, numbers before text, and the place of each one given."""
    ordered = sorted(set(settled), key=lambda x: (isinstance(x, str), x))
    place = {level: code for code, level in enumerate(ordered)}
    return tuple(ordered), np.array([place[level] for level in settled], dtype=np.int64)


def _join(columns: Grouping, parts: Sequence[Cells]) -> Cells:
    if not parts:
        return Cells(columns, np.empty((0, len(columns)), dtype=np.int64), np.empty((0, 3)))
    return compact(
        columns, np.concatenate([p.codes for p in parts]), np.concatenate([p.sums for p in parts])
    )


def _two_sides(
    levels: Sequence[Level],
    word: str,
    column: str,
    chosen: Value | None,
    others: tuple[Value, ...] | None,
    notes: list[str],
) -> Codes:
    """Return 1 for the chosen level, 0 for the other side, -1 for levels on neither."""
    role = "favourable" if word == "decision" else "good"
    # In the text of a CSV 1 and 1.0 are one value; engines give values in any order.
    distinct, _ = in_order(levels)
    shown = ", ".join(repr(level) for level in distinct[:12])
    hits = [level for level in distinct if matches(level, chosen)]
    if not hits and len(distinct) >= 2:
        msg = (
            f"{role}={chosen!r} never occurs in column {column!r}. Values there: {shown}. "
            f"Pass the one that is {role} as {role}= to Roles."
        )
        raise InputError(msg)
    if len(hits) > 1:
        msg = (
            f"{role}={chosen!r} matches more than one value of column {column!r}: "
            f"{', '.join(map(repr, hits))}. Make the column one type."
        )
        raise InputError(msg)
    rest = [level for level in distinct if level not in hits]
    negative = rest if others is None else [x for x in rest if any(matches(x, o) for o in others)]
    neither = [x for x in rest if x not in negative]
    if others is not None and rest and not negative:
        msg = f"unfavourable={list(others)!r} never occurs in {column!r}. Values there: {shown}."
        raise InputError(msg)
    if len(negative) > 1 and others is None:
        side = "refusals; name the true refusals in unfavourable=" if word == "decision" else "bad"
        notes.append(
            f"Column {column!r} has more than two values: {', '.join(map(repr, negative))} "
            f"were all read as {side}."
        )
    if neither:
        notes.append(
            f"In column {column!r}, {', '.join(map(repr, neither))} were read as no {word}."
        )
    return np.array(
        [1 if x in hits else 0 if x in negative else -1 for x in levels], dtype=np.int64
    )


def _replicates(batch: Batch, cluster: str) -> Codes:
    codes, found = encode(batch[cluster], cluster)
    if (codes < 0).any():
        msg = (
            f"Cluster column {cluster!r} is missing in {int((codes < 0).sum()):,} rows. "
            "Fill it, or leave those rows out."
        )
        raise InputError(msg)
    # A number has one spelling here, so that a CSV falls into the same groups as its frame.
    spelled = [str(typed(str(level))).encode() for level in found]
    group = [blake2b(word, digest_size=1).digest()[0] % REPLICATES for word in spelled]
    return np.array(group, dtype=np.int64)[codes] if found else codes


def amounts(batch: Batch, name: str | None, word: str) -> Floats | None:
    """Return a column of weights or counts, or None without one.

    Raises
    ------
    InputError
        If any is missing, negative or infinite.
    """
    if name is None:
        return None
    values = numbers(batch[name], name)
    check_amounts(
        name,
        word,
        {
            "missing": int(np.isnan(values).sum()),
            "negative": int((values < 0).sum()),
            "infinite": int(np.isinf(values).sum()),
        },
    )
    return values


def check_amounts(name: str, word: str, faults: Mapping[str, float]) -> None:
    """Raise if any weight or count cannot be used; ``faults`` are numbers of rows by fault."""
    found = [f"{number:,.0f} {fault}" for fault, number in faults.items() if number > 0]
    if found:
        msg = (
            f"Column {name!r} cannot be used as a {word}: {', '.join(found)}. Every {word} must "
            "be zero or more. Mend those rows, or leave them out and say so."
        )
        raise InputError(msg)
