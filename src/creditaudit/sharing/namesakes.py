"""How many people share a name, and how many of them a list takes for somebody on it: formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaln

from creditaudit import intervals
from creditaudit.errors import InputError
from creditaudit.values import Codes, Floats

# Pairs that may be there when none of them was seen, in 95 of 100 cases.
_UNSEEN = 3.0


@dataclass(frozen=True, eq=False)
class Namesakes:
    """People by how many of them share what a list is searched by.

    Attributes
    ----------
    sizes : float array of shape (n_sizes,)
        Different numbers of people alike, the one who is meant among them.
    people : float array of shape (n_sizes,)
        How many people have so many alike.
    """

    sizes: Floats
    people: Floats

    @classmethod
    def of(cls, sizes_of_people: Codes, who: Any = None) -> "Namesakes":
        """Return them from the class size of each person; of some of them where ``who`` says."""
        chosen = sizes_of_people if who is None else sizes_of_people[who]
        sizes, people = np.unique(chosen, return_counts=True)
        return cls(sizes.astype(np.float64), people.astype(np.float64))

    @classmethod
    def of_counts(cls, counts: Sequence[float] | Floats) -> "Namesakes":
        """Return them from the number of people with each value of the key.

        Raises
        ------
        InputError
            If a count is negative, or nobody is counted.
        """
        given = np.asarray(counts, dtype=np.float64)
        if given.ndim != 1 or not np.isfinite(given).all() or (given < 0).any() or given.sum() < 2:
            msg = "Counts of people with each value must be numbers of 0 or more, of two people up."
            raise InputError(msg)
        sizes, classes = np.unique(given[given > 0], return_counts=True)
        return cls(sizes, sizes * classes)

    @property
    def n(self) -> float:
        """Number of people."""
        return float(self.people.sum())

    def chances(self, everybody: float) -> Floats:
        """Return for each size the chance that somebody else, drawn by chance, is alike.

        (f - 1) / (n - 1): of the others, and so free of the person's own place in the table.
        """
        return (self.sizes - 1) / (everybody - 1)

    def collision(self) -> tuple[float, float]:
        """Return the chance that two different people are alike, and its standard error.

        Notes
        -----
        sum f (f - 1) over n (n - 1), which is right on average for the law that keys follow. Its
        variance is that of a mean over pairs: 4 z1 / n + 2 z2 / (n (n - 1)), with z1 the variance
        of (f - 1) / (n - 1) over people and z2 = c (1 - c) (Hoeffding 1948).
        """
        n = self.n
        each = self.chances(n)
        value = float((each * self.people).sum() / n)
        spread = float(((each - value) ** 2 * self.people).sum() / n)
        variance = 4 * spread / n + 2 * value * (1 - value) / (n * (n - 1))
        return value, float(np.sqrt(variance))

    def effective(self) -> tuple[float, float, float]:
        """Return as many equally common keys as would give as many pairs alike, with a range.

        1 over `collision`, the inverse of Simpson's index. Where no two people are alike there is
        no value, and the low end says how many there are at least.
        """
        value, error = self.collision()
        if value == 0:
            return float("inf"), self.n * (self.n - 1) / (2 * _UNSEEN), float("inf")
        reach = float(np.exp(float(intervals.critical()) * error / value))
        return 1 / value, 1 / value / reach, reach / value

    def hit(self, listed: float, population: float | None = None) -> Floats:
        """Return for each size the chance to be taken for somebody on a list and not be on it.

        Parameters
        ----------
        listed : float
            People on the list, drawn by chance from everybody.
        population : float, optional
            Everybody: by default those who were counted, and the chance is exact. Otherwise keys
            are taken to be as common among them as here.

        Notes
        -----
        Among n people counted, of f alike, nobody listed is one of the other f - 1 with the chance
        C(n - f, M) / C(n - 1, M). Elsewhere it is (1 - p)^M, p = (f - 1) / (n - 1).
        """
        n = self.n
        if population is not None and population != n:
            with np.errstate(divide="ignore"):
                return -np.expm1(listed * np.log1p(-self.chances(n)))
        room = n - self.sizes - listed
        log = gammaln(n - self.sizes + 1) - gammaln(np.maximum(room, 0) + 1)
        log += gammaln(n - listed) - gammaln(n)
        return np.where(room >= 0, -np.expm1(np.minimum(log, 0)), 1.0)

    def wrongful(self, listed: float, population: float | None = None) -> float:
        """Return how many people are expected to be taken for somebody else.

        The people not on the list, (N - M), times the mean of `hit`.
        """
        everybody = self.n if population is None else population
        mean = float((self.hit(listed, population) * self.people).sum() / self.n)
        return (everybody - listed) * mean

    def wrongful_range(self, listed: float, population: float) -> tuple[float, float]:
        """Return between what `wrongful` lies among other people than those counted.

        Notes
        -----
        Two things are not known there. How common keys are: as common as here, where no key is new,
        or rarer by as much as there are more people, where keys grow in number with them. And those
        counted are a draw: the chance to be alike has the range of `effective`. Among the people
        counted nothing is left open.
        """
        if population == self.n:
            found = self.wrongful(listed)
            return found, found
        value, error = self.collision()
        if value == 0:
            most = 1 / self.effective()[1]
            return 0.0, (population - listed) * float(-np.expm1(listed * np.log1p(-most)))
        reach = float(np.exp(float(intervals.critical()) * error / value))
        rarer = self.n / population
        factors = (min(rarer, 1.0) / reach, max(rarer, 1.0) * reach)
        low, high = (self._scaled(listed, population, one) for one in factors)
        return low, high

    def _scaled(self, listed: float, population: float, factor: float) -> float:
        chances = np.minimum(self.chances(self.n) * factor, 1.0)
        with np.errstate(divide="ignore"):
            hit = -np.expm1(listed * np.log1p(-chances))
        return (population - listed) * float((hit * self.people).sum() / self.n)


def wrongful_hits(
    counts: Sequence[float], *, list_size: float, population: float | None = None
) -> dict[str, float]:
    """Return how many people a list takes for somebody on it, from counts alone.

    Parameters
    ----------
    counts : sequence of numbers
        How many people have each value of the key, such as each name: no person is looked at.
    list_size : float
        People on the list, taken to be like everybody else in what the key says.
    population : float, optional
        People who are searched for; by default those counted.

    Returns
    -------
    dict
        ``wrongful`` (people taken for somebody listed), ``per_listing`` (that over list_size),
        ``share`` (of those not listed), ``effective_keys`` (K: as many equally common keys).

    Raises
    ------
    InputError
        If the list is empty or longer than the population.

    Notes
    -----
    N sum_c p_c [1 - (1 - p_c)^M], about N M / K while a list seldom has two people alike: then
    the wrongful hits for one true listing are N / K, whatever the length of the list.

    References
    ----------
    Simpson, E. H. (1949). Measurement of diversity. Nature 163, 688.
    """
    known = Namesakes.of_counts(counts)
    everybody = known.n if population is None else float(population)
    checked_list(list_size, everybody)
    found = known.wrongful(list_size, population)
    return {
        "wrongful": found,
        "per_listing": found / list_size,
        "share": found / (everybody - list_size),
        "effective_keys": known.effective()[0],
    }


def checked_list(list_size: float, population: float) -> None:
    """Raise an error if a list has nobody on it, or everybody."""
    if not 1 <= list_size < population:
        msg = (
            f"A list of {list_size:,.0f} among {population:,.0f} people: it takes 1 or more, and "
            "fewer than there are people."
        )
        raise InputError(msg)
