"""Whom joined data single out, and what they tell of a trait that is in none of them.

Run it from anywhere: python examples/singled_out.py [FOLDER]
The people are synthetic: this describes what joining such columns does to people made so.
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
    world = ca.make_society(people=8_000, firms=500, seed=7, bias=ca.Bias(proxy=0.8))

    joined = ca.sharing.exposure(world, JOINS, secrets=["listed_court"], by="minority")
    curve = joined.curve()[["joined", "columns", "value"]].rename(columns={"value": "alone"})
    curve["fewer than 5 alike"] = joined.curve("below_k")["value"]
    print("Share of people, as the data of one sector after the other are joined:")
    print(curve.round(3).to_string(index=False))
    print("\nHow the columns were cut, which is a choice and decides the numbers:")
    print(joined.bands.to_string(index=False))

    told = ca.sharing.attribute_inference(world, JOINS, ["minority"])
    print("\nHow well the same columns tell a trait that none of them holds (0.5 is chance):")
    for measure in ("auc", "auc_mixed"):
        rows = told.of("minority", measure)[["joined", "value", "low", "high"]]
        print(f"{measure}\n{rows.round(3).to_string(index=False)}")

    joined.frame.to_csv(folder / "singled_out.csv", index=False)
    print(f"\nEvery number by join and group: {folder / 'singled_out.csv'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "singled-out"))
