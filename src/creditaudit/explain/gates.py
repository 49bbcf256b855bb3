"""The check that every explanation passes: base and values add up to the model's own output."""

from collections.abc import Callable

import numpy as np

from creditaudit.errors import CreditauditError, InputError
from creditaudit.values import Floats

LARGEST_GAP = 1e-4


class AdditivityGap(CreditauditError):
    """Base and values do not add up to what the model itself gives."""


def additivity_gap(
    values: Floats, base: float, own: Floats, backend: str, again: Callable[[], Floats]
) -> float:
    """Return the largest difference between an explanation and the model's own output.

    Parameters
    ----------
    values : array of shape (n_rows, p)
    base : float
    own : array of shape (n_rows,)
        What the model gives, not what the backend believes it gives.
    backend : str
        For the message.
    again : callable
        Asks the model once more, to tell a wrong backend from a model that gives two answers.

    Raises
    ------
    AdditivityGap
        If the difference is above 1e-4 for anybody, or not a number.
    InputError
        If the model does not give the same people the same output twice.
    """
    differences = np.abs(base + values.sum(axis=1) - own)
    gap = float(differences.max(initial=0.0))
    if gap <= LARGEST_GAP:
        return gap
    if not np.allclose(again(), own, rtol=0, atol=LARGEST_GAP / 10):
        msg = (
            "The model gave the same people two different outputs, so none of them can be "
            "explained. Fix its random state, or explain one of its parts."
        )
        raise InputError(msg)
    wrong = int((~(differences <= LARGEST_GAP)).sum())
    msg = (
        f"Values from {backend} miss the model's own output by up to {gap:.3g} ({wrong:,} of "
        f"{len(own):,} people by more than {LARGEST_GAP:g}). They do not explain this model and "
        'are withheld. Pass another backend=, or "auto".'
    )
    raise AdditivityGap(msg)
