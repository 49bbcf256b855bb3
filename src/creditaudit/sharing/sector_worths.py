"""`InformationValue`: what each sector's data are worth, and at whose cost."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from creditaudit import shapley
from creditaudit.errors import InputError
from creditaudit.intervals import LEVEL
from creditaudit.sharing.coalition_fronts import front
from creditaudit.sharing.coalition_games import EXPOSURE, Fits, Games, games_of
from creditaudit.sharing.coalition_measures import METRICS, Terms
from creditaudit.sharing.paired_ranges import Ranged, Statistic, ranged
from creditaudit.sharing.private_gains import gained_and_exposed
from creditaudit.sharing.valued_people import Side, ValuedPeople
from creditaudit.sharing.worth_prices import prices
from creditaudit.sharing.worth_tables import long_rows, sector_table
from creditaudit.sharing.worth_words import named_sectors, said
from creditaudit.values import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FOUR = ("first_in", "last_in", "shapley", "to_incumbent")


@dataclass(frozen=True, eq=False, repr=False)
class InformationValue:
    """What each sector's data are worth to whoever decides, and whom they cost approvals.

    Made by `information_value`. A gap is positive where the group fares worse than the reference.
    No number of worth is without a gap and an exposure beside it.

    Attributes
    ----------
    sectors : tuple of str
        The players.
    base : tuple of str
        Sectors whose columns every coalition has.
    incumbent : tuple of str
        Sectors that whoever decides holds already.
    metrics : tuple of str
        Those asked for, and exposure: the share of people alone with their values.
    group, reference : str
        The two sides of the gaps.
    n : int
        People measured on.
    margin, gap_margin : float
        What less than this of AUC, and of a gap, is called.
    left_out : DataFrame
        ``column, sector, why``: columns of these sectors that are no inputs.
    surrogate_error : DataFrame or None
        ``metric, rms, largest, n``: how far off coalitions are that were not fitted. None where
        all were.
    method : str
    limits : tuple of str
    """

    people: ValuedPeople = field(repr=False)
    side: Side
    asked: tuple[str, ...]
    incumbent: tuple[str, ...]
    terms: Terms
    fits: Fits = field(repr=False)
    games: Games = field(repr=False)
    margin: float
    gap_margin: float
    method: str
    limits: tuple[str, ...]

    @property
    def sectors(self) -> tuple[str, ...]:
        """The players."""
        return self.people.columns.sectors

    @property
    def base(self) -> tuple[str, ...]:
        """Sectors whose columns every coalition has."""
        return self.people.columns.base_sectors

    @property
    def metrics(self) -> tuple[str, ...]:
        """Those asked for, and exposure."""
        return (*self.asked, EXPOSURE)

    @property
    def group(self) -> str:
        """The group of the gaps."""
        return self.side.group

    @property
    def reference(self) -> str:
        """What the group is set against."""
        return self.side.reference

    @property
    def n(self) -> int:
        """People measured on."""
        return len(self.people.tested)

    @property
    def left_out(self) -> pd.DataFrame:
        """Columns of these sectors that are no inputs, and why."""
        return self.people.columns.left_out

    @property
    def gap(self) -> str:
        """The first gap among the metrics."""
        return next(one for one in self.asked if METRICS[one].gap)

    @property
    def accuracy(self) -> str:
        """The first metric that says how good a model is."""
        return next(one for one in self.asked if not METRICS[one].gap)

    @property
    def shapley(self) -> pd.DataFrame:
        """What each sector adds on average over all orders of joining; sector x metric.

        The column of a metric adds up to ``grand[metric] - empty[metric]``.
        """
        return self._wide("shapley")

    @property
    def first_in(self) -> pd.DataFrame:
        """What each sector adds to the base alone; sector x metric."""
        return self._wide("first_in")

    @property
    def last_in(self) -> pd.DataFrame:
        """What each sector adds to all others; sector x metric."""
        return self._wide("last_in")

    @property
    def to_incumbent(self) -> pd.DataFrame:
        """What each sector adds to what the incumbent holds; sector x metric, NaN for its own."""
        return self._wide("to_incumbent")

    @property
    def alone(self) -> pd.DataFrame:
        """What each sector gives without the base, over knowing nothing; sector x metric."""
        return self._wide("alone")

    @property
    def grand(self) -> dict[str, float]:
        """Each metric of a fit on all sectors."""
        return self._worth(-1)

    @property
    def empty(self) -> dict[str, float]:
        """Each metric of a fit on the base alone; without a base, of one risk for everyone."""
        return self._worth(0)

    @property
    def interactions(self) -> pd.DataFrame:
        """What two sectors add together beyond what each adds; one row a pair and metric.

        Columns ``sector, other, metric, value, low, high``. Where more is better, less than 0 says
        that the two tell partly the same.
        """
        pairs = [(i, j) for j in range(len(self.sectors)) for i in range(j)]
        if not pairs:
            return pd.DataFrame(
                columns=pd.Index(["sector", "other", "metric", "value", "low", "high"])
            )

        def statistic(game: Floats) -> Floats:
            found = shapley.shapley_interactions(game)
            # The kernel shares the interaction of a pair between its two entries.
            return np.stack([2 * found[i, j] for i, j in pairs])

        found = self.ranged(statistic)
        low, high = found.range()
        return pd.DataFrame([
            (self.sectors[i], self.sectors[j], metric, found.value[p, m], low[p, m], high[p, m])
            for p, (i, j) in enumerate(pairs) for m, metric in enumerate(self.metrics)
        ], columns=pd.Index(["sector", "other", "metric", "value", "low", "high"]))  # fmt: skip

    @property
    def table(self) -> pd.DataFrame:
        """The four numbers of each sector, its gap and its exposure, and what they come to.

        For the first metric of accuracy: first in, last in, Shapley value and worth to the
        incumbent; without the base too, where there is one; then the Shapley values of the first
        gap and of exposure, with ranges, and `named`.
        """
        return sector_table(self, LEVEL)

    @property
    def named(self) -> pd.DataFrame:
        """What each sector's numbers come to: ``sector, worth, gap, redundant, says``."""
        return named_sectors(self, LEVEL)

    @property
    def price(self) -> pd.DataFrame:
        """What a point of accuracy costs in gap and in exposure, by the Shapley values.

        Columns ``sector, accuracy, gap, gap_per_point, low, high, exposure_per_point, note``. A
        ratio is not given where the range of the accuracy added holds 0.
        """
        return prices(self)

    @property
    def surrogate_error(self) -> pd.DataFrame | None:
        """How far off coalitions are that were not fitted; None where all were."""
        if self.games.errors is None:
            return None
        return pd.DataFrame({
            "metric": self.asked, "rms": np.sqrt((self.games.errors**2).mean(axis=0)),
            "largest": np.abs(self.games.errors).max(axis=0), "n": len(self.games.errors),
        })  # fmt: skip

    @property
    def frame(self) -> pd.DataFrame:
        """Every number with its range, one row a sector, measure and metric.

        Columns ``sector, measure, metric, value, low, high, error_people, error_refit, n, note``.
        Ranges hold for each row alone, with both errors; ``error_people`` is over people measured
        on, for these fits, and ``error_refit`` over fits on other people.
        """
        measures = [*FOUR, *(["alone"] if self.games.alone is not None else [])]
        return pd.concat(
            [
                long_rows(self, measure, metric, LEVEL)
                for measure in measures
                for metric in self.metrics
            ],
            ignore_index=True,
        )

    def pareto(self, accuracy: str | None = None, gap: str | None = None) -> pd.DataFrame:
        """Return every coalition: accuracy against the gap, and who is beaten on both.

        Parameters
        ----------
        accuracy, gap : str, optional
            Any of the metrics; the first of each kind by default.

        Returns
        -------
        DataFrame
            ``coalition, sectors``, the two metrics with low and high, ``exposure``, ``dominated``:
            another coalition is at least as good and its gap no further from 0, and better on one.
        """
        return front(self, accuracy or self.accuracy, gap or self.gap)

    def private_and_exposed(self, metric: str | None = None) -> pd.DataFrame:
        """Return what more and more recipients gain, and how exposed people are then.

        Each sector in turn is given the data of all others. What one has, another can have as well:
        gains add up, and so do the hands in which people can be told apart.

        Parameters
        ----------
        metric : str, optional
            What is gained; profit where it is there, else the first metric of accuracy.

        Returns
        -------
        DataFrame
            ``recipients, joined, gain, gain_sum, low, high, exposed_before, exposed_after,
            exposure_sum, copies``.
        """
        return gained_and_exposed(self, metric)

    def for_group(self, group: str, reference: Any = None) -> "InformationValue":
        """Return the same fits, measured on the gap of another column."""
        side = self.people.side(group, reference)
        inside = [one for one in self.people.columns.all if one == group]
        if inside:
            msg = (
                f"Column {group!r} is an input of these fits. Pass group={group!r} from the start."
            )
            raise InputError(msg)
        made = games_of(self.fits, self.people, side, self.asked, self.terms)
        return replace(self, side=side, games=made)

    def chart(self, ax: "Axes | None" = None) -> "Axes":
        """Draw accuracy against the gap for every coalition."""
        from creditaudit.sharing.worth_chart import drawn

        return drawn(self, ax)

    @property
    def claim(self) -> str:
        """What was found, in words."""
        return said(self, LEVEL)

    def ranged(self, statistic: Statistic) -> Ranged:
        """Return a statistic of the game with its error."""
        return ranged(statistic, self.games.game, self.games.parts)

    def numbers(self, measure: str) -> Ranged:
        """Return one of the measures with its error; arrays of shape (n_sectors, n_metrics)."""
        if measure == "alone":
            if self.games.alone is None:
                return self.numbers("first_in")
            return ranged(lambda game: game[1:] - game[:1], self.games.alone, ())
        return self.ranged(self._statistic(measure))

    def _statistic(self, measure: str) -> Statistic:
        if measure != "to_incumbent":
            return {
                "shapley": shapley.shapley_values, "first_in": shapley.first_in,
                "last_in": shapley.last_in,
            }[measure]  # fmt: skip
        held = sum(1 << self.sectors.index(one) for one in self.incumbent if one in self.sectors)
        own = [bool(held >> i & 1) for i in range(len(self.sectors))]
        joined = [held | 1 << i for i in range(len(self.sectors))]

        def gain(game: Floats) -> Floats:
            found = game[joined] - game[held]
            found[own] = np.nan
            return np.asarray(found)

        return gain

    def _wide(self, measure: str) -> pd.DataFrame:
        index = pd.Index(self.sectors, name="sector")
        return pd.DataFrame(
            self.numbers(measure).value, index=index, columns=pd.Index(self.metrics, name="metric")
        )

    def _worth(self, coalition: int) -> dict[str, float]:
        worth = self.games.game[coalition, :, 0]
        return dict(zip(self.metrics, map(float, worth), strict=True))

    def __repr__(self) -> str:
        return f"<InformationValue of {', '.join(self.sectors)}: {self.n:,} people measured on>"

    def _repr_html_(self) -> str:
        return f"<p><b>{self.claim}</b></p>{self.table.to_html(index=False, na_rep='')}"
