"""A scorecard of twenty features beside optbinning, and ranking on two public data sets.

A script of its own: ``python -m benchmarks.scorecards [--rows N ...] [--german FILE]``, no part of
``benchmarks.run``. Fit: bins, weights of evidence, logistic regression, points, with the defaults
of each. Score: points of all rows. Ten features have 5 % missing values, ten are log-normal.
"""

import argparse
import json
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.contest import Outcome, contest
from benchmarks.contestants import Answers, Contestant, Job
from benchmarks.run import RESULTS, setting_of
from benchmarks.worker import WARM_UP_ROWS

ROWS, SLOW_ROWS, HELD_OUT = (100_000, 1_000_000), 1_000_000, 200_000
SEED, FEATURES, FIT_FIRST = 7, 20, 20_000
# Times less CPU than optbinning, at so many rows and up.
BARS = {"fit": {100_000: 5.0, 1_000_000: 7.0}, "score": {100_000: 4.0, 1_000_000: 4.0}}
PAIRS = (("fit", "ours_fit", "optbinning_fit"), ("score", "ours_score", "optbinning_score"))
FOLDS, SEEDS = 5, (0, 1, 2)


def people(rows: int, seed: int = SEED) -> pd.DataFrame:
    """Return synthetic people: v0 to v19, and ``bad``."""
    rng = np.random.default_rng([seed, rows])
    z = rng.normal(size=(rows, FEATURES))
    logit = -2.2 + 0.5 * z[:, 0] - 0.6 * np.tanh(z[:, 1]) + 0.4 * np.abs(z[:, 2]) - 0.3 * z[:, 3]
    logit += 0.2 * z[:, 4:8].sum(1) + 0.3 * z[:, 10] + 0.5 * np.sin(z[:, 11]) - 0.4 * z[:, 12]
    logit += 0.2 * z[:, 0] * z[:, 1] - 0.15 * z[:, 13:17].sum(1)
    z[:, 10:] = np.exp(z[:, 10:])
    z[:, :10][rng.random((rows, 10)) < 0.05] = np.nan
    frame = pd.DataFrame(z, columns=[f"v{k}" for k in range(FEATURES)])
    return frame.assign(bad=(rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(np.int64))


def our_card() -> Any:
    """Return an unfitted scorecard of ours."""
    from creditaudit import ScorecardScorer

    return ScorecardScorer()


def their_card(frame: pd.DataFrame) -> Any:
    """Return an unfitted scorecard of optbinning, with its defaults and the same scale."""
    from optbinning import BinningProcess, Scorecard
    from sklearn.linear_model import LogisticRegression

    words = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    binning = BinningProcess(list(frame.columns), categorical_variables=words)
    scale = {"pdo": 20, "odds": 50, "scorecard_points": 600}
    return Scorecard(
        binning_process=binning, estimator=LogisticRegression(C=1e4, max_iter=2_000),
        scaling_method="pdo_odds", scaling_method_params=scale,
    )  # fmt: skip


def _fit(make: Callable[[pd.DataFrame], Any]) -> Contestant:
    def prepare(path: Path, _: Job) -> Any:
        frame = pd.read_parquet(path)
        return frame.drop(columns="bad"), frame["bad"].to_numpy(), path.parent

    def run(given: Any) -> Any:
        features, bad, folder = given
        return make(features).fit(features, bad), folder

    def read(result: Any) -> Answers:
        card, folder = result
        held = pd.read_parquet(folder / "held-out.parquet")
        return {"auc": _auc(held["bad"], card.predict_proba(held.drop(columns="bad"))[:, 1])}

    return Contestant(prepare, run, read)


def _score(make: Callable[[pd.DataFrame], Any], name: str) -> Contestant:
    def prepare(path: Path, _: Job) -> Any:
        frame = pd.read_parquet(path)
        features, bad = frame.drop(columns="bad"), frame["bad"].to_numpy()
        return make(features).fit(features[:FIT_FIRST], bad[:FIT_FIRST]), features

    def run(given: Any) -> Any:
        return np.asarray(getattr(given[0], name)(given[1]), dtype=np.float64)

    def read(points: Any) -> Answers:
        return {"mean points": float(points.mean())}

    return Contestant(prepare, run, read)


def ours_fit() -> Contestant:
    """``ScorecardScorer.fit``."""
    return _fit(lambda _: our_card())


def optbinning_fit() -> Contestant:
    """``Scorecard.fit`` of optbinning."""
    return _fit(their_card)


def ours_score() -> Contestant:
    """``ScorecardScorer.points``."""
    return _score(lambda _: our_card(), "points")


def optbinning_score() -> Contestant:
    """``Scorecard.score`` of optbinning."""
    return _score(their_card, "score")


def table_of(outcomes: Sequence[Outcome]) -> str:
    """Return what a fit and a scoring cost, as a table."""
    head = ["rows", "work", "CPU s", "optbinning CPU s", "times less", "bar", "added MB",
            "optbinning MB", "hold-out AUC", "optbinning AUC", "met"]  # fmt: skip
    lines = [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head))]
    by_name = {(one.job.contestant, one.job.rows): one for one in outcomes}
    for rows in sorted({one.job.rows for one in outcomes}):
        for work, mine, theirs in PAIRS:
            ours, peer = by_name[mine, rows], by_name[theirs, rows]
            if ours.error or peer.error or ours.cpu is None or peer.cpu is None:
                lines.append(f"| {rows:,} | {work} | {ours.error or peer.error} |")
                continue
            bar = max((v for n, v in BARS[work].items() if n <= rows), default=1.0)
            memory = [one.median("added_mb") or 0.0 for one in (ours, peer)]
            auc = [one.answers.get("auc") for one in (ours, peer)]
            times = peer.cpu / ours.cpu
            met = times >= bar and memory[0] <= memory[1]
            if auc[0] is not None and auc[1] is not None:
                met = met and auc[0] >= auc[1]
            cells = [f"{rows:,}", work, f"{ours.cpu:.3g}", f"{peer.cpu:.3g}", f"{times:.1f}"]
            cells += [f"{bar:g}", *(f"{mb:,.0f}" for mb in memory)]
            cells += ["" if one is None else f"{one:.4f}" for one in auc]
            lines.append(f"| {' | '.join([*cells, 'yes' if met else '**no**'])} |")
    return "\n".join(lines)


def loanapp() -> tuple[pd.DataFrame, np.ndarray]:
    """Return what was known before the decision, nothing protected, and who was refused."""
    from creditaudit import load_loanapp

    found = load_loanapp()
    known = found.catalog.query("purpose == 'input' and sensitivity != 'protected'")["column"]
    return found.frame[list(known)].astype(float), (found.frame["approved"] == 0).to_numpy(int)


def german(file: str | None) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the German credits, from OpenML or from a CSV whose last column is good or bad."""
    if file is None:
        from creditaudit import load_german_credit

        frame = load_german_credit().frame.drop(columns="age_group")
    else:
        frame = pd.read_csv(file)
    outcome = "class" if "class" in frame else frame.columns[-1]
    return frame.drop(columns=outcome), (frame[outcome] == "bad").to_numpy(int)


def ranking(features: pd.DataFrame, bad: np.ndarray) -> dict[str, float]:
    """Return the mean AUC over five folds, three times, of each model."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    from creditaudit import BoostingScorer

    typed = features.copy()
    for name in typed:
        if not pd.api.types.is_numeric_dtype(typed[name]):
            typed[name] = typed[name].astype("category")
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
         make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include="category")),
    )  # fmt: skip
    models: dict[str, tuple[pd.DataFrame, Callable[[], Any]]] = {
        "ScorecardScorer": (features, our_card),
        "optbinning": (features, lambda: their_card(features)),
        "logistic regression": (
            typed, lambda: make_pipeline(columns, LogisticRegression(max_iter=2_000))
        ),
        "BoostingScorer": (typed, BoostingScorer),
        "HistGradientBoosting": (
            typed,
            lambda: HistGradientBoostingClassifier(
                categorical_features="from_dtype", random_state=0
            ),
        ),
    }  # fmt: skip
    found: dict[str, list[float]] = {name: [] for name in models}
    for seed in SEEDS:
        print(f"ranking {len(bad):,} people, seed {seed}", file=sys.stderr)
        split = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        for train, test in split.split(features, bad):
            for name, (given, make) in models.items():
                model = make().fit(given.iloc[train], bad[train])
                p = model.predict_proba(given.iloc[test])[:, 1]
                found[name].append(_auc(bad[test], p))
    return {name: float(np.mean(values)) for name, values in found.items()}


def ranking_table(found: dict[str, dict[str, float] | str]) -> str:
    """Return the areas under the curve as a table."""
    names = list(next(one for one in found.values() if isinstance(one, dict)))
    head = ["data", *names, "card within .01", "boosting within .005"]
    lines = [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head))]
    for data, one in found.items():
        if isinstance(one, str):
            lines.append(f"| {data} | {one} |")
            continue
        card = one["ScorecardScorer"] > max(one["optbinning"], one["logistic regression"]) - 0.01
        trees = abs(one["BoostingScorer"] - one["HistGradientBoosting"]) <= 0.005
        words = ["yes" if met else "**no**" for met in (card, trees)]
        lines.append(f"| {' | '.join([data, *(f'{v:.4f}' for v in one.values()), *words])} |")
    return "\n".join(lines)


def _auc(bad: Any, p: Any) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(bad, p))


def main(given: Sequence[str] | None = None) -> int:
    """Run, print and write the tables."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.scorecards", description=__doc__)
    ask.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    ask.add_argument("--german", help="a CSV of the German credits instead of OpenML")
    asked = ask.parse_args(given)
    warnings.simplefilter("ignore")
    setting = setting_of(max(asked.rows), full=False)
    jobs = [
        Job("scorecards", name, rows, rounds=3 if rows < SLOW_ROWS else 1)
        for rows in asked.rows
        for _, *names in PAIRS
        for name in names
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rows in (WARM_UP_ROWS, *asked.rows):
            people(rows).to_parquet(folder / f"people-{rows}.parquet")
        people(HELD_OUT, SEED + 1).to_parquet(folder / "held-out.parquet")
        outcomes = contest(jobs, folder, say=lambda line: print(line, file=sys.stderr))
    areas: dict[str, dict[str, float] | str] = {}
    # Few rows: threads would wait for each other.
    with threadpool_limits(1):
        areas["loanapp (refused)"] = ranking(*loanapp())
        try:
            areas["German credit"] = ranking(*german(asked.german))
        except Exception as error:  # without a network it is not there
            areas["German credit"] = f"not measured: {error}".splitlines()[0]
    page = f"# Scorecards\n\nMeasured on {setting['date']} with synthetic people, "
    page += f"{setting['cores']} cores, load {setting['load_at_start']} at the start. What the "
    page += f"numbers mean: `benchmarks/README.md`.\n\n{table_of(outcomes)}\n\n"
    page += f"Mean AUC over {FOLDS} folds, {len(SEEDS)} times:\n\n{ranking_table(areas)}\n"
    print(page)
    if set(asked.rows) == set(ROWS):
        record = {
            "setting": setting,
            "jobs": [{"job": asdict(o.job), "readings": o.readings, "answers": o.answers, "error": o.error} for o in outcomes],  # noqa: E501
            "areas": areas,
        }  # fmt: skip
        (RESULTS / "scorecards.md").write_text(page, encoding="utf-8")
        (RESULTS / "scorecards.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
