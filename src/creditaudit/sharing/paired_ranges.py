"""Ranges of numbers made from fits: other people to measure on, and other people to fit on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from creditaudit import intervals
from creditaudit.intervals import LEVEL
from creditaudit.values import Floats

Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Ranged:
    """Numbers with both parts of their error.

    Attributes
    ----------
    value : array
        NaN where undefined.
    error_people : array, same shape
        Standard deviation over people drawn from those measured on, for these fits.
    error_refit : array, same shape
        Standard deviation over fits on other people; NaN where it was not asked for.
    df : array, same shape
        Degrees of freedom of both together.
    """

    value: Floats
    error_people: Floats
    error_refit: Floats
    df: Floats

    @property
    def error(self) -> Floats:
        """Both errors together."""
        return np.asarray(np.sqrt(self.error_people**2 + np.nan_to_num(self.error_refit) ** 2))

    def range(self, level: float = LEVEL) -> tuple[Floats, Floats]:
        """Return the value less and plus so many standard errors, by Student's t."""
        wide = intervals.critical(level, self.df) * self.error
        return self.value - wide, self.value + wide

    def at(self, place: tuple[int, ...] | int) -> "Ranged":
        """Return some of the numbers."""
        return Ranged(
            self.value[place], self.error_people[place], self.error_refit[place], self.df[place]
        )


def ranged(statistic: Statistic, game: Floats, parts: Sequence[Floats]) -> Ranged:
    """Return a statistic of a game with its error.

    Parameters
    ----------
    statistic : callable
        From games of shape (n_coalitions, n_metrics, k) to numbers of shape (m, n_metrics, k).
    game : array of shape (n_coalitions, n_metrics, 1 + draws)
    parts : sequence of arrays of shape (n_coalitions, n_metrics, 1)
        The same game by fits on parts of the people fitted on, none in two of them.

    Notes
    -----
    Fits on k parts are fits on different people, each k times fewer. Where the variance of the
    statistic goes as 1 / n with the people fitted on, that of a fit on all of them is the variance
    between parts over k. It rests on k - 1 degrees of freedom; both errors together have those of
    Satterthwaite.

    References
    ----------
    Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components.
    Biometrics Bulletin 2, 110-114. Mahalanobis, P. C. (1946). Journal of the Royal Statistical
    Society 109, 325-378 (interpenetrating samples).
    """
    found = statistic(game)
    value, drawn = found[..., 0], found[..., 1:]
    draws = drawn.shape[-1]
    people = np.full(value.shape, np.nan)
    if draws > 1:
        # What never varies has no error, whatever the mean of equal numbers is rounded to.
        people = np.where(np.ptp(drawn, axis=-1) == 0, 0.0, drawn.std(axis=-1, ddof=1))
    if not parts:
        return Ranged(value, people, np.full(value.shape, np.nan), np.full(value.shape, np.inf))
    fits = np.stack([statistic(part)[..., 0] for part in parts])
    refit = np.sqrt(fits.var(axis=0, ddof=1) / len(fits))
    refit = np.where(np.ptp(fits, axis=0) == 0, 0.0, refit)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = people**4 / max(draws - 1, 1) + refit**4 / (len(fits) - 1)
        df = np.where(squares > 0, (people**2 + refit**2) ** 2 / squares, np.inf)
    return Ranged(value, people, refit, df)
