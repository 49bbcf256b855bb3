"""The score table: one immutable source of points, probability, SQL, JSON, reasons and the card."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.frames.engine_numbers import number
from creditaudit.scorers.inputs import Rows
from creditaudit.scorers.predicates import Interval, Missing, OneOf, Special
from creditaudit.scorers.scales import Scale
from creditaudit.scorers.score_features import ScoredFeature
from creditaudit.scorers.score_json import card_json, read_card
from creditaudit.scorers.score_pages import card_html, card_text
from creditaudit.scorers.score_reasons import Reference, Shap, reasons_of, shap_of
from creditaudit.scorers.score_sql import card_sql, decision_sql, points_sql, quoted, words_of
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """A card: features with bins, bins with points. Everything said of a score comes from here.

    Make one with `ScorecardScorer`, or read one with `from_json`.

    Attributes
    ----------
    features : tuple of ScoredFeature
    intercept : float
        Of the log-odds of being bad, beside the coefficients of the features.
    scale : Scale
        Points and odds.
    start : float
        Points that everybody has before any feature; 0 unless there is no feature.
    integer : bool
        Whether points are whole numbers.
    notes : tuple of str
        What a reader has to know.

    Notes
    -----
    The score is the sum of the points printed, and the probability follows from the score alone:
    P(bad) = 1 / (1 + odds), odds = base_odds 2^((score - base_points) / pdo). So "600 points are
    50 to 1, and 20 more double the odds" holds exactly, whether points are rounded or not; what
    rounding changes is the score itself, by at most `rounding`.
    """

    features: tuple[ScoredFeature, ...]
    intercept: float
    scale: Scale
    start: float = 0.0
    integer: bool = True
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The columns that are needed to score."""
        return [feature.feature for feature in self.features]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a bin: feature, bin, n, bad_rate, woe, iv, points, reason."""
        parts = [
            feature.bins.frame.assign(points=feature.points, reason=feature.reasons)
            for feature in self.features
        ]
        columns = ["feature", "bin", "n", "bad_rate", "woe", "iv", "points", "reason"]
        if not parts:
            return pd.DataFrame({name: [] for name in columns})
        frame = pd.concat(parts, ignore_index=True)
        return frame.astype({"points": "int64"}) if self.integer else frame

    def __getitem__(self, column: str) -> "pd.Series[Any]":
        """Return a column of `frame`."""
        return self.frame[column]

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and the highest score that anybody can have."""
        low = self.start + sum(min(feature.points) for feature in self.features)
        return low, self.start + sum(max(feature.points) for feature in self.features)

    @property
    def rounding(self) -> float:
        """The most that rounding moves anybody's score; at most half a point a feature."""
        up, down = [], []
        if not self.features:
            return abs(self.start - float(self.scale.points(np.array(self.intercept))))
        for feature in self.features:
            gap = np.array(feature.points) + self.scale.factor * feature.logits
            up.append(float(gap.max()))
            down.append(float(gap.min()))
        exact = float(self.scale.points(np.array(self.intercept)))
        return max(abs(sum(up) - exact), abs(sum(down) - exact)) if self.integer else 0.0

    def points(self, X: Any, *, name: str = "points") -> Any:  # noqa: N803
        """Return the score of each person; higher is safer.

        Parameters
        ----------
        X : DataFrame, Table, LazyFrame or relation
            With every column of `names`; others are ignored.
        name : str
            Of the new column, for tables on an engine.

        Returns
        -------
        array of shape (n_rows,), or a table
            For a table in memory an array, of integers on a card of integers. For a polars
            LazyFrame, a DuckDB relation or a Spark DataFrame the same table, not computed yet, with
            one more column.

        Raises
        ------
        MissingColumn, InputError
        """
        lazy = _lazy(X)
        if lazy is not None:
            return self._on_engine(lazy, name)
        rows = Rows.of(X, need=self.names)
        # Whole numbers add up exactly whatever their order.
        found = np.full(rows.n, self.start)
        for feature in self.features:
            found += np.array(feature.points).take(feature.bins.assign(rows), mode="clip")
        return found.astype(np.int64) if self.integer else found

    def by_feature(self, X: Any) -> Floats:  # noqa: N803
        """Return the points of each feature; shape (n_rows, n_features)."""
        rows = Rows.of(X, need=self.names)
        found = np.empty((rows.n, len(self.features)))
        for j, feature in enumerate(self.features):
            found[:, j] = np.array(feature.points)[feature.bins.assign(rows)]
        return found

    def probability(self, X: Any) -> Floats:  # noqa: N803
        """Return the probability of being bad, from the score; shape (n_rows,)."""
        return self.scale.probability(
            np.asarray(self.points(Rows.of(X, need=self.names)), dtype=np.float64)
        )

    def decide(self, X: Any, cutoff: float) -> Any:  # noqa: N803
        """Return "approved" for a score at or above the cut-off, else "refused".

        An array of shape (n_rows,); a table on an engine gets the columns ``points`` and
        ``decision`` instead, as in `points`.
        """
        if _lazy(X) is not None:
            scored = _lazy(self.points(X))
            passed = nw.when(nw.col("points") >= cutoff).then(nw.lit("approved"))
            return _with_column(
                cast("nw.LazyFrame[Any]", scored), "decision",
                lambda _: decision_sql("points", cutoff), passed.otherwise(nw.lit("refused")),
            )  # fmt: skip
        return np.where(self.points(Rows.of(X, need=self.names)) >= cutoff, "approved", "refused")

    def exact_points(self, X: Any) -> Floats:  # noqa: N803
        """Return the scores before rounding; shape (n_rows,)."""
        rows = Rows.of(X, need=self.names)
        logit = np.full(rows.n, self.intercept)
        for feature in self.features:
            logit += feature.logits[feature.bins.assign(rows)]
        return self.scale.points(logit)

    def shap(self, X: Any, *, background: Any = None, scale: str = "points") -> Shap:  # noqa: N803
        """Return exact Shapley values: points of a person's bin less their mean in a background.

        Parameters
        ----------
        X : table
        background : table, optional
            People to compare with; those the card was made from when absent.
        scale : {"points", "logit"}
            "logit" is of P(bad).

        Notes
        -----
        The score is a sum over features, so there are no interactions and the interventional
        Shapley value of feature j is f_j(x_j) - mean f_j(X_j), whatever the correlations. The
        observational variant differs where features are correlated.
        """
        return shap_of(self, X, background, scale)

    def reasons(
        self,
        X: Any,  # noqa: N803
        *,
        k: int = 4,
        reference: Reference = "below_max",
        background: Any = None,
        cutoff: float | None = None,
    ) -> pd.DataFrame:
        """Return the features on which each person lost most points.

        Parameters
        ----------
        X : table
        k : int
            At most so many for each person.
        reference : {"below_max", "all_applicants", "near_cutoff"}
            Lost against the best bin of the feature; against the mean of all applicants; or against
            the mean of applicants from the cut-off up to ``pdo`` points above it.
        background : table, optional
            The applicants; those the card was made from when absent.
        cutoff : float, optional

        Returns
        -------
        DataFrame
            person (index label), rank, feature, points_lost, text, method. A person who lost
            nothing has no row.

        References
        ----------
        12 CFR Part 1002, Supplement I, comment 9(b)(2)-5.
        """
        return reasons_of(self, X, k, reference, background, cutoff)

    def to_sql(self, dialect: str = "duckdb", *, table: str, cutoff: float | None = None) -> str:
        """Return a query that selects every column of a table, the points and P(bad).

        Parameters
        ----------
        dialect : {"duckdb", "postgres", "spark"}
        table : str
            A dot separates schema and table.
        cutoff : float, optional
            Adds ``decision``.
        """
        return card_sql(self, dialect, table, cutoff)

    def to_json(self) -> str:
        """Return the card as JSON of schema ``creditaudit.scorecard/1``."""
        return json.dumps(card_json(self), ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "ScoreTable":
        """Return the card that `to_json` wrote.

        Raises
        ------
        CorruptFile
        """
        return cls(**{key: one for key, one in read_card(text).items() if key != "plain"})

    def labelled(self, labels: Mapping[str, str]) -> "ScoreTable":
        """Return the card with other words for its features, in the card and in reasons.

        Raises
        ------
        MissingColumn
        """
        missing = [name for name in labels if name not in self.names]
        if missing:
            raise MissingColumn.of(missing, self.names, "Name features of the card.")
        features = tuple(
            replace(one, label=labels.get(one.feature, one.label)) for one in self.features
        )
        return replace(self, features=features)

    def to_text(self) -> str:
        """Return the card as plain text."""
        return card_text(self)

    def to_html(self) -> str:
        """Return the card as one HTML page to print."""
        return card_html(self)

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))

    def _on_engine(self, table: nw.LazyFrame[Any], name: str) -> Any:
        columns = table.collect_schema().names()
        missing = [one for one in self.names if one not in columns]
        if missing:
            raise MissingColumn.of(missing, columns, "The card needs it to score.")
        if name in columns:
            msg = f"The table has a column {name!r} already. Pass name= another."
            raise InputError(msg)
        kinds = table.collect_schema()
        total = nw.lit(int(self.start) if self.integer else self.start)
        for feature in self.features:
            total = total + _expression(feature, kinds[feature.feature], integer=self.integer)
        return _with_column(table, name, lambda dialect: points_sql(self, dialect), total)


def _with_column(
    table: nw.LazyFrame[Any], name: str, sql: Callable[[str], str], expression: nw.Expr
) -> Any:
    """Return a table on its engine with one more column, from SQL where the engine speaks it.

    DuckDB and Spark see a dot in a name as a table or a field; quoted text has no such trouble.
    """
    engine, native = str(table.implementation).lower(), cast("Any", table.to_native())
    if "duckdb" in engine:
        return native.project(f"*, {sql('duckdb')} AS {quoted(name, words_of('duckdb'))}")
    if "spark" in engine:
        return native.selectExpr("*", f"{sql('spark')} AS {quoted(name, words_of('spark'))}")
    return table.with_columns(expression.alias(name)).to_native()


def _lazy(table: object) -> nw.LazyFrame[Any] | None:
    found = nw.from_native(table, pass_through=True)
    return found if isinstance(found, nw.LazyFrame) else None


def _expression(feature: ScoredFeature, kind: nw.dtypes.DType, *, integer: bool) -> nw.Expr:
    """Return the points of a feature over a column of an engine."""
    column, bins = feature.feature, feature.bins
    if bins.kind == "text":
        value = nw.col(column).cast(nw.String)
        value = nw.when(value != "").then(value)
    else:
        value = number(column, kind, column)
    said = {
        k: nw.lit(int(points) if integer else float(points))
        for k, points in enumerate(feature.points)
    }
    holds = [one.holds for one in bins.bins]
    rest = bins.place(OneOf) if not bins.on_numbers else 0
    found = said[rest]
    for k, one in enumerate(holds):
        # Cuts rise, so the last one reached decides.
        if isinstance(one, Interval) and k:
            found = nw.when(value >= one.low).then(said[k]).otherwise(found)
    for k, one in enumerate(holds):
        if isinstance(one, OneOf | Special) and one.values and k != rest:
            found = nw.when(value.is_in(list(one.values))).then(said[k]).otherwise(found)
    return nw.when(value.is_null()).then(said[bins.place(Missing)]).otherwise(found)
