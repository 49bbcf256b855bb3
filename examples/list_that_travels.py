"""What a list does when others take it, and when a tie carries a measure; with a path in words.

Run it from anywhere: python examples/list_that_travels.py [FOLDER]
The society is made up: what is counted describes rules and no country.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import creditaudit as ca

R = ca.SharingRegime
REGIMES = {
    "nobody shares": R.silos(),
    "all take the court's list": R.hub("court"),
    "all take all lists": R.full(),
    "and a measure reaches the household": R.full().with_tie(
        "household", measure="high_fee_school", p=0.3, low=0.1, high=1.0
    ),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    world = ca.make_society(10_000, 1_000, seed=7, relations=["household", "representation"])
    tables = []
    for name, regime in REGIMES.items():
        found = ca.sharing.cascade(world, regime, seeds=range(10))
        rows = found.frame[found.frame["entities"] == "people"].assign(rule=name)
        tables.append(rows)
        shown = rows[(rows["by"] == "all") & (rows["findings"] == "recorded")]
        shown = shown[
            shown["measure"].isin(["refusals_per_finding", "touched_without_own_finding"])
        ]
        print(f"{name}:")
        print(shown[["measure", "value", "low", "high", "kind"]].round(3).to_string(index=False))

    reach = found.reach(seed=0)
    touched = np.flatnonzero((reach.masks[1] != 0) & (reach.masks[0] == 0))
    print("\nOne of those touched without a finding of their own:")
    print(found.path(int(touched[0])))

    regimes = {"household": REGIMES["and a measure reaches the household"]}
    evidence = ca.Evidence(society=world, regimes=regimes, plan=ca.Plan(groups=["registration"]))
    for one in ca.audits.shared_lists(evidence):
        print(f"\n{one.claim}")
    pd.concat(tables).to_csv(folder / "by_rule_and_group.csv", index=False)
    print(f"\nEvery number by rule and group: {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "list_that_travels"))
