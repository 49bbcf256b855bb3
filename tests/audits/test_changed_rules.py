"""What the new text changes and for whom: on people in whom the losers are known."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.audits.changed_rules import rule_changes
from creditaudit.evidence import Family
from creditaudit.rulebooks import Rulebook
from made_tables import DAY, VERDICTS, of

HEAD = """
format = 1
[book]
id = "xx_{version}"
title = "A city {version}"
about = "Made up for a test."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "state"
use = "general"
confidence = "F"
looked_at = 2026-11-22
in_force = 2016-01-01
mandatory = "yes"
on_missing = "false"
[scale]
base = 1000
mark = "F"
[decision]
rests_on = "{rests_on}"
text = "Under 950 points."
refuse_below = 950
[[sources]]
id = "own"
title = "Own"
kind = "own"
read = "all"
mark = "F"
"""
RULE = '[[rules]]\nid = "{}"\ntitle = "x"\nwhen = "{}"\npoints = {}\nsource = "own"\nmark = "F"\n'


def book(version, *rules, rests_on="text"):
    head = HEAD.format(version=version, rests_on=rests_on)
    return Rulebook.from_toml(head + "".join(RULE.format(*one) for one in rules))


OLD = book("old", ("fines", "traffic_fines > 0", -40), ("arrears", "arrears_months > 0", -20))
NEW = book("new", ("fines", "traffic_fines > 0", -60), ("debts", "debt_judgments > 0", -10))
PLAN = ca.Plan(groups=["minority"], reference={"minority": 0})


def made(n=6_000, seed=3, fines=0.2):
    rng = np.random.default_rng(seed)
    group = rng.random(n) < 0.4
    return pd.DataFrame({
        "minority": group.astype(int),
        "traffic_fines": (rng.random(n) < 0.2 + fines * group).astype(int),
        "arrears_months": 0,
        "debt_judgments": 0,
    })  # fmt: skip


def evidence(frame=None, old=OLD, new=NEW, plan=PLAN):
    return ca.Evidence(frame=frame, rulebook=new, earlier_rulebook=old, plan=plan)


def test_texts_alone_tell_which_rules_change_and_of_nobody():
    (found,) = rule_changes(evidence())
    assert found.status == "descriptive"
    assert "rules 1 added, 1 removed, 1 tightened." in found.claim
    assert "Consulting the public was mandatory" in found.claim
    rows = found.table.set_index("rule")
    assert rows["change"].to_dict() == {"fines": "tightened", "debts": "added",
                                        "arrears": "removed"}  # fmt: skip
    assert rows.loc["fines", "what"] == "Points: -40 -> -60."
    assert rows.loc["debts", "old_line"] is None


def test_the_gap_is_that_of_the_people_who_only_lose():
    people = made()
    _, everyone, gap = rule_changes(evidence(people))
    fined = people["traffic_fines"] > 0
    assert everyone.estimate == pytest.approx(fined.mean())
    assert everyone.low < everyone.estimate < everyone.high
    shares = fined.groupby(people["minority"]).mean()
    assert gap.estimate == pytest.approx(100 * (shares[1] - shares[0]))
    assert (gap.status, gap.group, gap.reference) == ("beyond", "minority 1", "minority 0")
    table = gap.table[gap.table["measure"] == "approved_to_refused"].set_index("minority")
    assert table.loc[1, "value"] == pytest.approx(shares[1])
    assert not VERDICTS.search(gap.claim)


def test_where_both_groups_lose_alike_no_gap_is_told_in_nineteen_of_twenty():
    gaps = [rule_changes(evidence(made(seed=seed, fines=0, n=1_500)))[2] for seed in range(60)]
    assert sum(one.status == "beyond" for one in gaps) <= 4
    assert np.mean([one.low <= 0 <= one.high for one in gaps]) >= 0.8


def test_a_wider_family_gives_wider_ranges():
    people = made(fines=0.04)
    alone = rule_changes(evidence(people))[2]
    from dataclasses import replace

    many = replace(evidence(people), family=Family((*alone.tested, *[0.5] * 99)))
    wide = rule_changes(many)[2]
    assert (wide.low, wide.high) == (alone.low, alone.high)
    assert wide.low_family < alone.low_family
    assert wide.p_adjusted >= alone.p_value


def test_the_same_text_changes_nothing_for_anybody():
    rules, everyone, gap = rule_changes(evidence(made(), old=OLD, new=OLD))
    assert "rules 2 unchanged." in rules.claim
    assert rules.table.empty
    assert everyone.estimate == 0
    assert (gap.estimate, gap.status) == (0, "cannot_tell")


def test_rules_that_can_be_read_in_two_ways_are_read_in_both_and_told_once_where_alike():
    new = book("new", ("fines", "traffic_fines > 0", [-50, -70]))
    old = book("old", ("fines", "traffic_fines > 0", [-40, -60]))
    claims = [one.claim for one in rule_changes(evidence(made(), old, new))]
    assert sum("mild reading" in claim for claim in claims) == 3
    assert sum("strict reading" in claim for claim in claims) == 3
    # A rule that is there twice alike is told once.
    same = [one.claim for one in rule_changes(evidence(made(), old, old))]
    assert sum("rules 1 unchanged" in claim for claim in same) == 1


def test_what_is_missing_is_told():
    people = made().drop(columns="traffic_fines")
    found = rule_changes(evidence(people))
    assert found[1].status == "cannot_tell"
    assert "no column 'traffic_fines'" in found[1].claim
    few = rule_changes(evidence(made(n=12), plan=ca.Plan(groups=["minority"], min_cell=11)))
    assert few[2].status == "cannot_tell"
    assert "it takes a reference group and another one with 11 or more" in few[2].claim
    shape = ca.Rulebook.load("cn_rongcheng_2021")
    (untold,) = rule_changes(evidence(new=shape))
    assert "is shape only" in untold.claim


def test_a_decision_that_is_assumed_is_said_to_be():
    new = book("new", ("fines", "traffic_fines > 0", -60), rests_on="assumption")
    _, everyone, gap = rule_changes(evidence(made(), new=new))
    for one in (everyone, gap):
        assert any("assumed: Under 950 points." in limit for limit in one.limits)


def test_a_missing_label_is_shown_in_no_comparison():
    people = made()
    people["minority"] = people["minority"].astype(float).mask(people.index % 10 == 0)
    plan = ca.Plan(groups=["minority"], reference={"minority": 0.0})
    found = [one for one in rule_changes(evidence(people, plan=plan)) if one.group]
    assert [one.group for one in found] == ["minority 1.0"]


def test_a_report_holds_it_and_asks_for_the_earlier_text_where_it_is_not_held():
    report = ca.audit(evidence(made()), title="A new text", report_date=DAY)
    assert len(of(report, "rule_changes")) == 3
    assert report.to_dict()["comparisons"] >= 1
    texts = ca.audit(evidence(), title="Two texts", report_date=DAY).to_dict()
    assert texts["evidence"]["source"] == "A city new"
    assert any(note.startswith("Earlier: Rulebook xx_old") for note in texts["notes"])
    alone = ca.audit(ca.Evidence(rulebook=NEW), title="A text", report_date=DAY)
    asked = {one["audit"]: one for one in alone.not_asked}["rule_changes"]
    assert asked["needs"] == "the version of the rules that these replace"
    assert 'Letter: "Please send the text that the enclosed rules replace' in asked["how"]
