"""Values of trees, beside shap and woodelf.

A script of its own: ``python -m benchmarks.explanations``, no part of ``benchmarks.run``; it writes
``results/explanations.md``. The model is scikit-learn's histogram boosting, 100 trees of 31 leaves,
20 features with 5 % missing. A peer is given fewer people where all would take minutes; its time is
then multiplied, and the row says so. shap is given the whole background through a masker: an array
would be cut to 100 rows.
"""

import argparse
import io
import os
from collections.abc import Callable
from contextlib import redirect_stderr
from importlib.metadata import version
from typing import Any

# Before numpy: what is compared is one thread's work.
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.clock import Reading, measure
from benchmarks.run import RESULTS, setting_of
from creditaudit.explain import attributions

FEATURES = 20
BACKGROUND = 1_000
# People that a peer is given at most.
SUBSET = {("shap", "interventional"): 100, ("shap", "path_dependent"): 2_000}


def people(rows: int, seed: int) -> np.ndarray:
    """Return numbers with 5 % missing."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, FEATURES))
    x[rng.random(x.shape) < 0.05] = np.nan
    return x


def fitted() -> HistGradientBoostingClassifier:
    """Return the model."""
    x, rng = people(30_000, 7), np.random.default_rng(8)
    z = np.nan_to_num(x)
    risk = z[:, 0] + z[:, 1] * z[:, 2] + np.sin(2 * z[:, 3]) - 0.3 * z[:, 4:12].sum(axis=1)
    bad = rng.random(len(x)) < 1 / (1 + np.exp(-risk))
    model = HistGradientBoostingClassifier(max_iter=100, max_leaf_nodes=31, early_stopping=False)
    return model.fit(x, bad)


def shap_values(model: Any, x: np.ndarray, background: np.ndarray | None) -> np.ndarray:
    """Return what shap gives, without its progress bar."""
    import shap

    if background is None:
        return shap.TreeExplainer(model, feature_perturbation="tree_path_dependent").shap_values(x)
    masker = shap.maskers.Independent(background, max_samples=len(background))
    with redirect_stderr(io.StringIO()):
        explainer = shap.TreeExplainer(model, masker, feature_perturbation="interventional")
        return explainer.shap_values(x, check_additivity=False)


# At least so many times less CPU than shap.
BARS = {("path_dependent", 10_000): 3.0, ("interventional", 10_000): 100.0,
        ("path_dependent", 100_000): 10.0}  # fmt: skip
MOST_MB = 500.0


def row(words: str, n: int, reading: Reading, given: int, ours: float, difference: float) -> str:
    """Return a line of the table."""
    cpu = reading.cpu * n / given
    note = "" if given == n else f"extrapolated from {given:,} people"
    memory = "" if reading.added_mb is None else f"{reading.added_mb:.0f}"
    ratio = cpu / ours if ours else 1.0
    return f"| {words} | {n:,} | {cpu:.3f} | {ratio:.1f} | {memory} | {difference:.1e} | {note} |"


def main() -> int:
    """Print and keep CPU seconds by method and number of people; 1 if a bar is not held."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.explanations", description=__doc__)
    ask.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    model, background = fitted(), people(BACKGROUND, 9)
    table = [
        "| method | people | CPU s | beside ours | added MB | max diff | note |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    held: list[tuple[bool, str]] = []
    for n in ask.parse_args().rows:
        x = people(n, 10)
        for method, others in (("path_dependent", None), ("interventional", background)):

            def ours(x: np.ndarray = x, others: np.ndarray | None = others) -> np.ndarray:
                return attributions(model, x, background=others).values.to_numpy()

            reading, found = measure(ours)
            table.append(row(f"creditaudit {method}", n, reading, n, reading.cpu, 0.0))
            if reading.added_mb is not None:
                little = reading.added_mb < MOST_MB
                held.append((little, f"{method}, {n:,} people: {reading.added_mb:.0f} MB added"))
            for name, run in _peers(model, others, method).items():
                given = min(n, SUBSET.get((name, method), n))
                peer, theirs = measure(lambda run=run, some=x[:given]: run(some))
                difference = float(np.abs(theirs - found[:given]).max())
                table.append(row(f"{name} {method}", n, peer, given, reading.cpu, difference))
                if name == "shap" and (method, n) in BARS:
                    times = peer.cpu * n / given / reading.cpu
                    words = f"{method}, {n:,} people: {times:,.0f} times less CPU than shap"
                    held.append((times >= BARS[method, n], words))
    said = [f"- {words}. {'Held' if right else 'NOT HELD'}." for right, words in held]
    text = "\n".join([*table, "", *said])
    print(text)
    where = setting_of(BACKGROUND, full=False)
    (RESULTS / "explanations.md").write_text(
        f"# Values of trees\n\nMeasured on {where['date']} with `python -m "
        f"benchmarks.explanations`: {where['cores']} cores, load {where['load_at_start']} at the "
        f"start, Python {where['python']}, shap {version('shap')}. 100 trees of 31 leaves, "
        f"{FEATURES} features, one thread; the background of {BACKGROUND:,} people is used whole. "
        f"Differences are to ours, which equal the sum over all coalitions in the "
        f"tests.\n\n{text}\n",
        encoding="utf-8",
    )
    return int(not all(right for right, _ in held))


def _peers(
    model: Any, others: np.ndarray | None, method: str
) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    peers = {"shap": lambda x: shap_values(model, x, others)}
    try:
        import woodelf  # noqa: F401
    except ImportError:
        print("woodelf is not installed: python -m pip install 'creditaudit[trees]'")
        return peers

    def by_woodelf(x: np.ndarray) -> np.ndarray:
        found = attributions(model, x, background=others, method=method, backend="woodelf")
        return found.values.to_numpy()

    return peers | {"woodelf": by_woodelf}


if __name__ == "__main__":
    raise SystemExit(main())
