"""Slips: the errors that can enter on the way from people to decisions, each with a size."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from creditaudit.populations.randomness import entity_uniforms

Stage = Literal["collect", "link", "synthesise", "analyse", "decide"]
STAGES: tuple[Stage, ...] = ("collect", "link", "synthesise", "analyse", "decide")
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """The chance in one slip, the same whatever its size.

    Parameters
    ----------
    n : int
        How many people.
    seed : int
    slip : str
    """

    n: int
    seed: int
    slip: str

    def uniform(self, name: str) -> Floats:
        """Return a number between 0 and 1 for each person."""
        return entity_uniforms(np.arange(self.n), self.seed, f"{self.slip}/{name}")

    def normal(self, name: str) -> Floats:
        """Return a standard normal number for each person."""
        return np.asarray(ndtri(self.uniform(name)), dtype=np.float64)


@dataclass(frozen=True)
class Parts:
    """Which inputs a slip can strike, and whose.

    Parameters
    ----------
    measured : sequence of str
        Amounts that are measured with error.
    missing : sequence of str
        Inputs that can go missing.
    linked : sequence of str
        Entries that are found under a name, all together.
    where : array of bool, optional
        Whose data collecting and linking can go wrong for; everyone's by default.
    """

    measured: Sequence[str] = ()
    missing: Sequence[str] = ()
    linked: Sequence[str] = ()
    where: Flags | None = field(default=None, repr=False)

    def struck(self, hit: Flags) -> Flags:
        """Return who is hit among those whose data can go wrong."""
        return hit if self.where is None else hit & self.where


OnInputs = Callable[[pd.DataFrame, float, Draws, Parts], pd.DataFrame]
OnTraining = Callable[[pd.DataFrame, Floats, float, Draws], tuple[pd.DataFrame, Floats]]
OnDecision = Callable[[Floats, float, float], Flags]


@dataclass(frozen=True)
class Slip:
    """An error that can enter at one stage.

    Parameters
    ----------
    name : str
    stage : {"collect", "link", "synthesise", "analyse", "decide"}
    unit : str
        What a size of 1 is.
    sizes : tuple of float
        Sizes that are tried by default.
    formula : str
        What it does.
    drawn : bool
        Whether chance is in it.
    inputs, training, decision : callable, optional
        What it changes: what is known of people, what a scorer learns from, or how points become
        a decision. One of the three.
    """

    name: str
    stage: Stage
    unit: str
    sizes: tuple[float, ...]
    formula: str
    drawn: bool = True
    inputs: OnInputs | None = None
    training: OnTraining | None = None
    decision: OnDecision | None = None


def _measurement(X: pd.DataFrame, size: float, draws: Draws, parts: Parts) -> pd.DataFrame:  # noqa: N803
    told = {}
    for name in parts.measured:
        wrong = parts.struck(np.ones(draws.n, dtype=bool))
        told[name] = X[name] * np.exp(size * draws.normal(name) * wrong)
    return X.assign(**told)


def _missingness(X: pd.DataFrame, size: float, draws: Draws, parts: Parts) -> pd.DataFrame:  # noqa: N803
    lost = {n: X[n].mask(parts.struck(draws.uniform(n) < size)) for n in parts.missing}
    return X.assign(**lost)


def _linkage(X: pd.DataFrame, size: float, draws: Draws, parts: Parts) -> pd.DataFrame:  # noqa: N803
    # Everyone in a circle in random order: the next one is the other person.
    circle = np.argsort(draws.uniform("circle"))
    other = np.empty(draws.n, dtype=np.intp)
    other[circle] = np.roll(circle, -1)
    wrong = parts.struck(draws.uniform("wrong") < size)
    found = np.where(wrong, other, np.arange(draws.n))
    return X.assign(**{name: X[name].array.take(found) for name in parts.linked})


def _synthetic_copy(
    X: pd.DataFrame, bad: Floats, size: float, draws: Draws  # noqa: N803
) -> tuple[pd.DataFrame, Floats]:  # fmt: skip
    copied = draws.uniform("copied") < size
    made = {}
    for name in X:
        source = np.arange(draws.n)
        for outcome in (0, 1):
            of = np.flatnonzero(bad == outcome)
            if len(of):
                place = (draws.uniform(f"{name}/{outcome}")[of] * len(of)).astype(np.intp)
                source[of] = of[place]
        taken = np.where(copied, source, np.arange(draws.n))
        made[str(name)] = X[name].array.take(taken)
    return X.assign(**made), bad


def _smaller_sample(
    X: pd.DataFrame, bad: Floats, size: float, draws: Draws  # noqa: N803
) -> tuple[pd.DataFrame, Floats]:  # fmt: skip
    kept = draws.uniform("kept") >= size
    return X[kept], bad[kept]


def _coarse_bins(X: pd.DataFrame, size: float, draws: Draws, parts: Parts) -> pd.DataFrame:  # noqa: N803
    if size == 0:
        return X
    told = {}
    for name in X.select_dtypes("number"):
        wide = size * float(X[name].std())
        if wide > 0:
            told[str(name)] = np.rint(X[name] / wide) * wide
    return X.assign(**told)


def _stricter(points: Floats, cutoff: float, size: float) -> Flags:
    return np.asarray(points >= cutoff + size)


def _rounding(points: Floats, cutoff: float, size: float) -> Flags:
    told = np.rint(points / size) * size if size else points
    return np.asarray(told >= cutoff)


SLIPS: Mapping[str, Slip] = {
    one.name: one
    for one in (
        Slip(
            "measurement", "collect", "standard deviation of the log", (0.05, 0.1, 0.2),
            "a measured amount is multiplied by exp(size x normal)", inputs=_measurement,
        ),
        Slip(
            "missingness", "collect", "share of values", (0.05, 0.1, 0.2),
            "a value is missing with chance size", inputs=_missingness,
        ),
        Slip(
            "linkage", "link", "share of people", (0.02, 0.05, 0.1),
            "with chance size, the linked entries are those of another person", inputs=_linkage,
        ),
        Slip(
            "synthetic_copy", "synthesise", "share of training rows", (0.25, 0.5, 1.0),
            "with chance size, a training row is replaced by a synthetic one: each input is that "
            "of some row with the same outcome, drawn alone, so that what inputs have to do with "
            "each other is lost", training=_synthetic_copy,
        ),
        Slip(
            "smaller_sample", "analyse", "share of training rows", (0.5, 0.8, 0.95),
            "with chance size, a training row is left out", training=_smaller_sample,
        ),
        Slip(
            "coarse_bins", "analyse", "standard deviation of the input", (0.25, 0.5, 1.0),
            "every number is rounded to a multiple of size x its standard deviation",
            drawn=False, inputs=_coarse_bins,
        ),
        Slip(
            "stricter_cutoff", "decide", "point", (2.0, 5.0, 10.0),
            "the cut-off is higher by size", drawn=False, decision=_stricter,
        ),
        Slip(
            "rounding", "decide", "point", (2.0, 5.0, 10.0),
            "points are rounded to a multiple of size", drawn=False, decision=_rounding,
        ),
    )
}  # fmt: skip
