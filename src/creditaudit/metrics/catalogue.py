"""Every measure by name."""

from creditaudit.errors import InputError
from creditaudit.metrics.measures import Measure
from creditaudit.metrics.rates import RATES
from creditaudit.metrics.separations import AUC

_MEASURES: tuple[Measure, ...] = (*RATES, AUC)
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
