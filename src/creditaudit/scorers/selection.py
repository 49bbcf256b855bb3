"""Which features a card takes, and why it leaves out the others."""

from collections.abc import Callable, Sequence

import numpy as np

from creditaudit.scorers.feature_bins import FeatureBins
from creditaudit.values import Floats

NOTHING = "one bin: it tells nothing"
SUPPRESSOR = (
    "suppressor: beside the other features its weight turns, and riskier bins would get more points"
)


def informative(
    bins: Sequence[FeatureBins], min_iv: float | None
) -> tuple[list[int], dict[str, str]]:
    """Return the places of features with at least two bins and enough information; why not else."""
    kept, dropped = [], {}
    for j, one in enumerate(bins):
        if sum(part.n > 0 for part in one.bins) < 2 or one.iv <= 0:
            dropped[one.feature] = NOTHING
        elif min_iv is not None and one.iv < min_iv:
            dropped[one.feature] = f"information value {one.iv:.4g} is under min_iv={min_iv:g}"
        else:
            kept.append(j)
    return kept, dropped


def uncorrelated(
    bins: Sequence[FeatureBins], correlations: Floats, limit: float
) -> tuple[list[int], dict[str, str]]:
    """Return the places of features taken by information value, none too like one taken before."""
    taken: list[int] = []
    dropped: dict[str, str] = {}
    for j in sorted(range(len(bins)), key=lambda j: (-bins[j].iv, j)):
        like = [k for k in taken if abs(correlations[j, k]) > limit]
        if like:
            dropped[bins[j].feature] = (
                f"correlation {correlations[j, like[0]]:.2f} with {bins[like[0]].feature!r}, which "
                f"tells more, is over max_correlation={limit:g}"
            )
        else:
            taken.append(j)
    return sorted(taken), dropped


def without_suppressors(
    places: Sequence[int], fit: Callable[[Sequence[int], Floats | None], Floats]
) -> tuple[list[int], Floats, list[int]]:
    """Return the places kept, their fit, and those whose coefficient would not be positive.

    The most negative goes first, and the rest is fitted again from where it stands.
    """
    kept = list(places)
    dropped: list[int] = []
    found = fit(kept, None)
    while kept and found[1:].min() <= 0:
        worst = int(np.argmin(found[1:]))
        dropped.append(kept.pop(worst))
        found = fit(kept, np.delete(found, worst + 1))
    return kept, found, dropped
