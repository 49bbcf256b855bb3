"""A raw gap, and what is left of it: python examples/raw_and_adjusted.py [FOLDER]

Public mortgage decisions (Boston, 1990; extra `data`). For your own, replace `people.frame`, and
name the inputs that may be held equal with your own reasons.
"""

import sys
from pathlib import Path

import pandas as pd

import creditaudit as ca

CONTROLS = {
    "pirat": "payments to income: what a person can pay back",
    "lvrat": "loan to value: what the home covers if they do not",
    "chist": "how consumer credit was paid before",
    "mhist": "how a mortgage was paid before",
    "phist": "a public record of bad credit",
    "selfemp": "how steady the income is",
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    people = ca.load_hmda_boston()
    bands = pd.cut(people.frame["lvrat"], [0, 0.8, 0.95, 9], labels=["to 80 %", "to 95 %", "more"])
    frame = people.frame.assign(loan_to_value=bands.astype(str))

    # From rows: what a model leaves when the controls are held equal.
    gaps = ca.metrics.adjusted_disparity(
        frame, people.roles, by="race", controls=CONTROLS, reference="white"
    )
    print(gaps[["race", "measure", "n", "value", "low", "high"]].round(3).to_string(index=False))

    # From counts alone: what is left within bands of loan to value.
    roles = ca.Roles(groups=["race"], strata=["loan_to_value"], decision="approved", favourable=1)
    tally = ca.Tally.from_frame(frame, roles, by=["race", ("race", "loan_to_value")])
    within = ca.metrics.stratified_disparity(
        tally, by="race", strata="loan_to_value", reference="white"
    )
    print(within[["race", "measure", "n", "value", "low", "high"]].round(3).to_string(index=False))

    evidence = ca.Evidence(tally=tally, frame=frame, controls=CONTROLS, about=people.made)
    plan = ca.Plan(reference={"race": "white"})
    report = ca.audit(evidence, title="Boston, 1990: raw and adjusted", plan=plan)
    for finding in report.findings:
        print(f"\n{finding.audit}: {finding.status}\n{finding.claim}")
    report.save(folder / "report.html")
    print(f"\nOpen {folder / 'report.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "raw-and-adjusted"))
