"""How findings speak of counts that are known within bounds only."""

import math

import numpy as np
import pandas as pd

from creditaudit.audits.wording import people, percent, reach_words, status_sentence
from creditaudit.finding import Status
from creditaudit.metrics.disparities import Comparison
from creditaudit.metrics.measures import Estimates, join_notes, whole
from creditaudit.metrics.rate_ends import Ends


def bounded_claim(
    found: Comparison, place: int, status: Status, line: float, words: tuple[str, str]
) -> str:
    """Return what can be said of a ratio; ``words`` are "approvals" and "were approved"."""
    assert found.bound_low is not None
    assert found.bound_high is not None
    things, of = words
    ends = found.low_family[place], found.high_family[place]
    # The side of 1 on which the range lies names the line on it.
    side = 2.0 if ends[0] > 1 else 0.5
    rates = (_between(found.groups, place), _between(found.reference, 0))
    return (
        f"some counts are known within bounds only. Whatever they are, there are "
        f"{_reach(found.bound_low[place], found.bound_high[place])} {things} for every 100 in the "
        f"reference group, per head; with sampling error "
        f"{_reach(found.low[place], found.high[place])}. "
        f"{status_sentence(status, side, *ends, line)} {rates[0]} {of} against {rates[1]}."
    )


def bounded_counts(ends: Ends, words: tuple[str, str]) -> tuple[list[pd.Series], list[str]]:
    """Return events and others of each group, null where not certain, and their bounds in words.

    Parameters
    ----------
    ends : Ends
    words : (str, str)
        Such as "approved" and "refused".
    """
    pairs = list(zip(ends.least, ends.greatest, strict=True))
    fewest = [(one.corner.least, other.turned.corner.least) for one, other in pairs]
    most = [(other.turned.corner.most, one.corner.most) for one, other in pairs]
    low, high = (np.array(side, dtype=float).reshape(-1, 2).T for side in (fewest, most))
    shown = [
        pd.Series(whole(least)).where(least == top) for least, top in zip(low, high, strict=True)
    ]
    said = [
        join_notes(*(_span(*one) for one in zip(words, low[:, g], high[:, g], strict=True)))
        for g in range(len(pairs))
    ]
    return shown, said


def _span(word: str, low: float, high: float) -> str:
    if low == high:
        return ""
    top = f"{people(low)} to {people(high)}" if math.isfinite(high) else f"{people(low)} or more"
    return f"{word.capitalize()}: {top}."


def _between(one: Estimates, place: int) -> str:
    assert one.bound_low is not None
    assert one.bound_high is not None
    low, high = one.bound_low[place], one.bound_high[place]
    sizes = (0.0, math.inf) if one.ends is None else one.ends.least[place].people
    of = f"{people(sizes[0])} {'' if sizes[0] == sizes[1] else 'or more '}"
    if np.isclose(low, high):
        return f"{percent(low)} of {of.strip()}"
    return f"Between {percent(low)} and {percent(high)} of {of.strip()}"


def _reach(low: float, high: float) -> str:
    return reach_words(np.nan_to_num(low), math.inf if math.isnan(high) else high)
