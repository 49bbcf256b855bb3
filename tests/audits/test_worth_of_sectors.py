"""The audit of what sectors are worth: a planted one is named, and what cannot be told is said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import creditaudit as ca
from creditaudit.audits import run, sector_values
from creditaudit.audits.questions import REGISTERED
from creditaudit.evidence import Family
from creditaudit.pages.schemas import validate_report
from made_tables import DAY
from valued_tables import SECTORS, planted

ROLES = ca.Roles(groups=["group"], outcome="bad", good=0)
INPUTS = list(SECTORS)


def evidence(n=6_000, **given):
    frame = planted(n).drop(columns=["true", "person_id"])
    scorer = LogisticRegression().fit(frame[INPUTS], frame["bad"])
    return ca.Evidence(
        **{"tally": ca.Tally.from_frame(frame, ROLES), "frame": frame, "scorer": scorer,
           "about": {"sectors": SECTORS}, "plan": ca.Plan(reference={"group": "a"})} | given
    )  # fmt: skip


@pytest.fixture(scope="module")
def held():
    return evidence()


def test_the_sector_that_moves_the_gap_is_named(held):
    (found,) = sector_values(held)
    assert found.status == "beyond"
    assert found.unit == "percentage points"
    assert found.low < found.estimate < found.high
    assert found.low > 2
    assert (
        found.estimate
        == found.table.set_index("sector").loc["social", "approval_gap_shapley"] * 100
    )
    assert "social moves the gap most" in found.claim
    assert found.claim.startswith(
        "These people, this model: with the data of tax, social and police"
    )
    assert "share of people alone with their values" in found.claim
    # Bank is what a lender has: it is the base here, and tax tells the same.
    assert "redundant: beside the others it adds less than the margin" in found.claim
    assert list(found.table["sector"]) == ["tax", "social", "police"]
    assert (found.group, found.reference) == ("group b", "group a")


def test_more_comparisons_widen_the_range(held):
    (alone,) = sector_values(held)
    assert len(alone.tested) == 3
    (within,) = sector_values(replace(held, family=Family((*alone.tested, 0.2, 0.3))))
    assert within.low_family < alone.low_family
    assert (within.estimate, within.low) == (alone.estimate, alone.low)
    assert within.p_adjusted >= alone.p_value


def test_a_report_asks_it_and_is_valid(monkeypatch):
    # The other questions about a model take long.
    monkeypatch.setattr(run, "all_audits", lambda: [REGISTERED["sector_values"]])
    report = ca.audit(evidence(1_000), title="Sectors", report_date=DAY)
    assert "sector_values" in {one.audit for one in report.findings}
    validate_report(report.to_dict())


def test_without_sectors_the_question_is_left_with_what_it_needs():
    asked = evidence(about={})
    assert asked.sectors == {}
    assert REGISTERED["sector_values"].missing(asked) == ["sectors"]
    report = ca.audit(replace(asked, scorer=None), title="Less", report_date=DAY)
    (left,) = [one for one in report.not_asked if one["audit"] == "sector_values"]
    assert "which body or business collected it" in left["how"]


def test_sectors_follow_from_the_names_of_the_vocabulary():
    frame = planted(1_000).rename(columns={"ability": "income", "copy": "tax_arrears"})
    held = ca.Evidence(frame=frame, plan=ca.Plan(groups=["group"]))
    assert held.sectors == {"person_id": "census", "income": "employer", "tax_arrears": "tax"}
    assert held.lacks("sectors")


def test_people_of_a_society_are_judged_by_what_is_true_of_them(small_society):
    inputs = ["utilisation", "late_payments_24m", "judgments_5y", "tax_arrears", "minority"]
    frame = small_society.people.frame
    x = frame[inputs].fillna(0).astype(float)
    scorer = ca.ScorecardScorer().fit(x, small_society.people.truth["label_recorded"])
    held = ca.Evidence(
        society=small_society, scorer=scorer, plan=ca.Plan(reference={"minority": 0})
    )  # fmt: skip
    assert not held.lacks("sectors")
    found = sector_values(held)
    assert found[0].group == "minority 1"
    assert len(found) == 4
    assert all(one.claim.startswith("Synthetic people, this model") for one in found)
    assert "what is true of each person" in found[0].method
    assert found[0].table["sector"].tolist() == ["court", "tax"]
    assert sector_values(held)[0].claim == found[0].claim


@pytest.fixture(scope="module")
def small_society():
    return ca.make_society(people=4_000, firms=200, seed=7)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scorer": ca.scorers.wrap(lambda x: x["ability"].clip(0, 1))}, "cannot be fitted again"),
        ({"about": {"sectors": {"group": "census"}}}, "no sector to value"),
    ],
)
def test_what_cannot_be_told_is_said_with_its_reason(given, words):
    held = evidence(1_000, **given)
    (found,) = sector_values(held)
    assert found.status == "cannot_tell"
    assert words in found.claim


def test_people_sampled_in_clusters_are_not_drawn_one_by_one():
    frame = planted(1_000).assign(branch=range(1_000))
    roles = ca.Roles(groups=["group"], outcome="bad", good=0, cluster="branch")
    (found,) = sector_values(evidence(frame=frame, tally=ca.Tally.from_frame(frame, roles)))
    assert "sampled in clusters" in found.claim


def test_too_few_people_are_said():
    frame = planted(60).drop(columns=["true"])
    (found,) = sector_values(evidence(frame=frame, tally=ca.Tally.from_frame(frame, ROLES)))
    assert found.status == "cannot_tell"
    assert "it takes 10 of each" in found.claim
    assert isinstance(found.claim, str)
    assert pd.isna(found.estimate) or found.estimate is None


def test_a_group_of_few_people_is_not_compared():
    frame = planted(3_000).drop(columns=["true", "person_id"])
    frame["group"] = np.where(np.arange(3_000) % 100 == 0, "b", "a")
    (found,) = sector_values(evidence(frame=frame, tally=ca.Tally.from_frame(frame, ROLES)))
    assert found.status == "cannot_tell"
    assert "20 or more people measured on" in found.claim
