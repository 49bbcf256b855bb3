"""A scorecard that can be read: bins, a logistic regression on them, and points."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from creditaudit.errors import CorruptFile, InputError, MissingColumn
from creditaudit.scorers.binning import target_of
from creditaudit.scorers.card_fitting import CardRule, fit_card, held_out_line
from creditaudit.scorers.dividing import Binning
from creditaudit.scorers.estimators import ReadsTables, check_folds
from creditaudit.scorers.inputs import Rows
from creditaudit.scorers.prebins import Target
from creditaudit.scorers.scales import Scale, range_of
from creditaudit.scorers.score_features import scaled
from creditaudit.scorers.score_json import read_card
from creditaudit.scorers.score_tables import ScoreTable
from creditaudit.values import Floats


class ScorecardScorer(ReadsTables, ClassifierMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose score is a sum of points; class 1, the second in order, is bad.

    Parameters
    ----------
    monotone : str, int or mapping, default "auto"
        How P(bad) may run over numbers, for all features or by name: see `Binning`. Features that a
        mapping does not name are "auto".
    max_bins, min_share, min_difference, max_p_value, min_level_share, unseen, smoothing, \
max_prebins
        See `Binning`.
    specials : mapping of str to sequence, optional
        Values of a feature that are no measurement, each in a bin of its own; a tuple shares one.
    categorical : sequence of str, default ()
        Features whose numbers only name something. Text and pandas categories always do.
    pdo, base_points, base_odds : float, default 20, 600, 50
        ``base_points`` mean odds of ``base_odds`` good to 1 bad, ``pdo`` more double the odds.
    scale : str or (low, high), optional
        A range of points instead: "300-850", "350-950" or "0-1000". The worst person there can be
        has the lowest; pdo and base points follow, and `table_.scale` has them.
    integer : bool, default True
        Whether points are whole numbers.
    ridge : float, default 1.0
        Penalty on the squared coefficients.
    suppressors : {"drop", "keep"}, default "drop"
        What to do with features whose coefficient is not positive beside the others.
    min_iv : float, optional
        Least information value of a feature.
    max_correlation : float, optional
        Largest correlation, of the weights of evidence, with a feature that tells more.
    calibration_folds : int, default 0
        From 2 on: bins and coefficients are fitted on the other folds, and intercept and slope of
        the card are corrected by what the held-out people show. The card stays a sum of points.
    labels : mapping, optional
        Words for features, for the printed card and reasons.

    Attributes
    ----------
    table_ : ScoreTable
    bins_ : dict of str to FeatureBins
        Of every feature, also those left out.
    dropped_ : dict of str to str
        Features left out, and why.
    classes_ : array of shape (2,)
        Good, bad.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    log-odds of bad = b0 + sum over features of b_j woe_j(x_j), by logistic regression; points as in
    `ScoreTable`. Probabilities, classes and decisions all come from the points.

    Examples
    --------
    >>> import pandas as pd
    >>> from creditaudit import ScorecardScorer
    >>> X = pd.DataFrame({"late": [0, 0, 0, 1, 1, 2, 2, 3, 3, 3]})
    >>> card = ScorecardScorer(min_share=0.2).fit(X, [0, 0, 0, 0, 1, 0, 1, 1, 0, 1])
    >>> bool(card.points(X)[0] > card.points(X)[-1])
    True
    """

    def __init__(
        self,
        *,
        monotone: str | int | Mapping[str, str | int] = "auto",
        max_bins: int = 20,
        min_share: float = 0.03,
        min_difference: float = 0.0,
        max_p_value: float | None = None,
        min_level_share: float = 0.01,
        unseen: str = "rare",
        smoothing: float = 0.5,
        max_prebins: int = 64,
        specials: Mapping[str, Sequence[object]] | None = None,
        categorical: Sequence[str] = (),
        pdo: float = 20,
        base_points: float = 600,
        base_odds: float = 50,
        scale: str | tuple[float, float] | None = None,
        integer: bool = True,
        ridge: float = 1.0,
        suppressors: Literal["drop", "keep"] = "drop",
        min_iv: float | None = None,
        max_correlation: float | None = None,
        calibration_folds: int = 0,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self.monotone = monotone
        self.max_bins = max_bins
        self.min_share = min_share
        self.min_difference = min_difference
        self.max_p_value = max_p_value
        self.min_level_share = min_level_share
        self.unseen = unseen
        self.smoothing = smoothing
        self.max_prebins = max_prebins
        self.specials = specials
        self.categorical = categorical
        self.pdo = pdo
        self.base_points = base_points
        self.base_odds = base_odds
        self.scale = scale
        self.integer = integer
        self.ridge = ridge
        self.suppressors = suppressors
        self.min_iv = min_iv
        self.max_correlation = max_correlation
        self.calibration_folds = calibration_folds
        self.labels = labels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, period: Any = None  # noqa: N803
    ) -> Self:  # fmt: skip
        """Return the scorer, fitted.

        Parameters
        ----------
        X : table or array of shape (n_rows, n_features)
            pandas, polars, pyarrow, or numbers. NaN and null are missing; infinite numbers are the
            smallest and the largest.
        y : array of shape (n_rows,)
            Two classes; the second in order is bad.
        sample_weight : array of shape (n_rows,), optional
            Not negative. A weight of 2 is as good as the row twice.
        period : array of shape (n_rows,), optional
            The bad rate then has to run the same way in every period.

        Raises
        ------
        InputError
        """
        rows = self._rows(X, fitting=True)
        bad = self._bad(y, rows.n)
        target = target_of(bad, sample_weight, period, rows.n)
        self._check(rows)
        # Blocks are small: more threads would cost many times the work.
        with threadpool_limits(1, user_api="blas"):
            return self._finish(rows, target)

    def _finish(self, rows: Rows, target: Target) -> Self:
        rule = self._rule()
        fitted = fit_card(rows, target, rule)
        notes = fitted.notes
        intercept, coefficients = float(fitted.found[0]), fitted.found[1:]
        if self.calibration_folds and len(fitted.bins):
            line = held_out_line(rows, target, rule, int(self.calibration_folds))
            if line is None:
                notes.append("Not calibrated: held-out people are too few, or rank otherwise.")
            else:
                intercept, coefficients = line[0] + line[1] * intercept, line[1] * coefficients
                notes.append(
                    f"Calibrated on {self.calibration_folds} held-out folds: the log-odds were "
                    f"multiplied by {line[1]:.3f}."
                )
        labels = dict(self.labels or {})
        features, start, scale = scaled(
            fitted.bins, coefficients.tolist(), intercept,
            Scale(self.pdo, self.base_points, self.base_odds), range_of(self.scale),
            [labels.get(one.feature, one.feature) for one in fitted.bins], integer=self.integer,
        )  # fmt: skip
        self.table_ = ScoreTable(
            features, intercept, scale, start, bool(self.integer), tuple(notes)
        )
        self.bins_ = {one.feature: one for one in fitted.all_bins}
        self.dropped_ = fitted.dropped
        return self

    @property
    def table(self) -> ScoreTable:
        """The card: the one source of points, SQL, JSON, reasons and print."""
        check_is_fitted(self)
        return self.table_

    def points(self, X: Any) -> Any:  # noqa: N803
        """Return the score of each person, higher is safer; see `ScoreTable.points`."""
        X = self._named_rows(X)  # noqa: N806
        return self.table_.points(X)

    def decide(self, X: Any, cutoff: float = 600) -> Any:  # noqa: N803
        """Return "approved" for a score at or above the cut-off, else "refused".

        See `ScoreTable.decide`.
        """
        X = self._named_rows(X)  # noqa: N806
        return self.table_.decide(X, cutoff)

    def decision_function(self, X: Any) -> Floats:  # noqa: N803
        """Return the log-odds of being bad at the score; shape (n_rows,)."""
        check_is_fitted(self)
        points = self.table_.points(self._rows(X, fitting=False))
        return self.table_.scale.logit(np.asarray(points, dtype=np.float64))

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Return the probabilities of good and bad; shape (n_rows, 2)."""
        check_is_fitted(self)
        p = self.table_.probability(self._rows(X, fitting=False))
        return np.column_stack([1 - p, p])

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """Return the likelier class; for a decision use `decide`."""
        bad = self.decision_function(X) > 0
        return np.asarray(self.classes_[bad.astype(np.int64)])

    def transform(self, X: Any) -> Any:  # noqa: N803
        """Return the points of each feature on the card; shape (n_rows, n_features_on_card)."""
        check_is_fitted(self)
        return self.table_.by_feature(self._rows(X, fitting=False))

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Return the features on the card."""
        check_is_fitted(self)
        return np.array(self.table_.names, dtype=object)

    def to_sql(self, dialect: str = "duckdb", *, table: str, cutoff: float | None = None) -> str:
        """Return a query that gives the same points; see `ScoreTable.to_sql`."""
        return self.table.to_sql(dialect, table=table, cutoff=cutoff)

    def to_json(self) -> str:
        """Return the fitted scorer as JSON: the card, the classes and the names of features."""
        plain = json.loads(self.table.to_json())
        plain["scorer"] = {
            "classes": [one.item() if hasattr(one, "item") else one for one in self.classes_],
            "features_in": self.n_features_in_,
            "names_in": list(getattr(self, "feature_names_in_", [])) or None,
            "dropped": self.dropped_,
        }
        return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "ScorecardScorer":
        """Return the fitted scorer that `to_json` wrote; nothing is unpickled or run.

        The parameters of the fit are not in the file, except the scale.

        Raises
        ------
        CorruptFile
        """
        fields = read_card(text)
        plain = fields.pop("plain").get("scorer", {})
        if len(plain.get("classes", [0, 1])) != 2:
            msg = f"The card has classes {plain['classes']}; expected two classes. Write it again."
            raise CorruptFile(msg)
        table = ScoreTable(**fields)
        made = cls(**table.scale.to_plain(), integer=table.integer)
        made.table_ = table
        made.bins_ = {one.feature: one.bins for one in table.features}
        made.classes_ = np.array(plain.get("classes", [0, 1]))
        made.n_features_in_ = int(plain.get("features_in", len(table.names)))
        names = plain.get("names_in") if plain else table.names
        if names is not None:
            made.feature_names_in_ = np.array(names, dtype=object)
        made.dropped_ = dict(plain.get("dropped", {}))
        return made

    def _check(self, rows: Rows) -> None:
        named = [*self._by_name(), *(self.specials or {}), *self.categorical, *(self.labels or {})]
        missing = [name for name in named if name not in rows.names]
        if missing:
            fix = "monotone=, specials=, categorical= and labels= name features."
            raise MissingColumn.of(dict.fromkeys(missing), rows.names, fix)
        if self.suppressors not in ("drop", "keep"):
            msg = f'suppressors={self.suppressors!r} must be "drop" or "keep".'
            raise InputError(msg)
        check_folds(self.calibration_folds)

    def _by_name(self) -> Mapping[str, str | int]:
        return self.monotone if isinstance(self.monotone, Mapping) else {}

    def _rule(self) -> CardRule:
        named = isinstance(self.monotone, Mapping)
        binning = Binning(
            monotone="auto" if named else self.monotone,  # type: ignore[arg-type]
            unseen=self.unseen,  # type: ignore[arg-type]
            max_bins=self.max_bins, min_share=self.min_share, smoothing=self.smoothing,
            min_difference=self.min_difference, max_p_value=self.max_p_value,
            min_level_share=self.min_level_share, max_prebins=self.max_prebins,
        )  # fmt: skip
        return CardRule(
            binning=binning, monotone=self._by_name(), specials=self.specials or {},
            categorical=self.categorical, ridge=self.ridge,
            drop_suppressors=self.suppressors == "drop", min_iv=self.min_iv,
            max_correlation=self.max_correlation,
        )  # fmt: skip
