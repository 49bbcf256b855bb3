"""One pass over a table, in batches here or as a group-by on its engine."""

from collections.abc import Sequence

import numpy as np

from creditaudit.bins import ScoreBinning, ScoreBins, spread
from creditaudit.cells import BIN, MAX_CELLS
from creditaudit.counting import CellCounter, Counted, Grouping, check_amounts
from creditaudit.errors import InputError
from creditaudit.frames import Query, Source, check_columns
from creditaudit.frames import engines as names
from creditaudit.roles import Roles
from creditaudit.values import Floats, encode, numbers


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
    bins = _settle_bins(table, roles, score_bins, fix)
    counter = CellCounter(roles, groupings, bins, count)
    wanted = [*counter.columns, *([count] if count else [])]
    if isinstance(table, Query):
        check_columns(wanted, table.columns, fix)
        plan = _count_query(table, counter)
    else:
        # People are counted also where no column is asked for.
        for batch in table.batches(wanted or table.columns[:1], fix=fix):
            counter.add(batch)
        plan = (
            f"Read {table.name or 'the table'} in batches with Arrow and count "
            f"{len(groupings)} grouping(s) in one pass.",
        )
    twice = bins is not None and roles.score_range is None and isinstance(score_bins, int | None)
    before = ("First a pass for the range of the score, as score_range= is not given.",)
    return counter.finish(text=table.text), (before + plan if twice else plan)


def _count_query(query: Query, counter: CellCounter) -> tuple[str, ...]:
    roles, count = counter.roles, counter.count
    amounts = [(name, word) for name, word in ((roles.weight, "weight"), (count, "count")) if name]
    totals = query.totals([name for name, _ in amounts], roles.score)
    for name, word in amounts:
        faults = ("missing", "negative", "infinite")
        check_amounts(name, word, {fault: totals[f"{fault} {name}"] for fault in faults})
    counter.infinite = int(np.nan_to_num(totals.get("infinite", 0)))
    bins = counter.bins
    edges = None if bins is None or bins.exact else bins.values
    plan = []
    for together in _together(query, counter):
        keys = list(dict.fromkeys(k for g in together for k in (*g, *counter.period)))
        single = [name for name in (roles.decision, roles.outcome, roles.cluster) if name]
        table = query.group(
            [*keys, *single], score=roles.score, edges=edges, weight=roles.weight, count=count
        )
        batch = {name: table[name] for name in (*keys, *single)}
        if bins is not None:
            batch[BIN] = table[names.BIN].to_numpy()
            if bins.exact:
                batch[BIN] = bins.assign(batch[BIN].astype(np.float64)).astype(np.float64)
        sums = np.column_stack([table[name].to_numpy() for name in (names.N, names.W, names.W2)])
        counter.add_sums(batch if batch else {"": sums[:, 0]}, sums, together)
        binned = ["score bin"] if bins is not None else []
        plan.append(
            f"One group-by on {query.engine} over {', '.join([*keys, *single, *binned]) or 'all'}: "
            f"{table.num_rows:,} rows came back."
        )
    return tuple(plan)


def _together(query: Query, counter: CellCounter) -> list[list[Grouping]]:
    """Return which groupings share one group-by: all, unless crossing them makes too many cells.

    Judged on the first rows; a group-by of all columns that turns out to be large is slow but
    right.
    """
    groupings = list(counter.groupings)
    if len(groupings) == 1:
        return [groupings]
    keys = list(dict.fromkeys([*counter.keys, *counter.period]))
    head = query.collect(query.frame.select(*keys).head(100_000)) if keys else None
    levels = 1.0
    for name in keys:
        levels *= len(encode(head[name], name)[1]) + 1 if head is not None else 1
    tail = 9 * (1 if counter.bins is None else len(counter.bins) + 3)
    if levels * tail <= MAX_CELLS:
        return [groupings]
    return [[grouping] for grouping in groupings]


def _settle_bins(
    source: Source | Query, roles: Roles, score_bins: ScoreBinning | None, fix: str
) -> ScoreBins | None:
    if roles.score is None:
        if score_bins is not None:
            msg = f"score_bins={score_bins!r} needs score= in Roles (a column name)."
            raise InputError(msg)
        return None
    check_columns([roles.score], source.columns, fix)
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


def _distinct_scores(
    source: Source | Query, score: str, limit: int | None
) -> tuple[Floats, float, float]:
    """Return the distinct scores (or the first ``limit`` + 1) and the finite range, in one pass."""
    if isinstance(source, Query):
        totals = source.totals([], score)
        return source.distinct_scores(score, limit) + 0.0, totals["low"], totals["high"]
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
