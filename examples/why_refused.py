"""Why was somebody refused, and is there a way back? python examples/why_refused.py

The people are made up. A scorecard is fitted on them; each refused person gets the reasons of the
refusal as a page, and the cheapest way over the cut-off, or proof that there is none.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import creditaudit as ca

CUTOFF = 600
ACTIONS = ca.explain.Actions(
    immutable=["age"],
    direction={"late": "down", "debt": "down", "income": "up"},
    step={"late": 1, "debt": 2, "income": 1},
)


def applicants(n: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Made-up people, and who of them turned out bad."""
    rng = np.random.default_rng(seed)
    people = pd.DataFrame(
        {
            "late": rng.poisson(0.8, n),
            "debt": np.round(rng.gamma(2, 8, n)),
            "income": np.round(rng.lognormal(3.2, 0.4, n)),
            "age": rng.integers(20, 75, n),
        }
    )
    risk = 0.9 * people["late"] + 0.05 * people["debt"] - 0.05 * people["income"] - 1.2
    return people, (rng.random(n) < 1 / (1 + np.exp(-risk))).astype(int)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    people, bad = applicants(3_000, seed=7)
    card = ca.ScorecardScorer(max_bins=5, base_odds=2).fit(people, bad)
    refused = people[card.points(people) < CUTOFF]
    print(f"{len(refused):,} of {len(people):,} made-up people are under {CUTOFF} points.")

    reasons = ca.explain.reasons(card, people, background=people, cutoff=CUTOFF)
    print("\nThe main reason, in people:")
    print(reasons.loc[reasons["rank"] == 1, "feature"].value_counts().to_string())

    print("\nPoints that features move, on average:")
    shares = ca.explain.attributions(card, people, background=people, scale="points")
    print(shares.frame.query("measure == 'mean_size'").round(2).to_string(index=False))

    back = ca.explain.recourse(card, refused, actions=ACTIONS, cutoff=CUTOFF)
    print("\nIs there a way back?")
    print(back["status"].value_counts().to_string())

    first = ca.explain.notices(
        card, refused.iloc[:1], background=people, cutoff=CUTOFF, synthetic=True
    )
    for person, notice in first.items():
        way = back.set_index("person").loc[person]
        print(f"\n{notice}A way back for {person}: {way['changes'] or way['proof']}")
        (folder / "notice.html").write_text(notice.to_html(), encoding="utf-8")
    print(f"\nOpen {folder / 'notice.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "why-refused-example"))
