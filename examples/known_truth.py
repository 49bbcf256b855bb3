"""Put bias of known size into synthetic people and see what a lender's file shows of it.

Run it from anywhere: python examples/known_truth.py [FOLDER]
The people are made up and describe nobody.
"""

import sys
from pathlib import Path

import creditaudit as ca

KNOBS = {
    "nothing": ca.Bias(),
    "label": ca.Bias(label=0.10),
    "proxy": ca.Bias(proxy=0.9),
    "measurement": ca.Bias(measurement=0.3),
    "selection": ca.Bias(opportunity=0.5, selection=2),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{'put in':12} {'true gap':>9} {'gap in file':>12} {'approval ratio':>15}")
    for name, bias in KNOBS.items():
        people = ca.make_borrowers(40_000, seed=7, bias=bias)
        true = people.truth.groupby("exposed")["true_pd"].mean()
        seen = people.frame.groupby("minority")["default"].mean()

        tally = ca.Tally.from_frame(people.frame, people.roles, by=["minority"])
        gap = ca.metrics.disparity(tally, metric="approval_rate", by="minority", reference=0)
        ratio, low, high = gap.loc[0, ["value", "low", "high"]]
        print(
            f"{name:12} {true[1] - true[0]:9.3f} {seen[1] - seen[0]:12.3f} "
            f"{ratio:7.2f} ({low:.2f}-{high:.2f})"
        )
        people.truth_summary().to_csv(folder / f"{name}.csv", index=False)
    print(f"\nGaps are in default, exposed people less others. What each knob implies: {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "known-truth"))
