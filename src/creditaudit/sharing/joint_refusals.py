"""Who is refused by every agency, beside what agencies that decide apart would give."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import InputError, MissingColumn
from creditaudit.sharing.cascade_measures import rests_on
from creditaudit.sharing.sweeps import Swept

if TYPE_CHECKING:
    from creditaudit.sharing.cascades import Cascade

Floats = NDArray[np.float64]
FEATURES = ("true_pd", "age", "registration")
BANDS = 10
PRIOR = 20.0
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
        often as it does among people with the same features) and ``apart`` (as often as it does
        among all). low and high are the sweep where the observed share rests on free parameters.
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


def refused_together(
    one: "Cascade", *, given: Sequence[str] = FEATURES, prior: float = PRIOR
) -> RefusedTogether:
    """Return how many agencies refuse a person, beside agencies that decide apart.

    Parameters
    ----------
    one : Cascade
    given : sequence of str
        Columns of the people or of their truth; numbers with more than ten values are cut into ten
        bands with as many people each. By default the true chance of default, age and registration:
        what agencies could at best know of a person's risk.
    prior : float
        People at the rate of all whom each cell of features is given, so that a cell of few does
        not take its own people for what is to be expected of them.

    Raises
    ------
    MissingColumn
        If a feature is neither in the frame nor in the truth.
    InputError
        If no agency refuses anything.

    Notes
    -----
    With q_ia the chance that agency a refuses person i, the shares of people refused by k agencies
    are the mean over people of the Poisson-binomial law of q_i. q comes from the same cascade, so a
    difference is owed to refusals that come together, and to nothing that makes them more frequent.
    Differences are read, not ratios: a ratio to a tiny product says nothing.

    References
    ----------
    Toups, C. et al. (2023). Ecosystem-level analysis of deployed machine learning. arXiv
    2307.05862. Creel, K. and Hellman, D. (2022). Canadian Journal of Philosophy 52, 26-43.
    """
    bits = [bit for bit in range(len(one.regime.agencies)) if one.parts.deniers >> bit & 1]
    if not bits:
        msg = f"No agency of {one.regime.name} refuses anything. Add denials to the regime."
        raise InputError(msg)
    cells = _cells(one.world, given)
    parameters = rests_on(one.regime, "refused_by_all")
    at_base = _laws(one, bits, cells, prior)
    places = [
        (name, at, _laws(place, bits, cells, prior))
        for name, at, place in (one.places if parameters else [])
        if name in {parameter.name for parameter in parameters} or np.isnan(at)
    ]
    rows = []
    for w, way in enumerate(WAYS):
        for k in range(len(bits) + 1):
            value, swept = float(at_base[w, k]), None
            low = high = value
            if parameters:
                tried = [(name, at, float(law[w, k])) for name, at, law in places]
                frame = pd.DataFrame(tried, columns=["parameter", "at", "value"])
                swept = Swept(f"refused by {k}, {way}", parameters, frame, _value=value)
                low, high = swept.low, swept.high
            kind, note = "estimate", "counted on these people"
            if swept is not None:
                kind, note = "sweep", swept.words
            rows.append((
                "share_refused", k, way, value, low, high, one.world.people.n, len(one.seeds),
                kind, note, swept,
            ))  # fmt: skip
    frame = pd.DataFrame(rows, columns=[
        "measure", "refusing", "way", "value", "low", "high", "n", "seeds", "kind", "note", "swept",
    ])  # fmt: skip
    names = tuple(one.regime.agencies[bit] for bit in bits)
    return RefusedTogether(names, tuple(given), frame)


def _laws(one: "Cascade", bits: list[int], cells: NDArray[Any], prior: float) -> Floats:
    """Return the three laws of the number of refusals, mean over draws: shape (3, k + 1)."""
    lists = any(flow.layer == 0 for flow in one.parts.flows)
    seeds = one.seeds if lists else one.seeds[:1]
    size = np.bincount(cells).astype(float)
    laws = []
    for seed in seeds:
        masks = one.reach(seed).masks[0, : one.world.people.n]
        refused = (masks[:, None] >> np.array(bits, np.uint64)) & np.uint64(1) == 1
        observed = np.bincount(refused.sum(axis=1), minlength=len(bits) + 1) / len(masks)
        rates = refused.mean(axis=0)
        counts = np.column_stack([np.bincount(cells, weights=column) for column in refused.T])
        chances = (counts + prior * rates) / (size[:, None] + prior)
        given = size @ poisson_binomial(chances) / size.sum()
        laws.append(np.stack([observed, given, poisson_binomial(rates)]))
    whole: Floats = np.mean(laws, axis=0)
    return whole


def _cells(world: Any, given: Sequence[str]) -> NDArray[Any]:
    """Return the cell of features of each person, numbered from 0 without gaps."""
    frame, truth = world.people.frame, world.people.truth
    cells = np.zeros(world.people.n, dtype=np.int64)
    for name in given:
        if name not in frame and name not in truth:
            fix = "Name columns of the people or of their truth in given=."
            raise MissingColumn.of([name], [*frame.columns, *truth.columns], fix)
        column = frame[name] if name in frame else truth[name]
        if pd.api.types.is_numeric_dtype(column) and column.nunique() > BANDS:
            column = pd.qcut(column.astype(float), BANDS, labels=False, duplicates="drop")
        codes, levels = pd.factorize(column, use_na_sentinel=False)
        cells = cells * len(levels) + codes
        cells = np.unique(cells, return_inverse=True)[1]
    return cells
