"""What each sector's data are worth, and at whose cost: python examples/worth_of_a_sector.py"""

import sys
from pathlib import Path

import creditaudit as ca


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # Defaults of the minority are recorded too often, and the region tells who is in it.
    wrong = ca.Bias(label=0.1, proxy=0.6)
    world = ca.make_society(people=8_000, firms=400, seed=7, bias=wrong)
    worth = ca.sharing.information_value(
        world, ca.ScorecardScorer(), sectors=["census", "court", "tax"], base=["bank"],
        group="minority", reference=0,
    )  # fmt: skip
    shown = ["sector", "alone", "first_in", "last_in", "auc_shapley", "approval_gap_shapley"]
    print(worth.table[[*shown, "exposure", "redundant"]].round(3).to_string(index=False))
    print(f"\n{worth.claim}\n")
    for one in worth.named.itertuples():
        print(f"- {one.sector}: {one.says}.")
    print(f"\n{worth.method}")
    for limit in worth.limits:
        print(f"- {limit}")
    worth.frame.to_csv(folder / "sectors.csv", index=False)
    worth.pareto().to_csv(folder / "coalitions.csv", index=False)
    worth.chart().figure.savefig(folder / "coalitions.png", dpi=120)
    print(f"\nOpen {folder / 'coalitions.png'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "worth-example"))
