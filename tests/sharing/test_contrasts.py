"""Regimes beside each other: levers add up, luck is common, kinds are told apart."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.populations import Society
from creditaudit.sharing.contrasts import Contrast, contrast
from creditaudit.sharing.feedbacks import repealed
from creditaudit.sharing.governances import governance_shares
from creditaudit.sharing.listings import listings_of
from creditaudit.sharing.records import TieRule
from creditaudit.sharing.regime_levers import levers_between, pulled
from creditaudit.sharing.regimes import SharingRegime as R
from creditaudit.sharing.retentions import Retention
from creditaudit.sharing.sweeps import Swept

SILOS, FULL = R.silos(), R.full()
TIED = FULL.with_tie("household", measure="post", p=0.3, low=0.1, high=0.6)


@pytest.fixture(scope="module")
def found(small_world: Society) -> Contrast:
    return contrast(small_world, {"silos": SILOS, "full": FULL, "tied": TIED}, seeds=4)


def test_a_regime_against_itself_changes_nothing(small_world: Society) -> None:
    frame = contrast(small_world, {"a": TIED, "b": TIED}, seeds=3).frame
    assert (frame["value"].dropna() == 0).all()
    assert (frame["low"].dropna() == 0).all()


def test_differences_turn_their_sign_with_the_reference(small_world: Society) -> None:
    there = contrast(small_world, {"a": SILOS, "b": TIED}, seeds=3).frame
    back = contrast(small_world, {"b": TIED, "a": SILOS}, seeds=3).frame
    assert_allclose(there["value"], -back["value"])
    assert_allclose(there["low"], -back["high"])


def test_what_follows_from_the_wiring_is_a_theorem_and_free_shares_are_swept(
    found: Contrast,
) -> None:
    frame = found.frame.query("by == 'all' and entities == 'people' and findings == 'recorded'")
    kinds = frame.set_index(["regime", "measure"])["kind"]
    # Who is listed somewhere does not depend on imports; how many would refuse them is counted.
    assert kinds["full", "listed_share"] == kinds["full", "touched_share"] == "theorem"
    assert kinds["full", "refusals_per_finding"] == "estimate"
    assert kinds["tied", "touched_share"] == "sweep"
    assert kinds["full", "refused_by_all"] == "estimate"
    sweeps = frame[frame["kind"] == "sweep"]
    assert (sweeps["low"] < sweeps["value"]).all()
    assert (sweeps["value"] < sweeps["high"]).all()
    assert isinstance(found.swept("touched_share", "tied"), Swept)
    with pytest.raises(InputError, match="no free"):
        found.swept("touched_share", "full")


def test_a_side_that_rests_on_a_free_share_is_not_told_without_its_sweep(found: Contrast) -> None:
    rows = found.frame.query(
        "regime == 'tied' and measure == 'touched_share' and by == 'all' "
        "and entities == 'people' and findings == 'recorded'"
    )
    assert rows["regime_value"].isna().all()
    assert (rows["reference_value"] > 0).all()


def test_one_draw_of_ties_is_no_range_and_no_exact_number(small_world: Society) -> None:
    rule = TieRule(relation="household", p=0.4, mark="K", measure="post", source_text="a text")
    known = replace(FULL, ties=(rule,))
    rows = contrast(small_world, {"silos": SILOS, "known": known}, seeds=1).frame.query(
        "by == 'all' and entities == 'people' and findings == 'recorded'"
    ).set_index("measure")  # fmt: skip
    assert np.isnan(rows.loc["touched_share", "low"])
    assert rows.loc["touched_share", "range_over"] == "one draw: no range"
    assert rows.loc["refusals_per_person", "low"] == rows.loc["refusals_per_person", "value"]
    more = contrast(small_world, {"silos": SILOS, "known": known}, seeds=6).frame.query(
        "by == 'all' and entities == 'people' and findings == 'recorded'"
    ).set_index("measure")  # fmt: skip
    assert more.loc["touched_share", "low"] < more.loc["touched_share", "high"]
    assert "ties" in more.loc["touched_share", "range_over"]


def test_n_is_what_the_measure_is_a_share_of(found: Contrast, small_world: Society) -> None:
    rows = found.frame.query(
        "regime == 'full' and by == 'all' and entities == 'people' and findings == 'recorded'"
    ).set_index("measure")["n"]
    own = listings_of(small_world, FULL.agencies)[: small_world.people.n]
    assert rows["listed_share"] == small_world.people.n
    assert rows["touched_without_own_finding"] == (own != 0).sum()
    assert rows["refusals_per_finding"] == np.bitwise_count(own).sum()
    assert rows["touched_of_those_without_finding"] == (own == 0).sum()


def test_groups_are_weighed_up_to_everyone(found: Contrast) -> None:
    frame = found.frame.query(
        "regime == 'tied' and measure == 'touched_share' and entities == 'people' "
        "and findings == 'recorded'"
    )
    whole = frame.loc[frame["by"] == "all", "value"].item()
    for by in ("minority", "sex"):
        own = frame[frame["by"] == by]
        assert_allclose(np.average(own["value"], weights=own["n"]), whole)


def test_levers_add_up_to_the_difference_under_the_same_luck(found: Contrast) -> None:
    shares = found.levers("tied").groupby("measure")["value"].sum()
    frame = found.frame.query(
        "regime == 'tied' and by == 'all' and entities == 'people' and findings == 'recorded'"
    ).set_index("measure")["value"]
    assert_allclose(shares, frame[shares.index], atol=1e-9)


def test_imports_touch_nobody_new_and_ties_refuse_nobody_new(found: Contrast) -> None:
    levers = found.levers("tied").set_index(["lever", "measure"])["value"]
    tie = next(name for name in levers.index.get_level_values(0) if name.startswith("tie"))
    assert levers["imports", "touched_share"] == 0
    assert levers[tie, "refused_by_all"] == 0
    assert levers[tie, "touched_share"] > 0


def test_pulling_every_lever_gives_the_other_regime_and_none_the_first() -> None:
    other = replace(TIED.with_provenance(), denials=TIED.denials[:3])
    levers = levers_between(SILOS, other)
    assert levers[0].name == "imports"
    assert {lever.name: lever.governance for lever in levers}["provenance"] == "of data"
    whole, nothing = pulled(SILOS, other, levers), pulled(SILOS, other, [])
    for part in ("imports", "ties", "denials"):
        assert getattr(whole, part) == getattr(other, part)
        assert getattr(nothing, part) == getattr(SILOS, part)
    some = pulled(SILOS, other, [lever for lever in levers if lever.name == "imports"])
    assert not any(line.provenance for line in some.imports)


def test_a_preset_is_set_against_itself_without_imports() -> None:
    preset = R.load("regime_cn_joint_2016")
    levers = levers_between(repealed(preset), preset)
    assert [lever.name for lever in levers if lever.governance == "of data"] == ["refreshes"]
    assert pulled(repealed(preset), preset, levers).imports == preset.imports


def test_how_copies_are_kept_reaches_nobody_new(small_world: Society) -> None:
    found = contrast(small_world, {"no": FULL, "with": FULL.with_provenance()}, seeds=1)
    levers = found.levers()
    assert set(levers["governance"]) == {"of data"}
    assert set(levers["kind"]) == {"theorem"}
    assert (found.frame["value"].dropna() == 0).all()


def test_children_are_counted_by_household_and_rule() -> None:
    world = ca.make_society(people=3_000, firms=300, seed=7, columns="all")
    base, family = R.load("regime_cn_joint_2016"), R.load("regime_cn_joint_2016_family")
    frame = contrast(world, {"without": base, "with": family}, seeds=2).frame
    own = frame[frame["entities"] == "households"]
    assert list(own["reference_value"]) == [0.0]
    assert own["note"].str.startswith("households with a child").all()
    assert (own["n"] == world.people.frame["household_id"].nunique()).all()
    assert own["group"].str.startswith("child").all()
    # The family clause lists nobody and refuses nobody else.
    rest = frame[(frame["entities"] == "people") & (frame["measure"] == "refused_by_all")]
    assert (rest["value"] == 0).all()


def test_both_figures_are_drawn(found: Contrast) -> None:
    figure = found.plot()
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["silos", "full", "tied"]
    labels = [label.get_text() for label in found.plot_levers(regime="tied").get_yticklabels()]
    assert labels[0] == "silos"
    assert labels[-1] == "tied"


def test_what_cannot_be_compared_is_said(small_world: Society) -> None:
    with pytest.raises(InputError, match="two or more"):
        contrast(small_world, {"one": SILOS})
    with pytest.raises(InputError, match="two or more"):
        contrast(small_world, [SILOS, FULL])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="SharingRegime"):
        contrast(small_world, {"a": "silos", "b": "full"})  # type: ignore[dict-item]
    for seeds in (0, True, [1, 1]):
        with pytest.raises(InputError, match="seeds"):
            contrast(small_world, {"a": SILOS, "b": FULL}, seeds=seeds)
    two = contrast(small_world, {"a": SILOS, "b": TIED}, seeds=1)
    for asked in (two.swept, two.plot_levers):
        with pytest.raises(InputError, match="no measure 'foo'"):
            asked("foo")
    with pytest.raises(InputError, match="bla"):
        two.swept("touched_share", bla=1)
    with pytest.raises(InputError, match="other agencies"):
        contrast(small_world, {"a": R.silos(["bank", "court"]), "b": FULL})
    with pytest.raises(InputError, match="none of those"):
        contrast(small_world, {"a": SILOS, "b": FULL}, seeds=1).levers("c")
    with pytest.raises(InputError, match="nothing that can be pulled"):
        levers_between(FULL, FULL)


def test_terms_and_provenance_are_weighed_against_imports_over_the_months(
    small_world: Society,
) -> None:
    pair = (Retention(name="long", longest=60, paying_ends=False), Retention(name="until paid"))
    few = dict.fromkeys(("willing", "needs", "spare"), 0.5)
    few |= dict.fromkeys(("interest", "reborrow", "deterrence", "mistaken_month"), 0.0)
    few |= {"overdue": 0.05, "repair_month": 0.3, "listed_month": 0.2, "income_effect": 1.0}
    found = governance_shares(
        small_world, {"a": FULL, "b": repealed(FULL)}, retentions=pair, months=12, numbers=few
    )
    frame = found.frame.set_index(["lever", "measure"])["value"]
    assert frame["retention and repair", "months_listed"] < 0
    assert frame["imports", "income_lost_per_person"] < 0
    of, by = frame["(all of data)", "months_listed"], frame["(all by data)", "months_listed"]
    assert of == frame["retention and repair", "months_listed"]
    assert abs(by) < abs(of)
    assert [one.name for one in found.parameters] == ["income_per_measure", "push"]
    with pytest.raises(InputError, match="same"):
        governance_shares(small_world, {"a": FULL, "b": FULL}, retentions=(pair[0], pair[0]))
