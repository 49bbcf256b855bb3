"""Two readings: indices by hand, causes that add up, and nothing where nothing can be."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations import Society
from creditaudit.sharing.entry_facts import EntryFacts, entry_facts_of
from creditaudit.sharing.justices import CAUSES, SOURCE, UNTOLD, Justice, justice
from creditaudit.sharing.listings import listings_of
from creditaudit.sharing.readings import (
    corrective,
    distributive,
    gini,
    theil,
    theil_between,
    types_of,
    worst_off_by_rank,
)
from creditaudit.sharing.regime_flows import flows_of
from creditaudit.sharing.regimes import SharingRegime as R
from creditaudit.sharing.sanctions import Sanctions, sanctions_of
from creditaudit.sharing.true_causes import ACTS, LEAST_FOUND, causes_of

TIED = R.full().with_tie("household", measure="post", p=0.3, low=0.1, high=0.6)
PLACES = [
    "minority", "sex", "registration", "disability", "region", "age", "ability", "opportunity",
    "income",
]  # fmt: skip


def test_gini_and_theil_by_hand() -> None:
    assert gini(np.array([1.0, 1.0, 1.0])) == pytest.approx(0)
    assert gini(np.array([0.0, 0.0, 3.0])) == pytest.approx(2 / 3)
    assert theil(np.array([2.0, 2.0])) == 0
    assert theil(np.array([0.0, 4.0])) == pytest.approx(np.log(2))
    assert np.isnan(gini(np.zeros(2)))


@given(st.lists(st.integers(0, 9), min_size=2, max_size=30).filter(any), st.integers(1, 9))
def test_indices_do_not_change_with_the_unit_nor_with_copies(values: list[int], unit: int) -> None:
    x = np.array(values, dtype=float)
    for index in (gini, theil):
        assert index(unit * x) == pytest.approx(index(x), abs=1e-9)
        assert index(np.tile(x, 3)) == pytest.approx(index(x), abs=1e-9)
    assert gini(x) >= -1e-12
    types = np.arange(len(x)) % 2
    assert theil_between(x, types) <= theil(x) + 1e-12


def test_equal_effort_is_compared_within_steps_of_rank() -> None:
    types = np.repeat([0, 1], 10)
    effort = np.tile(np.arange(10.0), 2)
    # Outcomes follow effort alone, on another scale of effort in each type: nobody falls short.
    assert worst_off_by_rank(np.tile(np.arange(10.0) + 1, 2), types, effort * (1 + types)) == 0
    # One type has half of what the other has at every effort: 1 - 1 / 1.5.
    left = np.where(types == 0, 2.0, 1.0)
    assert worst_off_by_rank(left, types, effort) == pytest.approx(1 / 3)


def test_types_without_meaning_do_no_worse_than_types_dealt_by_chance() -> None:
    drawn = np.random.default_rng(1)
    reached = Sanctions(
        drawn.integers(0, 5, 20_000), np.zeros(20_000, int), np.zeros(20_000, int), 5
    )
    types, effort = drawn.integers(0, 16, 20_000), drawn.random(20_000)
    told = distributive(reached, types, effort)
    assert told["opportunity_at_equal_ability"] == pytest.approx(
        told["opportunity_at_equal_ability_by_chance"], rel=0.3
    )
    poorer = np.where(types == 3, 5, reached.by_list)
    planted = distributive(replace(reached, by_list=poorer), types, effort)
    assert planted["opportunity_at_equal_ability"] > 0.95
    assert planted["opportunity_ex_ante"] > 10 * planted["opportunity_ex_ante_by_chance"]


def test_small_types_are_joined_with_their_neighbours() -> None:
    frame = pd.DataFrame({"a": [0] * 50 + [1] * 50, "b": [0] * 45 + [1] * 5 + [0] * 50})
    codes = types_of(frame, ["a", "b"])
    assert len(set(codes)) == 3
    few = pd.DataFrame({"a": [0] * 40 + [1] * 3, "b": list(range(40)) + [0] * 3})
    assert len(set(types_of(few, ["a", "b"]))) <= 2


def test_the_corrective_reading_of_six_people_by_hand() -> None:
    facts = EntryFacts(
        documented=np.zeros(6, dtype=np.uint64), harm=np.array([1.0, 1, 3, 0, np.nan, 3]),
        amount=np.array([5.0, 0, 9, 0, 1, 0]),
        repaired=np.array([True, False, False, False, False, False]),
        months_left=np.array([12.0, np.nan, np.nan, np.nan, np.nan, np.nan]),
        found=np.array([True, True, True, False, True, True]),
    )  # fmt: skip
    reached = Sanctions(
        np.array([2, 2, 4, 0, 1, 4]), np.array([0, 0, 0, 2, 0, 0]),
        np.array([2, 0, 4, 0, 0, 0]), 6,
    )  # fmt: skip
    told = corrective(reached, facts)
    assert told["measures_minor"] == 2
    assert told["measures_serious"] == 4
    assert np.isnan(told["measures_general"])
    assert told["slope"] == pytest.approx(1)
    assert told["rank_correlation"] == pytest.approx(1)
    assert told["rank_correlation_of_money"] == pytest.approx(1)
    assert told["harm_not_stated"] == pytest.approx(1 / 5)
    assert told["measures_without_true_finding"] == pytest.approx(2 / 15)
    assert told["measures_after_repair"] == pytest.approx(2 / 15)
    assert told["months_after_repair"] == 12
    assert told["reasoned"] == pytest.approx(6 / 15)
    spread = distributive(reached, np.zeros(6, dtype=np.int64), np.arange(6.0))
    assert spread["opportunity_ex_ante"] == 0
    assert spread["most_reached_tenth"] == pytest.approx(4 / 15)


def test_under_silos_each_finding_is_one_measure(small_world: Society) -> None:
    regime = R.silos()
    own = listings_of(small_world, regime.agencies)
    reached = sanctions_of(small_world, flows_of(small_world, regime), own, 1)
    assert_array_equal(reached.by_list, np.bitwise_count(own[: small_world.people.n]))
    assert not reached.by_tie.any()


def test_copies_that_name_their_origin_carry_the_reason_along(small_world: Society) -> None:
    facts = entry_facts_of(small_world, TIED.agencies)
    own = listings_of(small_world, TIED.agencies)
    found = [
        sanctions_of(small_world, flows_of(small_world, one), own, 1, facts)
        for one in (TIED, TIED.with_provenance())
    ]
    assert_array_equal(found[0].all, found[1].all)
    assert found[0].reasoned.sum() < found[1].reasoned.sum()
    assert (found[1].reasoned <= found[1].by_list).all()


def test_people_listed_by_mistake_alone_have_no_true_finding(small_world: Society) -> None:
    own = listings_of(small_world, TIED.agencies)[: small_world.people.n]
    true = listings_of(small_world, TIED.agencies, findings="true")[: small_world.people.n]
    wronged = (own != 0) & (true == 0)
    assert wronged.any()
    facts = entry_facts_of(small_world, TIED.agencies)
    assert_array_equal(facts.found, true != 0)
    reached = sanctions_of(small_world, flows_of(small_world, R.full()), own_of(small_world), 1)
    share = corrective(reached, facts)["measures_without_true_finding"]
    assert share == pytest.approx(wronged.sum() / (own != 0).sum())


@pytest.fixture(scope="module")
def plain(small_world: Society) -> Justice:
    return justice(small_world, R.full(), seeds=[1])


def own_of(world: Society) -> np.ndarray:
    return listings_of(world, TIED.agencies)


def test_with_every_cause_at_work_the_record_comes_out_and_with_none_nothing(
    small_world: Society,
) -> None:
    causes = causes_of(small_world, TIED.agencies, PLACES)
    people = small_world.people.n
    for seed in (1, 2):
        luck = causes.luck(seed)
        told = causes.findings(luck, acts=True, circumstance=True, error=True, untold=True)
        assert_array_equal(told, listings_of(small_world, TIED.agencies))
        true = causes.findings(luck, acts=True, circumstance=True, error=False, untold=True)
        assert_array_equal(
            true[:people], listings_of(small_world, TIED.agencies, findings="true")[:people]
        )
    nothing = causes.findings(None, acts=False, circumstance=False, error=False)
    assert not nothing[:people].any()
    # Ability is a circumstance: it lowers the chance not to pay the bank.
    truth = small_world.people.truth
    assert truth is not None
    ability = truth["ability"].to_numpy()
    assert np.corrcoef(causes.circumstance[:, 0], ability)[0, 1] < 0


def without(world: Society, events: tuple[str, ...]) -> Society:
    log = world.events
    return replace(world, events=log[~log["event"].isin(events)].reset_index(drop=True))


def test_not_paying_is_no_act_of_ones_own(small_world: Society) -> None:
    """The poor are not coded as cheats: without deeds in the log nothing is owed to acts."""
    world = without(small_world, tuple(event for kinds in ACTS.values() for event in kinds))
    causes = causes_of(world, TIED.agencies, PLACES)
    assert causes.found.sum() > 100
    assert not causes.acts.any()
    owed = justice(world, R.full(), seeds=[1]).owed.set_index(["measure", "cause"])["value"]
    assert owed["reached_share", "own acts"] == 0
    assert owed["reached_share", "circumstance"] > 0


def test_acts_are_true_entries_of_deeds_and_do_not_depend_on_ability(small_world: Society) -> None:
    causes = causes_of(small_world, ("police", "utilities", "court"), PLACES)
    log = small_world.events
    day = pd.Timestamp(small_world.made["as_of"])
    own = (log["event"] == "drunk_driving") & (log["finding"] == "true") & (log["date"] < day)
    drunk = log.loc[own & ~(log["expiry"] < day), "entity"].to_numpy()
    assert len(drunk)
    assert ((causes.acts[drunk] & np.uint64(1)) == 1).all()
    truth = small_world.people.truth
    assert truth is not None
    turned = truth.assign(ability=truth["ability"].to_numpy()[::-1])
    other = replace(small_world, people=replace(small_world.people, truth=turned))
    again = causes_of(other, ("police", "utilities", "court"), PLACES)
    assert_array_equal(causes.acts, again.acts)


def test_a_planted_cause_is_found(small_world: Society) -> None:
    """Who is not able does not pay, to the last: nearly all of it is circumstance."""
    truth, log = small_world.people.truth, small_world.events
    assert truth is not None
    poor = np.flatnonzero(truth["ability"].to_numpy() < -1)
    row = log[(log["event"] == "guarantee_called") & (log["finding"] == "true")].iloc[[0]]
    planted = pd.concat([row] * len(poor), ignore_index=True).assign(
        entity=poor, date=pd.Timestamp("2024-06-01"), expiry=pd.NaT
    )
    world = replace(small_world, events=planted.astype(dict(log.dtypes)))
    owed = justice(world, R.full(), seeds=range(3)).owed.set_index(["measure", "cause"])["value"]
    whole = len(poor) / small_world.people.n
    assert owed.loc["reached_share"].sum() == pytest.approx(whole)
    assert owed["reached_share", "circumstance"] > 0.6 * whole


def test_agencies_with_too_few_findings_are_named_and_left_out(
    small_world: Society, plain: Justice
) -> None:
    causes = causes_of(small_world, TIED.agencies, PLACES)
    few = [name for k, name in enumerate(TIED.agencies) if 0 < causes.counted[k] < LEAST_FOUND]
    assert few
    assert list(causes.few) == few
    told = plain
    assert any(all(name in note for name in few) for note in told.notes)
    owed = told.owed.set_index(["measure", "cause"])
    assert owed.loc[("reached_share", UNTOLD), "value"] > 0
    assert owed.loc[("reached_share", UNTOLD), "kind"] == "estimate"


def test_the_fit_is_dealt_anew_for_each_seed_and_the_causes_have_a_range(
    small_world: Society,
) -> None:
    one, other = (causes_of(small_world, TIED.agencies, PLACES, dealt=seed) for seed in (0, 1))
    assert np.abs(one.circumstance - other.circumstance).max() > 0.01
    owed = justice(small_world, R.full(), seeds=4).owed.set_index(["measure", "cause"])
    row = owed.loc[("reached_share", "circumstance")]
    assert row["low"] < row["value"] < row["high"]
    assert "draws" in row["range_over"]


def test_all_lists_in_all_hands_make_severity_count_for_nothing_and_that_is_a_theorem(
    small_world: Society, plain: Justice
) -> None:
    rows = plain.corrective.set_index("measure")
    assert rows.loc["slope", "value"] == 0
    for name in ("slope", "measures_minor", "measures_serious"):
        assert rows.loc[name, "kind"] == "theorem"
    assert justice(small_world, R.silos(), seeds=[1]).corrective.set_index("measure").loc[
        "slope", "kind"
    ] == "estimate"  # fmt: skip


def test_each_number_has_the_people_it_is_counted_on(small_world: Society, plain: Justice) -> None:
    rows = plain.corrective.set_index("measure")["n"]
    facts = entry_facts_of(small_world, TIED.agencies)
    assert rows["measures_minor"] == (facts.harm == 1).sum()
    assert rows["slope"] == (facts.harm > 0).sum()
    assert rows["harm_not_stated"] == (np.isnan(facts.harm) | (facts.harm > 0)).sum()
    assert rows["measures_minor"] < small_world.people.n / 10


def test_what_no_text_says_of_provenance_is_told_from_end_to_end(small_world: Society) -> None:
    """Absence in a file is no absence in law; a regime that is made up is what it says."""
    joint = R.load("regime_cn_joint_2016")
    rows = {
        name: justice(small_world, one, seeds=[1]).corrective.set_index("measure").loc["reasoned"]
        for name, one in (("text", joint), ("named", joint.with_provenance()), ("made", R.full()))
    }
    assert rows["text"]["kind"] == "sweep"
    assert rows["text"]["low"] < rows["text"]["high"]
    assert rows["text"]["high"] == pytest.approx(rows["named"]["value"])
    assert rows["named"]["kind"] == rows["made"]["kind"] == "estimate"
    assert any("name their origin" in note for note in justice(small_world, joint, seeds=1).notes)


def test_one_draw_has_no_range(small_world: Society, plain: Justice) -> None:
    told = plain
    owed = told.owed.set_index(["measure", "cause"]).loc[("reached_share", "circumstance")]
    assert np.isnan(owed["low"])
    assert "no range" in owed["range_over"]
    # What no draw enters is exact for these people, with one seed too.
    assert not told.frame["low"].isna().any() or told.frame.loc[
        told.frame["low"].isna(), "value"
    ].isna().all()  # fmt: skip


@pytest.fixture(scope="module")
def found(small_world: Society) -> Justice:
    return justice(small_world, TIED, by="minority", seeds=[1])


def test_what_exclusion_is_owed_to_adds_up_to_what_the_record_shows(
    found: Justice, small_world: Society
) -> None:
    own = listings_of(small_world, TIED.agencies)
    reached = sanctions_of(small_world, flows_of(small_world, TIED), own, 1).all
    minority = small_world.people.frame["minority"].to_numpy()
    sums = found.owed.groupby(["measure", "minority"])["value"].sum()
    assert sums["reached_share", "(all)"] == pytest.approx((reached > 0).mean())
    assert sums["measures_per_person", 1] == pytest.approx(reached[minority == 1].mean())
    assert_allclose(found.owed.groupby(["measure", "minority"])["share"].sum(), 1)
    assert list(found.owed["cause"][:6]) == [*CAUSES, UNTOLD]


def test_without_ties_nothing_is_owed_to_association(small_world: Society, plain: Justice) -> None:
    owed = plain.owed.set_index(["measure", "cause"])
    assert owed.loc[("reached_share", "association"), "value"] == 0
    assert set(owed["kind"]) == {"estimate", "theorem"}
    assert owed.loc[("reached_share", "association"), "kind"] == "theorem"


def test_what_rests_on_a_free_share_has_its_sweep(found: Justice) -> None:
    assert set(found.frame["kind"]) == {"sweep"}
    own = found.owed.set_index(["measure", "minority", "cause"])
    one = own.loc[("reached_share", "(all)", "association")]
    assert one["low"] < one["value"] < one["high"]
    assert "household" in one["note"]


def test_both_readings_stand_side_by_side_with_their_source(found: Justice) -> None:
    assert list(found.frame["reading"].unique()) == ["corrective", "distributive"]
    assert SOURCE in found.notes
    assert "Thompson" in found._repr_html_()
    assert set(found.gaps["by"]) == {"minority", "sex", "registration", "disability"}


def test_gaps_weighed_by_people_add_up_to_nothing(found: Justice) -> None:
    for _, own in found.gaps.groupby(["by", "measure"]):
        assert np.average(own["difference"], weights=own["n"]) == pytest.approx(0, abs=1e-12)


def test_what_cannot_be_told_is_said(small_world: Society) -> None:
    with pytest.raises(MissingColumn, match="weather"):
        justice(small_world, R.full(), circumstances=["weather"], seeds=[1])
    for seeds in ([], 0, True, [1, 1], "a"):
        with pytest.raises(InputError, match="seeds"):
            justice(small_world, R.full(), seeds=seeds)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="SharingRegime"):
        justice(small_world, "full")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="make_society"):
        justice(R.full(), R.full())  # type: ignore[arg-type]
    bare = replace(small_world, people=replace(small_world.people, truth=None))
    with pytest.raises(MissingColumn, match="ability"):
        causes_of(bare, TIED.agencies, PLACES)
