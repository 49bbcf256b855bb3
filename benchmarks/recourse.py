"""The way back on a card of ten features, beside an integer programme and beside DiCE.

A script of its own: ``python -m benchmarks.recourse``, no part of ``benchmarks.run``. The card has
ten features of six bins and whole points; 40 % are refused; cost is that of Ustun et al. (2019).
DiCE (``python -m pip install --no-deps dice-ml raiutils``) is asked about few people, one by one,
and minimises a distance of its own: its answers are priced by the same costs. Where it is not
installed its rows are left out.
"""

import os

# Before numpy: what is compared is one thread's work.
os.environ["OMP_NUM_THREADS"] = "1"

import contextlib
import io
import time
import warnings
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import LinearConstraint, milp

from benchmarks.clock import measure
from benchmarks.run import RESULTS, setting_of
from creditaudit.explain import Actions, preclusion, recourse
from creditaudit.scorers.feature_bins import Bin, FeatureBins
from creditaudit.scorers.predicates import Interval, Missing
from creditaudit.scorers.scales import Scale
from creditaudit.scorers.score_features import ScoredFeature
from creditaudit.scorers.score_tables import ScoreTable

FEATURES, BINS, SEED = 10, 6, 7
PEOPLE, PROGRAMMES, SHUT, ASKED = 10_000, 400, 40_000, 15
LIMITED = Actions(
    immutable=["f0", "f1"], direction={"f2": "down", "f3": "up"},
    step={f"f{j}": 2 for j in range(4, FEATURES)},
)  # fmt: skip
BARS = {"person": 200e-6, "shut": 0.1}


def card(rng: np.random.Generator) -> ScoreTable:
    """Return a card of whole points that rise with each feature."""
    made = []
    for j in range(FEATURES):
        ends = [-np.inf, *range(1, BINS), np.inf]
        holds = [*(Interval(float(a), float(b)) for a, b in pairwise(ends)), Missing()]
        bins = tuple(Bin(one, 1.0, 0.5, 0.5, 0.0, 0.0) for one in holds)
        points = (*np.sort(rng.integers(0, 60, BINS)).tolist(), 0)
        feature = FeatureBins(f"f{j}", "number", "none", bins)
        made.append(ScoredFeature(feature, 1.0, points, f"f{j}"))
    return ScoreTable(tuple(made), 0.0, Scale(20, 600, 50), 300.0, True, ())


def people(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Return people with a value for each feature."""
    return pd.DataFrame({f"f{j}": rng.integers(0, BINS, n).astype(float) for j in range(FEATURES)})


def shares() -> np.ndarray:
    """Return the share of the card's people below the middle of each bin, with half a person."""
    smooth = np.append(np.ones(BINS), 1.0)[:BINS] + 0.5
    return (np.cumsum(smooth) - smooth / 2) / smooth.sum()


def price(start: pd.DataFrame, end: pd.DataFrame) -> np.ndarray:
    """Return what changes cost: |log((1 - Q') / (1 - Q))| upwards, |log(Q' / Q)| downwards."""
    q = shares()
    a, b = (q[one.to_numpy().astype(int).clip(0, BINS - 1)] for one in (start, end))
    return np.where(b > a, np.log((1 - a) / (1 - b)), np.log(a / b)).sum(axis=1)


def by_programme(made: ScoreTable, row: np.ndarray, short: float) -> float:
    """Return the least cost for one person, by HiGHS."""
    q, moves = shares(), []
    for j, one in enumerate(row.astype(int)):
        points = made.features[j].points
        for target in range(BINS):
            gain = points[target] - points[one]
            if gain > 0:
                up = q[target] > q[one]
                cost = np.log((1 - q[one]) / (1 - q[target])) if up else np.log(q[one] / q[target])
                moves.append((j, gain, cost))
    each = np.array([[float(j == k) for k, _, _ in moves] for j in range(FEATURES)])
    solved = milp(
        [cost for _, _, cost in moves], integrality=np.ones(len(moves)), bounds=(0, 1),
        constraints=[
            LinearConstraint(np.array([gain for _, gain, _ in moves]), short, np.inf),
            LinearConstraint(each, 0, 1),
        ],
        options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    return float(solved.fun) if solved.success else np.inf


class Decides:
    """The card as DiCE asks it: a classifier of which 1 is approved."""

    def __init__(self, made: ScoreTable, cutoff: float) -> None:
        self.made, self.cutoff = made, cutoff

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return 0.9 for the decision."""
        approved = np.asarray(self.made.points(pd.DataFrame(X).astype(float))) >= self.cutoff
        return np.column_stack([np.where(approved, 0.1, 0.9), np.where(approved, 0.9, 0.1)])

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return 1 for who is approved."""
        return self.predict_proba(X).argmax(axis=1)


def by_dice(
    made: ScoreTable, cutoff: float, frame: pd.DataFrame, asked: pd.DataFrame, method: str
) -> tuple[float, list[float]]:
    """Return CPU seconds a person and the price of each answer; infinite for none."""
    import dice_ml

    model = Decides(made, cutoff)
    known = frame.astype(int).assign(approved=model.predict(frame))
    data = dice_ml.Data(
        dataframe=known, continuous_features=list(frame.columns), outcome_name="approved"
    )
    explainer = dice_ml.Dice(data, dice_ml.Model(model=model, backend="sklearn"), method=method)
    start, costs = time.process_time(), []
    for _, person in asked.iterrows():
        own = person.to_frame().T
        try:
            with (
                contextlib.redirect_stderr(io.StringIO()),
                contextlib.redirect_stdout(io.StringIO()),
            ):
                found = explainer.generate_counterfactuals(
                    own.astype(int), total_CFs=1, desired_class=1, random_seed=SEED,
                ) if method == "random" else explainer.generate_counterfactuals(
                    own.astype(int), total_CFs=1, desired_class=1
                )  # fmt: skip
            answer = found.cf_examples_list[0].final_cfs_df
        except Exception:
            answer = None
        if answer is None or not len(answer):
            costs.append(np.inf)
            continue
        changed = answer[list(frame.columns)].astype(float).reset_index(drop=True)
        reaches = float(made.points(changed)[0]) >= cutoff
        costs.append(float(price(own.reset_index(drop=True), changed)[0]) if reaches else np.inf)
    return (time.process_time() - start) / len(asked), costs


def main() -> int:
    """Measure, print, and write ``results/recourse.md``; 1 if a bar is not held."""
    warnings.filterwarnings("ignore")
    rng = np.random.default_rng(SEED)
    made, everybody = card(rng), people(rng, 2 * PEOPLE)
    cutoff = float(np.quantile(made.points(everybody), 0.4))
    refused = everybody[made.points(everybody) < cutoff].head(PEOPLE).reset_index(drop=True)
    recourse(made, refused.head(500), cutoff=cutoff)
    start = time.process_time()
    ways = recourse(made, refused, cutoff=cutoff)
    each = (time.process_time() - start) / len(refused)
    start = time.process_time()
    lacks = cutoff - np.asarray(made.points(refused.head(PROGRAMMES)), dtype=float)
    rows = refused.head(PROGRAMMES).to_numpy()
    least = np.array(
        [by_programme(made, row, short) for row, short in zip(rows, lacks, strict=True)]
    )
    programme = (time.process_time() - start) / PROGRAMMES
    off = float(np.abs(ways["cost"].to_numpy()[:PROGRAMMES] - least).max())
    more = people(rng, 3 * SHUT)
    shut = more[made.points(more) < cutoff].head(SHUT)
    reading, none = measure(lambda: preclusion(made, shut, actions=LIMITED, cutoff=cutoff))
    closed = reading.cpu
    lines = [
        ("creditaudit", f"{len(refused):,}", 1e6 * each, 1.0, 1.0, len(refused), len(refused)),
        ("HiGHS, one by one", f"{PROGRAMMES}", 1e6 * programme, 1.0, 1.0, PROGRAMMES, PROGRAMMES),
    ]
    cheaper = 0
    try:
        for method in ("random", "genetic"):
            asked = refused.head(ASKED)
            spent, costs = by_dice(made, cutoff, everybody.head(2_000), asked, method)
            ratio = np.array(costs) / ways["cost"].to_numpy()[: len(asked)]
            valid = ratio[np.isfinite(ratio)]
            cheaper += int((valid < 1 - 1e-9).sum())
            middle, worst = (float(np.median(valid)), float(valid.max())) if len(valid) else (
                np.nan, np.nan
            )  # fmt: skip
            lines.append((f"DiCE {method}", f"{len(asked)}", 1e6 * spent, middle, worst,
                          len(valid), len(asked)))  # fmt: skip
    except ImportError:
        print("DiCE is not installed: python -m pip install --no-deps dice-ml raiutils")
    table = "| contestant | people | CPU us a person | cost / least: median | most | answers |\n"
    table += "| --- | --- | --- | --- | --- | --- |\n"
    for name, n, spent, middle, worst, valid, asked in lines:
        table += (
            f"| {name} | {n} | {spent:,.0f} | {middle:.2f} | {worst:.2f} | {valid} of {asked} |\n"
        )
    share = float(none.set_index("measure").loc["none", "value"])
    bars = [
        (each < BARS["person"], f"Under 200 microseconds a person: {1e6 * each:.0f}."),
        (off < 1e-9, f"Equal to the integer programme on {PROGRAMMES} people: off by {off:.0e}."),
        (not cheaper, f"Never dearer than DiCE: {cheaper} of its answers were cheaper."),
        (closed < BARS["shut"], f"{SHUT:,} refused without a way (or with one) in under 0.1 s: "
                                f"{closed:.3f} s; {share:.1%} have none."),
    ]  # fmt: skip
    said = "".join(f"- {words} {'Held' if held else 'NOT HELD'}.\n" for held, words in bars)
    print(table, said, sep="\n")
    where = setting_of(PEOPLE, full=False)
    page = (
        f"# The way back on a card\n\nMeasured on {where['date']} with `python -m "
        f"benchmarks.recourse`: {where['cores']} cores, load {where['load_at_start']} at the "
        f"start, Python {where['python']}. One thread; synthetic people. Costs of all are by one "
        f"definition, which DiCE does not minimise.\n\n{table}\n{said}"
    )
    (RESULTS / "recourse.md").write_text(page, encoding="utf-8")
    return int(not all(held for held, _ in bars))


if __name__ == "__main__":
    raise SystemExit(main())
