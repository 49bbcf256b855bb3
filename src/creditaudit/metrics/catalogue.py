"""Every measure by name."""

from creditaudit.errors import InputError
from creditaudit.metrics.calibrations import CALIBRATION_GAP
from creditaudit.metrics.measures import Measure
from creditaudit.metrics.rates import RATES
from creditaudit.metrics.score_gaps import KS, MEAN_SCORE
from creditaudit.metrics.separations import AUC, GINI

_MEASURES: tuple[Measure, ...] = (*RATES, AUC, GINI, KS, MEAN_SCORE, CALIBRATION_GAP)
CATALOGUE = {one.name: one for one in _MEASURES}


def measure(name: str) -> Measure:
    """Return a measure by name.

    Raises
    ------
    InputError
        Naming those that exist.
    """
    if name not in CATALOGUE:
        msg = f"Unknown metric {name!r}. Metrics: {', '.join(CATALOGUE)}."
        raise InputError(msg)
    return CATALOGUE[name]
