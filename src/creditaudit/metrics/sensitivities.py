"""How strong something outside the table would have to be, and whether strata turn a gap round."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import betaincinv
from scipy.stats import binom

from creditaudit import intervals
from creditaudit.errors import InputError
from creditaudit.metrics.disparities import Reference, compare, reference_name
from creditaudit.metrics.measures import join_notes, whole
from creditaudit.metrics.pairs import effect
from creditaudit.metrics.strata import Strata, stratify
from creditaudit.metrics.stratified import left_out, pool
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

GAMMAS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0)


def e_value(ratio: float) -> float:
    """Least ratio by which something must go with group and event to account for a ratio.

    Parameters
    ----------
    ratio : float
        Ratio of two rates; 0 or more.

    Returns
    -------
    float
        1 or more; infinite for a ratio of 0, NaN for NaN.

    Notes
    -----
    ``R + sqrt(R (R - 1))`` with R the ratio, or its inverse where it is under 1.

    References
    ----------
    VanderWeele, T. J. and Ding, P. (2017). Annals of Internal Medicine 167, 268-274.
    """
    size = cornfield_ratio(ratio)
    return float(size + np.sqrt(size * (size - 1))) if np.isfinite(size) else size


def e_value_limit(low: float, high: float) -> float:
    """Return the E-value of the end of a range that is nearest to 1; 1 where the range holds 1.

    References
    ----------
    VanderWeele, T. J. and Ding, P. (2017). Annals of Internal Medicine 167, 268-274.
    """
    if np.isnan(low) or np.isnan(high):
        return np.nan
    return e_value(low) if low > 1 else e_value(high) if high < 1 else 1.0


def cornfield_ratio(ratio: float) -> float:
    """How many times as common something must be in one group, to account alone for a ratio.

    Parameters
    ----------
    ratio : float
        Ratio of two rates; 0 or more.

    Returns
    -------
    float
        The ratio itself, or its inverse where it is under 1. A necessary condition: it must also
        go with the event by at least as much.

    References
    ----------
    Cornfield, J. et al. (1959). Journal of the National Cancer Institute 22, 173-203, appendix A.
    """
    if ratio < 0:
        msg = f"ratio={ratio!r} must be 0 or more: it compares two rates."
        raise InputError(msg)
    if ratio == 0:
        return np.inf
    return float(max(ratio, 1 / ratio)) if not np.isnan(ratio) else np.nan


def bounding_factor(with_group: float, with_event: float) -> float:
    """Largest ratio that something of a given strength can account for.

    Parameters
    ----------
    with_group : float
        How many times as common it is in one group as in the other; 1 or more.
    with_event : float
        How many times as likely the event is with it as without, in either group; 1 or more.

    Returns
    -------
    float
        A ratio divided by this is the least that is left.

    References
    ----------
    Ding, P. and VanderWeele, T. J. (2016). Epidemiology 27, 368-377.
    """
    if not (with_group >= 1 and with_event >= 1):
        msg = "with_group= and with_event= must be 1 or more; take the inverse of a smaller ratio."
        raise InputError(msg)
    return with_group * with_event / (with_group + with_event - 1)


def confounder_strength(
    tally: Tally,
    *,
    by: By,
    strata: str | Sequence[str] | None = None,
    reference: Reference | None = None,
) -> pd.DataFrame:
    """How strong something outside the table must be to account for a gap, from counts alone.

    Parameters
    ----------
    tally : Tally
    by : str or tuple of str
    strata : str or sequence of str, optional
        Compare within these, pooled by Mantel and Haenszel: the strength is then beyond them.
    reference : value or tuple of values, optional

    Returns
    -------
    frame with two rows a group other than the reference
        The keys, reference, measure ("approval_ratio", "refusal_ratio"), n, n_reference, value,
        low, high (95 %), e_value, e_value_limit (of the end nearest to 1), cornfield, note: the
        same in words. The same gap is a small ratio of approvals and a large one of refusals, so
        the two rows ask for different strengths: with approval, and with refusal.

    Raises
    ------
    InputError, MissingRole, NothingToCompare

    Notes
    -----
    The bound holds whatever is left out, be it one thing or many together, and needs no model of
    it. It is about ratios of rates, not about errors in the records.

    References
    ----------
    VanderWeele, T. J. and Ding, P. (2017). Annals of Internal Medicine 167, 268-274.
    Cornfield, J. et al. (1959). Journal of the National Cancer Institute 22, 173-203.
    """
    raw = compare(tally, "approval_rate", by, reference, "ratio")
    keys = raw.groups.keys
    tables = None if strata is None else stratify(tally, "approval_rate", raw, strata)
    rows = []
    for place in range(len(raw.value)):
        for event in ("approval", "refusal"):
            if tables is None:
                value, low, high = (
                    (raw.value[place], raw.low[place], raw.high[place])
                    if event == "approval"
                    else _refusals(raw.groups.value[place], raw.groups.size[place],
                                   raw.reference.value[0], raw.reference.size[0])
                )  # fmt: skip
                note = raw.notes[place]
                if event == "refusal" and np.isnan(value) and np.isfinite(raw.value[place]):
                    note = join_notes("Undefined: nobody in the reference was refused.", note)
                n = raw.groups.n[place], raw.reference.n[0]
            else:
                table = tables[place] if event == "approval" else _turned(tables[place])
                found = pool(table, "ratio")
                value, (low, high) = found.value, found.range()
                note = join_notes(found.note, *left_out(found))
                n = table.people[table.shared].sum(axis=0)
            point, limit = e_value(value), e_value_limit(low, high)
            rows.append({name: keys[name].tolist()[place] for name in keys.columns} | {
                "reference": reference_name(raw.reference), "measure": f"{event}_ratio",
                "n": n[0], "n_reference": n[1], "value": value, "low": low, "high": high,
                "e_value": point, "e_value_limit": limit, "cornfield": cornfield_ratio(value),
                "note": join_notes(note, strength_words(point, limit, event)),
            })  # fmt: skip
    frame = pd.DataFrame(rows)
    for name in ("n", "n_reference"):
        frame[name] = whole(frame[name].to_numpy(dtype=np.float64))
    numbers = ["value", "low", "high", "e_value", "e_value_limit", "cornfield"]
    frame[numbers] = frame[numbers].where(np.isfinite(frame[numbers]))
    return frame


def strength_words(point: float, limit: float, event: str, beyond: str = "") -> str:
    """Return an E-value in words; ``beyond`` names what is already held equal."""
    if np.isnan(point):
        return ""
    words = (
        f"Something outside the table{beyond} accounts for all of this ratio only if it goes both "
        f"with the group and with {event} by a ratio of {point:.2f} or more (weaker in one, "
        "stronger in the other)"
        if np.isfinite(point)
        else "Nothing outside the table, however strong, accounts for all of a ratio of 0"
    )
    if np.isnan(limit):
        return f"{words}."
    ends = f"; from {limit:.2f}, the range holds 1" if limit > 1 else "; the range holds 1 as it is"
    return f"{words}{ends}."


def rosenbaum_bounds(
    against: int, in_favour: int, *, gammas: Sequence[float] = GAMMAS
) -> pd.DataFrame:
    """Range of the p-value of matched pairs when the odds within a pair may differ by gamma.

    Parameters
    ----------
    against : int
        Pairs in which the member of the group was refused and the matched one approved.
    in_favour : int
        Pairs in which it was the other way round. Pairs decided alike tell nothing here.
    gammas : sequence of float
        How many times the odds of being the one refused may differ within a pair, by something
        that was not matched on. 1 or more; 1 is none.

    Returns
    -------
    frame with one row a gamma
        gamma, n (pairs decided differently), p_low, p_high, note. One-sided: as many pairs
        against the group or more.

    Raises
    ------
    InputError

    Notes
    -----
    McNemar's exact test: ``P(B >= against)`` with B binomial of n and gamma / (1 + gamma) at most,
    1 / (1 + gamma) at least.

    References
    ----------
    Rosenbaum, P. R. (2002). Observational Studies, 2nd ed., section 4.3.2.
    """
    pairs = _pairs(against, in_favour)
    given = np.asarray(list(gammas), dtype=np.float64)
    if not (given >= 1).all() or not np.isfinite(given).all():
        msg = f"gammas={list(gammas)!r} must be numbers of 1 or more."
        raise InputError(msg)
    note = "" if pairs else "Undefined: no pair was decided differently."
    ends = [binom.sf(against - 1, pairs, p) for p in (1 / (1 + given), given / (1 + given))]
    frame = pd.DataFrame({"gamma": given, "n": pairs, "p_low": ends[0], "p_high": ends[1]})
    if not pairs:
        frame[["p_low", "p_high"]] = np.nan
    return frame.assign(note=note)


def rosenbaum_gamma(against: int, in_favour: int, *, level: float = 0.05) -> float:
    """Largest gamma at which the upper p-value of `rosenbaum_bounds` is no more than a level.

    Returns
    -------
    float
        NaN where even pairs that are alike in all things (gamma 1) give a larger p-value.

    Notes
    -----
    With L the exact lower limit of the share of pairs against the group: ``L / (1 - L)``.

    References
    ----------
    Rosenbaum, P. R. (2002). Observational Studies, 2nd ed., section 4.3.2.
    """
    _pairs(against, in_favour)
    if not 0 < level < 1:
        msg = f"level={level!r} must lie between 0 and 1, such as 0.05."
        raise InputError(msg)
    least = float(betaincinv(against, in_favour + 1, level)) if against else 0.0
    return least / (1 - least) if least >= 0.5 else np.nan


def simpson_check(
    tally: Tally,
    *,
    by: By,
    strata: str | Sequence[str],
    metric: str = "approval_rate",
    reference: Reference | None = None,
) -> pd.DataFrame:
    """Whether a gap points the other way within strata, from counts.

    Parameters
    ----------
    tally : Tally
        With a grouping that holds the groups and the strata.
    by : str or tuple of str
    strata : str or sequence of str
    metric : str
        Any rate.
    reference : value or tuple of values, optional

    Returns
    -------
    frame with one row a group other than the reference
        The keys, reference, n, n_reference, value, low, high (difference in the whole table),
        pooled, pooled_low, pooled_high (difference within strata, Mantel and Haenszel), strata
        (in which both have people), lower, higher, equal (how many of them), reversal, note.
        reversal is "every stratum" when all point the other way, "pooled" when the pooled
        difference does, else "none".

    Raises
    ------
    InputError, MissingRole, NothingToCompare

    References
    ----------
    Simpson, E. H. (1951). JRSS B 13, 238-241.
    Bickel, P. J., Hammel, E. A. and O'Connell, J. W. (1975). Science 187, 398-404.
    """
    raw = compare(tally, metric, by, reference, "difference")
    keys = raw.groups.keys
    rows = []
    for place, one in enumerate(stratify(tally, metric, raw, strata)):
        found = pool(one, "difference")
        low, high = found.range()
        ends = (raw.low[place], raw.high[place]), (low, high)
        signs = _signs(one)
        whole_sign = np.sign(np.nan_to_num(raw.value[place]))
        other = int((signs == -whole_sign).sum())
        turned = bool(whole_sign) and np.sign(np.nan_to_num(found.value)) == -whole_sign
        every = bool(whole_sign) and len(signs) > 1 and other == len(signs)
        reversal = "every stratum" if every else "pooled" if turned else "none"
        rows.append({name: keys[name].tolist()[place] for name in keys.columns} | {
            "reference": reference_name(raw.reference), "n": raw.groups.n[place],
            "n_reference": raw.reference.n[0], "value": raw.value[place],
            "low": ends[0][0], "high": ends[0][1], "pooled": found.value, "pooled_low": low,
            "pooled_high": high, "strata": len(signs), "lower": int((signs < 0).sum()),
            "higher": int((signs > 0).sum()), "equal": int((signs == 0).sum()),
            "reversal": reversal,
            "note": join_notes(raw.notes[place], found.note, _turn_words(reversal, ends),
                               *left_out(found)),
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    for name in ("n", "n_reference"):
        frame[name] = whole(frame[name].to_numpy(dtype=np.float64))
    return frame


def _turn_words(reversal: str, ends: tuple[tuple[float, float], tuple[float, float]]) -> str:
    if reversal == "none":
        return ""
    told = [low > 0 or high < 0 for low, high in ends]
    where = "in every stratum" if reversal == "every stratum" else "within strata, pooled,"
    chance = (
        "both directions can be told from chance"
        if all(told)
        else "not both directions can be told from chance"
    )
    return f"The gap points the other way {where} than in the whole table; {chance}."


def _signs(strata: Strata) -> Floats:
    (a, c), (n1, n0) = strata.events[strata.shared].T, strata.size[strata.shared].T
    gap = effect(a / n1, c / n0, "difference")
    # Shares of whole people that are equal may differ in their last digit.
    return np.asarray(np.sign(np.where(np.abs(gap) < 1e-12, 0, gap)))


def _turned(strata: Strata) -> Strata:
    """Return the tables with events and the rest exchanged."""
    rest = strata.size - strata.events
    return Strata(strata.keys, rest, strata.size, strata.people, strata.missing)


def _refusals(p1: float, n1: float, p0: float, n0: float) -> tuple[float, float, float]:
    """Return the ratio of refusal rates and its range, from approval rates."""
    a, b = np.array([1 - p1]), np.array([1 - p0])
    value = effect(a, b, "ratio")
    low, high = intervals.miettinen_nurminen(a, np.array([n1]), b, np.array([n0]), "ratio")
    undefined = np.isnan(value)
    ends = (np.where(undefined, np.nan, one) for one in (value, low, high))
    return tuple(float(one[0]) for one in ends)  # type: ignore[return-value]


def _pairs(against: int, in_favour: int) -> int:
    for name, count in (("against", against), ("in_favour", in_favour)):
        if count != int(count) or count < 0:
            msg = f"{name}={count!r} must be a whole number of pairs, 0 or more."
            raise InputError(msg)
    return int(against) + int(in_favour)
