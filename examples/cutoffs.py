"""What each criterion would cost, from a published score distribution: python examples/cutoffs.py

Counts by group, score band and outcome are enough; no row of a person is needed. The counts here
are made up: two regions, one score, outcomes also for people whom the score would refuse.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import creditaudit as ca
from creditaudit.thresholds import cutoff_costs, delayed_impact

ROLES = ca.Roles(groups=["region"], outcome="repaid", good=1, score="points", higher_is="safer")
SHOWN = ["criterion", "profit", "share_of_max", "low", "high", "approval_gap", "tpr_gap", "fpr_gap"]


def distribution() -> pd.DataFrame:
    """People by region, score and outcome; the south scores 30 points lower."""
    points = np.arange(400, 801, 20)
    parts = []
    for region, people, centre in (("north", 6_000, 610), ("south", 2_500, 580)):
        share = np.exp(-(((points - centre) / 70) ** 2) / 2)
        share /= share.sum()
        repaying = 1 / (1 + np.exp(-(points - 550) / 40))
        for repaid, odds in ((1, repaying), (0, 1 - repaying)):
            count = np.round(people * share * odds)
            parts.append(
                pd.DataFrame({"region": region, "points": points, "repaid": repaid, "n": count})
            )
    return pd.concat(parts, ignore_index=True)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tally = ca.Tally.from_counts(distribution(), ROLES, count="n", score_bins="exact")
    print(tally)

    # Where a loan that is not repaid costs four times what a repaid one brings.
    print("\nThe same share of good payers approved in both regions:")
    equal = ca.cutoffs(tally, by="region", criterion="equal_opportunity", gain=1, loss=4)
    print(equal.table.round(3).to_string(index=False))
    print(f"keeps {equal.share_of_max:.1%} of the highest profit")

    print("\nWhat each criterion costs:")
    costs = cutoff_costs(tally, by="region", gain=1, loss=4)
    print(costs[SHOWN].round(3).to_string(index=False))

    print("\nWhat becomes of the scores of those approved, 75 points up or 150 down:")
    impact = delayed_impact(tally, by="region", criterion="single", loss=4)
    print(impact.drop(columns="note").round(3).to_string(index=False))

    report = ca.audit(ca.Evidence(tally=tally), title="Two made-up regions")
    for finding in report.findings:
        if finding.audit == "criteria_conflict":
            print(f"\n{finding.claim}")
    report.save(folder / "report.html")
    print(f"\nOpen {folder / 'report.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "cutoffs-example"))
