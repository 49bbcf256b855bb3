from dataclasses import replace

import numpy as np
import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.sharing import cascade
from creditaudit.sharing.records import TieRule
from spread_worlds import LISTINGS, SmallWorld

R = ca.SharingRegime
BOTH = [(0, 1, "household"), (1, 0, "household"), (1, 2, "household"), (2, 1, "household")]


def rule(**given):
    return TieRule(relation="household", p=1.0, mark="K", source_text="a text", **given)


def found(regime, *rules):
    world = SmallWorld(4, ties=BOTH, findings=[(0, "court", "true")])
    return cascade(world, replace(regime, ties=rules), 1, entries=LISTINGS)


def test_a_measure_is_followed_from_the_agency_over_the_tie_to_the_person():
    one = found(R.hub("court", ["court", "bank"]), rule(measure="school"))
    assert one.path(1) == (
        "court: finding against person 0 -> tie of household -> person 1: touched by school."
    )
    assert one.path(0) == (
        "Finding against person 0 by court. Their lists are imported by bank. "
        "Refused there: costly_spending (court), credit (bank)."
    )
    assert one.path(2) == "Nothing reaches person 2 under hub_court (seed 0)."
    with pytest.raises(InputError, match=r"person='foo' is a str; give a whole number"):
        one.path("foo")
    with pytest.raises(InputError, match=r"seed='a' is a str"):
        one.path(0, seed="a")
    with pytest.raises(InputError, match="nobody of number 9"):
        one.path(9)


def test_a_listing_is_followed_over_imports_on_the_way_and_says_it_is_a_stress_test():
    """Only listings of the bank travel, so the court's has to be imported first."""
    one = found(
        R.hub("court", ["court", "bank"]), rule(carries="listing", hops=None, agencies=("bank",))
    )
    assert one.path(2) == (
        "court: finding against person 0 -> bank imports the list -> tie of household -> person 1: "
        "listed by bank (stress test) -> tie of household -> person 2: listed by bank (stress "
        "test). Refused there: credit (bank)."
    )


def test_a_measure_may_cross_two_ties():
    one = found(R.silos(["court"]), rule(measure="school", hops=2))
    assert one.path(2).count("touched by school") == 2


def test_every_way_of_a_society_begins_with_a_finding_and_ends_at_the_person():
    world = ca.make_society(3_000, 300, seed=5, relations=["household", "kin", "representation"])
    regime = R.hub("court").with_tie("household", p=0.4, carries="listing", hops=None)
    regime = regime.with_tie("kin", p=0.3, measure="school", hops=3)
    regime = regime.with_tie("representation", p=0.8, measure="travel")
    one = cascade(world, regime, 1)
    reach = one.reach(0)
    ties = np.where(reach.levels < 0, 99, reach.levels).min(axis=0)
    for person in np.flatnonzero((ties > 0) & (ties < 99))[::40]:
        words = one.path(int(person))
        assert ": finding against " in words.split(" -> ")[0]
        assert words.count("tie of") == ties[person]
        kind = "person" if person < world.first_firm else "firm"
        last = words.split(" -> tie of")[-1]
        assert f"{kind} {person}:" in last
