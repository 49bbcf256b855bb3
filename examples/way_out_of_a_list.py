"""Is there a way out of the list? python examples/way_out_of_a_list.py [FOLDER]

Synthetic people, month by month. No coefficient is measured: read the ranges, and no number alone.
"""

import sys
from pathlib import Path

import creditaudit as ca


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    world = ca.make_society(people=2_000, firms=200, seed=7)
    regime = ca.SharingRegime.hub("court")
    for book, rule in (("cn_spc_defaulters_2013", None), ("cn_repair_2026", "general_shown")):
        kept = ca.sharing.retention_of(book, rule=rule)
        found = ca.sharing.feedback(world, regime, retention=kept, seeds=[0])
        print(f"{kept.name}: {kept.words}")
        for measure in ("lock_in", "relisted", "creditors_paid", "people_paid"):
            one = found[measure]
            print(f"  {measure}: {one.low:.2f} to {one.high:.2f}")
        found.plot().figure.savefig(folder / f"{book}.svg")
    found.frame.to_csv(folder / "feedback.csv", index=False)
    found.sensitivity.to_csv(folder / "sensitivity.csv", index=False)
    print(f"\nSee {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "way-out"))
