"""One pass over a table: rows in, cells out, whatever the source."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from creditaudit.bins import MISSING, ScoreBinning, ScoreBins, spread
from creditaudit.cells import BIN, DECISION, FIXED, OUTCOME, REPLICATE, Cells, compact, count_rows
from creditaudit.errors import InputError
from creditaudit.frames import Batch, Source
from creditaudit.roles import Roles, Value
from creditaudit.values import Codes, Floats, Level, encode, matches, numbers, settle_types, typed

Grouping = tuple[str, ...]
REPLICATES = 64
_FOLD_ROWS = 1 << 20


@dataclass(frozen=True)
class Counted:
    """What one pass found: the levels of each key, the cells of each grouping, and notes."""

    levels: dict[str, tuple[Level, ...]]
    cells: dict[Grouping, Cells]
    bins: ScoreBins | None
    notes: tuple[str, ...]


def count_source(
    source: Source,
    roles: Roles,
    groupings: Sequence[Grouping],
    score_bins: ScoreBinning | None,
    count: str | None = None,
) -> Counted:
    """Return the cells of every grouping in one pass (two, when the score's range is not given).

    Raises
    ------
    InputError
        For weights or counts that are negative, missing or infinite, a favourable or good value
        that never occurs beside two others, a column of mixed types, more than two million cells.
    MissingColumn
        If a role names a column that is not there.
    """
    bins = _settle_bins(source, roles, score_bins)
    pass_ = _Pass(roles, groupings, bins, count)
    wanted = [*pass_.columns, *([count] if count else [])]
    fix = f"Check the names given to Roles{' and count=' if count else ''}."
    # People are counted also where no column is asked for.
    for batch in source.batches(wanted or source.columns[:1], fix=fix):
        pass_.add(batch)
    return pass_.finish(text=source.text)


class _Pass:
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
        arrays: dict[str, Codes] = {}
        local: dict[str, Codes] = {}
        rows = len(next(iter(batch.values()))) if batch else 0
        for name, column in self.coded.items():
            arrays[name], found = encode(batch[column], column)
            known = self.levels[name]
            local[name] = np.array([known.setdefault(x, len(known)) for x in found], dtype=np.int64)
        empty = np.full(rows, -1, dtype=np.int64)
        arrays[BIN], arrays[REPLICATE] = empty, empty
        if self.bins is not None and self.roles.score:
            arrays[BIN] = self._bin(batch, self.roles.score, self.bins)
        if self.roles.cluster:
            arrays[REPLICATE] = _replicates(batch, self.roles.cluster)
        weights = _amounts(batch, self.roles.weight, "weight")
        counts = _amounts(batch, self.count, "count")
        for grouping in self.groupings:
            columns = (*grouping, *self.period, *FIXED)
            cells = count_rows(
                columns, [arrays.get(name, empty) for name in columns], weights, counts
            )
            self.parts[grouping].append(cells.recode(local))
            if sum(map(len, self.parts[grouping])) > _FOLD_ROWS:
                self.parts[grouping] = [_join(columns, self.parts[grouping])]

    def _bin(self, batch: Batch, score: str, bins: ScoreBins) -> Codes:
        scores = numbers(batch[score], score)
        self.infinite += int(np.isinf(scores).sum())
        return bins.assign(scores)

    def finish(self, *, text: bool) -> Counted:
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
    shown = ", ".join(repr(level) for level in levels[:12])
    hits = [level for level in levels if matches(level, chosen)]
    if not hits and len(levels) >= 2:
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
    rest = [level for level in levels if level not in hits]
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


def _amounts(batch: Batch, name: str | None, word: str) -> Floats | None:
    if name is None:
        return None
    values = numbers(batch[name], name)
    faults = [
        f"{int(found.sum()):,} {what}"
        for what, found in (
            ("missing", np.isnan(values)),
            ("negative", values < 0),
            ("infinite", np.isinf(values)),
        )
        if found.any()
    ]
    if faults:
        msg = (
            f"Column {name!r} cannot be used as a {word}: {', '.join(faults)}. Every {word} must "
            "be zero or more. Mend those rows, or leave them out and say so."
        )
        raise InputError(msg)
    return values


def _settle_bins(source: Source, roles: Roles, score_bins: ScoreBinning | None) -> ScoreBins | None:
    if roles.score is None:
        if score_bins is not None:
            msg = f"score_bins={score_bins!r} needs score= in Roles (a column name)."
            raise InputError(msg)
        return None
    if score_bins is None:
        score_bins = 100
    if isinstance(score_bins, str) and score_bins == "exact":
        return ScoreBins(_distinct_scores(source, roles.score, None)[0], exact=True)
    if not isinstance(score_bins, int | np.integer):
        return ScoreBins.from_edges(score_bins)
    if score_bins < 1:
        msg = f"score_bins={score_bins} must be at least 1."
        raise InputError(msg)
    if roles.score_range is not None:
        return spread(*roles.score_range, int(score_bins))
    # One finite score and two infinite ones have no range to cut.
    limit = max(int(score_bins), 3)
    values, low, high = _distinct_scores(source, roles.score, limit)
    if len(values) <= score_bins or not low < high:
        return ScoreBins(values, exact=True)
    return spread(low, high, int(score_bins))


def _distinct_scores(source: Source, score: str, limit: int | None) -> tuple[Floats, float, float]:
    """Return the distinct scores (or the first ``limit`` + 1) and the finite range, in one pass."""
    seen: Floats = np.empty(0)
    low, high = np.inf, -np.inf
    for batch in source.batches([score], fix="Check score= in Roles."):
        values = numbers(batch[score], score)
        values = values[~np.isnan(values)]
        finite = values[np.isfinite(values)]
        if len(finite):
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
        if limit is not None and len(np.unique(values[:10_000])) > limit:
            seen = values[: limit + 1]
        elif limit is None or len(seen) <= limit:
            seen = np.union1d(seen, values)
            seen = seen if limit is None else seen[: limit + 1]
    return seen + 0.0, low, high  # -0.0 becomes 0.0


__all__ = ["MISSING", "REPLICATES", "Counted", "Grouping", "count_source"]
