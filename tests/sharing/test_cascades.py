import numpy as np
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, RefusedError
from creditaudit.sharing import cascade, spreading
from creditaudit.sharing.cascade_measures import MEASURES
from creditaudit.sharing.records import TieRule
from spread_worlds import LISTINGS, SmallWorld

R = ca.SharingRegime
THREE = ["court", "bank", "tax"]


@pytest.fixture(scope="module")
def world():
    return ca.make_society(
        4_000, 400, seed=3, relations=["household", "kin", "representation", "ownership"]
    )


def sourced(relation, p, **given):
    """A rule whose share is said to rest on a text, so that it needs no sweep."""
    return TieRule(relation=relation, p=p, mark="K", source_text="a text", **given)


def with_rules(regime, *rules):
    from dataclasses import replace

    return replace(regime, name="made", ties=rules)


def family():
    """A couple and their kin: 0 and 1 live together, 1 and 2 are kin; 3 owns firm 4."""
    return SmallWorld(
        4, 1,
        ties=[(0, 1, "household"), (1, 0, "household"), (1, 2, "kin"), (2, 1, "kin"),
              (3, 4, "representation")],
        findings=[(0, "court", "true"), (0, "bank", "mistaken"), (4, "tax", "true")],
        columns={"side": ["a", "b", "b", "a"]}, groups=["side"],
    )  # fmt: skip


def test_a_family_that_can_be_counted_on_paper():
    regime = with_rules(
        R.full(THREE), sourced("household", 1.0, measure="school", hops=1),
        sourced("representation", 1.0, measure="travel", direction="backward"),
    )  # fmt: skip
    found = cascade(family(), regime, 1, entries=LISTINGS)
    # Person 0 has two findings and is refused by three; 1 and 3 are touched, 2 is not.
    assert found.refusals_per_finding.tolist() == [1.5]
    assert found.listed_share.tolist() == [0.25]
    assert found.touched_without_own_finding.tolist() == [2 / 3]
    assert found.refused_by_all.tolist() == [0.25]
    assert found.depth.tolist() == [1]
    assert found.values("refusals_per_finding", entities="firms").tolist() == [3]
    assert found.values("touched_share", by="side", group="b").tolist() == [0.5]
    assert found.values("listed_share", findings="true").tolist() == [0.25]
    assert found.values("refusals_per_finding", findings="true").tolist() == [3]
    assert found.generations.tolist() == [[2, 2]]


def test_what_mistaken_entries_do_is_what_true_ones_do_not():
    world = SmallWorld(
        4, ties=[(0, 1, "household"), (1, 0, "household")],
        findings=[(0, "court", "mistaken"), (2, "court", "true")],
    )  # fmt: skip
    regime = with_rules(R.silos(["court"]), sourced("household", 1.0, measure="school"))
    found = cascade(world, regime, 1, entries=LISTINGS)
    assert found.owed_to_mistaken_findings.tolist() == [2 / 3]


@pytest.mark.parametrize("agencies", [None, THREE])
def test_nobody_sharing_is_one_refusal_a_finding_exactly(world, agencies):
    found = cascade(world, R.silos(agencies), 3)
    assert (found.refusals_per_finding == 1).all()
    assert (found.values("refusals_per_finding", entities="firms") == 1).all()
    assert (found.touched_without_own_finding == 0).all()
    assert (found.depth == 0).all()


def test_no_share_of_ties_is_the_same_as_nobody_sharing(world):
    silos = cascade(world, R.silos(), 2)
    shut = R.silos().with_tie("household", p=0.0, carries="listing", hops=None)
    shut = shut.with_tie("kin", p=0.0, measure="school")
    np.testing.assert_array_equal(cascade(world, shut, 2).totals, silos.totals)


def test_more_sharing_reaches_more_and_never_fewer(world):
    tie = {"carries": "listing", "hops": None}
    nested = [
        cascade(world, R.hub("court").with_tie("household", p=p, **tie), 4)
        for p in (0.0, 0.1, 0.3, 0.7, 1.0)
    ]
    for measure in ("refusals_per_finding", "listed_share", "touched_without_own_finding", "depth"):
        values = np.array([getattr(one, measure) for one in nested])
        if measure != "depth":
            assert (np.diff(values, axis=0) >= 0).all()
        assert (values[-1] > values[0]).all()
    full = cascade(world, R.full(), 1)
    assert full.refusals_per_finding[0] > cascade(world, R.hub("court"), 1).refusals_per_finding[0]


def test_under_all_from_all_whoever_is_listed_is_refused_by_all(world):
    found = cascade(world, R.full(), 1)
    np.testing.assert_array_equal(found.refused_by_all, found.listed_share)


def test_both_engines_and_any_seed_again_give_the_same(world):
    regime = R.full().with_tie("household", p=0.3, measure="school")
    regime = regime.with_tie("representation", p=0.6, carries="listing", hops=2)
    one, two = (cascade(world, regime, [5, 9], engine=engine) for engine in ("numba", "numpy"))
    np.testing.assert_array_equal(one.totals, two.totals)
    np.testing.assert_array_equal(one.first_ties, two.first_ties)
    np.testing.assert_array_equal(cascade(world, regime, [9]).totals[:, 0], one.totals[:, 1])
    assert (one.totals[:, 0] != one.totals[:, 1]).any()


def test_the_same_tie_is_open_under_every_rule_that_reaches_as_far(world):
    """A measure and a listing with the same share cross the same ties in the same draw."""
    touches = R.silos().with_tie("household", p=0.4, measure="school")
    lists = R.silos().with_tie("household", p=0.4, carries="listing")
    reached = [cascade(world, one, [2]).reach(2) for one in (touches, lists)]
    np.testing.assert_array_equal(
        reached[0].masks[1] | reached[0].masks[0], reached[1].masks[0]
    )  # fmt: skip


def test_the_table_says_which_numbers_are_theorems_estimates_and_sweeps(world):
    kinds = cascade(world, R.silos(), 2).frame.set_index("measure")["kind"]
    assert set(kinds["refusals_per_finding"]) == {"theorem"}
    assert set(kinds["touched_without_own_finding"]) == {"theorem"}
    assert set(kinds["listed_share"]) == {"estimate"}
    swept = cascade(world, R.full().with_tie("household", p=0.3, measure="school"), 3).frame
    kinds = swept.set_index("measure")["kind"]
    assert set(kinds["touched_share"]) == {"sweep"}
    # A measure lists nobody, so nothing about lists rests on it; and all hold all lists.
    assert set(kinds["refused_by_all"]) == {"theorem"}
    rows = swept[(swept["measure"] == "touched_share") & (swept["entities"] == "people")]
    assert (rows["low"] < rows["value"]).all()
    assert (rows["value"] < rows["high"]).all()
    assert rows["note"].str.contains("household").all()


def test_a_sweep_ends_where_no_tie_and_where_every_tie_carries(world):
    regime = R.full().with_tie("household", p=0.3, measure="school", low=0, high=1)
    found = cascade(world, regime, 3)
    swept = found.swept("touched_without_own_finding")
    (name,) = regime.free["parameter"]
    every = cascade(world, regime.with_values({name: 1.0}), 1)
    assert swept.low == 0
    assert swept.high == pytest.approx(float(every.touched_without_own_finding[0]))
    with pytest.raises(InputError, match="rests on no free parameter"):
        found.swept("listed_share")


def test_values_that_rest_on_a_free_share_show_no_number(world):
    found = cascade(world, R.full().with_tie("household", p=0.3, measure="school"), 3)
    values = found.touched_without_own_finding
    assert "not shown without their sweep" in repr(values) == str(values)
    assert not any(figure in repr(values * 2) for figure in ("0.", "1."))
    with pytest.raises(RefusedError, match="swept"):
        f"{values}"
    with pytest.raises(RefusedError):
        values.tolist()
    assert (values > 0).all()
    assert 0 < values.mean() < 1
    # A share of ties touches nobody's list.
    assert "0.1" in repr(found.listed_share)


@pytest.mark.slow
def test_ranges_over_people_hold_the_value_of_many_more_people():
    few = cascade(ca.make_society(3_000, 300, seed=3), R.hub("court"), 1).frame
    many = cascade(ca.make_society(30_000, 3_000, seed=4), R.hub("court"), 1).frame
    keys = ["measure", "entities", "findings", "by", "group"]
    both = few.merge(many, on=keys, suffixes=("", "_many"))
    both = both[(both["entities"] == "people") & (both["by"] == "all")]
    both = both[both["measure"].isin(["refusals_per_finding", "listed_share", "refused_by_all"])]
    assert len(both) == 6
    assert (both["low"] - 0.3 * (both["high"] - both["low"]) <= both["value_many"]).all()
    assert (both["value_many"] <= both["high"] + 0.3 * (both["high"] - both["low"])).all()


def test_people_are_reached_first_by_the_tie_that_stands_first(world):
    regime = R.full().with_tie("household", p=1.0, measure="school")
    regime = regime.with_tie("kin", p=1.0, measure="school")
    found = cascade(world, regime, 1)
    innocent = found.totals[0, 0, 0, 4]
    assert found.first_ties.sum() == innocent
    alone = cascade(world, R.full().with_tie("household", p=1.0, measure="school"), 1)
    assert found.first_ties[0, 0] == alone.first_ties[0, 0]


def test_households_with_a_child_count_once_whoever_of_the_parents_is_listed():
    world = SmallWorld(
        4, findings=[(0, "court", "true"), (1, "court", "true"), (2, "court", "true")],
        columns={"household_id": [7, 7, 8, 9], "child_high_fee_school": [True, True, False, True]},
    )  # fmt: skip
    rule = sourced("child", 1.0, measure="school", when="child_high_fee_school")
    found = cascade(world, with_rules(R.silos(["court"]), rule), 1, entries=LISTINGS)
    assert found.children.tolist() == [[1]]
    row = found.frame.set_index("measure").loc["households_with_a_child_reached"]
    assert row["value"] == 1
    bare = SmallWorld(2, findings=[(0, "court", "true")])
    lacking = cascade(bare, with_rules(R.silos(["court"]), rule), 1, entries=LISTINGS)
    assert np.isnan(lacking.children).all()
    assert any('columns="all"' in note for note in lacking.notes)


def test_a_condition_on_the_listed_person_holds_for_other_ties_too():
    world = SmallWorld(
        4, ties=[(0, 1, "household"), (1, 0, "household"), (2, 3, "household")],
        findings=[(0, "court", "true"), (2, "court", "true")],
        columns={"listed_court": [1, 0, 0, 0]},
    )  # fmt: skip
    rule = sourced("household", 1.0, measure="school", when="listed_court")
    found = cascade(world, with_rules(R.silos(["court"]), rule), 1, entries=LISTINGS)
    np.testing.assert_array_equal(found.reach(0).masks[1] != 0, [False, True, False, False])


def test_what_is_asked_wrongly_is_told(world):
    with pytest.raises(InputError, match="seeds= is empty"):
        cascade(world, R.silos(), [])
    found = cascade(world, R.silos(), 1)
    with pytest.raises(InputError, match="no measure 'harm'"):
        found.values("harm")
    with pytest.raises(InputError, match="no group people sex=unheard"):
        found.values("listed_share", by="sex", group="unheard")
    bare = cascade(world, R.silos().with_tie("contact", p=0.1, measure="school"), 1)
    assert any("no ties of kind contact" in note for note in bare.notes)
    assert set(MEASURES) <= set(found.frame["measure"])
    assert "numba" in repr(found)
    assert "theorem" in found._repr_html_()


def test_without_numba_the_result_is_the_same_and_says_which_extra_is_sooner(world, monkeypatch):
    regime = R.hub("court").with_tie("household", p=0.3, measure="school")
    compiled = cascade(world, regime, 1)
    monkeypatch.setattr(spreading, "has_numba", lambda: False)
    plain = cascade(world, regime, 1)
    assert (compiled.engine, plain.engine) == ("numba", "numpy")
    np.testing.assert_array_equal(compiled.totals, plain.totals)
    assert any("extra 'fast'" in note for note in plain.notes)


def test_people_are_counted_agency_by_agency_and_measure_by_measure():
    regime = with_rules(
        R.hub("court", ["court", "bank"]), sourced("household", 1.0, measure="school"),
    )  # fmt: skip
    rows = cascade(family(), regime, 1, entries=LISTINGS).by_agency
    counted = rows.set_index(["agency", "measure", "people"])["value"].to_dict()
    assert counted == {
        ("court", "", "found"): 1, ("bank", "", "found"): 1,
        ("court", "costly_spending", "refused"): 1, ("bank", "credit", "refused"): 1,
        ("court", "school", "touched"): 1, ("bank", "school", "touched"): 1,
    }  # fmt: skip


def test_counts_by_agency_add_up_to_refusals_and_have_a_sweep_where_a_share_is_free(world):
    one = cascade(world, R.full().with_tie("household", p=0.3, measure="school"), 3)
    rows = one.by_agency
    refused = rows[rows["people"] == "refused"]
    assert refused["value"].sum() == one.totals[0, 0, 0, 7]
    assert set(refused["kind"]) == {"estimate"}
    touched = rows[rows["people"] == "touched"]
    assert set(touched["kind"]) == {"sweep"}
    # All hold all lists, so a measure comes from each of them to the same people.
    assert touched["value"].nunique() == 1
    assert (touched["low"] < touched["value"]).all()
    depth = one.frame.set_index("measure").loc["depth"]
    assert (depth["low"], depth["value"], depth["high"]) == (0, 1, 1)
