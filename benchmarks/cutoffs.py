"""Cut-offs under three criteria, beside the ThresholdOptimizer of fairlearn.

A script of its own: ``python -m benchmarks.cutoffs``, no part of ``benchmarks.run``. Objective:
accuracy (gain 1, loss 1). Both start from people in memory; "from the tally" leaves the counting
out.
"""

import argparse
import warnings

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from benchmarks.clock import measure
from creditaudit import Roles, Tally, cutoffs

CRITERIA = {
    "demographic_parity": "demographic_parity",
    "equal_opportunity": "true_positive_rate_parity",
    "equalized_odds": "equalized_odds",
}
ROLES = Roles(groups=["race"], outcome="paid", good=1, score="points", higher_is="safer")


class Points(ClassifierMixin, BaseEstimator):
    """An estimator whose prediction is its one input."""

    fitted_ = True
    classes_ = np.array([0, 1])

    def fit(self, X: pd.DataFrame, y: pd.Series) -> "Points":  # noqa: N803
        """Return itself."""
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:  # noqa: N803
        """Return the score."""
        return X["points"].to_numpy()


def people(rows: int) -> pd.DataFrame:
    """Return people of four groups, with 350 distinct scores."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"race": rng.choice(list("abcd"), rows, p=[0.6, 0.2, 0.15, 0.05])})
    shift = frame["race"].map({"a": 0.0, "b": -0.5, "c": 0.2, "d": -0.8}).to_numpy()
    ability = rng.normal(size=rows) + shift
    frame["points"] = np.clip(np.round(600 + 50 * ability), 425, 775)
    frame["paid"] = (rng.random(rows) < 1 / (1 + np.exp(-ability - 0.8))).astype(int)
    return frame


def ours(frame: pd.DataFrame) -> Tally:
    """Return the tally that every criterion reads."""
    return Tally.from_frame(frame, ROLES, score_bins="exact")


def theirs(frame: pd.DataFrame, constraints: str) -> object:
    """Return a fitted ThresholdOptimizer."""
    from fairlearn.postprocessing import ThresholdOptimizer

    optimizer = ThresholdOptimizer(
        estimator=Points(), constraints=constraints, objective="accuracy_score", prefit=True,
        predict_method="predict",
    )  # fmt: skip
    return optimizer.fit(frame[["points"]], frame["paid"], sensitive_features=frame["race"])


def main() -> None:
    """Print CPU seconds by number of people and criterion."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.cutoffs", description=__doc__)
    ask.add_argument("--rows", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    warnings.simplefilter("ignore")
    ours(people(1_000))
    theirs(people(1_000), "equalized_odds")
    print(f"{'people':>9}  {'criterion':<20}{'tally':>9}{'from the tally':>16}{'fairlearn':>11}")
    for rows in ask.parse_args().rows:
        frame = people(rows)
        counting, tally = measure(lambda frame=frame: ours(frame))
        for name, constraints in CRITERIA.items():
            found, _ = measure(
                lambda tally=tally, name=name: cutoffs(tally, by="race", criterion=name, loss=1.0)
            )
            peer, _ = measure(lambda frame=frame, given=constraints: theirs(frame, given))
            print(f"{rows:>9,}  {name:<20}{counting.cpu:>9.4f}{found.cpu:>16.4f}{peer.cpu:>11.4f}")


if __name__ == "__main__":
    main()
