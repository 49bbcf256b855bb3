from dataclasses import replace

import numpy as np
import pytest

import creditaudit as ca
from creditaudit.audits.listed_together import shared_lists
from creditaudit.errors import InputError
from creditaudit.sharing.records import TieRule

R = ca.SharingRegime
UNITS = (
    "would-be refusals per finding", "share of people reached", "would-be refusals a head",
    "share of people without a finding",
)  # fmt: skip
PLAN = ca.Plan(groups=["minority"], reference={"minority": 0})


@pytest.fixture(scope="module")
def world():
    return ca.make_society(6_000, 600, seed=7, relations=["household", "representation"])


@pytest.fixture(scope="module")
def found(world):
    regimes = {
        "silos": R.silos(),
        "hub": R.hub("court"),
        "touch": R.full().with_tie("household", p=0.3, measure="high_fee_school"),
        "list": R.full().with_tie("household", p=0.3, carries="listing", hops=None),
    }
    answers = shared_lists(ca.Evidence(society=world, regimes=regimes, plan=PLAN))
    return {
        (name, UNITS.index(one.unit)): one for name in regimes
        for one in answers if _about(one, regimes[name], name)
    }  # fmt: skip


def _about(finding, regime, name):
    stress = finding.claim.startswith("Stress test")
    return regime.title in finding.claim and stress == (name == "list") and (
        name != "touch" or "household" in " ".join(finding.table["note"].astype(str))
    )  # fmt: skip


def test_nobody_sharing_is_one_refusal_a_finding_and_is_called_a_theorem(found):
    one = found["silos", 0]
    assert (one.estimate, one.low, one.high) == (1, 1, 1)
    assert "theorem" in one.claim
    assert found["silos", 1].estimate == 0
    assert "theorem" in found["silos", 1].claim
    # It is said once, and no answer leads with it.
    assert "one." not in one.claim
    assert "1.00 would-be refusals for each of" in one.claim
    assert "would-be refusals" in one.claim


def test_what_follows_from_the_rule_itself_comes_last(world):
    regimes = {"silos": R.silos(), "hub": R.hub("court")}
    answers = shared_lists(ca.Evidence(society=world, regimes=regimes, plan=PLAN))
    theorems = ["theorem" in one.claim for one in answers]
    assert any(theorems)
    assert theorems == sorted(theorems)


def test_a_gap_says_how_many_comparisons_it_is_one_of(found, world):
    regimes = {"silos": R.silos(), "hub": R.hub("court")}
    answers = shared_lists(ca.Evidence(society=world, regimes=regimes, plan=PLAN))
    gaps = [one for one in answers if one.reference is not None]
    assert len(gaps) == 2
    for one in gaps:
        assert one.limits[0].startswith("One of 2 comparisons")
        assert "not adjusted" in one.limits[0]


def test_of_all_lists_in_all_hands_it_is_said_what_is_arithmetic(found):
    assert "would be refused by 8 follows from the rule itself" in found["touch", 0].claim
    assert "follows from the rule itself" not in found["hub", 0].claim


def test_counts_of_imports_come_with_a_range_over_people(found, world):
    one = found["hub", 0]
    counted = ca.sharing.cascade(world, R.hub("court"), 1)
    assert one.estimate == pytest.approx(counted.refusals_per_finding[0])
    assert one.low < one.estimate < one.high
    assert f"{one.estimate:.2f} ({one.low:.2f} to {one.high:.2f})" in one.claim


def test_a_free_share_of_ties_is_told_with_its_sweep_and_a_listing_tie_as_a_stress_test(found):
    touch, listed = found["touch", 1], found["list", 1]
    for one in (touch, listed):
        assert one.low == 0 < one.estimate < one.high < 1
        assert "goes from 0 to 1" in one.claim
        assert "sweep" in one.claim
        assert one.confidence == "low"
    assert listed.claim.startswith("Stress test")
    assert not touch.claim.startswith("Stress test")
    # A measure lists nobody, so refusals are counted and have no sweep.
    assert "goes from" not in found["touch", 0].claim


def test_gaps_are_those_of_plain_counts(found, world):
    regime = R.hub("court")
    one = found["hub", 2]
    masks = ca.sharing.cascade(world, regime, 1).reach(0).masks[0][: world.people.n]
    refusals = np.bitwise_count(masks)
    minority = (world.people.frame["minority"] == 1).to_numpy()
    gap = refusals[minority].mean() - refusals[~minority].mean()
    assert one.estimate == pytest.approx(gap)
    assert one.low < gap < one.high
    assert (one.group, one.reference) == ("minority 1", "minority 0")
    # Nobody without a finding is reached where no tie carries anything.
    assert ("hub", 3) not in found
    assert "for every 100 synthetic people without a finding" in found["touch", 3].claim


def test_every_answer_says_that_people_are_synthetic_and_names_no_country(found):
    for one in found.values():
        assert one.status == "descriptive"
        assert any("synthetic" in limit for limit in one.limits)
        assert {"theorem", "estimate", "sweep"} >= set(one.table["kind"])
        assert "China" not in one.claim


def test_a_known_share_of_known_ties_is_found():
    """Of pairs who live together one is listed: of those reached, p / (1 + p) have no finding."""
    from spread_worlds import LISTINGS, SmallWorld

    n, p = 20_000, 0.4
    ties = [(k, k + 1, "household") for k in range(0, n, 2)]
    ties += [(j, i, kind) for i, j, kind in ties]
    world = SmallWorld(n, ties=ties, findings=[(k, "court", "true") for k in range(0, n, 2)])
    rule = TieRule(relation="household", p=p, mark="K", measure="school", source_text="a text")
    regime = replace(R.silos(["court"]), ties=(rule,))
    one = ca.sharing.cascade(world, regime, 20, entries=LISTINGS)
    row = one.frame.set_index(["measure", "entities", "findings"]).loc[
        ("touched_without_own_finding", "people", "recorded")
    ]
    assert row["kind"] == "estimate"
    assert row["low"] <= p / (1 + p) <= row["high"]
    assert one.touched_without_own_finding.mean() == pytest.approx(p / (1 + p), rel=0.01)


def test_no_finding_against_anybody_is_told():
    world = ca.make_society(500, 50, seed=1)
    (first, *_) = shared_lists(
        ca.Evidence(society=world, regimes=R.silos(["census"]), plan=ca.Plan(groups=[]))
    )
    assert "no agency of this regime has a finding" in first.claim
    assert first.estimate is None


def test_two_regimes_of_one_name_are_not_silently_one(world):
    tied = [R.full().with_tie("household", p=p, measure="high_fee_school") for p in (0.1, 0.2)]
    with pytest.raises(InputError, match="same name"):
        shared_lists(ca.Evidence(society=world, regimes=tied, plan=PLAN))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (ca.Plan(groups=["colour"]), "'colour' not found"),
        (ca.Plan(groups=["sex"], reference={"sex": "blue"}), "nobody here. Values: "),
    ],
)
def test_a_plan_that_names_nobody_is_refused(world, plan, words):
    with pytest.raises(InputError, match=words):
        ca.audit(ca.Evidence(society=world, regimes=R.hub("court")), title="x", plan=plan)
