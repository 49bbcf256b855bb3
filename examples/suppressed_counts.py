"""What a table with suppressed and rounded counts still shows, and what it leaves open.

Run it from anywhere: python examples/suppressed_counts.py [FOLDER]
The numbers are made up.
"""

import sys
from pathlib import Path

import pandas as pd

import creditaudit as ca
from creditaudit.published_tables import read_published

PAGE = """Region   | Applications | Approved | Refused
North    | 2,406        | 1,804    | 602
South    | 1,310        | 786      | 524
Islands  | 64           | <30      | 37
Outpost  | 40           | <5       | <40
"""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    found = read_published(PAGE, transcriber="the person at the keyboard")
    print(f"Within bounds only: {', '.join(found.intervals)}")
    roles = ca.Roles(groups=["Region"], decision="decision", favourable="Approved")
    tally = found.to_tally(roles)
    rates = ca.metrics.approval_rate(tally, "Region")
    print(rates.drop(columns="note").round(3).to_string(index=False))
    report = ca.audit(
        ca.Evidence(tally=tally),
        title="A table with suppressed counts",
        plan=ca.Plan(reference={"Region": "North"}),
    )
    for finding in report.findings:
        print(f"{finding.status}: {finding.claim}")

    # With totals alone: how many were approved in all, and how many people of each group there are.
    margins = pd.DataFrame(
        [("north", None, 700), ("south", None, 60), (None, "yes", 600)],
        columns=["region", "decision", "n"],
    )
    roles = ca.Roles(groups=["region"], decision="decision", favourable="yes", unfavourable="no")
    crossed = ca.Tally.from_margins(margins, roles)
    bounds = ca.metrics.approval_rate(crossed, "region")[["region", "bound_low", "bound_high"]]
    print(bounds.round(3).to_string(index=False))
    report.save(folder / "report.html")
    print(f"Open {folder / 'report.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("suppressed-counts"))
