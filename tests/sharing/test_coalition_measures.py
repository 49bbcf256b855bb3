"""Metrics of coalitions on people drawn anew, and coalitions that others beat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from creditaudit.sharing.coalition_fronts import dominated
from creditaudit.sharing.coalition_measures import METRICS, Counted, Terms, _approved, games
from creditaudit.sharing.paired_ranges import ranged
from creditaudit.sharing.valued_people import Side, ValuedPeople

TERMS = Terms(gain=1.0, loss=4.0, share=0.6, draws=5, seed=3)


def people_of(judged, rows=None):
    n = len(judged)
    return ValuedPeople(
        None, None, judged, judged, "", "", np.arange(0), np.arange(n) if rows is None else rows,
        (), 0.6, False, None,
    )  # fmt: skip


def side_of(group):
    return Side("side", "side 1", "side 0", group == 1, group == 0)


def one_game(risk, judged, group, share=0.6):
    terms = Terms(gain=1.0, loss=4.0, share=share, draws=0, seed=0)
    found = games(
        risk[:, None].astype(np.float32), people_of(judged), side_of(group), list(METRICS), terms
    )
    return dict(zip(METRICS, found[0, :, 0], strict=True))


def test_eight_people_by_hand():
    risk = np.array([0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9])
    judged = np.array([0, 0, 1, 0, 0, 1, np.nan, 1.0])
    group = np.array([0, 0, 1, 1, 0, 1, 1, 0])
    found = one_game(risk, judged, group, share=0.5)
    # Goods at .1 .2 .3 .4; bads at .2 .5 .9 rank 1.5, 4 and 4 of them right, of 12 pairs.
    assert found["auc"] == pytest.approx(9.5 / 12)
    # Four are approved: .1 .2 .2 .3. Of the reference 2 of 4, of the group 2 of 4.
    assert found["approval_gap"] == pytest.approx(0)
    # Three good ones and one bad one of seven whose outcome is known.
    assert found["profit"] == pytest.approx((3 - 4) / 7)
    # Good payers: 2 of 3 of the reference approved, 1 of 1 of the group.
    assert found["wrongful_refusal_gap"] == pytest.approx(2 / 3 - 1)
    known = np.isfinite(judged)
    assert found["brier"] == pytest.approx(np.mean((risk - judged)[known] ** 2), abs=1e-7)
    assert found["log_loss"] == pytest.approx(log_loss(judged[known], risk[known]), abs=1e-6)
    over = risk - judged
    assert found["calibration_gap"] == pytest.approx(
        over[known & (group == 1)].mean() - over[known & (group == 0)].mean(), abs=1e-7
    )


def test_people_at_the_same_risk_share_the_room_that_is_left():
    judged, group = np.array([0.0, 1, 0, 1]), np.array([0, 0, 1, 1])
    found = one_game(np.full(4, 0.3), judged, group, share=0.5)
    assert found["auc"] == 0.5
    assert found["approval_gap"] == 0
    assert found["profit"] == pytest.approx((0.5 * 2 - 4 * 0.5 * 2) / 4)


def test_without_anybody_of_a_kind_a_gap_is_undefined_and_no_number():
    found = one_game(np.array([0.1, 0.2, 0.3]), np.array([0.0, 1, 1]), np.array([0, 1, 1]))
    assert np.isnan(found["wrongful_refusal_gap"])
    assert np.isfinite(found["approval_gap"])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 0.95), st.integers(2, 40))
def test_people_drawn_twice_count_twice(seed, share, levels):
    """Each draw gives what the same people, written out, would."""
    rng = np.random.default_rng(seed)
    n = 60
    risk = np.round(rng.random(n) * levels) / levels
    judged = rng.choice([0.0, 1.0, np.nan], n, p=[0.6, 0.3, 0.1])
    judged[:4], group = [0, 1, 0, 1], rng.integers(3, size=n)
    group[:4] = [0, 0, 1, 1]
    terms = Terms(gain=1.0, loss=4.0, share=share, draws=4, seed=seed)
    names = list(METRICS)
    found = games(risk[:, None].astype(np.float32), people_of(judged), side_of(group), names, terms)
    again = np.random.default_rng([seed, 1])
    for b in range(4):
        rows = again.integers(n, size=n)
        if len(set(judged[rows][np.isfinite(judged[rows])])) < 2:
            continue
        one = one_game(risk[rows], judged[rows], group[rows], share=share)
        for m, name in enumerate(names):
            np.testing.assert_allclose(found[0, m, 1 + b], one[name], atol=1e-9, equal_nan=True)


def test_a_cut_off_far_from_the_usual_place_is_found_too():
    """Nearly all draws fall on people of high risk, so that the first look misses the cut-off."""
    rng = np.random.default_rng(0)
    n = 4_000
    risk, judged = rng.random(n).astype(np.float32), rng.integers(2, size=n).astype(float)
    side = side_of(rng.integers(2, size=n))
    weight = np.where(risk > 0.9, 50, rng.integers(2, size=n)).astype(np.float32)
    drawn = np.column_stack([np.ones(n, np.float32), weight])
    counted = Counted.of(judged, side, np.arange(n), drawn)
    found = _approved(risk, counted, 0.6)
    np.testing.assert_allclose(found.sum(axis=0), 0.6 * drawn.sum(axis=0), rtol=1e-6)
    many = np.repeat(np.arange(n), weight.astype(int))
    order = many[np.argsort(risk[many], kind="stable")][: int(0.6 * len(many))]
    good = order[(judged[order] == 0) & side.of_reference[order]]
    assert abs(found[0, 1] - len(good)) <= 1


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20))
def test_a_beaten_coalition_has_one_that_is_no_worse_on_both(points):
    good, cost = (np.array(part, dtype=float) for part in zip(*points, strict=True))
    wanted = [
        any(
            a >= g and b <= c and (a > g or b < c)
            for a, b in zip(good, cost, strict=True)
        )
        for g, c in zip(good, cost, strict=True)
    ]  # fmt: skip
    assert dominated(good, cost).tolist() == wanted


def test_both_errors_are_added_and_one_can_be_left_out():
    rng = np.random.default_rng(1)
    game = np.concatenate([np.zeros((2, 1, 1)), rng.normal(0, 3, (2, 1, 4_000))], axis=2)
    parts = [np.full((2, 1, 1), x) for x in (-4.0, 0.0, 4.0)]
    both = ranged(lambda x: x, game, parts)
    # The variance between three parts is 16, so that of a fit on all of them is 16 / 3.
    np.testing.assert_allclose(both.error_refit, np.sqrt(16 / 3))
    np.testing.assert_allclose(both.error_people, 3, rtol=0.05)
    np.testing.assert_allclose(both.error**2, both.error_people**2 + 16 / 3)
    alone = ranged(lambda x: x, game, ())
    assert np.isnan(alone.error_refit).all()
    np.testing.assert_allclose(alone.error, alone.error_people)
    assert (alone.range()[1] < both.range()[1]).all()
