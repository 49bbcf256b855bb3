"""Audit a model: two cards, the people they change places for, and what refused people might do.

All people are synthetic. Run it, then open the page it made:

    python examples/audit_a_model.py model_audit
"""

import sys
from pathlib import Path

import creditaudit as ca

INPUTS = ["late_payments_24m", "utilisation", "reported_income"]


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    people = ca.make_borrowers(8_000, seed=7, bias=ca.Bias(selection=1))
    assert people.truth is not None
    frame = people.frame[["minority", "approved", *INPUTS]]
    frame = frame.assign(bad=people.truth["label_recorded"])
    early, late = frame.iloc[:4_000], frame.iloc[4_000:]
    old = ca.ScorecardScorer().fit(early[INPUTS[:1]], early["bad"])
    new = ca.ScorecardScorer().fit(early[INPUTS], early["bad"])
    roles = ca.Roles(groups=["minority"], decision="approved", favourable=1, outcome="bad", good=0)
    evidence = ca.Evidence(
        tally=ca.Tally.from_frame(late, roles), frame=late, scorer=new, earlier_scorer=old,
        outcomes={"bad": 1, "approved": 0}, plan=ca.Plan(reference={"minority": 0}),
        about={"name": "Synthetic borrowers", "synthetic": True, "fitted_here": False},
    )  # fmt: skip
    report = ca.audit(evidence, title="A new card for an old one")
    report.save(folder / "report.html")
    for finding in report.findings:
        if finding.audit in ("ranking", "replacement", "multiplicity"):
            print(finding.claim)
    guessed = ca.scorers.infer_rejected(
        people.frame[["lender_points", "minority"]],
        people.frame["default"],
        people.frame["approved"] == 1,
    )
    print(guessed.frame[["measure", "uplift", "value", "low", "high"]].to_string(index=False))
    print(f"True of all synthetic people: {people.truth['label_true'].mean():.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "model_audit"))
