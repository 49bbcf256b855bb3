"""How findings speak of what is left of a gap: lists, points, chance, and what was there before."""

from collections.abc import Sequence

import numpy as np

from creditaudit.audits.wording import p_words, per_hundred, reach_words
from creditaudit.metrics.disparities import Comparison


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def points(difference: float) -> str:
    """Return a difference of rates in percentage points, with its sign."""
    return f"{100 * difference:+.1f}".replace("-", "−")


def raw_words(raw: Comparison, place: int) -> str:
    """Return the raw ratio with its range."""
    if not np.isfinite(raw.value[place]):
        return "undefined"
    return f"{per_hundred(raw.value[place])} ({reach_words(raw.low[place], raw.high[place])})"


def chance_words(p_adjusted: float) -> str:
    """Return what chance alone could leave."""
    if np.isnan(p_adjusted):
        return ""
    if p_adjusted < 0.05:
        return f"Chance alone would seldom leave a gap this large ({p_words(p_adjusted)})."
    return f"What is left cannot be told from chance ({p_words(p_adjusted)})."
