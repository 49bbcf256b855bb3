"""Boosted trees with named monotone directions, categories, missing values and points."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils.validation import check_is_fitted

from creditaudit.errors import InputError, MissingColumn
from creditaudit.scorers.binning import target_of
from creditaudit.scorers.dividing import trend_word
from creditaudit.scorers.estimators import ReadsTables, check_folds
from creditaudit.scorers.inputs import Kind, Rows
from creditaudit.scorers.logistic import fit_line
from creditaudit.scorers.prebins import Target
from creditaudit.scorers.scales import Scale
from creditaudit.values import Floats

# One bin of the trees is for missing values.
MAX_LEVELS = 254
_SIGNS = {"ascending": 1, "descending": -1, "none": 0}
# Midpoints between infinite values are no numbers.
_LARGEST = 1e300


class BoostingScorer(ReadsTables, ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """scikit-learn's histogram gradient boosting as a scorer; class 1, the second in order, is bad.

    Parameters
    ----------
    monotone : mapping of str to int or str, optional
        Direction of P(bad) by feature: 1 or "ascending", -1 or "descending". It holds for every
        person, all else equal.
    categorical : sequence of str, default ()
        Features whose numbers only name something. Text and pandas categories always do; the 254
        commonest values are told apart, others are as good as missing.
    max_iter, learning_rate, max_leaf_nodes, max_depth, min_samples_leaf, l2_regularization, \
max_bins, early_stopping
        As in ``HistGradientBoostingClassifier``, with its defaults.
    random_state : int, default 0
    calibration_folds : int, default 0
        From 2 on: intercept and slope of the log-odds are corrected by what people show in the fold
        that was held out. The order of people stays.
    pdo, base_points, base_odds : float, default 20, 600, 50
        ``base_points`` mean odds of ``base_odds`` good to 1 bad, ``pdo`` more double the odds.

    Attributes
    ----------
    model_ : HistGradientBoostingClassifier
    calibration_ : (float, float)
        Intercept and slope; (0, 1) without folds.
    n_iter_ : int
        Trees.
    levels_ : dict of str to list
        Values of the features without an order, in the order of their codes.
    classes_, n_features_in_, feature_names_in_
        As in scikit-learn.
    """

    def __init__(
        self,
        *,
        monotone: Mapping[str, int | str] | None = None,
        categorical: Sequence[str] = (),
        max_iter: int = 100,
        learning_rate: float = 0.1,
        max_leaf_nodes: int | None = 31,
        max_depth: int | None = None,
        min_samples_leaf: int = 20,
        l2_regularization: float = 0.0,
        max_bins: int = 255,
        early_stopping: bool | Literal["auto"] = "auto",
        random_state: int | None = 0,
        calibration_folds: int = 0,
        pdo: float = 20,
        base_points: float = 600,
        base_odds: float = 50,
    ) -> None:
        self.monotone = monotone
        self.categorical = categorical
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.max_bins = max_bins
        self.early_stopping = early_stopping
        self.random_state = random_state
        self.calibration_folds = calibration_folds
        self.pdo = pdo
        self.base_points = base_points
        self.base_odds = base_odds

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """Return the scorer, fitted.

        Parameters
        ----------
        X : table or array of shape (n_rows, n_features)
            pandas, polars, pyarrow, or numbers. NaN and null are missing; infinite numbers are the
            smallest and the largest.
        y : array of shape (n_rows,)
            Two classes; the second in order is bad.
        sample_weight : array of shape (n_rows,), optional
            Not negative.

        Raises
        ------
        InputError
        """
        rows = self._rows(X, fitting=True)
        target = target_of(self._bad(y, rows.n), sample_weight, None, rows.n)
        weights = np.ones(rows.n) if target.weight is None else target.weight
        if not (weights[target.bad].sum() > 0 and weights[~target.bad].sum() > 0):
            msg = "All people of one class have a weight of zero. Pass positive weights for both."
            raise InputError(msg)
        check_folds(self.calibration_folds)
        self.scale_ = Scale(self.pdo, self.base_points, self.base_odds)
        signs = self._signs(rows)
        self._kinds: dict[str, Kind] = {
            name: rows.kind(name, categorical=name in self.categorical) for name in rows.names
        }
        ordered = [name for name in signs if self._kinds[name] in ("code", "text")]
        if ordered:
            msg = (
                f"monotone= names {ordered}, whose values have no order. Leave them out, or pass "
                "them as numbers."
            )
            raise InputError(msg)
        self._names = rows.names
        self.levels_ = {
            name: _common(*rows.values(name, kind))
            for name, kind in self._kinds.items()
            if kind in ("code", "text")
        }
        matrix = self._matrix(rows)
        self.model_ = self._model(signs).fit(matrix, target.bad, target.weight)
        self.n_iter_ = self.model_.n_iter_
        self.calibration_ = self._calibrated(matrix, target, signs)
        return self

    def points(self, X: Any) -> Floats:  # noqa: N803
        """Return the score of each person, higher is safer; tables are read by name."""
        check_is_fitted(self)
        return self.scale_.points(self._logit(Rows.of(self._named_rows(X), need=self._names)))

    def decide(self, X: Any, cutoff: float = 600) -> npt.NDArray[np.str_]:  # noqa: N803
        """Return "approved" for a score at or above the cut-off, else "refused"."""
        return np.where(self.points(X) >= cutoff, "approved", "refused")

    def decision_function(self, X: Any) -> Floats:  # noqa: N803
        """Return the log-odds of being bad; shape (n_rows,)."""
        check_is_fitted(self)
        return self._logit(self._rows(X, fitting=False))

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Return the probabilities of good and bad; shape (n_rows, 2)."""
        logit = self.decision_function(X)
        return np.column_stack([1 / (1 + np.exp(logit)), 1 / (1 + np.exp(-logit))])

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """Return the likelier class; for a decision use `decide`."""
        bad = self.decision_function(X) > 0
        return np.asarray(self.classes_[bad.astype(np.int64)])

    def encoded(self, X: Any) -> Floats:  # noqa: N803
        """Return the numbers that ``model_`` reads, one column a feature; NaN is missing.

        Levels of categories are counted in the order of ``levels_``; one that was not seen is
        missing.

        Raises
        ------
        MissingColumn, InputError
        """
        check_is_fitted(self)
        return self._matrix(Rows.of(self._named_rows(X), need=self._names))

    def _logit(self, rows: Rows) -> Floats:
        raw = np.asarray(self.model_.decision_function(self._matrix(rows)))
        intercept, slope = self.calibration_
        return intercept + slope * raw

    def _signs(self, rows: Rows) -> dict[str, int]:
        asked = dict(self.monotone or {})
        missing = [name for name in (*asked, *self.categorical) if name not in rows.names]
        if missing:
            fix = "monotone= and categorical= name features."
            raise MissingColumn.of(dict.fromkeys(missing), rows.names, fix)
        signs = {}
        for name, given in asked.items():
            word = trend_word(given)
            if word not in _SIGNS:
                msg = f"monotone={{{name!r}: {given!r}}} must be 1 (ascending) or -1 (descending)."
                raise InputError(msg)
            signs[name] = _SIGNS[word]
        return signs

    def _model(self, signs: Mapping[str, int]) -> HistGradientBoostingClassifier:
        return HistGradientBoostingClassifier(
            monotonic_cst=[signs.get(name, 0) for name in self._names],
            categorical_features=[name in self.levels_ for name in self._names],
            max_iter=self.max_iter, learning_rate=self.learning_rate,
            max_leaf_nodes=self.max_leaf_nodes, max_depth=self.max_depth,
            min_samples_leaf=self.min_samples_leaf, l2_regularization=self.l2_regularization,
            max_bins=self.max_bins, early_stopping=self.early_stopping,
            random_state=self.random_state,
        )  # fmt: skip

    def _matrix(self, rows: Rows) -> Floats:
        matrix = np.empty((rows.n, len(self._names)))
        for j, name in enumerate(self._names):
            if name not in self.levels_:
                matrix[:, j] = np.clip(rows.floats(name), -_LARGEST, _LARGEST)
                continue
            codes, levels = rows.values(name, self._kinds[name])
            place = {level: float(k) for k, level in enumerate(self.levels_[name])}
            # A value that was not seen is missing.
            matrix[:, j] = np.array([*(place.get(x, np.nan) for x in levels), np.nan])[codes]
        return matrix

    def _calibrated(
        self, matrix: Floats, target: Target, signs: Mapping[str, int]
    ) -> tuple[float, float]:
        from sklearn.model_selection import StratifiedKFold

        if target.weight is not None and not target.weight.all():
            counted = np.flatnonzero(target.weight)
            matrix, target = matrix[counted], target.rows(counted)
        folds = min(self.calibration_folds, int(min(target.bad.sum(), (~target.bad).sum())))
        if folds < 2:
            return 0.0, 1.0
        raw = np.zeros(len(matrix))
        split = StratifiedKFold(folds, shuffle=True, random_state=0)
        for inside, outside in split.split(matrix, target.bad):
            part = target.rows(inside)
            model = self._model(signs).fit(matrix[inside], part.bad, part.weight)
            raw[outside] = model.decision_function(matrix[outside])
        intercept, slope = fit_line(raw, target.bad, target.weight)
        return (intercept, slope) if slope > 0 else (0.0, 1.0)


def _common(codes: npt.NDArray[np.int64], levels: list[Any]) -> list[Any]:
    counts = np.bincount(codes + 1, minlength=len(levels) + 1)[1:]
    places = sorted(range(len(levels)), key=lambda k: (-counts[k], str(levels[k])))[:MAX_LEVELS]
    return sorted((levels[k] for k in places), key=str)
