"""What six sectors are worth at 20,000 people: ours, a plain loop of fits, and SAGE.

A script of its own: ``python -m benchmarks.sector_values``. The model is scikit-learn's histogram
boosting, 60 trees of 15 leaves, on one thread. The plain loop fits the same 64 coalitions and
averages by the formula, without ranges, gaps or exposure. SAGE (sage-importance) puts missing
columns at the values of other people under one fitted model: it tells what that model relies on,
which is another question, so its distance to ours is no error.
"""

import argparse
import io
import os
from contextlib import redirect_stderr
from importlib.metadata import PackageNotFoundError, version
from itertools import combinations
from math import comb
from typing import Any

# Before numpy: what is compared is one thread's work.
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from benchmarks.clock import Reading, measure
from benchmarks.run import RESULTS, setting_of
from creditaudit.sharing import InformationValue, coalition_games, information_value

ROWS, BAR = 20_000, 40.0
# What each column holds: ability, the group, and noise. Social and police hold the group, and what
# is recorded of the group is wrong in a tenth of it: data of no worth, at its cost.
SECTORS = {
    "bank": {"b1": (0.9, 0), "b2": (0.5, 0), "b3": (0.3, 0)},
    "court": {"c1": (0.4, 0), "c2": (0.2, 0)},
    "tax": {"t1": (0.8, 0), "t2": (0.3, 0), "t3": (0.2, 0)},
    "ecommerce": {"e1": (0.7, 0), "e2": (0.4, 0), "e3": (0.0, 0)},
    "social": {"s1": (0.0, 1.5), "s2": (0.0, 1.0), "s3": (0.1, 0.5)},
    "police": {"p1": (0.0, 1.2), "p2": (0.0, 0.3)},
}
COLUMNS = {name: sector for sector, columns in SECTORS.items() for name in columns}


def people(rows: int) -> pd.DataFrame:
    """Return people with 16 columns, of six sectors; the truth of each is known."""
    rng = np.random.default_rng(7)
    group = rng.random(rows) < 0.3
    ability = rng.normal(size=(rows, 4))
    frame = pd.DataFrame({"group": group.astype(int)})
    for place, columns in enumerate(SECTORS.values()):
        for name, (able, told) in columns.items():
            frame[name] = (
                able * ability[:, place % 4] + told * group + rng.normal(0, 0.6, rows)
            ).astype(np.float32)
    risk = -1.6 - ability @ np.array([0.8, 0.3, 0.7, 0.6])
    frame["true"] = (rng.random(rows) < 1 / (1 + np.exp(-risk))).astype(int)
    wrong = group & (rng.random(rows) < 0.10)
    frame["bad"] = np.where(wrong, 1, frame["true"])
    return frame


def boosted() -> Any:
    """Return the model of the bar."""
    return HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=15, early_stopping=False, random_state=0
    )


def ours(frame: pd.DataFrame, model: Any, **given: Any) -> InformationValue:
    """Return what sectors are worth."""
    return information_value(
        frame, model, sectors=COLUMNS, group="group", reference=0, outcome="bad",
        judged_by="true", share=0.7,
        metrics=["auc", "brier", "log_loss", "profit", "approval_gap", "wrongful_refusal_gap"],
        **given,
    )  # fmt: skip


def by_loop(worth: InformationValue) -> np.ndarray:
    """Return Shapley values of AUC by fits and the formula, as one would write them down."""
    sectors, known = worth.sectors, worth.people
    frame, fitted, tested = known.frame, known.fitted, known.tested
    value = {}
    for size in range(len(sectors) + 1):
        for members in combinations(sectors, size):
            columns = [name for sector in members for name in SECTORS[sector]]
            if not columns:
                value[members] = 0.5
                continue
            model = boosted().fit(frame[columns].iloc[fitted], known.bad[fitted].astype(int))
            risk = model.predict_proba(frame[columns].iloc[tested])[:, 1]
            value[members] = roc_auc_score(known.judged[tested], risk)
    found = []
    for sector in sectors:
        others = [one for one in sectors if one != sector]
        total = 0.0
        for size in range(len(others) + 1):
            for members in combinations(others, size):
                joined = tuple(one for one in sectors if one in (*members, sector))
                weight = 1 / (len(sectors) * comb(len(others), size))
                total += weight * (value[joined] - value[members])
        found.append(total)
    return np.array(found)


def by_sage(worth: InformationValue) -> np.ndarray:
    """Return what SAGE gives for the log loss, one model for all, sectors as groups."""
    import sage

    known, names = worth.people, list(COLUMNS)
    x = known.frame[names].to_numpy(np.float64)
    model = boosted().fit(x[known.fitted], known.bad[known.fitted].astype(int))
    groups = [[names.index(one) for one in SECTORS[sector]] for sector in worth.sectors]
    tested = known.tested[np.isfinite(known.judged[known.tested])]
    background = x[known.fitted[:128]]
    imputer = sage.GroupedMarginalImputer(model, background, groups)
    estimator = sage.PermutationEstimator(imputer, "cross entropy", random_state=0)
    with redirect_stderr(io.StringIO()):
        found = estimator(
            x[tested[:1_000]], known.judged[tested[:1_000]].astype(int), batch_size=256,
            thresh=0.05, bar=False,
        )  # fmt: skip
    return np.asarray(found.values)


def line(words: str, reading: Reading, base: float, note: str) -> str:
    """Return a row of the table."""
    memory = "" if reading.added_mb is None else f"{reading.added_mb:,.0f}"
    return f"| {words} | {reading.cpu:.1f} | {reading.cpu / base:.2f} | {memory} | {note} |"


def contest(rows: int) -> tuple[str, InformationValue, float, float]:
    """Return the table, our result, its CPU seconds, and its distance to the plain loop."""
    frame = people(rows)
    whole, worth = measure(lambda: ours(frame, boosted()))
    exact = worth.shapley["auc"].to_numpy()
    said = [line("creditaudit: every coalition, three refits, 200 draws, six metrics and exposure",
                 whole, whole.cpu, "")]  # fmt: skip
    once, _ = measure(lambda: ours(frame, boosted(), refits=0))
    said.append(line("the same without refits", once, whole.cpu, "ranges for these fits alone"))
    loop, plain = measure(lambda: by_loop(worth))
    off = float(np.abs(plain - exact).max())
    note = f"AUC alone, no ranges; largest difference {off:.1e}"
    said.append(line("a plain loop of 64 fits", loop, whole.cpu, note))
    linear, other = measure(lambda: ours(frame, LogisticRegression(max_iter=300), refits=0))
    far = float(np.abs(other.shapley["auc"].to_numpy() - exact).max())
    note = f"largest difference in AUC {far:.3f}"
    said.append(line("creditaudit, logistic regression, no refits", linear, whole.cpu, note))
    limit, coalition_games.EXACT = coalition_games.EXACT, 0
    masked, standing = measure(lambda: ours(frame, boosted(), refits=0))
    coalition_games.EXACT = limit
    far = float(np.abs(standing.shapley["auc"].to_numpy() - exact).max())
    assert standing.surrogate_error is not None
    stated = float(standing.surrogate_error.set_index("metric").loc["auc", "rms"])
    note = f"largest difference in AUC {far:.4f}; it states {stated:.4f} (rms of a coalition)"
    said.append(line("creditaudit, one model for all coalitions", masked, whole.cpu, note))
    try:
        import sage  # noqa: F401

        reading, found = measure(lambda: by_sage(worth))
        own = -worth.shapley["log_loss"].to_numpy()
        note = (
            f"log loss alone, 1,000 people; largest difference {np.abs(found - own).max():.3f} of "
            f"{log_loss_words(worth)}: another question"
        )
        said.append(line("sage-importance, one fitted model", reading, whole.cpu, note))
    except ImportError:
        said.append("| sage-importance | not installed | | | |")
    head = "| | CPU s | / ours | added MB | |\n|---|---|---|---|---|"
    return "\n".join([head, *said]), worth, whole.cpu, off


def log_loss_words(worth: InformationValue) -> str:
    """Return how much log loss there is to share."""
    known = worth.people
    base = np.full(len(known.tested), known.bad[known.fitted].mean())
    return f"{log_loss(known.judged[known.tested], base) - worth.grand['log_loss']:.3f}"


def main() -> int:
    """Print and write the table; 1 if a bar does not hold."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.sector_values", description=__doc__)
    ask.add_argument("--rows", type=int, default=ROWS)
    rows = ask.parse_args().rows
    table, worth, cpu, off = contest(rows)
    total = worth.shapley.sum() - pd.Series(worth.grand) + pd.Series(worth.empty)
    rest = float(total.abs().max())
    named = worth.named[["sector", "worth", "gap"]].to_string(index=False)
    held = cpu < BAR and rest < 1e-9 and off < 1e-6
    bars = (
        f"- Six sectors of {rows:,} people in under {BAR:g} CPU seconds: {cpu:.1f}.\n"
        f"- Shapley values add up to v(all) - v(none) to {rest:.0e}; bar 1e-9.\n"
        f"- The plain loop gives the same AUC values to {off:.0e} (risks are kept in four bytes).\n"
        f"- {'All held' if held else 'NOT ALL HELD'}.\n"
    )
    print(table, bars, named, sep="\n\n")
    if rows == ROWS:
        where = setting_of(rows, full=False)
        try:
            peer = f", sage-importance {version('sage-importance')}"
        except PackageNotFoundError:
            peer = ""
        page = (
            "# What six sectors are worth\n\n"
            f"Measured on {where['date']} with `python -m benchmarks.sector_values`: {rows:,} "
            f"synthetic people, 16 columns, {where['cores']} cores, load {where['load_at_start']} "
            f"at the start. Python {where['python']}, scikit-learn {version('scikit-learn')}{peer}."
            f"\n\n{table}\n\n{bars}\nWhat was planted, and what is said of it:\n\n"
            f"```text\n{named}\n```\n"
        )
        (RESULTS / "sector_values.md").write_text(page, encoding="utf-8")
    return int(not held)


if __name__ == "__main__":
    raise SystemExit(main())
