"""A scorer as explanations see it: the features it takes, and what it gives on one scale."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import expit

from creditaudit.errors import InputError, MissingColumn
from creditaudit.values import Floats

Scale = Literal["logit", "points"]


@dataclass(frozen=True, eq=False)
class Model:
    """A scorer with the names of its features and the scale on which it is explained.

    Attributes
    ----------
    scorer : object
        With ``points``, ``predict_proba`` or both.
    names : list of str
        Features, in the order in which the scorer takes them.
    scale : {"logit", "points"}
        "logit" is of P(bad).
    """

    scorer: Any
    names: list[str]
    scale: Scale

    @classmethod
    def of(cls, scorer: Any, scale: str, people: object) -> "Model":
        """Return the model, with names from the scorer or, where it has none, from the people.

        Raises
        ------
        InputError
            If the scale is not known or the scorer has no output on it.
        """
        if scale not in get_args(Scale):
            msg = f'scale={scale!r} must be "logit" (of P(bad)) or "points".'
            raise InputError(msg)
        if scale == "points" and not hasattr(scorer, "points"):
            msg = f'{type(scorer).__name__} has no points. Pass scale="logit".'
            raise InputError(msg)
        if scale == "logit" and not (
            hasattr(scorer, "predict_proba") or hasattr(card_of(scorer), "scale")
        ):
            msg = f'{type(scorer).__name__} has no predict_proba. Pass scale="points".'
            raise InputError(msg)
        classes = getattr(inside(scorer), "classes_", None)
        if classes is not None and len(classes) != 2:
            msg = f"The model has {len(classes)} classes. A score has two: good, then bad."
            raise InputError(msg)
        return cls(scorer, _names(scorer, people), scale)  # type: ignore[arg-type]

    def people(self, X: Any, called: str = "X") -> pd.DataFrame:  # noqa: N803
        """Return the features of people as a frame with the labels of X.

        Raises
        ------
        MissingColumn, InputError
        """
        table = as_table(X)
        if isinstance(table, np.ndarray):
            if table.ndim != 2 or table.shape[1] != len(self.names):
                msg = (
                    f"{called} has shape {table.shape}; the model takes {len(self.names)} "
                    "features. Pass one row a person."
                )
                raise InputError(msg)
            table = pd.DataFrame(table, columns=self.names)
        missing = [name for name in self.names if name not in table.columns]
        if missing:
            raise MissingColumn.of(
                missing, table.columns, f"The model takes it: add it to {called}."
            )
        if not len(table):
            msg = f"{called} has no rows. Pass at least one person."
            raise InputError(msg)
        return table[self.names]

    def given(self, people: pd.DataFrame) -> Any:
        """Return people as the scorer takes them: by name, or as an array if it has no names."""
        inner = inside(self.scorer)
        nameless = hasattr(inner, "n_features_in_") and not hasattr(inner, "feature_names_in_")
        return people.to_numpy() if nameless else people

    def output(self, people: pd.DataFrame) -> Floats:
        """Return what the scorer itself gives; shape (n_rows,).

        Raises
        ------
        InputError
            If an output is not finite.
        """
        given = self.given(people)
        found = (
            np.asarray(self.scorer.points(given), np.float64)
            if self.scale == "points"
            else _logit(self.scorer, given)
        )
        wrong = ~np.isfinite(found)
        if wrong.any():
            msg = (
                f"The model gives {int(wrong.sum()):,} of {len(found):,} people no finite "
                f"{self.scale}, so nothing adds up to it. A probability of exactly 0 or 1 has no "
                "logit."
            )
            raise InputError(msg)
        return found


def inside(scorer: Any) -> Any:
    """Return the model that a wrapped scorer asks, or the scorer itself."""
    wrapped = hasattr(scorer, "model") and hasattr(scorer, "column")
    return scorer.model if wrapped and scorer.column is not None else scorer


def card_of(scorer: Any) -> Any:
    """Return what knows the points of each feature: the scorer, its table, or None."""
    for one in (scorer, getattr(scorer, "table", None)):
        if hasattr(one, "by_feature") and hasattr(one, "names"):
            return one
    return None


def as_table(X: Any) -> Any:  # noqa: N803
    """Return a pandas frame with text for names, or an array.

    Raises
    ------
    InputError
    """
    if not isinstance(X, pd.DataFrame) and hasattr(X, "to_pandas"):
        X = X.to_pandas()  # noqa: N806
    if isinstance(X, pd.DataFrame):
        if all(isinstance(name, str) for name in X.columns):
            return X
        return X.set_axis([str(name) for name in X.columns], axis=1)
    if isinstance(X, np.ndarray | list | tuple):
        return np.asarray(X)
    msg = (
        f"People cannot be read from {type(X).__name__}. Pass a pandas, polars or pyarrow table in "
        "memory, or an array."
    )
    raise InputError(msg)


def _names(scorer: Any, people: object) -> list[str]:
    card = card_of(scorer)
    if card is not None:
        return list(card.names)
    scorer = inside(scorer)
    names = getattr(scorer, "feature_names_in_", None)
    if names is None:
        names = getattr(scorer, "columns", None)
    if names is not None:
        return [str(name) for name in names]
    table = as_table(people)
    width = getattr(scorer, "n_features_in_", table.shape[-1])
    if isinstance(table, pd.DataFrame) and table.shape[1] == width:
        return list(table.columns)
    return [f"x{place}" for place in range(width)]


def _logit(scorer: Any, given: Any) -> Floats:
    """Return the log-odds of the bad class."""
    if not hasattr(scorer, "predict_proba"):
        points = np.asarray(scorer.points(given), np.float64)
        return np.asarray(card_of(scorer).scale.logit(points), np.float64)
    probability = np.asarray(scorer.predict_proba(given), np.float64)
    bad, good = probability[:, 1], probability[:, 0]
    if hasattr(scorer, "decision_function"):
        found = np.asarray(scorer.decision_function(given), np.float64)
        # Some give a distance that is no log-odds.
        if found.shape == bad.shape and np.allclose(expit(found), bad, rtol=0, atol=1e-7):
            return found
    with np.errstate(divide="ignore"):
        return np.log(bad) - np.log(good)
