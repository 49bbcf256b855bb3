"""Whom joined data single out, and who is taken for someone else.

Run it from anywhere: python examples/wrong_zhang_wei.py [FOLDER]
The people are synthetic and their names are invented.
"""

import sys
from pathlib import Path

import creditaudit as ca

JOINS = {
    "census": ["age", "sex", "region"],
    "employer": ["occupation"],
    "bank": ["reported_income"],
    "telecom": ["contract_months"],
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    world = ca.make_society(people=20_000, firms=1_000, seed=7)

    joined = ca.sharing.exposure(world, JOINS, by="minority")
    print(joined.curve()[["joined", "columns", "value"]].round(3).to_string(index=False))
    joined.chart().figure.savefig(folder / "alone.svg")

    keys = ["person_name", "birth_year", "region"]
    hits = ca.sharing.linkage_error(world, keys, list_size=200, by="common_surname")
    shown = hits.of("wrongful_counted")[["keys", "value", "low", "high"]]
    print(f"\nOf 20,000 people, hit by a list of 200 they are not on:\n{shown.round(2)}")
    grown = hits.growth([200], [20_000, 20_000_000])
    print(grown[["keys", "population", "per_listing", "low", "high", "kind"]].round(3))
    hits.chart().figure.savefig(folder / "wrongful_hits.svg")

    evidence = ca.Evidence(
        society=world, regimes=[ca.SharingRegime.hub("court")], about=world.made,
        plan=ca.Plan(groups=["minority"]),
    )  # fmt: skip
    for asked in (ca.audits.singling_out, ca.audits.mistaken_identity):
        for finding in asked(evidence):
            print(f"\n{finding.question}\n{finding.claim}")
    print(f"\nOpen {folder / 'alone.svg'} and {folder / 'wrongful_hits.svg'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "wrong-zhang-wei"))
