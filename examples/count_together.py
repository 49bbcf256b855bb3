"""Two lenders count alone under one protocol; the sum is published and audited without a row.

Run it from anywhere: python examples/count_together.py [FOLDER]
The lenders are made up.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import creditaudit as ca
from creditaudit.federation import CountingProtocol, merge_tallies
from creditaudit.reports import save_explorer

PROTOCOL = CountingProtocol(
    title="Approvals by region, 2025",
    roles=ca.Roles(
        groups=["region"],
        decision="approved",
        favourable=1,
        score="points",
        higher_is="safer",
    ),
    groupings=[["region"]],
    score_edges=[300, 400, 450, 500, 550, 600, 650, 700, 750, 850],
    min_cell=5,
)


def lender(seed: int, people: int = 4_000) -> pd.DataFrame:
    """Return the made-up decisions of one lender."""
    rng = np.random.default_rng(seed)
    region = rng.choice(["north", "south", "islands"], people, p=[0.55, 0.43, 0.02])
    points = (rng.normal(590, 70, people) - 20 * (region == "south")).round().clip(300, 850)
    approved = (points > 570).astype(int)
    return pd.DataFrame({"region": region, "points": points, "approved": approved})


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # Each lender counts on its own machine; only tallies travel.
    whole = merge_tallies(PROTOCOL.count(lender(seed)) for seed in (1, 2))
    evidence = whole.publish(min_cell=PROTOCOL.min_cell)
    evidence.save(folder / "evidence.parquet")
    assert evidence.published is not None
    for sentence in evidence.published.sentences:
        print(sentence)
    report = ca.audit(
        ca.Evidence(tally=ca.Tally.load(folder / "evidence.parquet")),
        title="Two made-up lenders",
        plan=ca.Plan(reference={"region": "north"}),
    )
    print(report.findings[0].claim)
    report.save(folder / "report.html")
    save_explorer(evidence, folder / "explorer.html", title="Two made-up lenders")
    print(f"Open {folder / 'report.html'} and {folder / 'explorer.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("count-together"))
