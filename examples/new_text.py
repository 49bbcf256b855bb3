"""Two versions of a city's points on the same synthetic people: the page for a consultation.

Six rules are missing in the later file because that part of its text was not read: the page says
so.

Run it from anywhere: python examples/new_text.py [FOLDER]
"""

import sys
from pathlib import Path

import creditaudit as ca
from creditaudit.reports import save_consultation

OLD, NEW = "cn_rongcheng_2016", "cn_rongcheng_2019"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    people = ca.make_borrowers(5_000, seed=7, columns="all")
    change = ca.rulebooks.diff(OLD, NEW, people, by=["registration", "sex"])
    print(change)
    told = change.flips.set_index("measure")
    told = told[told[["registration", "sex"]].isna().all(axis=1)]
    for measure in ("only_loses", "only_gains"):
        value, low, high = (100 * told.loc[measure, name] for name in ("value", "low", "high"))
        print(f"{measure}: {value:.1f} % ({low:.1f} to {high:.1f}) of {told.loc[measure, 'n']:,}")
    save_consultation(change, folder / "page.html", source="synthetic people, seed 7")

    evidence = ca.Evidence(
        rulebook=ca.Rulebook.load(NEW), earlier_rulebook=ca.Rulebook.load(OLD), frame=people.frame,
        plan=ca.Plan(groups=["registration"], reference={"registration": "urban"}),
        about=people.made,
    )  # fmt: skip
    report = ca.audit(evidence, title="A new text of points", seed=7)
    for finding in report.findings:
        if finding.audit == "rule_changes" and finding.group:
            print(finding.claim)
    report.save(folder / "report.html")
    print(f"Open {folder / 'page.html'} and {folder / 'report.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("new_text"))
