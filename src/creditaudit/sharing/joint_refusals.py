"""Who is refused by every agency, beside what agencies that decide apart would give."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from creditaudit.errors import InputError
from creditaudit.intervals import wilson
from creditaudit.sharing.cascade_measures import PEOPLE, drawn, rests_on
from creditaudit.sharing.cascade_wiring import ALL_ALIKE, refused_by_all_of
from creditaudit.sharing.listings import listings_of
from creditaudit.sharing.smooth_chances import crossfitted_chances, feature_columns
from creditaudit.sharing.sweeps import Swept

if TYPE_CHECKING:
    from creditaudit.sharing.cascades import Cascade

Floats = NDArray[np.float64]
FEATURES = ("true_pd", "age", "registration")
APART = "range of what so many people show if agencies decide apart"
WAYS = ("observed", "apart_given_features", "apart")


@dataclass(frozen=True, eq=False, repr=False)
class RefusedTogether:
    """How many agencies refuse a person, and what agencies that decide apart would give.

    Attributes
    ----------
    agencies : tuple of str
        Those that refuse anything.
    given : tuple of str
        The features.
    frame : pandas.DataFrame
        ``measure, refusing, way, value, low, high, n, seeds, kind, note``: the share of people whom
        so many agencies refuse, ``observed``, ``apart_given_features`` (each agency refuses as
        often as it does among other people with such features) and ``apart`` (as often as it does
        among all). low and high: of ``observed``, over people drawn alike (Wilson); of the others,
        what so many people show in 95 of 100 cases if agencies do decide apart; of all, the sweep
        where they rest on free parameters. A share that the wiring fixes is a "theorem".
    """

    agencies: tuple[str, ...]
    given: tuple[str, ...]
    frame: pd.DataFrame

    def by_all(self, way: str = "observed") -> float | Swept:
        """Return the share refused by all agencies, one of three ways; with its sweep if any."""
        if way not in WAYS:
            msg = f"way={way!r} must be one of {WAYS}."
            raise InputError(msg)
        row = self.frame[
            (self.frame["refusing"] == len(self.agencies)) & (self.frame["way"] == way)
        ].iloc[0]
        swept: Swept | None = row["swept"]
        return float(row["value"]) if swept is None else swept

    def _repr_html_(self) -> str:
        return str(self.frame.drop(columns="swept").to_html(index=False, na_rep=""))


def poisson_binomial(p: npt.ArrayLike) -> Floats:
    """Return the chance of each number of events, exactly.

    Parameters
    ----------
    p : array of shape (..., k)
        Chances of k events that are independent.

    Returns
    -------
    array of shape (..., k + 1)

    Notes
    -----
    One event after the other: with chance p it moves a number up by one. k^2 sums a row.

    References
    ----------
    Hong, Y. (2013). Computational Statistics and Data Analysis 59, 41-51.
    """
    p = np.asarray(p, dtype=float)
    chances = np.zeros((*p.shape[:-1], p.shape[-1] + 1))
    chances[..., 0] = 1
    for event in range(p.shape[-1]):
        one = p[..., event, None]
        moved = chances[..., :-1] * one
        chances *= 1 - one
        chances[..., 1:] += moved
    return chances


def refused_together(one: "Cascade", *, given: Sequence[str] = FEATURES) -> RefusedTogether:
    """Return how many agencies refuse a person, beside agencies that decide apart.

    Parameters
    ----------
    one : Cascade
    given : sequence of str
        Columns of the people or of their truth; see `smooth_chances.feature_columns`. By default
        the true chance of default, age and registration: what agencies could at best know of a
        person's risk.

    Raises
    ------
    MissingColumn
        If a feature is neither in the frame nor in the truth.
    InputError
        If no agency refuses anything, or it is given no cascade.

    Notes
    -----
    With q_ia the chance that agency a refuses person i, the shares of people refused by k agencies
    are the mean over people of the Poisson-binomial law of q_i. q_a is a smooth function of the
    features, fitted to the refusals of agency a on people other than i (cross-fitted logistic
    regression), so a difference is owed to refusals that come together, and to nothing that makes
    them more frequent. Where agencies decide apart with chances of that form, observed and given
    differ by luck alone. What agencies know beside the features looks like deciding together.
    Differences are read, not ratios: a ratio to a tiny product says nothing.

    References
    ----------
    Toups, C. et al. (2023). Ecosystem-level analysis of deployed machine learning. arXiv
    2307.05862. Creel, K. and Hellman, D. (2022). Canadian Journal of Philosophy 52, 26-43.
    """
    if not hasattr(one, "parts") or not hasattr(one, "regime"):
        msg = f"Got a {type(one).__name__}: use refused_together(cascade(world, regime))."
        raise InputError(msg)
    if isinstance(given, str):
        msg = f"given={given!r} is one text: give a list, such as [{given!r}]."
        raise InputError(msg)
    bits = [bit for bit in range(len(one.regime.agencies)) if one.parts.deniers >> bit & 1]
    if not bits:
        msg = f"No agency of {one.regime.name} refuses anything. Add denials to the regime."
        raise InputError(msg)
    columns = feature_columns(one.world, given)
    parameters = rests_on(one.regime, "refused_by_all")
    at_base, draws = _laws(one, bits, columns)
    places = [
        (name, at, _laws(place, bits, columns)[0])
        for name, at, place in (one.places if parameters else [])
    ]
    n, rows = one.world.people.n, []
    for w, way in enumerate(WAYS):
        for k in range(len(bits) + 1):
            value = float(at_base[w, k])
            tried = pd.DataFrame(
                [(name, at, float(law[w, k])) for name, at, law in places],
                columns=["parameter", "at", "value"],
            )
            swept = (
                Swept(f"refused by {k}, {way}", parameters, tried, _value=value)
                if parameters else None
            )  # fmt: skip
            kind, note = _kind(one, bits, k, way, swept)
            low, high = _range(value, n, way, kind, swept)
            rows.append(("share_refused", k, way, value, low, high, n, draws, kind, note, swept))
    frame = pd.DataFrame(rows, columns=[
        "measure", "refusing", "way", "value", "low", "high", "n", "seeds", "kind", "note", "swept",
    ])  # fmt: skip
    names = tuple(one.regime.agencies[bit] for bit in bits)
    return RefusedTogether(names, tuple(given), frame)


def _kind(
    one: "Cascade", bits: list[int], k: int, way: str, swept: Swept | None
) -> tuple[str, str]:
    """Return what kind of number a share is and what is known of it beforehand."""
    if swept is not None:
        return "sweep", swept.words
    if way != "observed":
        return "estimate", APART
    own = listings_of(one.world, one.regime.agencies, on=one.on, entries=one.entries)
    wired = refused_by_all_of(one.regime, own[: one.world.people.n], "people")
    if k == len(bits) and wired.kind == "theorem":
        return "theorem", wired.note
    if k == len(bits) and wired.note:
        return "estimate", f"{PEOPLE}. {wired.note}"
    if 0 < k < len(bits) and wired.note == ALL_ALIKE:
        return "theorem", f"{ALL_ALIKE} So nobody is refused by some of them only."
    return "estimate", PEOPLE


def _range(value: float, n: int, way: str, kind: str, swept: Swept | None) -> tuple[float, float]:
    if swept is not None:
        return swept.low, swept.high
    if kind == "theorem":
        return value, value
    if way == "observed":
        low, high = wilson(np.array(value), np.array(float(n)))
        return float(low), float(high)
    # People differ in their chances, so their number varies a little less than this.
    low, high = binom.ppf([0.025, 0.975], n, min(max(value, 0.0), 1.0)) / n
    return float(low), float(high)


def _laws(one: "Cascade", bits: list[int], columns: Floats) -> tuple[Floats, int]:
    """Return the three laws of the number of refusals, shape (3, k + 1), and how many draws."""
    seeds = one.seeds if drawn(one, "refused_by_all") else one.seeds[:1]
    laws = []
    for seed in seeds:
        masks = one.reach(seed).masks[0, : one.world.people.n]
        refused = (masks[:, None] >> np.array(bits, np.uint64)) & np.uint64(1) == 1
        observed = np.bincount(refused.sum(axis=1), minlength=len(bits) + 1) / len(masks)
        # Agencies that hold the same list have the same chances.
        lists, place = np.unique(refused, axis=1, return_inverse=True)
        fitted = np.column_stack([crossfitted_chances(columns, each) for each in lists.T])
        given = poisson_binomial(fitted[:, place.ravel()]).mean(axis=0)
        laws.append(np.stack([observed, given, poisson_binomial(refused.mean(axis=0))]))
    whole: Floats = np.mean(laws, axis=0)
    return whole, len(seeds)
