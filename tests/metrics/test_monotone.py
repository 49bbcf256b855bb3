"""Outcomes missing for refused people, bounded by what is assumed of their order."""

from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import creditaudit as ca
from creditaudit.errors import InputError, MissingRole
from made_tables import LENDER, lent, rows

BOTH = ("selection", "score")
SCORED = ca.Roles(
    groups=["group"], decision="approved", favourable=1, outcome="paid", good=1, score="points",
    higher_is="safer",
)  # fmt: skip


def scored(*bands, group="a", higher_is="safer"):
    """Return a tally from (approved and paid, approved and not, refused), riskiest band first."""
    frames = []
    for at, counts in enumerate(bands):
        points = at if higher_is == "safer" else -at
        frames.append(lent(**{group: counts}).assign(points=points))
    roles = ca.Roles.from_dict(SCORED.to_dict() | {"higher_is": higher_is})
    return ca.Tally.from_frame(pd.concat(frames), roles, score_bins="exact")


def bounds(tally, metric="true_positive_rate", by="group", **given):
    return ca.metrics.monotone_bounds(tally, metric, by, **given).iloc[0]


def test_one_group_by_hand():
    """60 of 80 approved people paid, and 40 were refused: of these 0 to 40 * 0.75 = 30 would have.

    Good payers approved: 60 of 60 to 60 of 90; in the worst case 60 of 100. Bad payers approved:
    20 of 60 to 20 of 30. Everyone who would pay: 60 to 90 of 120.
    """
    tally = ca.Tally.from_frame(lent(a=(60, 20, 40)), LENDER)
    asked = {
        "true_positive_rate": (60 / 90, 1, 60 / 100, 1),
        "false_negative_rate": (0, 30 / 90, 0, 40 / 100),
        "false_positive_rate": (20 / 60, 20 / 30, 20 / 60, 1),
        "base_rate": (60 / 120, 90 / 120, 60 / 120, 100 / 120),
        "false_omission_rate": (0, 0.75, 0, 1),
        "accuracy": (70 / 120, 100 / 120, 60 / 120, 100 / 120),
    }
    for metric, ends in asked.items():
        found = bounds(tally, metric)
        shown = found[["bound_low", "bound_high", "worst_low", "worst_high"]].tolist()
        assert shown == pytest.approx(ends), metric
        assert np.isnan(found["value"])
        assert found["low"] <= found["bound_low"]
        assert found["high"] >= found["bound_high"]
        assert "refused people without an outcome perform at most as often" in found["note"]
        assert "nothing in these data can show it" in found["note"]


def test_the_worst_case_is_that_of_the_rate_itself():
    tally = ca.Tally.from_frame(lent(a=(60, 20, 40), b=(30, 5, 30)), LENDER)
    for metric in ("true_positive_rate", "base_rate", "false_positive_rate"):
        plain = ca.metrics.CATALOGUE[metric].estimate(tally, "group").frame
        frame = ca.metrics.monotone_bounds(tally, metric, "group")
        assert (frame["low"] >= plain["low"] - 1e-12).all()
        assert (frame["high"] <= plain["high"] + 1e-12).all()


def test_bands_by_hand():
    """A band of 10 of 20 and 30 refused, a band of 50 of 60 and 10 refused.

    Of the refused at most 15 and 8.33 would have paid; over the whole group 40 * 60 / 80 = 30.
    """
    tally = scored((10, 10, 30), (50, 10, 10))
    assert bounds(tally)["bound_low"] == pytest.approx(60 / 90)
    assert bounds(tally, bands=2)["bound_low"] == pytest.approx(60 / (60 + 15 + 10 * 50 / 60))
    assert "in each group and band of the score" in bounds(tally, bands=2)["note"]


def test_below_a_cut_off_only_the_score_says_something():
    """Nobody of the low band was approved: its 40 may all have paid, unless the score orders.

    In the high band 30 of 60 approved people paid. So under "score" at most half of the 40 would.
    """
    tally = scored((0, 0, 40), (30, 30, 0))
    assert bounds(tally, bands=2)["bound_low"] == pytest.approx(30 / 70)
    assert bounds(tally, bands=2, assume=["score"])["bound_low"] == pytest.approx(30 / 50)
    assert bounds(tally, bands=2, assume=BOTH)["bound_low"] == pytest.approx(30 / 50)


def test_a_safer_band_performs_at_least_as_often_as_a_riskier_one():
    """40 of 50 people of the low band paid, none refused; so at least 80 of 100 of the high one.

    Of these 20 paid, 5 did not, and 75 were refused: 60 to 75 of them would have paid.
    """
    tally = scored((40, 10, 0), (20, 5, 75))
    found = bounds(tally, "base_rate", bands=2, assume=["score"])
    assert found["bound_low"] == pytest.approx((40 + 80) / 150)
    assert found["bound_high"] == pytest.approx((40 + 95) / 150)
    both = bounds(tally, "base_rate", bands=2, assume=BOTH)
    assert both["bound_high"] == pytest.approx((40 + 20 + 75 * 0.8) / 150)


def test_a_riskier_score_is_read_the_other_way_round():
    safer = scored((10, 10, 30), (40, 20, 10), (50, 10, 5))
    riskier = scored((10, 10, 30), (40, 20, 10), (50, 10, 5), higher_is="riskier")
    for assumed in (["score"], BOTH):
        one, other = (bounds(t, "base_rate", bands=3, assume=assumed) for t in (safer, riskier))
        assert one.drop("note").tolist()[1:] == pytest.approx(
            other.drop("note").tolist()[1:], nan_ok=True
        )


def test_shares_that_contradict_the_order_are_told():
    tally = scored((95, 5, 0), (5, 95, 0), (1, 1, 1))
    found = bounds(tally, "base_rate", bands=2, assume=["score"])
    assert np.isnan([found["bound_low"], found["bound_high"], found["low"], found["high"]]).all()
    assert "The shares found contradict it" in found["note"]
    assert found["worst_low"] < found["worst_high"]


def test_a_contradiction_that_chance_may_have_made_keeps_its_range():
    tally = scored((6, 4, 0), (5, 5, 0), (5, 4, 3))
    found = bounds(tally, "base_rate", bands=3, assume=["score"])
    assert np.isnan(found["bound_low"])
    assert found["low"] < found["high"]


counts = st.tuples(*(st.integers(0, 9) for _ in range(3)))


def by_programme(bands, given):
    """Return how many refused people would have paid at least and at most; None if none fits."""
    good, bad, refused = np.array(bands, dtype=float).T
    people = good + bad + refused
    limits, ends = [], []
    if "score" in given:
        held = np.flatnonzero(people)
        for one, other in pairwise(held):
            row = np.zeros(len(bands))
            row[one], row[other] = 1 / people[one], -1 / people[other]
            limits.append(row)
            ends.append(good[other] / people[other] - good[one] / people[one])
    most = refused.copy()
    if "selection" in given:
        seen = good + bad > 0
        most[seen] *= good[seen] / (good + bad)[seen]
    found = [
        linprog(sign * np.ones(len(bands)), A_ub=limits or None, b_ub=ends or None,
                bounds=list(zip(np.zeros(len(bands)), most, strict=True)))
        for sign in (1, -1)
    ]  # fmt: skip
    return None if found[0].status == 2 else (found[0].fun, -found[1].fun)


@given(
    st.lists(counts, min_size=2, max_size=4), st.sampled_from([("selection",), ("score",), BOTH])
)
def test_the_ends_are_those_of_a_linear_programme(bands, given):
    good, bad, refused = np.sum(bands, axis=0)
    assume(refused and good and all(map(sum, bands)))
    tally = scored(*bands)
    asked = by_programme(bands, given)
    found = bounds(tally, "base_rate", bands="exact", assume=given)
    if asked is None:
        assert np.isnan(found["bound_low"])
        return
    low, high = asked
    total = good + bad + refused
    assert found["bound_low"] == pytest.approx((good + low) / total, abs=1e-6)
    assert found["bound_high"] == pytest.approx((good + high) / total, abs=1e-6)


@st.composite
def populations(draw):
    """Draw full tables of band x decision x outcome in which both assumptions hold."""
    cells = []
    floor = 0.0
    for _ in range(draw(st.integers(1, 3))):
        approved, refused = draw(st.integers(1, 12)), draw(st.integers(0, 12))
        good = draw(st.integers(0, approved))
        paid = draw(st.integers(0, int(refused * good / approved)))
        share = (good + paid) / (approved + refused)
        assume(share >= floor)
        floor = share
        cells.append((good, approved - good, paid, refused - paid))
    assume(sum(one[2] + one[3] for one in cells) > 0)
    return cells


@settings(max_examples=40)
@given(populations(), st.sampled_from([("selection",), BOTH, ("score",)]))
def test_the_truth_is_within_the_bounds_when_the_assumptions_hold(cells, given):
    hidden = scored(*((good, bad, paid + not_) for good, bad, paid, not_ in cells))
    full = pd.concat(
        rows(
            (good, {"approved": 1, "paid": 1}), (bad, {"approved": 1, "paid": 0}),
            (paid, {"approved": 0, "paid": 1}), (not_, {"approved": 0, "paid": 0}),
        ).assign(group="a", points=at)
        for at, (good, bad, paid, not_) in enumerate(cells)
    )  # fmt: skip
    truth = ca.Tally.from_frame(full, SCORED, score_bins="exact")
    for metric in ("base_rate", "true_positive_rate", "false_positive_rate", "accuracy",
                   "negative_predictive_value"):  # fmt: skip
        actual = ca.metrics.CATALOGUE[metric].estimate(truth, "group").value[0]
        found = bounds(hidden, metric, bands="exact", assume=given)
        if np.isnan(actual) or np.isnan(found["bound_low"]):
            continue
        assert found["bound_low"] - 1e-9 <= actual <= found["bound_high"] + 1e-9
        assert found["low"] - 1e-9 <= actual <= found["high"] + 1e-9


@settings(max_examples=40)
@given(st.lists(counts, min_size=1, max_size=4), st.integers(1, 4))
def test_assuming_more_never_widens_the_bounds(bands, cut):
    assume(sum(one[2] for one in bands) and sum(one[0] for one in bands))
    tally = scored(*bands)
    for metric in ("base_rate", "true_positive_rate", "false_positive_rate"):
        worst = bounds(tally, metric, bands=cut)
        both = bounds(tally, metric, bands=cut, assume=BOTH)
        for one, inner in product(("selection", "score"), (both,)):
            outer = bounds(tally, metric, bands=cut, assume=[one])
            if np.isfinite([outer["bound_low"], inner["bound_low"]]).all():
                assert outer["bound_low"] <= inner["bound_low"] + 1e-9
                assert outer["bound_high"] >= inner["bound_high"] - 1e-9
                assert worst["worst_low"] <= outer["bound_low"] + 1e-9
                assert worst["worst_high"] >= outer["bound_high"] - 1e-9


def test_missing_outcomes_of_approved_people_are_taken_at_their_worst():
    """60 paid, 20 did not, 10 approved people and 30 refused people without an outcome.

    The share of approved people who pay is 60 to 70 of 90, so up to 70 / 90 of the refused.
    """
    frame = pd.concat([lent(a=(60, 20, 30)), rows((10, {"group": "a", "approved": 1}))])
    tally = ca.Tally.from_frame(frame, LENDER)
    found = bounds(tally, "base_rate")
    assert found["bound_low"] == pytest.approx(60 / 120)
    assert found["bound_high"] == pytest.approx((70 + 30 * 70 / 90) / 120)
    tpr = bounds(tally, "true_positive_rate")
    assert tpr["bound_low"] == pytest.approx(60 / (60 + 30 * 70 / 90))


def test_known_outcomes_leave_nothing_to_assume():
    frame = rows(
        *((times, {"group": "a", "approved": approved, "paid": paid})
          for times, approved, paid in ((6, 1, 1), (2, 1, 0), (1, 0, 1), (3, 0, 0)))
    )  # fmt: skip
    tally = ca.Tally.from_frame(frame, LENDER)
    found = bounds(tally)
    assert found["value"] == found["bound_low"] == found["bound_high"] == pytest.approx(6 / 7)
    assert "nothing is assumed" in found["note"]
    tally = ca.Tally.from_frame(lent(a=(60, 20, 40)), LENDER)
    assert bounds(tally, "precision")["value"] == pytest.approx(0.75)


def test_nobody_to_speak_of_is_null():
    tally = ca.Tally.from_frame(lent(a=(6, 2, 4), b=(0, 5, 0)), LENDER)
    frame = ca.metrics.monotone_bounds(tally, "true_positive_rate", "group")
    assert np.isnan(frame.loc[1, "bound_low"])
    assert "no people whom this rate is about" in frame.loc[1, "note"]


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"metric": "auc"}, InputError, "metric='auc' must be one of"),
        ({"assume": "selection"}, InputError, "assume='selection' must name"),
        ({"assume": []}, InputError, "must name"),
        ({"assume": ["luck"]}, InputError, "must name"),
        ({"assume": ["score"]}, InputError, "needs bands="),
        ({"bands": 0}, InputError, "bands=0 must be a whole number"),
        ({"bands": 2}, MissingRole, "monotone_bounds needs score"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_told(given, error, said):
    tally = ca.Tally.from_frame(lent(a=(6, 2, 4)), LENDER)
    with pytest.raises(error, match=said):
        ca.metrics.monotone_bounds(tally, **given)


def test_clusters_and_open_decisions_are_refused():
    frame = lent(a=(6, 2, 4)).assign(branch=1)
    roles = ca.Roles.from_dict(LENDER.to_dict() | {"cluster": "branch"})
    with pytest.raises(InputError, match="not computed for sampled clusters"):
        ca.metrics.monotone_bounds(ca.Tally.from_frame(frame, roles))
