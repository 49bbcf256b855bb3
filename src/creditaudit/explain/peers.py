"""Other packages that explain trees, kept quiet and held to what they are given."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingExtra
from creditaudit.explain.asking import Question, Shares
from creditaudit.explain.steps import Steps
from creditaudit.values import Floats


def has_woodelf() -> bool:
    """Return whether the package of the extra ``trees`` is installed."""
    return find_spec("woodelf") is not None


def woodelf_shares(question: Question, steps: Steps) -> Shares:
    """Return the values that woodelf gives; its numbers have seven digits.

    Raises
    ------
    MissingExtra
    InputError
        If several columns make up a player, or woodelf refuses the model.
    """
    if not has_woodelf():
        package = "woodelf-explainer"
        raise MissingExtra.of(package, "trees", 'backend="woodelf"')
    origin = _own_columns(question, steps)
    people, background = _numbers(question, steps)
    with _quiet():
        import woodelf

        try:
            explainer = woodelf.WoodelfExplainer(
                steps.final, background,
                feature_perturbation=_word(question.method),
            )  # fmt: skip
            values = np.asarray(explainer.shap_values(people, verbose=False), np.float64)
        except Exception as error:
            msg = f"woodelf refused this model: {error}. Pass another backend=."
            raise InputError(msg) from error
    return _answer(
        question, question.joined(values, origin), f"woodelf {version('woodelf-explainer')}"
    )


def shap_shares(question: Question, steps: Steps) -> Shares:
    """Return the values that shap gives, against the whole background and not 100 rows of it.

    Raises
    ------
    InputError
        If several columns make up a player, or shap refuses the model.
    """
    origin = _own_columns(question, steps)
    people, background = _numbers(question, steps)
    shap = load_shap()
    with _quiet():
        masker = None
        if background is not None:
            # An array would be cut to 100 rows without a word.
            masker = shap.maskers.Independent(background, max_samples=len(background))
        try:
            explainer = shap.TreeExplainer(
                steps.final, masker, feature_perturbation=_word(question.method)
            )
            # Its own check compares with the trees as it reads them; ours asks the model.
            found = explainer.shap_values(people, check_additivity=False)
        except Exception as error:
            msg = f"shap refused this model: {error}. Pass another backend=."
            raise InputError(msg) from error
    values = np.asarray(found[-1] if isinstance(found, list) else found, np.float64)
    if values.ndim == 3:
        values = values[:, :, -1]
    return _answer(question, question.joined(values, origin), f"shap {version('shap')}")


def load_shap() -> Any:
    """Return the package shap; what it says on being imported is not for the user."""
    with _quiet():
        import shap
    return shap


def _answer(question: Question, values: Floats, backend: str) -> Shares:
    if question.background is not None and question.method == "interventional":
        return Shares(values, question.base(), backend)
    # Neither names the base of the model's own scale; it is one number if the values are right.
    base = float(np.median(question.model.output(question.people) - values.sum(axis=1)))
    return Shares(values, base, backend)


def _own_columns(question: Question, steps: Steps) -> list[int]:
    """Return the feature of each column, if each has one column of its own."""
    model = question.model
    origin = steps.origin(model)
    if not question.alone or sorted(origin) != list(range(len(model.names))):
        msg = (
            "This backend explains single columns, and here several make up one feature: the value "
            'of a feature is not their sum. Pass backend="patterns".'
        )
        raise InputError(msg)
    if model.scale != "logit":
        msg = 'This backend explains log-odds. Pass scale="logit", or backend="patterns".'
        raise InputError(msg)
    return origin


def _numbers(question: Question, steps: Steps) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return people and background as the final estimator takes them, by column."""
    interventional = question.method == "interventional"

    def table(people: pd.DataFrame) -> pd.DataFrame:
        columns = np.asarray(steps.encoded(question.model, people)).astype(np.float64)
        return pd.DataFrame(columns, columns=[f"column {j}" for j in range(columns.shape[1])])

    try:
        people = table(question.people)
        background = (
            table(question.background)
            if interventional and question.background is not None
            else None
        )
    except (TypeError, ValueError) as error:
        msg = (
            f"This backend takes numbers only ({error}). "
            'Pass backend="patterns", which reads categories.'
        )
        raise InputError(msg) from error
    return people, background


def _word(method: str) -> str:
    return "tree_path_dependent" if method == "path_dependent" else method


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep progress bars, prints and warnings of a backend away from the user."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
