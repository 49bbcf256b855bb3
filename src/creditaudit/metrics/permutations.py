"""Tests that ask how often chance alone deals the groups such counts; exact, or by dealing anew."""

from typing import Literal

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.cells import OUTCOME
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.metrics.disparities import Reference, asked_of, compare, reference_name
from creditaudit.metrics.groups import lay_out
from creditaudit.metrics.measures import Measure, whole
from creditaudit.metrics.proportions import BAD, GOOD, Rate
from creditaudit.metrics.rates import BY_NAME
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

_LARGEST = 4_000_000


def exact_test(
    tally: Tally,
    metric: str = "approval_rate",
    *,
    by: By,
    reference: Reference | None = None,
) -> pd.DataFrame:
    """Fisher's exact test of each group against the reference.

    Parameters
    ----------
    tally : Tally
        Whole counts, without weights or clusters.
    metric : str
        Any rate.
    by : str or tuple of str
    reference : value or tuple of values, optional
        By default the group with most people.

    Returns
    -------
    frame with one row a group other than the reference
        The keys, reference, n, n_reference, value (odds ratio), low, high (95 %, the score range
        of `disparity`), p_value (Fisher's, two-sided), mid_p, p_adjusted (Holm over p_value), note.

    Raises
    ------
    InputError
        For a metric that is no rate, or for counts that are weighted, clustered or not whole.

    Notes
    -----
    Given how many were approved in all, and how many people each group has, the approvals of the
    group are hypergeometric if the groups do not differ. p_value adds all outcomes that are no
    likelier than the one seen, as scipy's ``fisher_exact`` and R's ``fisher.test`` do; mid_p
    counts those equally likely half. Fisher's test rejects less often than it says, most so in
    small groups; mid_p comes nearer. The p-value of `disparity` is another one, of the score test
    that belongs to its range; the two part where counts are small.

    References
    ----------
    Fisher, R. A. (1935). JRSS 98, 39-82.
    Lancaster, H. O. (1961). JASA 56, 223-234.
    """
    if metric not in BY_NAME:
        msg = f"exact_test needs a rate: {', '.join(BY_NAME)}; got {metric!r}."
        raise InputError(msg)
    _check_countable(tally, "exact_test")
    found = compare(tally, metric, by, reference, "odds_ratio")
    a, b = found.groups, found.reference
    # Null where a rate is not known: then its counts are not either.
    known = np.isfinite(a.value) & np.isfinite(b.value[0]) & a.counted & b.counted[0]
    p_value, mid = np.full((2, len(a.n)), np.nan)
    for place in np.flatnonzero(known):
        events = round(float(a.value[place] * a.n[place]))
        events_reference = round(float(b.value[0] * b.n[0]))
        p_value[place], mid[place] = _fisher(events, int(a.n[place]), events_reference, int(b.n[0]))
    frame = a.keys.copy()
    frame["reference"] = reference_name(b)
    frame["n"], frame["n_reference"] = whole(a.n), np.repeat(whole(b.n), len(frame))
    shown = np.where(known, 1.0, np.nan)
    for name in ("value", "low", "high"):
        numbers = getattr(found, name) * shown
        frame[name] = np.where(np.isfinite(numbers), numbers, np.nan)
    frame["p_value"], frame["mid_p"] = p_value, mid
    frame["p_adjusted"] = intervals.holm(p_value)
    frame["note"] = found.notes
    return frame


def permutation_test(
    tally: Tally,
    metric: str = "approval_rate",
    *,
    by: By,
    kind: Literal["difference", "ratio"] = "difference",
    min_people: float = 30,
    replicates: int = 10_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Deal the group labels anew among the same people, and see how often they lie as far apart.

    One test for all groups together: no correction is needed, and no pair is picked.

    Parameters
    ----------
    tally : Tally
        Whole counts, without weights or clusters.
    metric : str
        Any rate, "auc", "gini" or "ks".
    by : str or tuple of str
    kind : {"difference", "ratio"}
        What is compared: highest - lowest, or lowest / highest.
    min_people : float
        Groups with fewer people in the denominator, and people whose group is missing, are left
        out.
    replicates, seed : int

    Returns
    -------
    frame of one row
        measure, groups, n, value (the gap seen), by_chance (its mean under the deals), p_value,
        low, high (95 % of p_value, from the number of deals), replicates, note.

    Raises
    ------
    InputError
        For weights, clusters, counts that are not whole, or a value that is not known.
    NothingToCompare

    Notes
    -----
    p_value = (1 + deals at least as far apart) / (1 + deals), so it is never 0. The people dealt
    are those in the denominator: for the true positive rate, good payers.

    References
    ----------
    Phipson, B. and Smyth, G. K. (2010). Statistical Applications in Genetics and Molecular Biology
    9, article 39.
    """
    _check_countable(tally, "permutation_test")
    if kind not in ("difference", "ratio") or replicates < 99:
        msg = (
            'permutation_test takes kind="difference" or "ratio", and 99 replicates or more; got '
            f"{kind!r} and {replicates}."
        )
        raise InputError(msg)
    asked, everyone = asked_of(tally, metric, by, kind)
    groups = lay_out(tally, by, asked.axes)
    dealt = _dealt(asked, groups.n.shape[1:])
    counts = groups.n[:, dealt].astype(np.int64)
    kept = ~groups.missing & (everyone.n >= min_people) & (everyone.n > 0)
    if kept.sum() < 2:
        msg = (
            f"permutation_test: {kept.sum()} groups have {min_people:g} people or more; it needs "
            "two. Pass a smaller min_people=."
        )
        raise NothingToCompare(msg)
    values = everyone.value[kept]
    if np.isnan(values).any():
        reasons = " ".join(dict.fromkeys(filter(None, everyone.notes)))
        msg = f"permutation_test: {metric} is not known for every group. {reasons}"
        raise InputError(msg)
    gap = float(_apart(values, kind))
    gaps = _apart(_deal(asked, dealt, counts[kept], replicates, seed), kind)
    far = gaps >= gap - 1e-12 if kind == "difference" else gaps <= gap + 1e-12
    hits = int(np.sum(far | np.isnan(gaps)))
    low, high = intervals.wilson(np.array(hits / replicates), np.array(float(replicates)))
    row = {
        "measure": metric, "groups": int(kept.sum()), "n": int(counts[kept].sum()), "value": gap,
        "by_chance": float(np.nanmean(gaps)), "p_value": (1 + hits) / (1 + replicates),
        "low": float(low), "high": float(high), "replicates": replicates, "note": "",
    }  # fmt: skip
    return pd.DataFrame([row])


def _check_countable(tally: Tally, name: str) -> None:
    people = next(iter(tally.cells.values())).sums[:, 0]
    for fault, found in (
        ("survey weights", tally.roles.weight is not None),
        ("clusters", tally.roles.cluster is not None),
        ("counts that are not whole", bool(np.mod(people, 1).any())),
    ):
        if found:
            msg = (
                f"{name} deals whole people who were drawn one by one; this tally has {fault}. "
                "disparity gives a p-value that allows for them."
            )
            raise InputError(msg)


def _fisher(events: int, n: int, events_reference: int, n_reference: int) -> tuple[float, float]:
    """Return Fisher's two-sided p-value and the mid-p-value."""
    from scipy.stats import fisher_exact, hypergeom

    table = [[events, n - events], [events_reference, n_reference - events_reference]]
    p_value = float(fisher_exact(table).pvalue)
    total, people = events + events_reference, n + n_reference
    support = np.arange(max(0, total - n_reference), min(n, total) + 1)
    chance = hypergeom.pmf(support, people, n, total)
    seen = chance[events - support[0]]
    tied = chance[np.isclose(chance, seen, rtol=1e-7, atol=0)].sum()
    return p_value, p_value - float(tied) / 2


def _dealt(asked: Measure, shape: tuple[int, ...]) -> np.ndarray:
    """Return the cells of people whom the measure is about."""
    if isinstance(asked, Rate):
        return asked.condition
    cells = np.zeros(shape, dtype=bool)
    # The last place of the score axis is for people without a score.
    if OUTCOME in asked.axes:
        cells[:-1, [BAD, GOOD]] = True
    else:
        cells[:-1] = True
    return cells


def _deal(
    asked: Measure, dealt: np.ndarray, counts: np.ndarray, replicates: int, seed: int
) -> Floats:
    """Return the measure for each group when its people are dealt anew; (replicates, n_groups)."""
    from scipy.stats import random_table

    used = np.flatnonzero(counts.sum(axis=0))
    places = np.flatnonzero(dealt)[used]
    table = random_table(counts[:, used].sum(axis=1), counts[:, used].sum(axis=0))
    rng = np.random.default_rng(seed)
    block = max(1, _LARGEST // (len(counts) * dealt.size))
    found = []
    for start in range(0, replicates, block):
        rows = min(block, replicates - start)
        sums = np.zeros((rows, len(counts), dealt.size))
        sums[..., places] = table.rvs(rows, random_state=rng)
        found.append(asked.values(sums.reshape(rows, len(counts), *dealt.shape)))
    return np.concatenate(found)


def _apart(values: Floats, kind: Literal["difference", "ratio"]) -> Floats:
    highest, lowest = values.max(axis=-1), values.min(axis=-1)
    if kind == "difference":
        return np.asarray(highest - lowest)
    # Where nobody is in the event in any group, they do not differ.
    return np.asarray(np.divide(lowest, highest, out=np.ones_like(highest), where=highest > 0))
