"""Knobs of firms have ranges, and say what they imply block by block."""

import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.populations.firms.truths import BLOCKS


def test_a_knob_outside_its_range_is_told_with_all_others():
    with pytest.raises(InputError, match=r"ownership=99 must lie.*label='x' must be a number"):
        ca.FirmBias(ownership=99, label="x")
    with pytest.raises(InputError, match="group='women' must be one of politically_tied"):
        ca.FirmBias(group="women")


def test_knobs_at_zero_are_no_bias():
    assert ca.FirmBias().knobs == {}
    assert ca.FirmBias() == ca.FirmBias(ownership=0)
    assert ca.FirmBias(ownership=30, label=0.1).without("label") == ca.FirmBias(ownership=30)
    assert repr(ca.FirmBias(ownership=30, group="state")) == (
        "FirmBias(ownership=30.0, group='state')"
    )


@pytest.mark.parametrize(
    ("knob", "size", "measure"),
    [
        ("ownership", 20, "points_in_social_responsibility"),
        ("lenience", 0.5, "share_of_breaches_not_found"),
        ("concealment", 0.3, "share_of_debts_out_of_sight"),
        ("direct", 1, "difference_in_log_odds_of_default"),
        ("label", 0.2, "recorded_default_of_those_who_paid"),
        ("selection", 1, "difference_in_log_odds_of_approval"),
    ],
)
def test_the_summary_says_what_a_knob_implies_and_where(knob, size, measure):
    firms = ca.make_firms(4000, seed=7, bias=ca.FirmBias(**{knob: size}))
    told = firms.truth_summary().set_index(["knob", "measure"])["value"].to_dict()
    assert told[knob, measure] == (-size if knob == "selection" else size)
    moved = {block for block in BLOCKS if abs(told[knob, f"effect_on_{block}"]) > 1e-9}
    expected = {
        "ownership": {"social_responsibility_points"},
        "lenience": {"finance_points", "compliance_points", "identity_points"},
        "concealment": {"finance_points"},
        # Wages are late where a firm defaults, and insurance with them.
        "direct": {"finance_points", "governance_points"},
    }
    assert moved == expected.get(knob, set())


def test_a_group_can_be_firms_of_a_size():
    firms = ca.make_firms(3000, seed=7, bias=ca.FirmBias(label=1, group="micro"))
    micro = firms.frame["size_class"] == "micro"
    assert (firms.truth["exposed"] == micro).all()
    assert firms.truth["label_recorded"][micro].all()
