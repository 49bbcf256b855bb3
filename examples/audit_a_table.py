"""Audit a table of decisions and write a report: python examples/audit_a_table.py [FOLDER]

Without a table of your own this takes public mortgage decisions (Boston, 1990; extra `data`). For
your own, replace `people.frame` by a dataframe or the path of a .csv or .parquet file.
"""

import sys
from pathlib import Path

import creditaudit as ca


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    people = ca.load_loanapp()

    # Fixed before any rate is looked at; its hash goes into the report.
    plan = ca.Plan(reference={"ethnicity": "white", "sex": "male"}, line=0.8)

    roles = ca.Roles(groups=["ethnicity", "sex"], decision="approved", favourable=1)
    tally = ca.Tally.from_frame(people.frame, roles)
    print(tally)
    print(ca.metrics.approval_rate(tally, by="ethnicity").round(3).to_string(index=False))

    evidence = ca.Evidence(tally=tally, about=people.made)
    report = ca.audit(evidence, title="Mortgage applications in Boston, 1990", plan=plan)
    for finding in report.findings:
        print(f"\n{finding.id}  {finding.status}, confidence {finding.confidence}\n{finding.claim}")
    for question in report.not_asked:
        print(f"\nNot asked: {question['question']} Needs {question['needs']}.")

    report.save(folder / "audit.json")
    report.save(folder / "report.html")
    print(f"\nOpen {folder / 'report.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "audit-example"))
