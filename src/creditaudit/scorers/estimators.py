"""What the learned scorers share: how X and y are read by the conventions of scikit-learn."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from creditaudit.errors import InputError
from creditaudit.scorers.inputs import Rows

# Labels that cannot be meant as the bad class.
_GOOD_WORDS = {"good", "paid", "repaid", "performing", "approved", "no", "false"}


# Settings of the learned scorers in which features are named.
_NAMING = ("monotone", "specials", "categorical", "labels")


def on_features(scorer: Any, names: Iterable[str]) -> Any:
    """Return an unfitted copy of a scorer that can be fitted on these of its features alone.

    Directions, special values, categories and labels of features that are left out are left out.
    """
    copy = clone(scorer)
    if not isinstance(copy, ReadsTables):
        return copy
    kept = set(names)
    given = {name: getattr(copy, name, None) for name in _NAMING}
    for name, value in given.items():
        if isinstance(value, Mapping):
            setattr(copy, name, {one: told for one, told in value.items() if one in kept})
        elif value and not isinstance(value, str | int):
            setattr(copy, name, tuple(one for one in value if one in kept))
    return copy


class ReadsTables:
    """Reads arrays by position and tables by name; class 1 is bad."""

    classes_: npt.NDArray[Any]
    n_features_in_: int

    def _rows(self, X: Any, *, fitting: bool) -> Rows:  # noqa: N803
        """Return the rows of X with the names of features; sets the names when fitting."""
        # pandas, polars, pyarrow, DuckDB and Spark all say which columns they have.
        if not hasattr(X, "columns"):
            array = validate_data(
                self, X, reset=fitting, dtype="numeric", ensure_all_finite=False, order=None
            )
            names = getattr(self, "feature_names_in_", None)
            if names is None:
                names = [f"x{j}" for j in range(array.shape[1])]
            return Rows.of(array, names=[str(name) for name in names])
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=fitting, skip_check_array=True)
            rows = Rows.of(X)
        else:
            rows = Rows.of(X)
            if fitting:
                self.feature_names_in_ = np.array(rows.names, dtype=object)
                self.n_features_in_ = len(rows.names)
            elif list(getattr(self, "feature_names_in_", rows.names)) != rows.names:
                msg = (
                    "The feature names should match those that were passed during fit. "
                    f"Expected {list(self.feature_names_in_)}, found {rows.names}. points() and "
                    "decide() take columns by name, in any order and with others beside them."
                )
                raise InputError(msg)
        if not rows.n:
            msg = "Found a table with 0 sample(s), and at least one is needed."
            raise InputError(msg)
        return rows

    def _bad(self, y: Any, n: int) -> npt.NDArray[np.bool_]:
        """Return who is bad, and set the classes.

        Raises
        ------
        InputError
            If outcomes are missing, or are not of two classes, or class 1 is a word for good.
        """
        if y is None:
            msg = "This scorer requires y to be passed, but the target y is None."
            raise InputError(msg)
        if hasattr(y, "to_numpy") and not isinstance(y, pd.Series | pd.DataFrame):
            y = y.to_numpy()
        y = column_or_1d(y, warn=True)
        unknown = np.asarray(pd.isna(y))
        if y.dtype.kind == "f":
            unknown |= np.isinf(y)
        missing = int(unknown.sum())
        if missing:
            msg = (
                f"y has no outcome for {missing:,} of {len(y):,} people. Leave them out, and say "
                "how many they are: a scorer learns only from people whose outcome is known."
            )
            raise InputError(msg)
        if len(y) != n:
            msg = f"X has {n:,} rows and y has {len(y):,}. Pass one outcome a row."
            raise InputError(msg)
        check_classification_targets(y)
        self.classes_, places = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:
            kind = type_of_target(y)
            msg = (
                f"Only binary classification is supported. The type of the target is {kind}. "
                "Pass y with two classes; the second in order is bad."
            )
            raise InputError(msg)
        if len(self.classes_) < 2:
            msg = (
                f"y holds one class only: {self.classes_[0]!r}. A scorer needs people who turned "
                "out bad and people who turned out good."
            )
            raise InputError(msg)
        check_bad_class(list(self.classes_))
        return np.asarray(places.reshape(-1) == 1)

    def _named_rows(self, X: Any) -> Any:  # noqa: N803
        """Return X for scoring by name: arrays get the names of features, tables stay."""
        check_is_fitted(self)
        if isinstance(X, np.ndarray | list | tuple):
            return self._rows(X, fitting=False)
        return X


def check_bad_class(classes: Sequence[Any]) -> None:
    """Raise if the second class is a word for good.

    Raises
    ------
    InputError
    """
    if str(classes[1]).lower() in _GOOD_WORDS:
        msg = (
            f"Class 1, the second in order, is taken as bad; here it is {str(classes[1])!r}. "
            f"Pass y == {str(classes[0])!r}, or name the bad class where bad= is offered."
        )
        raise InputError(msg)


def check_folds(folds: object) -> None:
    """Raise unless calibration_folds is 0 or a whole number from 2.

    Raises
    ------
    InputError
    """
    if (
        not isinstance(folds, int | np.integer)
        or isinstance(folds, bool)
        or folds < 0
        or folds == 1
    ):
        msg = f"calibration_folds={folds!r} must be 0 (none) or a whole number from 2."
        raise InputError(msg)
