import re
from dataclasses import FrozenInstanceError, replace

import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.sharing import Denial, Import, RegimeFault, TieRule

R = ca.SharingRegime


def test_nobody_shares_in_silos_and_everybody_in_full():
    assert R.silos().closure().tolist() == [1 << k for k in range(8)]
    assert R.full().closure().tolist() == [255] * 8
    assert len(R.full().imports) == 56


def test_a_hub_gives_its_list_to_all_and_takes_none():
    hub = R.hub("court", ["bank", "court", "tax"])
    assert hub.closure().tolist() == [0b001, 0b111, 0b100]


def test_a_regime_made_here_refuses_at_every_agency_and_says_that_it_is_assumed():
    regime = R.silos(["bank", "court"])
    assert [(one.agency, one.mark) for one in regime.denials] == [("bank", "F"), ("court", "F")]
    assert all("no text says so" in one.note for one in regime.denials)


def test_a_tie_of_ones_own_is_free_over_the_whole_range():
    regime = R.full().with_tie("household", measure="high_fee_school", p=0.3)
    (row,) = regime.free.itertuples()
    assert (row.value, row.low, row.high, row.unit) == (0.3, 0, 1, "share of ties")
    assert "household forward: high_fee_school, 1 tie" in row.parameter


def test_ties_that_stand_once_in_a_society_go_both_ways_by_default():
    assert R.full().with_tie("representation", measure="travel", p=1).ties[0].direction == "both"
    assert R.full().with_tie("kin", measure="travel", p=1).ties[0].direction == "forward"


def test_scaling_stops_at_one_and_makes_every_share_free():
    text = TieRule(relation="kin", p=0.4, mark="V", measure="x", source_text="a text")
    regime = replace(R.silos(), ties=(text,))
    assert regime.free.empty
    assert regime.scaled(2).ties[0].p == 0.8
    assert regime.scaled(9).ties[0].p == 1
    assert len(regime.scaled(0.5).free) == 1
    with pytest.raises(InputError, match="0 or more"):
        regime.scaled(-1)


def test_free_parameters_take_other_values_within_their_range_by_name():
    regime = R.hub("court", ["bank", "court"], every_days=30)
    (name,) = regime.free["parameter"]
    assert regime.with_values({name: 3}).imports[0].every_days == 3
    with pytest.raises(RegimeFault, match="its own range"):
        regime.with_values({name: 1000})
    with pytest.raises(InputError, match="No free parameter"):
        regime.with_values({"p of nothing": 1})


def test_provenance_is_switched_for_every_import_at_once():
    regime = R.full().with_provenance()
    assert all(one.provenance for one in regime.imports)
    assert not any(one.provenance for one in regime.with_provenance(False).imports)


def test_a_regime_is_frozen_and_its_hash_sees_every_line():
    regime = R.full(every_days=30)
    with pytest.raises(FrozenInstanceError):
        regime.name = "another"
    others = [
        regime.with_tie("kin", measure="x", p=0.1), regime.with_provenance(),
        R.full(every_days=31), replace(regime, denials=()), replace(regime, title="Another"),
        replace(regime, imports=regime.imports[::-1]),
    ]  # fmt: skip
    assert len({one.hash for one in (regime, *others)}) == 7
    assert R.full(every_days=30).hash == regime.hash


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ({"agencies": ("bank", "bank")}, "names an agency twice"),
        ({"agencies": ("bank", "curt")}, "did you mean 'court'"),
        ({"agencies": ()}, "1 to 64 agencies"),
        ({"imports": [Import(importer="bank", source="bank", mark="F")]}, "the importer itself"),
        ({"imports": [Import(importer="bank", source="tax", mark="F")]}, "unknown agency 'tax'"),
        (
            {"imports": [Import(importer="bank", source="court", mark="V")]},
            "'V' without a source_text",
        ),
        (
            {"imports": [Import(importer="bank", source="court", mark="F", every_days=3.0)]},
            "rests on no source",
        ),
        (
            {"imports": [Import(importer="bank", source="court", mark="F", free=True)]},
            "is free, so every_days, low and high",
        ),
        (
            {
                "imports": [
                    Import(
                        importer="bank",
                        source="court",
                        mark="F",
                        free=True,
                        low=0.0,
                        high=9.0,
                        every_days=1.0,
                    )
                ]
            },
            "range from 0, which is another rule",
        ),
        (
            {"imports": [Import(importer="bank", source="court", mark="F", purpose="lendin")]},
            "did you mean 'lending'",
        ),
        (
            {"imports": [Import(importer="bank", source="court", mark="F", carries=("incomee",))]},
            "did you mean 'income'",
        ),
        (
            {"imports": [Import(importer="bank", source="court", mark="F")] * 2},
            "says the same as line 1",
        ),
        ({"denials": [Denial(agency="tax", measure="x", mark="F")]}, "unknown agency 'tax'"),
        ({"ties": [TieRule(relation="kni", p=0, mark="F")]}, "unknown relation 'kni'"),
        ({"ties": [TieRule(relation="kin", p=1.5, mark="F")]}, "between 0 and 1"),
        ({"ties": [TieRule(relation="kin", p=0.5, mark="F")]}, "has to be named"),
        (
            {"ties": [TieRule(relation="child", p=0.5, mark="F", carries="listing")]},
            "no text lists one",
        ),
        (
            {"ties": [TieRule(relation="child", p=0.5, mark="F", measure="x", when="incom > 3")]},
            "incom",
        ),
    ],
)
def test_what_is_wrong_is_told(lines, told):
    with pytest.raises(RegimeFault, match=told):
        R(**({"name": "own", "title": "Own", "agencies": ("bank", "court")} | lines))


def test_all_faults_come_at_once():
    with pytest.raises(RegimeFault) as caught:
        R("own", "Own", ("bank", "curt"), (Import(importer="bank", source="tax", mark="V"),))
    assert len(caught.value.faults) == 3


def test_the_frame_has_one_row_a_line():
    regime = R.load("regime_cn_joint_2016_family")
    frame = regime.frame
    assert frame["kind"].value_counts().to_dict() == {"import": 8, "denial": 7, "tie": 2}
    assert (frame["source"] != "").all()


@pytest.mark.parametrize(("given", "told"), [
    ({"hops": 0}, "hops: has to be a whole number from 1"),
    ({"hops": -1}, "found -1"),
    ({"hops": 1.5}, "found 1.5"),
    ({"hops": True}, "found True"),
    ({"hops": "two"}, "found 'two'"),
    ({"p": "a"}, "p: has to lie between 0 and 1, found 'a'"),
    ({"p": None}, "found None"),
    ({"p": True}, "found True"),
    ({"low": "a"}, "low: has to be a number, found 'a'"),
    ({"carries": "foo"}, "carries: has to be one of measure, listing, found 'foo'"),
    ({"direction": "sideways"}, "one of forward, backward, both, found 'sideways'"),
    ({"agencies": []}, "names no agency"),
    ({"agencies": ["courtt"]}, "did you mean 'court'"),
])  # fmt: skip
def test_a_rule_about_ties_is_checked_where_it_is_made(given, told):
    with pytest.raises(RegimeFault, match=re.escape(told)):
        R.silos().with_tie("kin", **{"p": 0.3, "measure": "x", **given})


def test_all_that_is_wrong_with_a_rule_is_told_at_once():
    with pytest.raises(RegimeFault) as told:
        R.silos().with_tie("kin", p="a", hops=0, carries="foo", direction="up", agencies=["curt"])
    for words in ("p: ", "hops: ", "carries: ", "direction: ", "agencies: "):
        assert words in str(told.value)


@pytest.mark.parametrize("given", [
    {"hops": 1}, {"hops": 3}, {"hops": None}, {"hops": "any"}, {"agencies": "court"},
    {"agencies": ["court", "bank"]}, {"direction": "backward"}, {"p": 1}, {"p": 0},
])  # fmt: skip
def test_a_rule_that_is_taken_reads_back_the_same(given):
    regime = R.full().with_tie("representation", **{"p": 0.3, "measure": "x", **given})
    assert R.from_toml(regime.to_toml()) == regime


def test_what_a_made_regime_is_asked_wrongly_is_told_once():
    with pytest.raises(InputError, match="Did you mean 'court'") as told:
        R.hub("courts")
    assert len(str(told.value).splitlines()) == 1
    for make in (lambda days: R.hub("court", every_days=days), lambda d: R.full(every_days=d)):
        for days in (-1, "a", True):
            with pytest.raises(InputError, match=r"every_days=.* has to be a number of days"):
                make(days)
    with pytest.raises(RegimeFault, match="1 to 64 agencies, found 0"):
        R.silos([])
    assert R.silos("court").agencies == ("court",)
    assert R.full("court").agencies == ("court",)
