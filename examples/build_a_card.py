"""A scorecard of invented people, read, explained, exported: python examples/build_a_card.py"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import creditaudit as ca

CUTOFF = 520


def invented(n: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """People and who went bad: less with income, more with late payments."""
    rng = np.random.default_rng(seed)
    people = pd.DataFrame(
        {
            "income": np.round(rng.lognormal(7.8, 0.5, n)),
            "late payments": rng.poisson(0.7, n),
            "purpose": rng.choice(["car", "repairs", "study"], n, p=[0.5, 0.3, 0.2]),
        }
    )
    risk = 3.4 - 0.65 * np.log(people["income"]) + 0.6 * people["late payments"]
    risk += people["purpose"].map({"car": 0.0, "repairs": 0.4, "study": -0.3})
    people.loc[rng.random(n) < 0.06, "income"] = np.nan
    bad = (rng.random(n) < 1 / (1 + np.exp(-risk.to_numpy()))).astype(int)
    return people, bad


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    people, bad = invented(4_000, seed=7)
    directions = {"income": -1, "late payments": 1}
    card = ca.ScorecardScorer(max_bins=4, monotone=directions).fit(people, bad)
    print(card.table.to_text())

    new, truth = invented(2_000, seed=8)
    decided = card.decide(new, cutoff=CUTOFF)
    approved = decided == "approved"
    print(f"Of 2,000 new people {approved.mean():.0%} have {CUTOFF} points or more; of these")
    print(f"{truth[approved].mean():.1%} went bad, of the others {truth[~approved].mean():.1%}.")

    refused = new[~approved].head(3)
    reasons = card.table.reasons(
        refused, k=2, reference="near_cutoff", background=new, cutoff=CUTOFF
    )
    print("\nWhy three of them were refused, against people just above the cut-off:")
    print(reasons[["person", "rank", "points_lost", "text"]].round(1).to_string(index=False))

    (folder / "card.html").write_text(card.table.to_html(), encoding="utf-8")
    (folder / "card.json").write_text(card.to_json(), encoding="utf-8")
    (folder / "card.sql").write_text(card.to_sql(table="applicants", cutoff=CUTOFF), "utf-8")
    again = ca.ScorecardScorer.from_json((folder / "card.json").read_text("utf-8"))
    print(f"\nThe same points from the file: {(again.points(new) == card.points(new)).all()}")
    print(f"Open {folder / 'card.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "card-example"))
