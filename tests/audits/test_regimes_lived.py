"""Audits of a society under regimes: the contrast, the way off the list, what it is owed to."""

import pytest

import creditaudit as ca
from creditaudit.audits import exclusion_causes, list_exit, regime_contrast, ways_off_lists
from creditaudit.audits.questions import all_audits
from creditaudit.audits.ways_off_lists import retention_by
from creditaudit.pages.schemas import validate_report
from creditaudit.populations import Society
from creditaudit.sharing import contrast, listings_of
from made_tables import DAY

R = ca.SharingRegime
SILOS, FULL = R.silos(), R.full()
TIED = FULL.with_tie("household", measure="post", p=0.3, low=0.1, high=0.6)
ASKED = ("regime_contrast", "list_exit", "exclusion_causes")


@pytest.fixture(scope="module")
def world() -> Society:
    return ca.make_society(people=1_500, firms=150, seed=7)


def test_the_contrast_says_what_the_contrast_computes(world: Society) -> None:
    people, levers = regime_contrast(
        ca.Evidence(society=world, regimes={"silos": SILOS, "families": TIED})
    )
    frame = contrast(world, {"silos": SILOS, "families": TIED}, 10).frame
    own = frame.query(
        "measure == 'touched_share' and by == 'all' and entities == 'people' "
        "and findings == 'recorded'"
    )
    assert people.estimate == pytest.approx(100 * own["value"].item())
    assert people.low == pytest.approx(100 * own["low"].item())
    assert (people.status, people.confidence, people.reference) == ("descriptive", "low", "silos")
    # What rests on a free share is told with the ends of its sweep and no number between them.
    assert f"{people.low:.1f} to {people.high:.1f} more" in people.claim
    assert "from 0.1 to 0.6" in people.claim
    assert set(people.table["kind"]) == {"theorem", "estimate", "sweep"}
    assert "imports" in levers.claim
    assert set(levers.table["governance"]) == {"by data"}


def test_one_regime_is_set_against_itself_without_sharing(world: Society) -> None:
    people, _ = regime_contrast(ca.Evidence(society=world, regimes=FULL))
    assert people.reference == "without sharing"
    assert "no more" in people.claim
    assert people.estimate == 0


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
    assert full.estimate is not None
    assert full.low < full.estimate < full.high


def test_entries_last_as_the_rulebook_of_a_regime_says() -> None:
    kept = retention_by(R.load("regime_cn_joint_2016"))
    assert (kept.name, kept.longest) == ("cn_spc_defaulters_2013", None)
    assert retention_by(FULL).longest == 24


def test_causes_add_up_and_luck_is_named_for_what_it_is(world: Society) -> None:
    owed, readings = exclusion_causes(ca.Evidence(society=world, regimes=FULL))
    told = owed.table
    whole = 100 * told.loc[told["measure"] == "reached_share", "value"].sum()
    own = listings_of(world, FULL.agencies)[: world.people.n]
    assert whole == pytest.approx(100 * (own != 0).mean())
    assert f"{whole:.1f} of 100 synthetic people" in owed.claim
    assert "whatever the others do not tell" in owed.claim
    assert "association 0.0" in owed.claim
    assert set(readings.table["reading"]) == {"corrective", "distributive", "gaps of groups"}
    assert "Thompson" in readings.method


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
