"""How findings speak: natural frequencies, a named line, no verdict and no cause."""

import math
from typing import Any

import pandas as pd

from creditaudit.evidence import Evidence
from creditaudit.finding import Status
from creditaudit.metrics.disparities import Comparison

RAW_GAP = (
    "A raw comparison: it does not hold income, debts or credit history equal, so it shows that "
    "there is a gap and not why."
)


def per_hundred(ratio: float) -> str:
    """Return a ratio as so many for every 100."""
    return f"{100 * ratio:.0f}"


def percent(rate: float) -> str:
    """Return a rate in per cent."""
    return f"{100 * rate:.1f} %"


def people(n: float) -> str:
    """Return a number of people."""
    return f"{n:,.0f}" if float(n).is_integer() else f"{n:,.1f}"


def p_words(p: float) -> str:
    """Return an adjusted p-value in words."""
    return "adjusted p < 0.001" if p < 0.001 else f"adjusted p = {p:.3f}"


def status_of(low: float, high: float, line: float) -> Status:
    """Return where a family-wise range of a ratio lies about ``line`` and its mirror ``1/line``."""
    if math.isnan(low) and math.isnan(high):
        return "cannot_tell"
    if high < line or low > 1 / line:
        return "beyond"
    if low >= line and high <= 1 / line:
        return "not_beyond"
    return "cannot_tell"


def status_sentence(status: Status, ratio: float, low: float, high: float, line: float) -> str:
    """Return the sentence that sets a ratio against the line."""
    nearest, other = (line, 1 / line) if math.isnan(ratio) or ratio < 1 else (1 / line, line)
    # The range may hold only the farther of the line and its mirror.
    if status == "cannot_tell" and not low <= nearest <= high:
        nearest = other
    reach = reach_words(low, high)
    at = f"the line at {100 * nearest:.4g}"
    if status == "beyond":
        return f"Allowing for every comparison made ({reach}), the gap is beyond {at}."
    if status == "not_beyond":
        return f"Allowing for every comparison made ({reach}), the gap is not beyond {at}."
    return (
        f"Allowing for every comparison made ({reach}), {at} is inside the range: it cannot be "
        "told whether the gap is beyond it."
    )


def reach_words(low: float, high: float) -> str:
    """Return a range of ratios as so many to so many for every 100."""
    return f"{per_hundred(low)} to {per_hundred(high)}" if math.isfinite(high) else (
        f"{per_hundred(low)} or more"
    )  # fmt: skip


def chance_sentence(p_adjusted: float, detectable: float) -> str:
    """Return the sentence on what chance alone could do."""
    if math.isnan(p_adjusted):
        return ""
    if p_adjusted < 0.05:
        return f"Chance alone would seldom give a gap this large ({p_words(p_adjusted)})."
    seen = (
        f" A sample of this size shows a ratio of {detectable:.2f} or further from 1 in 8 of 10 "
        "cases."
        if math.isfinite(detectable)
        else " A sample of this size would rarely show any gap."
    )
    return f"No gap can be told from chance here ({p_words(p_adjusted)}).{seen}"


def group_name(by: tuple[str, ...], values: list[Any]) -> str:
    """Return a group as ``race black`` or ``race black, sex female``."""
    words = ["missing" if pd.isna(value) else str(value) for value in values]
    return ", ".join(f"{name} {word}" for name, word in zip(by, words, strict=True))


def confidence(evidence: Evidence, found: Comparison, place: int, missing_share: float) -> str:
    """Return "low", "moderate" or "high" by stated rules.

    Low: fewer than 100 people on either side, or more than one in ten without a group, or the
    value itself unknown. High: 1,000 people on both sides, fewer than one in a hundred without a
    group, decisions person by person. Moderate otherwise.
    """
    smaller = min(found.groups.n[place], found.reference.n[0])
    if smaller < 100 or missing_share > 0.1 or math.isnan(found.value[place]):
        return "low"
    return (
        "high" if smaller >= 1000 and missing_share < 0.01 and evidence.level >= 2 else "moderate"
    )
