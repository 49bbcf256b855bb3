"""Which rules make the gap: findings on people in whom one rule was planted."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.audits.gaps_by_rule import rule_gaps
from creditaudit.evidence import Family
from creditaudit.rulebooks import Rulebook
from made_tables import DAY, VERDICTS, of

BOOK = Rulebook.from_toml("""
format = 1
[book]
id = "xx_city"
title = "A city"
about = "Made up for a test."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "state"
use = "general"
confidence = "F"
looked_at = 2026-11-22
in_force = 2016-01-01
on_missing = "false"
[scale]
base = 1000
mark = "F"
[decision]
rests_on = "text"
text = "Under 950 points."
refuse_below = 950
[[sources]]
id = "own"
title = "Own"
kind = "own"
read = "all"
mark = "F"
[[rules]]
id = "fines"
title = "Fines"
when = "traffic_fines > 0"
points = -40
source = "own"
mark = "F"
[[rules]]
id = "arrears"
title = "Arrears"
when = "arrears_months > 0"
points = [-20, -30]
source = "own"
mark = "F"
[[rules]]
id = "judgments"
title = "Judgments"
when = "debt_judgments > 0"
points = -60
source = "own"
mark = "F"
""")
PLAN = ca.Plan(groups=["minority"], reference={"minority": 0})


def made(n=8_000, seed=3, fines=0.2):
    rng = np.random.default_rng(seed)
    group = rng.random(n) < 0.4
    return pd.DataFrame({
        "minority": group.astype(int),
        "traffic_fines": (rng.random(n) < 0.2 + fines * group).astype(int),
        "arrears_months": rng.poisson(0.3, n),
        "debt_judgments": (rng.random(n) < 0.1).astype(int),
        "default": (rng.random(n) < 0.1).astype(int),
    })  # fmt: skip


def evidence(frame, **more):
    return ca.Evidence(frame=frame, rulebook=BOOK, plan=PLAN, **more)


def audited(frame, plan=PLAN, **more):
    return ca.audit(evidence(frame, **more), title="A city", plan=plan, report_date=DAY)


@pytest.fixture(scope="module")
def report():
    return audited(made())


def test_each_reading_and_measure_has_its_finding(report):
    found = of(report, "rule_gaps")
    assert len(found) == 4
    assert len({one.id for one in found}) == 4
    assert [one.unit for one in found] == ["points", "percentage points"] * 2
    assert ["mild" in one.claim for one in found] == [True, True, False, False]


def test_the_planted_rule_is_named_and_no_other(report):
    points = of(report, "rule_gaps")[0]
    assert points.status == "beyond"
    assert points.low < -8 < points.high  # 0.2 more people lose 40 points
    assert points.low_family < points.low
    assert "Through rules whose share can be told from none: fines −" in points.claim
    assert "arrears" not in points.claim
    assert points.table["rule"].tolist()[0] == "fines"
    assert points.table["share"].sum() == pytest.approx(points.estimate)


def test_every_share_is_a_comparison_of_the_report(report):
    assert len(of(report, "rule_gaps")[0].tested) == 4  # the gap and three rules
    assert report.context["comparisons"] == 16


def test_where_nothing_was_planted_nothing_is_named():
    alarms = 0
    for seed in range(20):
        people = evidence(made(2_000, seed, fines=0.0))
        family = Family(tuple(p for one in rule_gaps(people) for p in one.tested))
        found = rule_gaps(evidence(made(2_000, seed, fines=0.0), family=family))
        alarms += any(
            one.status == "beyond" or "Through" in one.claim for one in found
        )  # fmt: skip
    assert alarms <= 4  # one in twenty, plus three deviations of chance


def test_claims_say_no_cause_and_no_verdict(report):
    for one in of(report, "rule_gaps"):
        assert not VERDICTS.search(one.claim)
        assert not any(VERDICTS.search(limit) for limit in one.limits)


def test_the_page_can_be_drawn(report):
    assert "Which rules make the gap?" in report.to_html()


def test_an_assumed_decision_is_said_to_be_assumed():
    text = BOOK.to_toml().replace('rests_on = "text"', 'rests_on = "assumption"')
    found = rule_gaps(ca.Evidence(frame=made(500), rulebook=Rulebook.from_toml(text), plan=PLAN))
    assert "assumed: Under 950 points." in " ".join(found[1].limits)


def test_rules_that_touch_few_people_are_not_counted_out():
    frame = made(2_000).assign(debt_judgments=0)
    frame.loc[:2, "debt_judgments"] = 1
    row = rule_gaps(evidence(frame))[0].table.set_index("rule").loc["judgments"]
    assert row[["people", "share", "low", "high"]].isna().all()
    assert row["note"] == "Changes something for fewer than 5."


def test_what_is_missing_is_named():
    (found,) = rule_gaps(
        ca.Evidence(frame=made().drop(columns="arrears_months"), rulebook=BOOK, plan=PLAN)
    )[:1]
    assert found.status == "cannot_tell"
    assert "'arrears_months'" in found.claim
    single = rule_gaps(evidence(made().assign(minority=0)))[0]
    assert single.status == "cannot_tell"
    assert "nothing can be compared" in single.claim


def test_without_people_or_groups_it_is_not_asked():
    report = ca.audit(ca.Evidence(rulebook=BOOK), title="x", report_date=DAY)
    (asked,) = [one for one in report.not_asked if one["audit"] == "rule_gaps"]
    assert "the inputs to the decision" in asked["needs"]
    assert "a column with the groups" in asked["needs"]


def test_the_version_is_that_of_the_decision_date_where_it_was_in_force():
    plan = ca.Plan(groups=["minority"], reference={"minority": 0}, decision_date="2017-05-05")
    assert "as of 2017-05-05" in of(audited(made(500), plan), "rule_gaps")[0].claim
    plan = ca.Plan(groups=["minority"], reference={"minority": 0}, decision_date="2014-05-05")
    assert "as of 2016-01-01" in of(audited(made(500), plan), "rule_gaps")[0].claim


def test_a_book_of_shape_only_shares_nothing():
    text = BOOK.to_toml().split("[[rules]]")[0].split("[decision]")[0]
    text = text.replace('use = "general"', 'use = "general"\nshape_only = true')
    text += '[[sources]]\nid = "own"\ntitle = "Own"\nkind = "own"\nread = "all"\nmark = "F"\n'
    shape = Rulebook.from_toml(text)
    (found,) = rule_gaps(ca.Evidence(frame=made(500), rulebook=shape, plan=PLAN))
    assert "not public" in found.claim
