import itertools

import numpy as np
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.sharing import cascade
from creditaudit.sharing.joint_refusals import FEATURES, poisson_binomial, refused_together
from creditaudit.sharing.smooth_chances import crossfitted_chances, feature_columns
from creditaudit.sharing.sweeps import Swept
from spread_worlds import LISTINGS, SmallWorld

R = ca.SharingRegime


def test_the_number_of_events_follows_from_every_combination_of_them():
    p = np.random.default_rng(0).random((3, 6))
    slow = np.zeros((3, 7))
    for combination in itertools.product((0, 1), repeat=6):
        taken = np.array(combination)
        slow[:, taken.sum()] += np.where(taken, p, 1 - p).prod(axis=1)
    np.testing.assert_allclose(poisson_binomial(p), slow, rtol=1e-12)


def test_agencies_that_do_decide_apart_given_a_feature_show_no_excess():
    """Two kinds of people, each refused at random: without the kind it looks like agreement."""
    rng, n = np.random.default_rng(1), 60_000
    kind = np.repeat([0, 1], n // 2)
    rate = np.where(kind == 1, 0.5, 0.05)
    refused = rng.random((2, n)) < rate
    findings = [
        (int(who), name, "true")
        for name, row in zip(("court", "bank"), refused, strict=True)
        for who in np.flatnonzero(row)
    ]
    world = SmallWorld(n, findings=findings, columns={"kind": kind})
    one = cascade(world, R.silos(["court", "bank"]), 1, entries=LISTINGS)
    found = refused_together(one, given=["kind"])
    observed, given, apart = map(found.by_all, ("observed", "apart_given_features", "apart"))
    assert observed == pytest.approx(refused.all(axis=0).mean())
    assert abs(observed - given) < 0.003
    assert apart == pytest.approx(refused.mean(axis=1).prod())
    assert observed - apart > 0.04
    sums = found.frame.groupby("way")["value"].sum()
    np.testing.assert_allclose(sums, 1)


@pytest.mark.parametrize("people", [4_000, 20_000])
def test_agencies_that_decide_apart_by_risk_show_no_excess_beyond_luck(people):
    """Each refuses with the true chance of default, none knows of the others: a true null."""
    world = ca.make_society(people, 100, seed=7, relations=["household"])
    columns = feature_columns(world, FEATURES)
    risk, rng, gaps = world.people.truth["true_pd"].to_numpy(), np.random.default_rng(0), []
    for _ in range(4):
        refused = rng.random((4, people)) < risk
        chances = np.column_stack([crossfitted_chances(columns, row) for row in refused])
        expected = poisson_binomial(chances)[:, 4].mean()
        gaps.append(refused.all(axis=0).mean() - expected)
        # No chance is drawn towards anything: all refusals are expected, no more and no fewer.
        assert chances.sum() == pytest.approx(refused.sum(), rel=0.01)
    error = np.sqrt((risk**4).mean() / people / len(gaps))
    assert abs(np.mean(gaps)) < 3 * error


def test_where_an_agency_lists_no_people_none_are_refused_by_all_and_it_is_said():
    world = ca.make_society(3_000, 300, seed=3, relations=["household"])
    found = refused_together(cascade(world, R.silos(), 1))
    row = found.frame[(found.frame["way"] == "observed") & (found.frame["refusing"] == 8)].iloc[0]
    assert (row["value"], row["kind"]) == (0, "theorem")
    assert "market_regulator lists no people" in row["note"]


def test_a_shared_list_is_more_than_risk_in_common():
    world = ca.make_society(5_000, 500, seed=3, relations=["household"])
    found = refused_together(cascade(world, R.full(), 1))
    assert found.by_all() > 0.1
    assert found.by_all("apart_given_features") < 0.01
    observed = found.frame[found.frame["way"] == "observed"].set_index("refusing")
    # All hold all lists: refused by none or by all, and how many is counted.
    assert (observed.loc[1:7, "kind"] == "theorem").all()
    assert (observed.loc[1:7, "value"] == 0).all()
    assert (observed.loc[[0, 8], "kind"] == "estimate").all()
    assert observed.loc[8, "low"] < observed.loc[8, "value"] < observed.loc[8, "high"]
    assert "equals listed_share" in observed.loc[8, "note"]
    assert "swept" not in found._repr_html_()


def test_what_rests_on_a_free_share_comes_with_its_sweep():
    world = ca.make_society(3_000, 300, seed=3, relations=["household"])
    tie = {"p": 0.3, "carries": "listing", "hops": 1}
    one = cascade(world, R.full().with_tie("household", **tie), 2)
    observed = refused_together(one).by_all()
    assert isinstance(observed, Swept)
    assert observed.low < observed.numbers()["estimate"] < observed.high


def test_what_is_asked_wrongly_is_told():
    world = SmallWorld(3, findings=[(0, "court", "true")])
    one = cascade(world, R.silos(["court"]), 1, entries=LISTINGS)
    with pytest.raises(MissingColumn, match="'hair'"):
        refused_together(one, given=["hair"])
    with pytest.raises(InputError, match=r"given='age' is one text"):
        refused_together(one, given="age")
    with pytest.raises(InputError, match=r"Got a SharingRegime: use refused_together\(cascade"):
        refused_together(R.full())
    with pytest.raises(InputError, match="way='chance'"):
        refused_together(one, given=[]).by_all("chance")
    bare = R("bare", "No denials", ("court",))
    with pytest.raises(InputError, match="refuses anything"):
        refused_together(cascade(world, bare, 1, entries=LISTINGS))
