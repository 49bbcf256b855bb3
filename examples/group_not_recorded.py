"""What can be said when nobody recorded the group, or only refused people are known.

Run it from anywhere: python examples/group_not_recorded.py [FOLDER]
The lender, its applicants and the county are made up.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import creditaudit as ca


def applicants(seed: int, people: int = 40_000, tracts: int = 120) -> pd.DataFrame:
    """Return made-up applications; the group is in the table to check against, and never read."""
    rng = np.random.default_rng(seed)
    share = rng.beta(0.35, 0.8, tracts).round(3)
    tract = rng.integers(0, tracts, people)
    south = rng.random(people) < share[tract]
    # South applicants are approved less often than their neighbours of the same tract.
    approved = rng.random(people) < 0.82 - 0.12 * south - 0.10 * share[tract]
    return pd.DataFrame({
        "tract": tract, "approved": approved.astype(int), "p_south": share[tract],
        "p_north": 1 - share[tract], "origin": np.where(south, "south", "north"),
    })  # fmt: skip


def main(folder: Path) -> None:
    frame = applicants(seed=7)
    held = ca.Memberships.from_frame(
        frame.drop(columns="origin"),
        ca.Roles(decision="approved", favourable=1),
        probabilities={"south": "p_south", "north": "p_north"},
        name="origin",
        cells="tract",
    )
    gap = ca.metrics.membership_disparity(held, reference="north")
    print(gap[["method", "value", "bound_low", "bound_high", "low", "high"]].round(2).to_string())
    rates = frame.groupby("origin")["approved"].mean()
    print(f"The truth, known here alone: {rates['south'] / rates['north']:.2f}")

    refused = frame[frame["approved"] == 0]["origin"].value_counts()
    table = pd.DataFrame({
        "origin": ["south", "north"], "refused": refused[["south", "north"]].to_numpy(),
        "residents": [31_000, 89_000],
    })  # fmt: skip
    refusals = ca.Refusals.from_counts(
        table, "origin", population="residents", named="adult residents of a made-up county",
        date="2025", source="made up",
    )  # fmt: skip
    ratio = ca.metrics.refusal_ratio(refusals, reference="north")
    print(ratio[["value", "low", "high", "no_gap_factor"]].round(2).to_string())

    report = ca.audit(
        ca.Evidence(memberships=held, refusals=refusals, about={"synthetic": True}),
        title="A made-up lender without recorded groups",
        plan=ca.Plan(reference={"origin": "north"}),
        seed=7,
    )
    folder.mkdir(parents=True, exist_ok=True)
    report.save(folder / "audit.json")
    report.save(folder / "report.html")
    print(f"Open {folder / 'report.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("group_not_recorded"))
