"""How far people can be told apart by what is known of them, and what their class gives away."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln

from creditaudit import intervals
from creditaudit.sharing.packed_keys import PackedKey
from creditaudit.sharing.quasi_identifiers import QuasiIdentifier
from creditaudit.values import Codes


@dataclass(frozen=True, eq=False)
class AlikePeople:
    """People in classes within which nobody can be told from anybody else.

    Attributes
    ----------
    key : PackedKey
        One number a person.
    sizes : int array of shape (n_classes,)
    """

    key: PackedKey
    sizes: Codes

    @classmethod
    def of(cls, key: PackedKey) -> "AlikePeople":
        """Return the classes of a key."""
        return cls(key, key.class_sizes())

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.key.values)

    @property
    def unique(self) -> float:
        """Share of people alone in their class."""
        return float((self.sizes == 1).sum() / self.n)

    def below(self, k: int) -> float:
        """Return the share of people in a class of fewer than k."""
        return float(self.sizes[self.sizes < k].sum() / self.n)

    @property
    def least(self) -> int:
        """Size of the smallest class: the k of k-anonymity."""
        return int(self.sizes.min())

    @property
    def prosecutor(self) -> float:
        """Mean of 1/f: the chance that a guess within the class finds the one who is meant.

        Every class of f people adds f times 1/f, so it is the number of classes over that of
        people.
        """
        return len(self.sizes) / self.n

    @property
    def bits(self) -> float:
        """Rényi entropy of order 2 in bits: -log2 of the chance that two people are alike.

        Two *different* people are meant, so that the number does not depend on how many there are:
        sum f (f - 1) over n (n - 1). Infinite where no two are alike.
        """
        if self.n < 2:
            return float("nan")
        alike = float((self.sizes * (self.sizes - 1.0)).sum()) / (self.n * (self.n - 1.0))
        return float(-np.log2(alike)) if alike > 0 else float("inf")

    def unique_among(self, people: int) -> float:
        """Return the share alone in their class among fewer people, drawn from these by chance.

        Exact: somebody in a class of f stays alone when none of the other f - 1 is among the m - 1
        drawn beside them, which has the chance C(n - f, m - 1) / C(n - 1, m - 1).

        Parameters
        ----------
        people : int
            1 to n.
        """
        n, m = self.n, people
        size, classes = np.unique(self.sizes, return_counts=True)
        room = n - size - m + 1
        log = gammaln(n - size + 1.0) - gammaln(n + 0.0)
        log += gammaln(n - m + 1.0) - gammaln(np.maximum(room, 0) + 1.0)
        alone = np.where(room >= 0, np.exp(log), 0.0)
        return float((alone * size * classes).sum() / n)

    def right_match(self, population: int) -> tuple[float, float, float]:
        """Return how often a match of one unique person with a population would be right.

        Parameters
        ----------
        population : int
            How many people there are, of whom these are a sample drawn by chance.

        Returns
        -------
        value, low, high : float
            With a 95 % range on the log odds. NaN where no class has one person.

        Notes
        -----
        With p = n / N, of the n_1 people alone in their class here and the n_2 pairs,
        p n_1 / (p n_1 + 2 (1 - p) n_2) estimates the share of right ones among all who match: the
        people unique here over everybody in the population like one of them. log (n_1 / n_2) has
        a variance near 1 / n_1 + 1 / n_2.

        References
        ----------
        Skinner, C. J. and Elliot, M. J. (2002). JRSS B 64, 855-867.
        """
        ones, twos = float((self.sizes == 1).sum()), float((self.sizes == 2).sum())
        p = self.n / population
        if ones == 0:
            return float("nan"), float("nan"), float("nan")
        if p >= 1:
            return 1.0, 1.0, 1.0
        if twos == 0:
            # No pair at all: three of them would be seen in 95 of 100 samples.
            low = p * ones / (p * ones + 2 * (1 - p) * 3)
            return 1.0, low, 1.0
        place = np.log(p * ones / (2 * (1 - p) * twos))
        reach = float(intervals.critical()) * np.sqrt(1 / ones + 1 / twos)
        value, low, high = (1 / (1 + np.exp(-x)) for x in (place, place - reach, place + reach))
        return float(value), float(low), float(high)

    def by_group(self, group: Codes, groups: int, k: int) -> pd.DataFrame:
        """Return the share alone, the share under k and the mean of 1/f in each group.

        Returns
        -------
        frame of shape (groups, 4)
            ``n, unique, below_k, prosecutor_risk``; NaN for a group without people. Classes are
            those of everybody: a group is looked for among all.
        """
        size = self.key.sizes_of_people()
        n = np.bincount(group, minlength=groups).astype(np.float64)
        with np.errstate(invalid="ignore"):
            shares = {
                name: np.bincount(group, weights, minlength=groups) / n
                for name, weights in (
                    ("unique", size == 1), ("below_k", size < k), ("prosecutor_risk", 1 / size),
                )
            }  # fmt: skip
        return pd.DataFrame({"n": n, **shares})


@dataclass(frozen=True)
class Given:
    """What the classes give away of a secret.

    Attributes
    ----------
    least : int
        Different values in the class that has fewest: the l of l-diversity.
    known : float
        Share of people in a class where everybody has one value, so that whoever finds the class
        knows it; people alone in their class are among them.
    known_in_company : float
        The same without people alone in their class.
    """

    least: int
    known: float
    known_in_company: float


def given_away(alike: AlikePeople, secret: QuasiIdentifier) -> Given:
    """Return what classes give away of a secret.

    Notes
    -----
    A missing value is one of the values: to be known to have none is to be known too.

    References
    ----------
    Machanavajjhala, A. et al. (2007). l-diversity. ACM TKDD 1(1), 3.
    """
    key = alike.key.renumbered()
    size = np.bincount(key.values, minlength=key.size)
    both = PackedKey(key.values, key.size).joined(secret)
    pairs = np.unique(both.values) // secret.levels
    distinct = np.bincount(pairs, minlength=key.size)
    one = distinct == 1
    return Given(
        int(distinct.min()),
        float(size[one].sum() / alike.n),
        float(size[one & (size > 1)].sum() / alike.n),
    )
