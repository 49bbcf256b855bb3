"""Is there a rulebook as good that is less unequal? Findings where there is one, and where not."""

import numpy as np
import pandas as pd
import pytest
from test_gaps_by_rule import BOOK

import creditaudit as ca
from creditaudit.audits.milder_rulebooks import rule_alternatives
from creditaudit.rulebooks import Rulebook
from made_tables import DAY, VERDICTS, of

TEXT = BOOK.to_toml().replace("points = [-30, -20]", "points = -20").replace(
    "points = [-20, -30]", "points = -20"
)  # fmt: skip
PLAIN = Rulebook.from_toml(TEXT)
PLAN = ca.Plan(reference={"minority": 0})
ROLES = ca.Roles(groups=["minority"], outcome="default", good=0)


def made(n=12_000, seed=1, fines=0.3):
    rng = np.random.default_rng(seed)
    group, risk = rng.random(n) < 0.4, rng.normal(size=n)
    return pd.DataFrame({
        "minority": group.astype(int),
        "traffic_fines": (rng.random(n) < 0.2 + fines * group).astype(int),
        "arrears_months": rng.poisson(0.3 * np.exp(0.7 * risk)),
        "debt_judgments": (rng.random(n) < 0.1 * np.exp(0.5 * risk)).astype(int),
        "default": (rng.random(n) < 1 / (1 + np.exp(2 - 1.2 * risk))).astype(int),
    })  # fmt: skip


def evidence(frame, book=PLAIN, **about):
    tally = ca.Tally.from_frame(frame, ROLES)
    return ca.Evidence(tally=tally, frame=frame, rulebook=book, plan=PLAN, about=about)


@pytest.fixture(scope="module")
def report():
    return ca.audit(evidence(made()), title="A city", plan=PLAN, report_date=DAY)


def test_the_alternative_is_named_with_what_it_changes(report):
    (found,) = of(report, "rule_alternatives")
    assert "without fines" in found.claim
    assert "is as good and less unequal" in found.claim
    assert found.status == "descriptive"
    assert found.low_family <= found.low < found.estimate < found.high <= found.high_family < 0
    assert found.n == pytest.approx(6_000, abs=300)
    assert "not chosen with" in found.claim


def test_the_table_tells_what_is_dominated_and_what_is_as_good(report):
    table = of(report, "rule_alternatives")[0].table
    assert table.loc[0, "changes"] == "as it stands"
    assert {"dominated", "as_good", "less_unequal", "minority 1 approved (%)"} <= set(table)
    assert table.loc[0, ["as_good", "less_unequal"]].tolist() == ["yes", "no"]
    assert (table["dominated"] == "no").any()


def test_where_there_is_none_the_finding_says_so():
    (found,) = rule_alternatives(evidence(made(4_000, seed=6, fines=0.0)))
    assert "none is as good as xx_city" in found.claim
    assert found.estimate is None


def test_claims_say_no_cause_and_no_verdict(report):
    (found,) = of(report, "rule_alternatives")
    assert not VERDICTS.search(found.claim)
    assert not any(VERDICTS.search(limit) for limit in found.limits)
    assert "ought to stand" in found.limits[0]


def test_a_study_book_is_searched_on_synthetic_people_only():
    study = Rulebook.from_toml(TEXT.replace('use = "general"', 'use = "study"'))
    (refused,) = rule_alternatives(evidence(made(2_000), study))
    assert "No better version of it is looked for on people" in refused.claim
    (searched,) = rule_alternatives(evidence(made(2_000), study, synthetic=True))
    assert "no other rulebook is looked for" not in searched.claim


def test_what_is_missing_is_named():
    frame = made(1_000)
    tally = ca.Tally.from_frame(frame, ROLES)
    inputs = frame.drop(columns=["default", "traffic_fines"])
    (found,) = rule_alternatives(ca.Evidence(tally=tally, frame=inputs, rulebook=PLAIN, plan=PLAN))
    assert "no column 'default', 'traffic_fines'" in found.claim
