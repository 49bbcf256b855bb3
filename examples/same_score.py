"""Does a score mean the same in two groups? One that does not know of a second income.

Run it from anywhere: python examples/same_score.py [FOLDER]
The people are made up. Those of the south have a second income more often, which the score does not
see: at the same score more of them pay. At the end the same file after a lender has decided, in
which refused people have no outcome.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import creditaudit as ca

ROLES = ca.Roles(
    groups=["region"], decision="approved", favourable=1, outcome="paid", good=1, score="points",
    higher_is="safer", score_range=(300, 850),
)  # fmt: skip


def people(seed: int, size: int = 6_000) -> pd.DataFrame:
    """Return made-up people, all of whom got credit in a trial."""
    rng = np.random.default_rng(seed)
    south = rng.random(size) < 0.35
    second = rng.random(size) < np.where(south, 0.6, 0.2)
    points = rng.normal(590, 60, size).round().clip(300, 850)
    pays = 1 / (1 + np.exp(-(points - 550) / 40 - 0.8 * second))
    return pd.DataFrame({
        "region": np.where(south, "south", "north"), "points": points,
        "paid": (rng.random(size) < pays).astype(float), "approved": (points >= 570).astype(int),
    })  # fmt: skip


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    trial = people(seed=7)
    usual = trial.assign(paid=trial["paid"].where(trial["approved"] == 1))
    plan = ca.Plan(reference={"region": "north"})
    for name, frame in (("trial", trial), ("usual", usual)):
        tally = ca.Tally.from_frame(frame, ROLES, score_bins=55)
        report = ca.audit(ca.Evidence(tally=tally), title=f"A made-up {name}", plan=plan, seed=7)
        for finding in report.findings:
            if finding.audit == "calibration":
                print(f"{name}: {finding.claim}\n")
                print(finding.table.round(3).to_string(index=False), "\n")
        report.save(folder / f"{name}.html")
    print(f"Open {folder / 'trial.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("same-score"))
