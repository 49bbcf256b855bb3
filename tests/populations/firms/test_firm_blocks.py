"""The planted favour is found by the audit of rules, in the block in which it was planted."""

from dataclasses import replace

import pytest

import creditaudit as ca
from creditaudit.audits.gaps_by_rule import rule_gaps
from creditaudit.evidence import Family
from creditaudit.rulebooks import Rulebook, disparity_by_rule

RULES = {
    "tax": ("tax_rating == 'A'", 40),
    "compliance": ("penalties > 0", -80),
    "courts": ("firm_judgment_unperformed", -60),
    "wages": ("firm_late_wages > 0", -30),
    "responsibility": ("social_responsibility_points >= 50", 50),
}
HEAD = """
format = 1
[book]
id = "xx_blocks"
title = "A score in blocks"
about = "Made up after the blocks of a published score."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "state"
use = "general"
confidence = "F"
looked_at = 2026-11-23
in_force = 2019-01-01
currency = "CNY"
on_missing = "false"
subjects = ["firm"]
[scale]
base = 850
mark = "F"
[decision]
rests_on = "assumption"
text = "Under 850 points."
refuse_below = 850
[[sources]]
id = "own"
title = "Own"
kind = "own"
mark = "F"
read = "all of it"
"""


def book():
    rules = "".join(
        f'[[rules]]\nid = "{name}"\ntitle = "{name}"\nwhen = "{when}"\npoints = {points}\n'
        'source = "own"\nmark = "F"\n'
        for name, (when, points) in RULES.items()
    )
    return Rulebook.from_toml(HEAD + rules)


def shares(firms):
    found = disparity_by_rule(book(), firms, by="ownership", reference="private", replicates=200)
    frame = found.frame
    kept = frame[(frame["way"] == "shapley") & (frame["ownership"] == "politically_tied")]
    return kept.set_index("rule")


def test_the_favour_is_found_in_the_right_block_and_in_no_other():
    found = shares(ca.make_firms(30_000, seed=7, bias=ca.FirmBias(ownership=30)))
    planted = found.loc["responsibility"]
    assert planted["low"] > 20
    assert planted["share"] == pytest.approx(1, abs=0.1)
    others = found.loc[[name for name in RULES if name != "responsibility"]]
    assert (others["value"].abs() < 2).all()


def test_where_nothing_was_planted_nothing_is_found():
    found = shares(ca.make_firms(30_000, seed=7))
    assert (found.loc[list(RULES), "value"].abs() < 2).all()


def test_lenience_is_found_in_the_rule_on_breaches():
    found = shares(ca.make_firms(30_000, seed=7, bias=ca.FirmBias(lenience=0.8)))
    assert found.loc["compliance", "low"] > 3
    assert abs(found.loc["responsibility", "value"]) < 2


def test_the_audit_names_the_block_and_no_other_and_stays_silent_without_the_favour():
    plan = ca.Plan(groups=["ownership"], reference={"ownership": "private"})
    said = {}
    for size in (0, 30):
        firms = ca.make_firms(6_000, seed=7, bias=ca.FirmBias(ownership=size))
        evidence = ca.Evidence(frame=firms.frame, rulebook=book(), plan=plan)
        family = Family(tuple(p for one in rule_gaps(evidence) for p in one.tested))
        found = rule_gaps(replace(evidence, family=family))
        said[size] = next(one for one in found if one.unit == "points" and "tied" in one.group)
    assert said[0].status == "cannot_tell"
    assert "The share of no single rule can be told from none." in said[0].claim
    planted = said[30]
    assert planted.status == "beyond"
    assert "can be told from none: responsibility +" in planted.claim
    assert not [name for name in RULES if name != "responsibility" and name in planted.claim]
    assert planted.table["rule"].tolist()[0] == "responsibility"
