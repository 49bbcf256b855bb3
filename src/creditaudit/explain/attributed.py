"""`Attributions`: what features add to scores, with their base, their check and their summary."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, Literal

import numpy as np
import pandas as pd

from creditaudit.explain.asking import Method
from creditaudit.explain.averages import mean_table
from creditaudit.explain.peers import load_shap
from creditaudit.explain.sectors import sectors_of
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Attributions:
    """What each feature adds to each person's score.

    Attributes
    ----------
    values : DataFrame of shape (n_rows, p)
        One row a person, with the labels of X, and one column a feature. On the scale "logit" (of
        P(bad)) positive is riskier, on "points" it is safer.
    base : float
        The score of nobody in particular: the mean over the background, or of the training data by
        the cover of the trees.
    gap : float
        Largest difference, over these people, between base plus values and the output of the model
        itself; at most 1e-4.
    backend : str
        What computed the values.
    method : {"interventional", "path_dependent", "absent_rules"}
    scale : {"logit", "points"}
    n_background : int or None
        People compared with.
    notes : tuple of str
        What a reader has to know.
    people : DataFrame
        The features that were explained.
    """

    values: pd.DataFrame
    base: float
    gap: float
    backend: str
    method: Method
    scale: Literal["logit", "points"]
    n_background: int | None
    notes: tuple[str, ...] = ()
    people: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def output(self) -> Floats:
        """Base plus values: the score of each person; shape (n_rows,)."""
        return np.asarray(self.base + self.values.to_numpy().sum(axis=1))

    @property
    def frame(self) -> pd.DataFrame:
        """The `summary` with its default ranges."""
        return self.summary()

    def summary(
        self,
        *,
        ranges: Literal["normal", "bootstrap"] = "normal",
        seed: int = 0,
        replicates: int = 1_000,
    ) -> pd.DataFrame:
        """Return how much each feature moves scores on average, largest first.

        Parameters
        ----------
        ranges : {"normal", "bootstrap"}
            95 % over people, had others like them been explained: by the normal distribution of
            the mean, or percentiles of means of people drawn anew.
        seed, replicates : int
            Of the bootstrap.

        Returns
        -------
        DataFrame
            feature, measure ("mean_size", the mean of absolute values, or "mean"), value, low,
            high, n, note.

        Raises
        ------
        InputError
        """
        return mean_table(self.values, ranges, seed, replicates)

    def by_sector(self, catalog: pd.DataFrame | Mapping[str, str]) -> "Attributions":
        """Return the values added up by the sector that each feature comes from.

        Parameters
        ----------
        catalog : DataFrame or mapping
            With the columns ``column`` and ``sector``, as a population has; or feature to sector.

        Raises
        ------
        MissingColumn
            If a feature has no sector.

        Notes
        -----
        Where features of one sector interact, the sum is not the value of the sector as one player:
        for that pass ``players=`` to `attributions`.
        """
        sectors = sectors_of(list(self.values.columns), catalog)
        values = self.values.T.groupby(sectors, sort=False).sum().T
        note = "Sums of the values of features, by the sector that they come from."
        return replace(self, values=values, notes=(*self.notes, note))

    def to_shap(self) -> Any:
        """Return a ``shap.Explanation`` with the same numbers, for the plots of shap."""
        names = list(self.values.columns)
        known = all(name in self.people.columns for name in names)
        return load_shap().Explanation(
            self.values.to_numpy(),
            base_values=np.full(len(self.values), self.base),
            data=self.people[names].to_numpy() if known else None,
            feature_names=names,
        )

    def __repr__(self) -> str:
        people, features = self.values.shape
        return f"Attributions({people:,} people, {features} features: {self._words})"

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        table = self.summary().to_html(index=False, na_rep="")
        return f"<p>{escape(self._words)}</p>{notes}{table}"

    @property
    def _words(self) -> str:
        against = "" if self.n_background is None else f" against {self.n_background:,} people"
        return (
            f"{self.method.replace('_', '-')}{against}, {self.scale}, base {self.base:.4g}, by "
            f"{self.backend}; largest gap to the model's own output {self.gap:.1g}"
        )
