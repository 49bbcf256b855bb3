"""A table of counts, some of them known within bounds only, with totals that they make."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from creditaudit.bins import ScoreBinning
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.count_bounds import CountBounds, by_place
from creditaudit.counting import Counted, Grouping
from creditaudit.crosstabs import numbers_of
from creditaudit.errors import InputError
from creditaudit.frames import Batch, Source, check_columns, open_source
from creditaudit.passes import count_table
from creditaudit.polytopes import NoTable, Polytope, membership, narrowed
from creditaudit.roles import Roles
from creditaudit.values import Codes, Level, canonical, encode, matches

# Names that no column of a user has.
_TOLD, _ROW = "\0told", "\0row"
_ENDS = ("\0low", "\0high")
MAX_CROSSED = 100_000


@dataclass(frozen=True)
class Columns:
    """The columns with the counts: the number itself, and the least and most it can be."""

    count: str
    low: str | None = None
    high: str | None = None

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None):
            msg = "low= and high= name the two ends of a count; pass both, or neither."
            raise InputError(msg)

    @property
    def ends(self) -> tuple[str, ...]:
        """The columns with the ends."""
        return (self.low, self.high) if self.low is not None and self.high is not None else ()


def count_bounded(
    table: Source, roles: Roles, groupings: Sequence[Grouping], columns: Columns,
    totals: object | None, score_bins: ScoreBinning | None,
) -> tuple[Counted, tuple[str, ...], CountBounds | None]:  # fmt: skip
    """Return the counts that are told, the plan in words, and those within bounds only.

    Raises
    ------
    InputError
        For ends that cross, totals that name no row or that no table makes, or a cluster.
    """
    if roles.cluster is not None:
        msg = "Counts within bounds have no jackknife. Leave cluster= out of Roles."
        raise InputError(msg)
    period = (roles.period,) if roles.period else ()
    keys: Grouping = tuple(dict.fromkeys([*(key for g in groupings for key in g), *period]))
    named = [*keys, *(name for name in (roles.decision, roles.outcome, roles.score) if name)]
    summed = None if totals is None else open_source(totals)
    if summed is not None:
        of = [name for name in summed.columns if name not in (columns.count, *columns.ends)]
        check_columns(of, table.columns, "Columns of totals= must be columns of the table.")
        named = list(dict.fromkeys([*named, *of]))
    fix = "Check the names given to Roles, count=, low= and high=."
    check_columns(columns.ends, table.columns, fix)
    frame = _read(table, named, columns, fix)
    counts = _polytope(frame, columns, summed)
    is_open = counts.low < counts.high
    settled = int(((frame[_ENDS[0]] < frame[_ENDS[1]]) & ~is_open).sum())
    notes = [f"{settled:,} counts follow from the totals alone."] if settled else []
    told = frame[named].assign(**{_TOLD: np.where(is_open, 0.0, counts.low)})
    source = _as_source(told, table)
    found, plan = count_table(source, roles, groupings, score_bins, count=_TOLD)
    if not is_open.any():
        return replace(found, notes=(*found.notes, *notes)), plan, None
    row = pd.Series(np.where(is_open, np.cumsum(is_open) - 1, -1), dtype="Int64")
    source = _as_source(told.assign(**{_ROW: row.mask(row < 0)}), table)
    one = (*keys, _ROW)
    placed = count_table(source, roles, [one], score_bins, count=_TOLD)[0].cells[one]
    placed_row = placed.column(_ROW)
    wanted = (*keys, BIN, OUTCOME, DECISION)
    at = [placed.columns.index(name) for name in wanted]
    codes = placed.codes[placed_row >= 0][:, at]
    codes = codes[np.argsort(placed_row[placed_row >= 0])]
    bounds = CountBounds.of(wanted, codes, counts)
    assert bounds is not None
    return replace(found, notes=(*found.notes, *notes, _note(bounds, len(frame)))), plan, bounds


def crossed(totals: object, roles: Roles, by: Sequence[Grouping], columns: Columns) -> Source:
    """Return every crossing of what totals name, with nothing known of any.

    Raises
    ------
    InputError
        If totals name no column that is needed, one side only of a decision or outcome, or too
        many crossings.
    """
    source = open_source(totals)
    asked = dict.fromkeys(key for grouping in by for key in grouping)
    single = (roles.decision, roles.outcome, roles.period)
    names = [*asked, *(name for name in single if name and name not in asked)]
    frame = _read(source, names, columns, "Each needs a total by it, alone or crossed.")
    levels = {name: list(dict.fromkeys(_values(frame[name]))) for name in names}
    if roles.decision and roles.refusals and len(levels[roles.decision]) == 1:
        # Those on the other side are told by name: everyone less these.
        (level,) = levels[roles.decision]
        approved = matches(canonical(level), roles.favourable)
        levels[roles.decision] += [roles.refusals[0] if approved else roles.favourable]
    for name in (roles.decision, roles.outcome):
        if name is not None and len(levels[name]) < 2:
            msg = (
                f"Totals name one value of {name!r} only: {levels[name]}. Add the total of the "
                "others, or name the refusals as unfavourable= in Roles: without them everyone "
                "would stand on one side."
            )
            raise InputError(msg)
    size = int(np.prod([len(found) for found in levels.values()], dtype=np.float64))
    if size > MAX_CROSSED:
        msg = (
            f"The totals cross to {size:,} counts, of which none is told; the limit is "
            f"{MAX_CROSSED:,}. Leave out columns, or levels."
        )
        raise InputError(msg)
    made = pd.DataFrame(list(product(*levels.values())), columns=names, dtype=object)
    unknown = dict.fromkeys((columns.count, *columns.ends), np.nan)
    return _as_source(made.assign(**unknown), source)


def _read(source: Source, named: Sequence[str], columns: Columns, fix: str) -> pd.DataFrame:
    """Return some columns as they are, and the least and most people of each row."""
    ends = [name for name in columns.ends if name in source.columns]
    counted = columns.count in source.columns or not ends
    wanted = [*([columns.count] if counted else []), *ends]
    check_columns([*named, *wanted], source.columns, fix)
    parts = [
        pd.DataFrame({name: _series(batch[name]) for name in (*named, *wanted)})
        for batch in source.batches([*named, *wanted], fix=fix)
    ]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(named))
    read = {name: numbers_of(frame[name], name) for name in wanted}
    unknown = np.full(len(frame), np.nan)
    given = read.get(columns.count, unknown)
    low, high = (read.get(str(name), unknown) for name in (columns.low, columns.high))
    low, high = np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), np.inf, high)
    wrong = np.flatnonzero(
        (low < 0) | (low > high) | np.isinf(low) | np.isinf(given)
        | (given < low) | (given > high) | (np.isnan(given) & (not ends))
    )  # fmt: skip
    if len(wrong):
        row = int(wrong[0])
        keys = ", ".join(f"{name} {frame[name].iloc[row]}" for name in named)
        what = "is missing, negative or outside its bounds" if ends else "is missing or negative"
        msg = (
            f"{len(wrong)} counts cannot be used, such as that of {keys or 'everyone'}: the number "
            f"in {columns.count!r} {what}. A count within bounds has none there, and its ends in "
            "the columns named as low= and high=; no high end is infinity."
        )
        raise InputError(msg)
    told = ~np.isnan(given)
    ranges = (np.where(told, given, low), np.where(told, given, high))
    return frame[list(named)].assign(**dict(zip(_ENDS, ranges, strict=True)))


def _series(array: Any) -> pd.Series:
    if isinstance(array, pa.Array | pa.ChunkedArray):
        return array.to_pandas().reset_index(drop=True)
    return pd.Series(array).reset_index(drop=True)


def _as_source(frame: pd.DataFrame, like: Source) -> Source:
    def read(columns: Sequence[str]) -> Iterator[Batch]:
        yield {name: frame[name] for name in columns}

    return Source(like.name, list(frame.columns), like.text, read)


def _polytope(frame: pd.DataFrame, columns: Columns, totals: Source | None) -> Polytope:
    low, high = (frame[end].to_numpy(dtype=np.float64) for end in _ENDS)
    nothing = np.empty(0, dtype=np.int64)
    members, sums = membership(nothing, nothing, (0, len(frame))), pd.DataFrame()
    least, most = np.empty(0), np.empty(0)
    if totals is not None:
        keys = [name for name in totals.columns if name not in (columns.count, *columns.ends)]
        sums = _read(totals, keys, columns, "Check totals=.")
        least, most = (sums[end].to_numpy(dtype=np.float64) for end in _ENDS)
        members = _members(frame, sums, keys)
    finite = [low, high[np.isfinite(high)], least, most[np.isfinite(most)]]
    whole = all(bool((np.mod(ends, 1) == 0).all()) for ends in finite)
    try:
        low, high = narrowed(low, high, members, least, most, whole=whole)
        found = Polytope(low, high, members, least, most, whole)
        if not found.fits():
            raise NoTable(None)
    except NoTable as error:
        raise _contradiction(error.total, sums) from error
    return found


def _contradiction(total: int | None, sums: pd.DataFrame) -> InputError:
    if total is None:
        said = "no table makes all of them at once"
    else:
        row, (low, high) = sums.iloc[total], sums[list(_ENDS)].iloc[total]
        of = ", ".join(
            f"{name} {row[name]}"
            for name in sums.columns
            if name not in _ENDS and not pd.isna(row[name])
        )
        said = f"no counts within the bounds make the total of {of or 'everyone'}, {low:,.10g}"
        said += f" to {high:,.10g}" if high > low else ""
    return InputError(
        f"The totals and the counts contradict each other: {said}. Look for a misread number, or "
        "leave out totals that hold people of kinds that are not in the table."
    )


def _members(frame: pd.DataFrame, sums: pd.DataFrame, keys: Sequence[str]) -> Any:
    """Return which rows each total adds up: those alike in every key that it names."""
    rows, wanted = (
        np.empty((len(frame), len(keys)), np.int64),
        np.empty((len(sums), len(keys)), np.int64),
    )
    for place, name in enumerate(keys):
        rows[:, place], levels = encode(frame[name], name)
        codes, values = encode(sums[name], name)
        spelled = {str(level): code for code, level in reversed(list(enumerate(levels)))}
        target = np.array([_code(value, name, levels, spelled) for value in values] + [-1])
        wanted[:, place] = target[codes]
    found: list[tuple[Codes, Codes]] = []
    patterns, pattern = np.unique(wanted >= 0, axis=0, return_inverse=True)
    for place, named in enumerate(patterns):
        totals = np.flatnonzero(pattern.reshape(-1) == place)
        both = np.concatenate([rows[:, named], wanted[totals][:, named]])
        alike = np.unique(both, axis=0, return_inverse=True)[1].reshape(-1)
        held = dict(by_place(alike[: len(rows)]))
        for total, one in zip(totals.tolist(), alike[len(rows) :].tolist(), strict=True):
            if one not in held:
                said = ", ".join(f"{name} {sums[name].iloc[total]}" for name in keys)
                msg = (
                    f"totals= has a total of no row of the table: {said}. Add its rows, or leave "
                    "it out."
                )
                raise InputError(msg)
            found.append((np.full(len(held[one]), total), held[one]))
    if not found:
        nobody = np.empty(0, dtype=np.int64)
        return membership(nobody, nobody, (len(sums), len(frame)))
    totals, columns = (np.concatenate(part) for part in zip(*found, strict=True))
    return membership(totals, columns, (len(sums), len(frame)))


def _code(value: Level, name: str, levels: Sequence[Level], spelled: Mapping[str, int]) -> int:
    if str(value) in spelled:
        return spelled[str(value)]
    hits = [code for code, level in enumerate(levels) if matches(level, value)]
    if not hits:
        shown = ", ".join(repr(level) for level in levels[:12])
        msg = f"totals= names {name}={value!r}, which no row has. Rows have {shown}."
        raise InputError(msg)
    return hits[0]


def _values(column: pd.Series) -> Iterator[object]:
    for value in column:
        if canonical(value) is not None:
            yield value


def _note(bounds: CountBounds, rows: int) -> str:
    totals = bounds.counts.members.shape[0]
    held = f"; {totals:,} total{'s tie' if totals > 1 else ' ties'} them" if totals else ""
    return f"{len(bounds):,} of {rows:,} counts are known within bounds only{held}."
