"""Two readings of justice as numbers: corrective and distributive. No ranking, no verdict."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr

from creditaudit.sharing.entry_facts import EntryFacts
from creditaudit.sharing.sanctions import Sanctions
from creditaudit.values import Floats

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]
RANK_STEPS = 5
LEAST_TYPE = 30
DEAL = 7
CORRECTIVE: Mapping[str, str] = {
    "measures_minor": "mean measures that reach people whose worst true entry is minor",
    "measures_general": "the same, general",
    "measures_serious": "the same, serious",
    "slope": "further measures for each step of severity, by least squares",
    "rank_correlation": "Spearman's, of severity and measures, among people with a stated severity",
    "rank_correlation_of_money": "Spearman's, of money owed by true entries and measures, among "
    "people who owe some",
    "harm_not_stated": "of people with a true entry, the share of whom no entry states a severity",
    "measures_without_true_finding": "share of all measures that reach people without a true "
    "finding of their own: through a tie, or listed by mistaken entries alone",
    "measures_after_repair": "share of measures that reach people whose every entry is repaired",
    "months_after_repair": "mean months until the last entry of these people expires",
    "reasoned": "share of all measures with a recorded reason that the person can contest",
}
DISTRIBUTIVE: Mapping[str, str] = {
    "gini": "Gini index of the opportunities that are left",
    "theil": "Theil index of them",
    "theil_between_types": "the part of it between types: people of the same circumstances",
    "opportunity_ex_ante": "share of the Theil index that lies between types",
    "opportunity_ex_ante_by_chance": "the same with types dealt anew by chance",
    "opportunity_at_equal_ability": "how far the worst type falls short of the mean at equal rank "
    "of ability within types, averaged over five steps (after Roemer, whose measure asks for "
    "effort; a society draws none)",
    "opportunity_at_equal_ability_by_chance": "the same with types dealt anew by chance: of "
    "many small types one is always worst",
    "most_reached_tenth": "share of all measures that reach the tenth of people with most of them",
}


def corrective(sanctions: Sanctions, facts: EntryFacts) -> dict[str, float]:
    """Return the numbers of `CORRECTIVE`.

    Parameters
    ----------
    sanctions : Sanctions
    facts : EntryFacts

    Notes
    -----
    Severity is that of the worst true entry on a scale of three, as the log names it.
    """
    measures = sanctions.all.astype(np.float64)
    stated, owing = facts.harm > 0, facts.amount > 0
    x, y = facts.harm[stated], measures[stated]
    spread = len(x) > 1 and np.ptp(x) > 0
    total = float(measures.sum())
    held = np.isnan(facts.harm) | stated
    left = facts.months_left[np.isfinite(facts.months_left) & facts.repaired & (measures > 0)]
    return {
        **{
            f"measures_{name}": _mean(measures[facts.harm == level])
            for level, name in enumerate(("minor", "general", "serious"), start=1)
        },
        "slope": _slope(x, y) if spread else float("nan"),
        "rank_correlation": _spearman(x, y),
        "rank_correlation_of_money": _spearman(facts.amount[owing], measures[owing]),
        "harm_not_stated": _mean(np.isnan(facts.harm[held])),
        "measures_without_true_finding": _ratio(measures[~facts.found].sum(), total),
        "measures_after_repair": _ratio(measures[facts.repaired].sum(), total),
        "months_after_repair": _mean(left),
        "reasoned": _ratio(sanctions.reasoned.sum(), total),
    }


def people_behind(sanctions: Sanctions, facts: EntryFacts) -> dict[str, float]:
    """Return on how many people each number of `CORRECTIVE` and `DISTRIBUTIVE` is counted."""
    measures, people = sanctions.all, len(facts.harm)
    stated, reached = int((facts.harm > 0).sum()), int((measures > 0).sum())
    left = np.isfinite(facts.months_left) & facts.repaired & (measures > 0)
    counted = {
        **{
            f"measures_{name}": int((facts.harm == level).sum())
            for level, name in enumerate(("minor", "general", "serious"), start=1)
        },
        "slope": stated, "rank_correlation": stated,
        "rank_correlation_of_money": int((facts.amount > 0).sum()),
        "harm_not_stated": stated + int(np.isnan(facts.harm).sum()),
        "months_after_repair": int(left.sum()),
    }  # fmt: skip
    counted |= {name: reached for name in CORRECTIVE if name not in counted}
    return {name: float(counted.get(name, people)) for name in (*CORRECTIVE, *DISTRIBUTIVE)}


def distributive(sanctions: Sanctions, types: Codes, ability: Floats) -> dict[str, float]:
    """Return the numbers of `DISTRIBUTIVE`.

    Parameters
    ----------
    sanctions : Sanctions
    types : int array
        The circumstances of each person as one number, from 0; see `types_of`.
    ability : array of float
        What the person could do. It is no effort and no merit: a society draws neither. Only its
        rank within a type counts.
    """
    left, measures = sanctions.left, sanctions.all.astype(np.float64)
    whole, between = theil(left), theil_between(left, types)
    dealt = np.random.default_rng(DEAL).permutation(types)
    ordered = np.sort(measures)[::-1]
    tenth = max(1, len(ordered) // 10)
    return {
        "gini": gini(left),
        "theil": whole,
        "theil_between_types": between,
        "opportunity_ex_ante": _ratio(between, whole),
        "opportunity_ex_ante_by_chance": _ratio(theil_between(left, dealt), whole),
        "opportunity_at_equal_ability": worst_off_by_rank(left, types, ability),
        "opportunity_at_equal_ability_by_chance": worst_off_by_rank(left, dealt, ability),
        "most_reached_tenth": _ratio(ordered[:tenth].sum(), ordered.sum()),
    }


def gini(values: Floats) -> float:
    """Return the Gini index: 2 sum(i x_i) / (n sum x) - (n + 1) / n with x in rising order."""
    x = np.sort(values)
    total = x.sum()
    if not total:
        return float("nan")
    place = np.arange(1, len(x) + 1)
    return float(2 * (place * x).sum() / (len(x) * total) - (len(x) + 1) / len(x))


def theil(values: Floats) -> float:
    """Return the Theil index: mean of (x / m) ln(x / m), 0 where x is 0."""
    mean = values.mean()
    if not mean:
        return float("nan")
    share = values / mean
    return float(np.mean(share * np.log(np.where(share > 0, share, 1.0))))


def theil_between(values: Floats, groups: Codes) -> float:
    """Return the part of the Theil index between groups: everybody at the mean of the group."""
    sizes = np.bincount(groups)
    means = np.bincount(groups, values) / np.maximum(sizes, 1)
    return theil(means[groups])


def worst_off_by_rank(values: Floats, types: Codes, ranked: Floats) -> float:
    """Return how far the worst type falls short of the mean at equal rank, averaged over steps.

    Notes
    -----
    Steps are fifths of the rank within a type. In each, 1 - (least mean of a type) over
    (mean of all); 0 where types do equally well at every step.

    References
    ----------
    Roemer, J. E. (1998). Equality of Opportunity. Harvard University Press. Checchi, D. and
    Peragine, V. (2010). Inequality of opportunity in Italy. Journal of Economic Inequality 8.
    """
    step = np.zeros(len(values), dtype=np.int64)
    sizes = np.bincount(types)
    for one in np.flatnonzero(sizes):
        rows = np.flatnonzero(types == one)
        order = np.argsort(ranked[rows], kind="stable")
        step[rows[order]] = np.arange(len(rows)) * RANK_STEPS // len(rows)
    short = []
    for k in range(RANK_STEPS):
        here = step == k
        many = np.bincount(types[here], minlength=len(sizes))
        means = np.bincount(types[here], values[here], minlength=len(sizes)) / np.maximum(many, 1)
        mean = values[here].mean() if here.any() else 0.0
        if mean:
            short.append(1 - means[many > 0].min() / mean)
    return float(np.mean(short)) if short else float("nan")


def types_of(frame: pd.DataFrame, columns: Sequence[str]) -> Codes:
    """Return the circumstances of each person as one number.

    Parameters
    ----------
    frame : DataFrame
    columns : sequence of str
        Circumstances; a missing value is one of the values.

    Notes
    -----
    Types with fewer than 30 people lose the last column they differ in, so that no worst type is
    made by chance alone.
    """
    n = len(frame)
    codes = np.zeros(n, dtype=np.int64)
    for place in range(len(columns) + 1):
        parts = list(columns[: len(columns) - place])
        own = _crossed(frame, parts)
        if place == 0:
            codes = own
            continue
        small = (np.bincount(codes)[codes] < LEAST_TYPE) & (np.bincount(codes)[codes] > 0)
        if not small.any():
            break
        codes = np.where(small, own + codes.max() + 1, codes)
        codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return codes


def _crossed(frame: pd.DataFrame, columns: Sequence[str]) -> Codes:
    if not columns:
        return np.zeros(len(frame), dtype=np.int64)
    grouped = frame.groupby(list(columns), observed=True, dropna=False, sort=True)
    return np.asarray(grouped.ngroup(), dtype=np.int64)


def _slope(x: Floats, y: Floats) -> float:
    # All alike have no slope, to the last digit.
    return 0.0 if np.ptp(y) == 0 else float(np.polyfit(x, y, 1)[0])


def _spearman(x: Floats, y: Floats) -> float:
    differ = len(x) > 1 and np.ptp(x) > 0 and np.ptp(y) > 0
    return float(spearmanr(x, y).statistic) if differ else float("nan")


def _mean(values: npt.NDArray[np.generic]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below else float("nan")
