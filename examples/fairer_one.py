"""A model as good that leaves a smaller gap, on synthetic people: python examples/fairer_one.py"""

import sys
from pathlib import Path

import creditaudit as ca

SEEN = [
    "reported_income", "utilisation", "late_payments_24m", "debt_to_income", "months_on_book",
    "region", "phone_bills_late",
]  # fmt: skip


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # Defaults of the minority are recorded too often, and the region tells who is in it.
    bias = ca.Bias(label=0.2, proxy=0.9)
    people = ca.make_borrowers(6_000, seed=11, bias=bias, columns=[*SEEN, "minority"])
    found = ca.alternatives.frontier(
        ca.ScorecardScorer(), people.frame[SEEN], people.truth["label_recorded"],
        groups=people.frame["minority"], reference=0, share=0.7, rounds=4,
    )  # fmt: skip
    columns = ["alternative", "auc", "gap", "approved", "uses_group"]
    print(found.table[columns].round(3).to_string(index=False))
    print(f"\n{found.claim}\n")
    for limit in found.limits:
        print(f"- {limit}")
    found.frame.to_csv(folder / "frontier.csv", index=False)
    found.chart().figure.savefig(folder / "frontier.png", dpi=120)
    print(f"\nOpen {folder / 'frontier.png'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "fairer-example"))
