"""Who pays more, at which stage groups part, and whether the gap is changing.

Run it from anywhere: python examples/terms_and_funnel.py [FOLDER]
The lender is made up.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import creditaudit as ca

STAGES = ["applied", "complete", "offered", "accepted"]
BANDS = [300, 540, 580, 620, 660, 850]


def lender(seed: int, people: int = 8_000) -> pd.DataFrame:
    """Return the made-up applications of one lender."""
    rng = np.random.default_rng(seed)
    region = rng.choice(["north", "south"], people, p=[0.7, 0.3])
    south = region == "south"
    year = rng.choice([2023, 2024, 2025], people)
    points = rng.normal(600, 50, people).round().clip(300, 850)
    complete = rng.random(people) < 0.92 - 0.1 * south
    offered = complete & (points - 8 * south * (year - 2023) > 570)
    rate = (9 - 0.015 * (points - 570) + 0.3 * south + rng.normal(0, 0.6, people)).round(2)
    return pd.DataFrame({
        "region": region, "year": year, "points": points, "complete": complete.astype(int),
        "offered": offered.astype(int), "rate": np.where(offered, rate, np.nan),
        "accepted": (offered & (rng.random(people) < 0.85)).astype(int),
    })  # fmt: skip


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    people = lender(seed=7)
    decisions = ca.Roles(groups=["region"], decision="offered", favourable=1, period="year")
    terms = ca.TermsRoles(
        groups=["region"], amount="rate", higher_is="worse", unit="percentage points",
        decision="offered", favourable=1, control="points",
    )  # fmt: skip
    evidence = ca.Evidence(
        tally=ca.Tally.from_frame(people, decisions),
        terms=ca.TermsTally.from_frame(people, terms, bands=BANDS, edges=np.arange(2, 13, 0.5)),
        funnel=ca.Funnel.from_frame(people, "region", STAGES[1:], everyone=STAGES[0]),
    )
    plan = ca.Plan(reference={"region": "north"})
    report = ca.audit(evidence, title="A made-up lender", plan=plan, seed=7)
    for finding in report.findings:
        if finding.audit in ("terms", "funnel", "drift"):
            print(f"{finding.question}\n  {finding.claim}")
    report.save(folder / "report.html")
    print(f"Open {folder / 'report.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("terms-and-funnel"))
