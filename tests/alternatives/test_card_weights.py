import numpy as np
import pytest

import creditaudit as ca
from alternative_people import INPUTS, planted
from creditaudit.alternatives.asked import asked_of
from creditaudit.alternatives.card_weights import constrained_cards


@pytest.fixture(scope="module")
def cards():
    frame = planted()
    asked = asked_of(
        frame[INPUTS], frame["bad"], frame["group"], reference="a", share=0.6, gain=1, loss=4,
        criterion="demographic_parity", seed=0, least=20,
    )  # fmt: skip
    rows = asked.known
    card = ca.ScorecardScorer().fit(frame[INPUTS].iloc[rows], asked.bad[rows].astype(int))
    bounds = (1.0, 0.5, 0.0)
    return (
        asked,
        card,
        dict(zip(bounds, (one for _, one in constrained_cards(card, asked, bounds)), strict=True)),
    )


def gap_in_points(card, asked):
    people = asked.X.iloc[asked.fitted]
    points, own = card.points(people), asked.codes[asked.fitted]
    return points[own == asked.reference].mean() - points[own == asked.others[0]].mean()


def test_the_gap_in_mean_points_is_held_to_the_bound(cards):
    asked, card, found = cards
    exact = ca.scorers.ScoreTable.exact_points
    people, own = asked.X.iloc[asked.fitted], asked.codes[asked.fitted]
    points = exact(card.table_, people)
    whole = points[own == asked.reference].mean() - points[own == asked.others[0]].mean()
    for bound, one in found.items():
        assert abs(gap_in_points(one, asked)) <= bound * abs(whole) + 1e-3


def test_a_constrained_card_is_still_a_card(cards):
    asked, _, found = cards
    one = found[0.5]
    again = ca.scorers.ScoreTable.from_json(one.to_json())
    people = asked.X.iloc[asked.measured]
    np.testing.assert_allclose(again.points(people), one.points(people))
    odds = one.scale.base_odds
    assert one.scale.probability(np.array(one.scale.base_points)) == pytest.approx(1 / (1 + odds))
    assert "points" in one.frame


def test_other_models_have_no_points_to_hold(cards):
    asked, _, _ = cards
    assert list(constrained_cards(object(), asked, (0.5,))) == []
