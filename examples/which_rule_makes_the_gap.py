"""Which rules make a gap: python examples/which_rule_makes_the_gap.py [FOLDER]

The people are synthetic: for the minority, a part of the income is missing from the record. For
your own, replace the book and the frame.
"""

import sys
from pathlib import Path

import creditaudit as ca

BOOK = """
format = 1
[book]
id = "xx_lender"
title = "Rules of a lender"
about = "Made up for this example."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "firm"
use = "general"
confidence = "F"
looked_at = 2026-11-23
currency = "CNY"
on_missing = "false"
[scale]
base = 600
mark = "F"
[decision]
rests_on = "text"
text = "Under 540 points an application is declined."
refuse_below = 540
[[sources]]
id = "own"
title = "This example"
kind = "own"
read = "full text"
mark = "F"
"""
RULES = {
    "late": ("late_payments_24m > 0", -40),
    "limits_used": ("utilisation > 0.6", -40),
    "suits": ("civil_suits > 0 or judgments_5y > 0", -50),
    "low_income": ("reported_income < '3000 CNY per month'", -45),
    "fines": ("traffic_fines > 0", -25),
}
RULE = """
[[rules]]
id = "{name}"
title = "{name}"
when = "{when}"
points = {points}
source = "own"
mark = "F"
"""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rules = (RULE.format(name=n, when=w, points=p) for n, (w, p) in RULES.items())
    book = ca.Rulebook.from_toml(BOOK + "".join(rules))
    people = ca.make_borrowers(20_000, seed=7, bias=ca.Bias(measurement=0.3))
    frame = people.frame.assign(defaulted=people.truth["label_true"])

    gaps = ca.rulebooks.disparity_by_rule(
        book, people, by="minority", reference=0, measure="approval"
    )
    shared = gaps.frame.query("way == 'shapley'")
    print(shared[["rule", "value", "low", "high", "share"]].round(3).to_string(index=False))

    found = ca.rulebooks.search_alternatives(
        book, frame, by="minority", reference=0, outcome="defaulted", good=0,
        points={"low_income": (-45, -15)},
    )  # fmt: skip
    shown = ["changes", "usefulness", "disparity", "as_good", "less_unequal"]
    print(found.frontier[shown].round(3).to_string(index=False))
    if found.best is not None:
        found.book(found.best).save(folder / "less_unequal.toml")

    roles = ca.Roles(groups=["minority"], outcome="defaulted", good=0)
    evidence = ca.Evidence(
        tally=ca.Tally.from_frame(frame, roles), frame=frame, rulebook=book, about=people.made
    )
    report = ca.audit(evidence, title="Rules of a lender", plan=ca.Plan(reference={"minority": 0}))
    for finding in report.findings:
        if finding.audit in ("rule_gaps", "rule_alternatives"):
            print(f"\n{finding.question}\n{finding.claim}")
    report.save(folder / "report.html")
    print(f"\nOpen {folder / 'report.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "which-rule"))
