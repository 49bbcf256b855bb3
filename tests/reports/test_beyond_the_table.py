"""A report that rests on more than the table says so, and the rest is recomputed."""

import creditaudit as ca
from creditaudit.reports import verify_report


def test_findings_that_need_inputs_are_named_and_the_others_recomputed(tmp_path):
    people = ca.load_hmda_boston()
    path = tmp_path / "decisions.csv"
    people.frame.to_csv(path, index=False)
    evidence = ca.Evidence(
        tally=ca.Tally.from_frame(path, people.roles),
        frame=people.frame,
        controls={"pirat": "ability to pay"},
    )
    report = ca.audit(evidence, title="Raw and adjusted", plan=ca.Plan(reference={"race": "white"}))
    adjusted = [f.id for f in report.findings if f.audit == "adjusted_disparity"]
    found = verify_report(report, path)
    assert adjusted
    assert found.agrees, found.mismatches
    assert found.checked > 10
    assert [w for w in found.warnings if w.startswith(adjusted[0]) and "not recomputed" in w]
