"""A table as it stood in a PDF: questions first, then an audit.

Run it from anywhere: python examples/pasted_table.py [FOLDER]
The numbers are made up.
"""

import sys
from pathlib import Path

import creditaudit as ca
from creditaudit.published_tables import read_published

PAGE = """Table 7: Decisions by region, 2024

Region\tApplications\tApproved\tRefused\tApproval rate (%)
North\t2.406\t1.804\t602\t75,0
South\t1.310\t786\t524\t60,0
Islands\t64\t*\t37\t
All\t3.780\t2.617\t1.163\t69,2

Source: a made-up annual report.
"""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    misread = PAGE.replace("1.804", "1.840")
    for doubt in read_published(misread).doubts:
        print(f"Question on {doubt}")
    found = read_published(PAGE, transcriber="the person at the keyboard")
    for note in found.notes:
        print(f"Note: {note}")
    roles = ca.Roles(groups=["Region"], decision="decision", favourable="Approved")
    report = ca.audit(
        ca.Evidence(tally=found.to_tally(roles)),
        title="A table in a PDF",
        plan=ca.Plan(reference={"Region": "North"}),
    )
    print(report.findings[0].claim)
    report.save(folder / "report.html")
    print(f"Open {folder / 'report.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("pasted-table"))
