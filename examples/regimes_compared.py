"""What changes under another rule of sharing: python examples/regimes_compared.py [FOLDER]

The people are synthetic: what is found describes rules, and no country.
"""

import sys
from pathlib import Path

import creditaudit as ca


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    world = ca.make_society(people=3_000, firms=300, seed=7)
    regime = ca.SharingRegime.load("regime_cn_joint_2016")
    rules = {"unshared": ca.sharing.repealed(regime), "shared": regime}

    found = ca.sharing.contrast(world, rules, seeds=10)
    people = found.frame.query("entities == 'people' and findings == 'recorded' and by == 'all'")
    shown = ["measure", "reference_value", "value", "low", "high", "kind"]
    print(people[shown].round(3).to_string(index=False))
    levers = found.levers().query("measure == 'refusals_per_finding'")
    print(levers[["lever", "governance", "value", "kind"]].round(3).to_string(index=False))
    found.plot().savefig(folder / "steps.svg")
    found.plot_levers("refusals_per_finding").figure.savefig(folder / "levers.svg")

    told = ca.sharing.justice(world, regime, seeds=[0])
    for reading in (told.corrective, told.distributive):
        print(reading[["measure", "value", "note"]].round(3).to_string(index=False))
    owed = told.owed.query("measure == 'reached_share'")
    print(owed[["cause", "value", "share"]].round(3).to_string(index=False))
    print(f"\nSee {folder / 'steps.svg'} and {folder / 'levers.svg'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "regimes"))
