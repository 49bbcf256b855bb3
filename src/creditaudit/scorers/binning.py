"""Bins of the highest information value, from rows or from counts."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from creditaudit.bins import MISSING as NO_SCORE
from creditaudit.bins import UNDER
from creditaudit.cells import BIN, OUTCOME
from creditaudit.errors import InputError, MissingRole
from creditaudit.frames import check_columns, open_source
from creditaudit.scorers.dividing import Binning, divide
from creditaudit.scorers.feature_bins import FeatureBins
from creditaudit.scorers.inputs import Kind, Rows
from creditaudit.scorers.prebins import (
    BAD,
    GOOD,
    PEOPLE,
    Prebins,
    Target,
    number_prebins,
    ordered_values,
    together,
    value_prebins,
)
from creditaudit.scorers.predicates import Interval, Special
from creditaudit.tally import Tally


def bin_rows(
    table: object,
    bad: object,
    *,
    feature: str,
    binning: Binning | None = None,
    weight: object = None,
    period: object = None,
    specials: Sequence[object] = (),
    categorical: bool = False,
) -> FeatureBins:
    """Return the bins of one column of a table.

    Parameters
    ----------
    table : DataFrame or Table
        pandas, polars or pyarrow.
    bad : array of shape (n_rows,)
        1 or True where a person turned out bad.
    feature : str
    binning : Binning, optional
    weight : array of shape (n_rows,), optional
        Not negative.
    period : array of shape (n_rows,), optional
        The trend has to hold in every period.
    specials : sequence, optional
        Values that are no measurement, each in a bin of its own; a tuple of values shares one.
    categorical : bool
        Whether numbers are names of something.

    Raises
    ------
    MissingColumn, InputError
    """
    rows = Rows.of(table)
    rows.need([feature])
    target = target_of(bad, weight, period, rows.n)
    rule = binning or Binning()
    return bin_column(rows, feature, target, rule, specials_of(specials), categorical=categorical)


def bin_column(
    rows: Rows,
    feature: str,
    target: Target,
    rule: Binning,
    specials: tuple[Special, ...] = (),
    *,
    categorical: bool = False,
) -> FeatureBins:
    """Return the bins of one column; see `bin_rows`."""
    kind = rows.kind(feature, categorical=categorical)
    _check_specials(specials, feature, text=kind == "text")
    if kind in ("number", "truth"):
        found = number_prebins(rows.floats(feature), target, specials, rule.max_prebins)
    else:
        codes, levels = rows.values(feature, kind)
        found = value_prebins(
            codes, levels, target, specials, rule.min_level_share, rule.max_prebins
        )
    return divide(found, feature, kind, rule)


def bin_counts(
    table: object,
    *,
    feature: str,
    bad: str = "bad",
    good: str = "good",
    binning: Binning | None = None,
    period: str | None = None,
    specials: Sequence[object] = (),
    categorical: bool = False,
) -> FeatureBins:
    """Return the bins of a feature from a table of counts: one row for each of its values.

    Parameters
    ----------
    table : DataFrame, Table, LazyFrame, relation, str or Path
        What a group-by over the feature gives, on any engine: a column with the values, one with
        the number or weight of bad people, and one with that of good people. Rows with the same
        value add up.
    feature, bad, good : str
        The columns.
    binning, specials, categorical
        As in `bin_rows`.
    period : str, optional
        A column with periods.

    Raises
    ------
    MissingColumn, InputError
    """
    wanted = [feature, bad, good, *([period] if period else [])]
    source = open_source(table)
    check_columns(wanted, source.columns, "Name the columns of the counts.")
    rows = Rows.of(table)
    counts = [rows.floats(name) for name in (bad, good)]
    for name, part in zip((bad, good), counts, strict=True):
        if not np.isfinite(part).all() or (part < 0).any():
            msg = f"Counts in {name!r} must be finite and not negative. Correct the table."
            raise InputError(msg)
    # Each row twice, once for its bad people and once for its good ones.
    both = Rows(
        [feature],
        2 * rows.n,
        lambda name: _twice(rows, name, rows.kind(name, categorical=categorical)),
    )
    when = None if period is None else np.tile(rows.values(period, "text")[0], 2)
    target = target_of(np.repeat([True, False], rows.n), np.concatenate(counts), when, 2 * rows.n)
    kind = rows.kind(feature, categorical=categorical)
    found = bin_column(
        both, feature, target, binning or Binning(), specials_of(specials),
        categorical=kind == "code",
    )  # fmt: skip
    # The rows of the table are no people; the counts are.
    bins = tuple(replace(one, n=one.bad + one.good) for one in found.bins)
    return replace(found, kind=kind, bins=bins)


def bin_tally(tally: Tally, feature: str, *, binning: Binning | None = None) -> FeatureBins:
    """Return the bins of a group column, or of the score, from a tally with outcomes.

    Parameters
    ----------
    tally : Tally
        Counted on any engine. People without an outcome are not part.
    feature : str
        The score of the tally, whose bins are then the prebins, at most 64 of them; or one of its
        groups or strata, whose values have no order.
    binning : Binning, optional
        A period of the tally is a period here: the trend has to hold in each.

    Raises
    ------
    MissingRole
        If the tally has no outcome.
    InputError
        If the feature is no column of the tally.
    """
    rule, roles = binning or Binning(), tally.roles
    if roles.outcome is None:
        msg = "Bins need an outcome. Pass outcome= and good= to Roles."
        raise MissingRole(msg)
    period = (roles.period,) if roles.period else ()
    score = feature == roles.score
    cells = tally.select((*period, *(() if score else (feature,))), [BIN, OUTCOME])
    known = cells.column(OUTCOME) >= 0
    bad = cells.column(OUTCOME)[known] == 0
    when = cells.column(roles.period)[known] + 1 if roles.period else np.zeros(len(bad), np.int64)
    codes = cells.column(BIN if score else feature)[known]
    people, weight = cells.sums[known, 0], cells.sums[known, 1]
    low = min(UNDER, NO_SCORE) if score else -1
    counts = np.zeros((int(codes.max(initial=0)) - low + 1, int(when.max(initial=0)) + 1, 3))
    for column, part in ((BAD, weight * bad), (GOOD, weight * ~bad), (PEOPLE, people)):
        np.add.at(counts[..., column], (codes - low, when), part)
    if not score:
        levels = [
            level if isinstance(level, str) else float(level)  # type: ignore[arg-type]
            for level in tally.levels[feature]
        ][: len(counts) - 1]
        text = any(isinstance(level, str) for level in levels)
        found = ordered_values(
            levels, counts[1:], counts[0].sum(0), (), rule.min_level_share, rule.max_prebins
        )
        return divide(found, feature, "text" if text else "code", rule)
    missing = counts[NO_SCORE - low].sum(0)
    # Under the first edge, the bins, and over the last edge.
    order = [UNDER, *range(len(counts) + low)]
    kept = np.array([code for code in order if counts[code - low].any()], dtype=np.int64)
    if tally.bins is None or not len(kept):
        msg = "Nobody in this tally has both a score and an outcome."
        raise InputError(msg)
    starts = np.append(tally.bins.values, np.nextafter(tally.bins.values[-1], math.inf))
    cuts = [float(starts[code]) for code in kept[1:].tolist()]
    ends = [-math.inf, *cuts, math.inf]
    prebins = Prebins(
        tuple(Interval(low_, high) for low_, high in pairwise(ends)),
        counts[kept - low],
        ((None, missing),) if missing[PEOPLE] else (),
    )
    return divide(_fewer(prebins, rule.max_prebins), feature, "number", rule)


def specials_of(given: Sequence[object]) -> tuple[Special, ...]:
    """Return special values as bins: each alone, the values of a tuple or list together."""
    groups = [one if isinstance(one, tuple | list) else (one,) for one in given]
    found = []
    for group in groups:
        try:
            found.append(Special(tuple(v if isinstance(v, str) else float(v) for v in group)))
        except (TypeError, ValueError) as error:
            msg = f"specials= holds {list(group)!r}; expected numbers or text."
            raise InputError(msg) from error
    return tuple(found)


def target_of(bad: object, weight: object, period: object, n: int) -> Target:
    """Return who is bad, checked.

    Raises
    ------
    InputError
        If lengths differ, an outcome is missing or neither 0 nor 1, or a weight is negative,
        missing or infinite.
    """
    outcome = np.asarray(bad)
    if outcome.dtype != bool:
        outcome = outcome.astype(np.float64)
        if not np.isin(outcome, (0.0, 1.0)).all():
            msg = (
                "Outcomes must be 1 (bad) or 0 (good) for everyone. Leave people without an "
                "outcome out, and say how many they are."
            )
            raise InputError(msg)
        outcome = outcome == 1
    weights = None if weight is None else np.asarray(weight, dtype=np.float64)
    when = None
    if period is not None:
        when = np.unique(np.asarray(period), return_inverse=True)[1].reshape(-1)
    for name, part in (("outcomes", outcome), ("weights", weights), ("periods", when)):
        if part is not None and part.shape != (n,):
            msg = f"There are {n} rows and {name} of shape {part.shape}. Pass one for each row."
            raise InputError(msg)
    if weights is not None and not (np.isfinite(weights).all() and (weights >= 0).all()):
        msg = "Weights must be finite and not negative. Correct sample_weight."
        raise InputError(msg)
    return Target(outcome, weights, when)


def _fewer(prebins: Prebins, limit: int) -> Prebins:
    """Return at most so many prebins of about equal weight, by joining neighbours."""
    n = len(prebins.holds)
    if n <= limit:
        return prebins
    weight = prebins.counts[..., :PEOPLE].sum((1, 2))
    middle = np.cumsum(weight) - weight / 2
    place = np.minimum((middle / weight.sum() * limit).astype(np.int64), limit - 1)
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    ends = np.append(starts[1:], n)
    holds = tuple(together(prebins.holds[i:j]) for i, j in zip(starts, ends, strict=True))
    return Prebins(holds, np.add.reduceat(prebins.counts, starts, axis=0), prebins.aside)


def _check_specials(specials: Sequence[Special], feature: str, *, text: bool) -> None:
    for value in (value for special in specials for value in special.values):
        known = isinstance(value, str) or math.isfinite(value)
        if isinstance(value, str) != text or not known or value == "":
            kind = "texts that are not empty" if text else "finite numbers"
            msg = (
                f"specials= of {feature!r} names {value!r}; the feature holds {kind}. Missing and "
                "infinite values need not be named: they have a place already."
            )
            raise InputError(msg)


def _twice(rows: Rows, name: str, kind: Kind) -> object:
    if kind in ("number", "truth"):
        return np.tile(rows.floats(name), 2)
    codes, levels = rows.values(name, kind)
    values = np.array([*levels, None], dtype=object)
    return pd.Series(np.tile(values[codes], 2))
