"""Audits of a society under regimes: the contrast, the way off the list, what it is owed to."""

from dataclasses import replace

import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.audits import exclusion_causes, list_exit, regime_contrast, ways_off_lists
from creditaudit.audits.questions import all_audits
from creditaudit.pages.schemas import validate_report
from creditaudit.populations import Society
from creditaudit.sharing import contrast, feedback, listings_of
from creditaudit.sharing.records import TieRule
from made_tables import DAY

R = ca.SharingRegime
SILOS, FULL = R.silos(), R.full()
TIED = FULL.with_tie("household", measure="post", p=0.3, low=0.1, high=0.6)
ASKED = ("regime_contrast", "list_exit", "exclusion_causes")


@pytest.fixture(scope="module")
def world() -> Society:
    return ca.make_society(people=1_500, firms=150, seed=7)


def of_all(frame: pd.DataFrame, measure: str) -> pd.Series:
    own = frame.query("by == 'all' and entities == 'people' and findings == 'recorded'")
    return own.set_index("measure").loc[measure]


def test_the_contrast_says_what_the_contrast_computes(world: Society) -> None:
    people, levers = regime_contrast(
        ca.Evidence(society=world, regimes={"silos": SILOS, "families": TIED})
    )
    frame = contrast(world, {"silos": SILOS, "families": TIED}, 10).frame
    own, reached = (of_all(frame, one) for one in ("refusals_per_person", "touched_share"))
    assert people.estimate == pytest.approx(100 * own["value"])
    assert (people.status, people.confidence, people.reference) == ("descriptive", "low", "silos")
    # What rests on a free share is told with the ends of its sweep and no number between them.
    assert f"{100 * reached['low']:+.1f} to {100 * reached['high']:+.1f}" in people.claim
    assert f"{100 * reached['value']:.1f}" not in people.claim
    assert "from 0.1 to 0.6" in people.claim
    assert set(people.table["kind"]) == {"theorem", "estimate", "sweep"}
    assert people.table["kind"].tolist()[-1] == "theorem"
    assert "Who takes lists from whom" in levers.claim
    assert "Through the household (post, 1 tie)" in levers.claim
    assert set(levers.table["governance"]) == {"by data"}


def test_one_regime_is_set_against_itself_without_sharing(world: Society) -> None:
    people, levers = regime_contrast(ca.Evidence(society=world, regimes=FULL))
    assert people.reference == "without sharing"
    own = contrast(world, {"alone": ca.sharing.repealed(FULL), "full": FULL}, 1).frame
    gap = 100 * of_all(own, "refusals_per_person")["value"]
    # What leads is a number that imports can move, and what they cannot move is not told.
    assert gap > 10
    assert people.estimate == pytest.approx(gap)
    assert f"{gap:.1f} more" in people.claim
    assert "no more" not in people.claim + levers.claim
    assert "refused" not in people.claim.replace("would-be refus", "")


def test_a_clause_on_children_is_told_in_households(world: Society) -> None:
    base = R.load("regime_cn_joint_2016")
    rule = TieRule(
        relation="child", measure="school", p=0.5, low=0.2, high=0.9, free=True, mark="F",
        when="household_size > 1",
    )  # fmt: skip
    people, *levers = regime_contrast(
        ca.Evidence(
            society=world, regimes={"base": base, "family": replace(base, ties=(*base.ties, rule))}
        )
    )
    rows = people.table.set_index("measure").loc["households_with_a_child_reached"]
    assert 0 < rows["low"] < rows["high"]
    assert f"{rows['low']:,.0f} to {rows['high']:,.0f} more, of" in people.claim
    assert "through a parent (school, 1 tie" in people.claim
    assert "from 0.2 to 0.9" in people.claim
    # No number about people can move by it.
    assert not levers


def test_a_society_without_school_fees_says_so_and_counts_no_children(world: Society) -> None:
    regime = R.load("regime_cn_joint_2016_family")
    people, *_ = regime_contrast(ca.Evidence(society=world, regimes=regime))
    assert "cannot be counted" in people.claim
    assert "nan" not in people.claim


def test_regimes_of_other_agencies_are_not_compared(world: Society) -> None:
    given = ca.Evidence(society=world, regimes=[SILOS, R.load("regime_us_fcra")])
    (finding,) = regime_contrast(given)
    assert finding.status == "cannot_tell"
    assert "agencies" in finding.claim


def test_the_way_off_the_list_is_told_by_its_range_alone(
    world: Society, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways_off_lists, "MONTHS", 24)
    silos, full = list_exit(ca.Evidence(society=world, regimes=[SILOS, FULL]))
    assert full.low is not None
    assert full.high is not None
    assert f"{full.low:.0f} to {full.high:.0f} are on the list" in full.claim
    assert "creditors are paid" in full.claim
    assert "unshared" in full.claim
    assert "unshared" not in silos.claim
    assert set(full.table["kind"]) == {"sweep", "theorem"}
    assert set(silos.table["kind"]) == {"sweep"}
    # No number in the range is likelier than another.
    assert full.estimate is None
    # Those who are asked about: first listed early, and not everybody.
    early = full.table.set_index("measure").loc["listed_early", "value"]
    assert full.n == round(early * world.people.n) < world.people.n / 4
    few = ca.Evidence(society=world, regimes=SILOS, plan=ca.Plan(min_cell=1_000))
    (held_back,) = list_exit(few)
    assert held_back.status == "cannot_tell"
    assert "Fewer than 1000 people are first listed" in held_back.claim


def test_a_term_that_no_text_says_is_assumed_and_swept(
    world: Society, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways_off_lists, "MONTHS", 24)
    (found,) = list_exit(ca.Evidence(society=world, regimes=SILOS))
    assert "the term is assumed and swept, from 12 months" in found.claim
    both = [
        feedback(world, SILOS, months=24, retention=one, seeds=[0])["lock_in"]
        for one in (ways_off_lists.MILD, ways_off_lists.STRICT)
    ]
    assert found.low == pytest.approx(100 * min(one.low for one in both))
    assert found.high == pytest.approx(100 * max(one.high for one in both))


@pytest.mark.parametrize(
    ("regime", "said"),
    [
        (
            "regime_de_schufa_2023",
            "list of credit_bureau: by the text of de_schufa, entries last 36 months from the day "
            "everything is paid; paying does not end it.",
        ),
        (
            "regime_us_fcra",
            "list of credit_bureau: no one term for this list was read in us_fcra, so the term is "
            "assumed and swept",
        ),
        (
            "regime_cn_joint_2016",
            "list of court: by the text of cn_spc_defaulters_2013, entries last without a term; "
            "paying ends it.",
        ),
    ],
)
def test_list_term_and_agency_are_of_one_body(
    regime: str, said: str, world: Society, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways_off_lists, "MONTHS", 24)
    (found,) = list_exit(ca.Evidence(society=world, regimes={"one": R.load(regime)}))
    assert found.claim.startswith(f"one, {said}")


def test_causes_add_up_and_luck_is_named_for_what_it_is(world: Society) -> None:
    owed, readings = exclusion_causes(ca.Evidence(society=world, regimes=FULL))
    told = owed.table
    whole = 100 * told.loc[told["measure"] == "reached_share", "value"].sum()
    own = listings_of(world, FULL.agencies)[: world.people.n]
    assert whole == pytest.approx(100 * (own != 0).mean())
    assert f"of 100 synthetic people, a measure reaches {whole:.1f}" in owed.claim
    assert "association 0.0;" in owed.claim
    # What a person did is no measure of what the person could do, and the fit is named as one.
    assert "own acts" in owed.claim
    assert "fitted" in owed.claim
    assert any("Ability is what a person could do" in limit for limit in owed.limits)
    part = told.set_index(["measure", "cause"]).loc[("reached_share", "circumstance")]
    ends = f"({100 * part['low']:.1f} to {100 * part['high']:.1f})"
    assert f"circumstance {100 * part['value']:.1f} {ends}" in owed.claim
    assert set(readings.table["reading"]) == {"corrective", "distributive", "gaps of groups"}
    assert "Thompson" in readings.method
    error = part_of(told, "error")
    assert error > 0
    without = readings.table.set_index("measure").loc["measures_without_true_finding", "value"]
    assert without > 0
    kinds = readings.table["kind"].tolist()
    assert kinds.index("theorem") > kinds.index("estimate")


def part_of(told: pd.DataFrame, cause: str) -> float:
    return float(told.set_index(["measure", "cause"]).loc[("reached_share", cause), "value"])


def test_with_a_free_share_of_ties_the_sentence_on_causes_is_whole(world: Society) -> None:
    owed, _ = exclusion_causes(ca.Evidence(society=world, regimes={"joint": TIED}))
    assert owed.claim.startswith(
        "joint: of 100 synthetic people, a measure reaches so many; by cause: own acts "
    )


@pytest.mark.slow
def test_a_report_asks_all_three_once_and_is_valid(world: Society) -> None:
    plan = ca.Plan(groups=["minority"])
    evidence = ca.Evidence(society=world, regimes={"families": TIED}, about=world.made)
    report = ca.audit(evidence, title="A rule", plan=plan, report_date=DAY)
    validate_report(report.to_dict())
    asked = [one for one in report.findings if one.audit in ASKED]
    assert {one.audit for one in asked} == set(ASKED)
    assert {one.status for one in asked} == {"descriptive"}


def test_each_needs_a_society_and_regimes() -> None:
    needs = {one.name: one.needs for one in all_audits()}
    assert {needs[name] for name in ASKED} == {("society", "regimes")}
