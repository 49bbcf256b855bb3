"""One pass over a table, in batches here or as a group-by on its engine."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from creditaudit.bins import ScoreBinning, ScoreBins, spread
from creditaudit.cells import BIN, MAX_CELLS, too_many_cells
from creditaudit.counting import CellCounter, Counted, Grouping, check_amounts
from creditaudit.errors import InputError
from creditaudit.frames import Query, Source, check_columns
from creditaudit.frames import engines as names
from creditaudit.roles import Roles
from creditaudit.values import Floats, encode, numbers

_LOOK_ROWS = 100_000


def count_table(
    table: Source | Query,
    roles: Roles,
    groupings: Sequence[Grouping],
    score_bins: ScoreBinning | None,
    count: str | None = None,
) -> tuple[Counted, tuple[str, ...]]:
    """Return the cells of every grouping, and the plan in words.

    One pass is made, or two when the range of the score is not given.

    Raises
    ------
    InputError
        For weights or counts that are negative, missing or infinite, a favourable or good value
        that never occurs beside two others, a column of mixed types, more than two million cells.
    MissingColumn
        If a role names a column that is not there.
    """
    fix = f"Check the names given to Roles{' and count=' if count else ''}."
    bins, plan = _settle_bins(table, roles, score_bins, fix)
    counter = CellCounter(roles, groupings, bins, count)
    wanted = [*counter.columns, *([count] if count else [])]
    if isinstance(table, Query):
        table.check(wanted, fix)
        plan += _count_query(table, counter)
    else:
        # People are counted also where no column is asked for.
        for batch in table.batches(wanted or table.columns[:1], fix=fix):
            counter.add(batch)
        plan += (
            f"Read {table.name or 'the table'} in batches with Arrow and count "
            f"{len(groupings)} grouping(s) in one pass.",
        )
    return counter.finish(text=table.text), plan


def _count_query(query: Query, counter: CellCounter) -> tuple[str, ...]:
    roles, count = counter.roles, counter.count
    amount, word = (roles.weight, "weight") if roles.weight else (count, "count")
    bins = counter.bins
    edges = None if bins is None or bins.exact else bins.values
    single = [name for name in (roles.decision, roles.outcome, roles.cluster) if name]
    plan: list[str] = []
    waiting = _together(query, counter, single)
    while waiting:
        together = waiting.pop(0)
        keys = list(dict.fromkeys(k for g in together for k in (*g, *counter.period)))
        found = query.group(
            [*keys, *single],
            score=roles.score,
            edges=edges,
            weight=roles.weight,
            count=count,
            limit=MAX_CELLS + 1,
        )
        rows = max(table.num_rows for table in found.tables)
        if rows > MAX_CELLS and len(together) > 1:
            waiting = [*([one] for one in together), *waiting]
            continue
        if rows > MAX_CELLS:
            raise _too_many(found.tables[0], [*keys, *single])
        if not plan:
            faults = {fault: found.faults.get(fault, 0) for fault in names.AMOUNT_FAULTS}
            check_amounts(str(amount), word, faults)
            counter.infinite = int(found.faults.get(names.INFINITE_SCORES, 0))
        for table in found.tables:
            _add(table, [*keys, *single], counter, together)
        binned = ["score bin"] if bins is not None else []
        plan.append(
            f"One group-by on {query.engine} over {', '.join([*keys, *single, *binned]) or 'all'}: "
            f"{sum(table.num_rows for table in found.tables):,} rows came back."
        )
    if query.text:
        plan.insert(0, f"Read {query.name or 'the table'} with Arrow, which hands it on as text.")
    return tuple(plan)


def _add(
    table: pa.Table, columns: Sequence[str], counter: CellCounter, together: Sequence[Grouping]
) -> None:
    batch = {name: table[name] for name in columns}
    bins = counter.bins
    if bins is not None:
        batch[BIN] = table[names.BIN].to_numpy()
        if bins.exact:
            batch[BIN] = bins.assign(batch[BIN].astype(np.float64)).astype(np.float64)
    sums = np.column_stack([table[name].to_numpy() for name in (names.N, names.W, names.W2)])
    counter.add_sums(batch if batch else {"": sums[:, 0]}, sums, together)


def _together(query: Query, counter: CellCounter, single: Sequence[str]) -> list[list[Grouping]]:
    """Return which groupings share one group-by: all, unless crossing them makes too many cells.

    Judged on the first rows; a group-by of all columns that turns out to be too large is made
    again for each grouping.

    Raises
    ------
    InputError
        If one grouping makes more than two million cells in the first four million rows.
    """
    groupings = list(counter.groupings)
    keys = list(dict.fromkeys([*counter.keys, *counter.period, *single]))
    if not keys:
        return [groupings]
    look = query.combinations(keys, _LOOK_ROWS, _LOOK_ROWS)
    coded = {name: encode(look[name], name) for name in keys}
    for grouping in groupings:
        columns = list(dict.fromkeys([*grouping, *counter.period, *single]))
        codes = [coded[name][0] for name in columns]
        # An engine needs memory for every cell before it can say how many there are.
        if codes and len(np.unique(np.column_stack(codes), axis=0)) > _LOOK_ROWS // 2:
            found = query.combinations(columns, 2 * MAX_CELLS, MAX_CELLS + 1)
            if found.num_rows > MAX_CELLS:
                raise _too_many(found, columns)
    tail = 1 if counter.bins is None else len(counter.bins) + 3
    levels = [len(coded[name][1]) + 1 for name in keys]
    if len(groupings) == 1 or float(np.prod([tail, *levels], dtype=np.float64)) <= MAX_CELLS:
        return [groupings]
    return [[grouping] for grouping in groupings]


def _too_many(found: pa.Table, columns: Sequence[str]) -> InputError:
    # Arrow numbers millions of values without an object for each.
    coded = [found[name].combine_chunks().dictionary_encode().indices for name in columns]
    codes = np.column_stack([one.fill_null(-1).to_numpy() for one in coded])
    return too_many_cells(columns, codes, found.num_rows)


def _settle_bins(
    source: Source | Query, roles: Roles, score_bins: ScoreBinning | None, fix: str
) -> tuple[ScoreBins | None, tuple[str, ...]]:
    """Return the bins, and the pass made to find them in words."""
    if roles.score is None:
        if score_bins is not None:
            msg = f"score_bins={score_bins!r} needs score= in Roles (a column name)."
            raise InputError(msg)
        return None, ()
    if isinstance(source, Query):
        source.check([roles.score], fix)
    else:
        check_columns([roles.score], source.columns, fix)
    if score_bins is None:
        score_bins = 100
    if isinstance(score_bins, str) and score_bins == "exact":
        values, _, _ = _distinct_scores(source, roles.score, MAX_CELLS)
        if len(values) > MAX_CELLS:
            msg = (
                f"Column {roles.score!r} has more than {MAX_CELLS:,} different scores, too many "
                'for score_bins="exact". Pass an integer and score_range= in Roles, or edges.'
            )
            raise InputError(msg)
        return ScoreBins(values, exact=True), ("First a pass for the different scores.",)
    if not isinstance(score_bins, int | np.integer):
        return ScoreBins.from_edges(score_bins), ()
    if score_bins < 1:
        msg = f"score_bins={score_bins} must be at least 1."
        raise InputError(msg)
    if roles.score_range is not None:
        return spread(*roles.score_range, int(score_bins)), ()
    plan = ("First a pass for the range of the score, as score_range= is not given.",)
    # One finite score and two infinite ones have no range to cut.
    limit = max(int(score_bins), 3)
    values, low, high = _distinct_scores(source, roles.score, limit)
    if len(values) <= score_bins or not low < high:
        return ScoreBins(values, exact=True), plan
    return spread(low, high, int(score_bins)), plan


def _distinct_scores(source: Source | Query, score: str, limit: int) -> tuple[Floats, float, float]:
    """Return the distinct scores, ``limit`` + 1 or more if there are more, and the finite range."""
    if isinstance(source, Query):
        values = source.distinct_scores(score, limit) + 0.0  # -0.0 becomes 0.0
        if len(values) > limit:
            return values, *source.score_range(score)
        finite = values[np.isfinite(values)]
        return values, *((finite[0], finite[-1]) if len(finite) else (np.nan, np.nan))
    seen: Floats = np.empty(0)
    low, high = np.inf, -np.inf
    for batch in source.batches([score], fix="Check score= in Roles."):
        values = numbers(batch[score], score)
        values = values[~np.isnan(values)]
        finite = values[np.isfinite(values)]
        if len(finite):
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
        if len(seen) <= limit:
            few = np.unique(values[:10_000])
            seen = np.union1d(seen, few if len(few) > limit else values)
    return seen + 0.0, low, high
