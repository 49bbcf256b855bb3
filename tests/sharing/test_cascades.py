import numpy as np
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, RefusedError
from creditaudit.sharing import cascade, spreading
from creditaudit.sharing.cascade_measures import MEASURES
from creditaudit.sharing.records import TieRule
from creditaudit.sharing.sweeps import FreeDraws
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
    np.testing.assert_array_equal(
        cascade(world, shut, 2).sums_without_sweep, silos.sums_without_sweep
    )


def test_more_sharing_reaches_more_and_never_fewer(world):
    tie = {"carries": "listing", "hops": None}
    nested = [
        cascade(world, R.hub("court").with_tie("household", p=p, **tie), 4)
        for p in (0.0, 0.1, 0.3, 0.7, 1.0)
    ]
    for measure in ("refusals_per_finding", "listed_share", "touched_without_own_finding", "depth"):
        values = np.array([getattr(one, measure).values_without_sweep() for one in nested])
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
    np.testing.assert_array_equal(one.sums_without_sweep, two.sums_without_sweep)
    np.testing.assert_array_equal(one.first_ties_without_sweep, two.first_ties_without_sweep)
    alone = cascade(world, regime, [9]).sums_without_sweep
    np.testing.assert_array_equal(alone[:, 0], one.sums_without_sweep[:, 1])
    assert (alone[:, 0] != one.sums_without_sweep[:, 0]).any()


def test_the_same_tie_is_open_under_every_rule_that_reaches_as_far(world):
    """A measure and a listing with the same share cross the same ties in the same draw."""
    touches = R.silos().with_tie("household", p=0.4, measure="school")
    lists = R.silos().with_tie("household", p=0.4, carries="listing")
    reached = [cascade(world, one, [2]).reach(2) for one in (touches, lists)]
    np.testing.assert_array_equal(
        reached[0].masks[1] | reached[0].masks[0], reached[1].masks[0]
    )  # fmt: skip


def test_the_table_says_which_numbers_are_theorems_estimates_and_sweeps(world):
    silos = cascade(world, R.silos(), 2).frame
    # Of nobody with a finding there is no number, and so no theorem.
    kinds = silos[silos["value"].notna()].set_index("measure")["kind"]
    assert set(kinds["refusals_per_finding"]) == {"theorem"}
    assert set(kinds["touched_without_own_finding"]) == {"theorem"}
    assert set(kinds["listed_share"]) == {"estimate"}
    swept = cascade(world, R.full().with_tie("household", p=0.3, measure="school"), 3).frame
    kinds = swept.set_index("measure")["kind"]
    assert set(kinds["touched_share"]) == {"sweep"}
    # A measure lists nobody, so nothing about lists rests on it; how many are listed is counted.
    assert set(kinds["refused_by_all"]) == {"estimate"}
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
    reached = every.values_without_sweep("touched_without_own_finding")
    assert swept.high == pytest.approx(float(reached[0]))
    with pytest.raises(InputError, match="rests on no free parameter"):
        found.swept("listed_share")


def test_values_that_rest_on_a_free_share_show_no_number(world):
    found = cascade(world, R.full().with_tie("household", p=0.3, measure="school"), 3)
    values = found.touched_without_own_finding
    assert "not shown without their sweep" in repr(values) == str(values)
    shown = (found.totals, found.first_ties, found.generations, found.depth, values)
    for one in (*shown, found.owed_to_mistaken_findings, found.values("touched_share")):
        assert isinstance(one, FreeDraws)
        with pytest.raises(RefusedError, match="swept"):
            one[0]
    assert 0 < values.values_without_sweep().mean() < 1
    assert not any(figure in repr(found) for figure in ("0.", "1."))
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
    innocent = found.sums_without_sweep[0, 0, 0, 4]
    assert found.first_ties_without_sweep.sum() == innocent
    alone = cascade(world, R.full().with_tie("household", p=1.0, measure="school"), 1)
    assert found.first_ties_without_sweep[0, 0] == alone.first_ties_without_sweep[0, 0]


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
    with pytest.raises(InputError, match=r"world= is a SharingRegime without people.*regime= is a"):
        cascade(R.silos(), world)
    with pytest.raises(InputError, match=r"regime= is a str: .* SharingRegime.load\('full'\)"):
        cascade(world, "full")
    with pytest.raises(InputError, match="regime= is None"):
        cascade(world, None)
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
    np.testing.assert_array_equal(compiled.sums_without_sweep, plain.sums_without_sweep)
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
    assert refused["value"].sum() == one.sums_without_sweep[0, 0, 0, 7]
    assert set(refused["kind"]) == {"estimate"}
    touched = rows[rows["people"] == "touched"]
    assert set(touched["kind"]) == {"sweep"}
    # All hold all lists, so a measure comes from each of them to the same people.
    assert touched["value"].nunique() == 1
    assert (touched["low"] < touched["value"]).all()
    # Refusals rest on no draw here, and measures on three.
    assert (refused["low"] < refused["value"]).sum() == (refused["value"] > 0).sum()
    assert set(refused["seeds"]) == {1}
    assert set(touched["seeds"]) == {3}
    assert set(refused["note"]) == {"range over people drawn alike"}
    depth = one.frame.set_index("measure").loc["depth"]
    assert (depth["low"], depth["value"], depth["high"]) == (0, 1, 1)


def people(found, measure, findings="recorded"):
    rows = found.frame.query(
        "measure == @measure and entities == 'people' and by == 'all' and findings == @findings"
    )
    return rows.iloc[0]


def test_what_the_wiring_makes_equal_is_said_and_its_level_is_counted(world):
    full = cascade(world, R.full(), 1)
    for measure, words in (("refused_by_all", "equals listed_share"),
                           ("refusals_per_finding", "8 refusals for each one listed")):  # fmt: skip
        row = people(full, measure)
        assert row["kind"] == "estimate"
        assert row["low"] < row["value"] < row["high"]
        assert words in row["note"]
    hub = people(cascade(world, R.hub("court"), 1), "refused_by_all")
    assert hub["kind"] == "estimate"
    assert "equals the share with a finding of court" in hub["note"]
    bit = np.uint64(1 << R.hub("court").agencies.index("court"))
    own = ca.sharing.listings_of(world, R.hub("court").agencies)[: world.first_firm]
    assert hub["value"] == (own & bit != 0).mean()


def test_nobody_is_refused_by_all_where_one_agency_lists_no_people(world):
    row = people(cascade(world, R.silos(), 1), "refused_by_all")
    assert (row["kind"], row["value"], row["low"], row["high"]) == ("theorem", 0, 0, 0)
    assert "market_regulator lists no people of this society" in row["note"]
    apart = people(cascade(world, R.silos(["bank", "tax"]), 1), "refused_by_all")
    assert apart["kind"] == "estimate"
    assert apart["high"] > 0


def test_ranges_say_what_they_are_of_and_how_many_draws_were_run(world):
    plain = cascade(world, R.hub("court"), 20)
    row = people(plain, "listed_share")
    assert row["seeds"] == 1
    assert row["note"].startswith("range over people drawn alike")
    rules = with_rules(R.silos(), sourced("household", 0.4, measure="school"))
    drawn = people(cascade(world, rules, 6), "touched_share")
    assert (drawn["seeds"], drawn["note"]) == (6, "range over draws of the ties")
    assert people(cascade(world, rules, 6), "listed_share")["seeds"] == 1
    once = people(cascade(world, rules, 1), "touched_share")
    assert np.isnan([once["low"], once["high"]]).all()
    assert once["note"] == "one draw of the ties: no range"
    swept = people(
        cascade(world, R.silos().with_tie("kin", p=0.1, measure="x"), 8), "touched_share"
    )
    assert swept["seeds"] == 8
    assert "range of the sweep, up to 5 draws at each end" in swept["note"]


def test_people_touched_for_each_with_a_finding_have_a_range_over_people():
    """Beside resampled people, each with somebody whom one tie reaches or not."""
    rng, n = np.random.default_rng(5), 3_000
    found, tied = rng.random(n) < 0.1, rng.random(n) < 0.15
    ties = [(int(i), n + int(i), "household") for i in np.flatnonzero(tied)]
    findings = [(int(i), "court", "true") for i in np.flatnonzero(found)]
    world = SmallWorld(2 * n, ties=ties, findings=findings)
    regime = with_rules(R.silos(["court"]), sourced("household", 1.0, measure="school"))
    row = people(cascade(world, regime, 1, entries=LISTINGS), "touched_per_person_with_finding")
    draws = []
    for _ in range(400):
        who = rng.integers(0, n, n)
        draws.append(1 + (found & tied)[who].sum() / found[who].sum())
    assert row["low"] < row["value"] < row["high"]
    # Whoever is reached here lives with somebody listed, so a range for people apart is wider.
    low, high = np.quantile(draws, [0.025, 0.975])
    assert row["high"] - row["low"] == pytest.approx(high - low, rel=0.4)


def test_where_nobody_has_a_finding_there_is_no_number_and_no_theorem():
    world = SmallWorld(5, findings=[(0, "bank", "true")])
    found = cascade(world, R.silos(["court"]), 1, entries=LISTINGS)
    row = people(found, "refusals_per_finding")
    assert np.isnan(row["value"])
    assert (row["kind"], row["note"]) == ("estimate", "nobody has a finding")


def test_a_tie_that_names_agencies_carries_from_their_lists_imports_included():
    """Where the court imports the bank's list, it carries from whoever stands on the court's."""
    world = SmallWorld(
        4, ties=[(0, 1, "household"), (2, 3, "household")],
        findings=[(0, "court", "true"), (2, "bank", "true")],
    )  # fmt: skip
    rule = sourced("household", 1.0, measure="school", agencies=("court",))
    touched = {
        name: np.flatnonzero(cascade(world, with_rules(regime, rule), 1, entries=LISTINGS)
                             .reach(0).masks[1]).tolist()
        for name, regime in (("apart", R.silos(["court", "bank"])),
                             ("shared", R.full(["court", "bank"])))
    }  # fmt: skip
    assert touched == {"apart": [1], "shared": [1, 3]}


@pytest.mark.parametrize("name", [
    "regime_cn_joint_2016", "regime_cn_joint_2016_family", "regime_cn_joint_2016_overreach",
])  # fmt: skip
def test_in_the_texts_a_tie_of_the_court_carries_what_the_court_found(name):
    regime = R.load(name)
    assert {rule.agencies for rule in regime.ties} == {("court",)}
    bit = regime.agencies.index("court")
    onto = [source for source, mask in enumerate(regime.closure()) if int(mask) >> bit & 1]
    assert onto == [bit]
