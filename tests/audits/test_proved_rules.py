"""What follows from the rules for every person there could be, as findings of a report."""

import sys

import pytest

import creditaudit as ca
from creditaudit.audits.proved_rules import _proved, rule_proofs
from creditaudit.rulebooks import Rulebook
from made_tables import DAY, VERDICTS, of

MADE = """
format = 1
[book]
id = "xx_proved"
title = "A city"
about = "Made up for a test."
jurisdiction = "CN"
issuer = "Nobody"
issuer_type = "state"
use = "general"
confidence = "V"
looked_at = 2026-11-22
in_force = 2016-01-01
on_missing = "false"
[scale]
base = 1000
mark = "V"
[decision]
rests_on = "text"
text = "Under 950 points."
refuse_below = 950
[[sources]]
id = "own"
title = "Own"
kind = "own"
read = "all"
mark = "V"
"""
FINED = '[[rules]]\nid="fined"\ntitle="x"\nwhen="traffic_fines > 0"\npoints=-40\nsource="own"\n'
FINED += 'mark="V"\n'
# Every fault that proofs look for: more fines help, a group counts, two exceptions meet, and
# somebody else is touched.
FAULTY = (
    FINED + '[[rules]]\nid="often"\ntitle="x"\nwhen="traffic_fines > 8"\npoints=80\nsource="own"\n'
    'mark="V"\n'
    '[[rules]]\nid="women"\ntitle="x"\nwhen="sex == \'female\'"\ngate="refuse"\nsource="own"\n'
    'mark="V"\n[[rules]]\nid="minors"\ntitle="x"\nwhen="minor"\noverrides=["fined"]\nsource="own"\n'
    'mark="V"\n[[rules]]\nid="helpers"\ntitle="x"\nwhen="volunteering_hours > 4"\n'
    'overrides=["fined"]\nsource="own"\nmark="V"\n[[rules]]\nid="kin"\ntitle="x"\n'
    'when="jaywalking > 0"\npoints=-5\ntouches=["self", "child"]\nsource="own"\nmark="V"\n'
)
z3 = pytest.importorskip("z3", reason="proofs need the extra: creditaudit[proofs]")


@pytest.fixture(autouse=True)
def nothing_kept():
    _proved.cache_clear()


def test_each_seeded_fault_is_found_and_none_on_the_clean_twin():
    faulty = ca.Evidence(rulebook=Rulebook.from_toml(MADE + FAULTY))
    said = " ".join(one.claim for one in rule_proofs(faulty))
    for fault in ("exceptions to one rule can hold", "traffic_fines can move them both ways",
                  "alone can change the result", "some people are shut out for good",
                  "1 rules and measures reach people other"):  # fmt: skip
        assert fault in said
    clean = rule_proofs(ca.Evidence(rulebook=Rulebook.from_toml(MADE + FINED)))
    said = " ".join(one.claim for one in clean)
    for fault in ("exceptions", "both ways", "alone can change", "are shut out", "reach people"):
        assert fault not in said
    assert "nobody is shut out for good" in said
    assert not VERDICTS.search(said)


def test_confidence_is_that_of_the_rules_and_law_speaks_to_protected_columns():
    found = rule_proofs(ca.Evidence(rulebook=Rulebook.from_toml(MADE + FAULTY)))
    assert {one.confidence for one in found} == {"high"}
    assert {one.status for one in found} == {"descriptive"}
    ids = [one.id for one in found]
    assert len(set(ids)) == len(ids)
    known = {entry.id for entry in ca.law.load_entries()}
    assert {law for one in found for law in one.law} <= known


def test_each_reading_and_each_kind_of_row_has_its_own_findings():
    found = rule_proofs(ca.Evidence(rulebook=ca.Rulebook.load("cn_spc_high_consumption_2015")))
    claims = " ".join(one.claim for one in found)
    for words in ("mild reading, persons", "strict reading, firms"):
        assert words in claims
    ids = [one.id for one in found]
    assert len(set(ids)) == len(ids)


def test_without_the_solver_it_cannot_be_told_and_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    book = Rulebook.from_toml(MADE + FINED)
    (found,) = rule_proofs(ca.Evidence(rulebook=book))
    assert found.status == "cannot_tell"
    assert "creditaudit[proofs]" in found.claim
    report = ca.audit(ca.Evidence(rulebook=book), title="Rules", report_date=DAY)
    assert len(of(report, "rule_proofs")) == 1


def test_of_a_shape_nothing_can_be_told():
    (found,) = rule_proofs(ca.Evidence(rulebook=ca.Rulebook.load("cn_rongcheng_2021")))
    assert found.status == "cannot_tell"
    assert "shape only" in found.claim


def test_a_report_says_the_same_twice_and_can_be_recomputed(tmp_path):
    from creditaudit.reports import verify_report

    path = tmp_path / "made.toml"
    path.write_text(MADE + FAULTY, encoding="utf-8")
    report = ca.audit(ca.Evidence(rulebook=Rulebook.load(path)), title="Rules", report_date=DAY)
    assert verify_report(report, path).mismatches == ()


def test_a_report_is_verified_without_the_solver_that_made_it(tmp_path, monkeypatch):
    from creditaudit.reports import verify_report

    path = tmp_path / "made.toml"
    path.write_text(MADE + FAULTY, encoding="utf-8")
    report = ca.audit(ca.Evidence(rulebook=Rulebook.load(path)), title="Rules", report_date=DAY)
    _proved.cache_clear()
    monkeypatch.setitem(sys.modules, "z3", None)
    done = verify_report(report, path)
    assert done.mismatches == ()
    assert any("solver" in warning for warning in done.warnings)
