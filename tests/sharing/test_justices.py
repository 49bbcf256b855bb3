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
from creditaudit.sharing.justices import CAUSES, SOURCE, Justice, justice
from creditaudit.sharing.listings import listings_of
from creditaudit.sharing.readings import (
    corrective,
    distributive,
    gini,
    theil,
    theil_between,
    types_of,
    worst_off_by_effort,
)
from creditaudit.sharing.regime_flows import flows_of
from creditaudit.sharing.regimes import SharingRegime as R
from creditaudit.sharing.sanctions import Sanctions, sanctions_of
from creditaudit.sharing.true_causes import causes_of

TIED = R.full().with_tie("household", measure="post", p=0.3, low=0.1, high=0.6)
PLACES = ["minority", "sex", "registration", "disability", "region", "age", "opportunity"]


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
    assert worst_off_by_effort(np.tile(np.arange(10.0) + 1, 2), types, effort * (1 + types)) == 0
    # One type has half of what the other has at every effort: 1 - 1 / 1.5.
    left = np.where(types == 0, 2.0, 1.0)
    assert worst_off_by_effort(left, types, effort) == pytest.approx(1 / 3)


def test_types_without_meaning_do_no_worse_than_types_dealt_by_chance() -> None:
    drawn = np.random.default_rng(1)
    reached = Sanctions(
        drawn.integers(0, 5, 20_000), np.zeros(20_000, int), np.zeros(20_000, int), 5
    )
    types, effort = drawn.integers(0, 16, 20_000), drawn.random(20_000)
    told = distributive(reached, types, effort)
    assert told["opportunity_by_effort"] == pytest.approx(
        told["opportunity_by_effort_by_chance"], rel=0.3
    )
    poorer = np.where(types == 3, 5, reached.by_list)
    planted = distributive(replace(reached, by_list=poorer), types, effort)
    assert planted["opportunity_by_effort"] > 0.95
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
    assert told["measures_without_own_act"] == pytest.approx(2 / 15)
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


def test_with_every_cause_at_work_the_record_comes_out_and_with_none_nothing(
    small_world: Society,
) -> None:
    causes = causes_of(small_world, TIED.agencies, PLACES)
    people = small_world.people.n
    for seed in (1, 2):
        luck = causes.luck(seed)
        told = causes.findings(luck, conduct=True, circumstance=True, error=True)
        assert_array_equal(told, listings_of(small_world, TIED.agencies))
        true = causes.findings(luck, conduct=True, circumstance=True, error=False)
        assert_array_equal(
            true[:people], listings_of(small_world, TIED.agencies, findings="true")[:people]
        )
    nothing = causes.findings(None, conduct=False, circumstance=False, error=False)
    assert not nothing[:people].any()
    # Ability lowers the chance of a finding at the bank, and says nothing of firms' registers.
    truth = small_world.people.truth
    assert truth is not None
    ability = truth["ability"].to_numpy()
    assert np.corrcoef(causes.conduct[:, 0], ability)[0, 1] < -0.99


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
    assert list(found.owed["cause"][:5]) == list(CAUSES)


def test_without_ties_nothing_is_owed_to_association(small_world: Society) -> None:
    owed = justice(small_world, R.full(), seeds=[1]).owed.set_index(["measure", "cause"])
    assert owed.loc[("reached_share", "association"), "value"] == 0
    assert set(owed["kind"]) == {"estimate"}


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
    with pytest.raises(InputError, match="seeds"):
        justice(small_world, R.full(), seeds=[])
    bare = replace(small_world, people=replace(small_world.people, truth=None))
    with pytest.raises(MissingColumn, match="ability"):
        causes_of(bare, TIED.agencies, PLACES)
