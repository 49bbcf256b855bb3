"""Moves on a card: their costs by hand, and values a person could have."""

import numpy as np
import pandas as pd
import pytest
from paper_cards import APPLICANTS, CARD, feature, table

from creditaudit.errors import InputError
from creditaudit.explain import Actions
from creditaudit.explain.card_moves import CardMoves, _just_below
from creditaudit.scorers import ScorecardScorer


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (-np.inf, 3.0, 2.0), (1.0, 3.0, 2.0), (1000.0, 2500.0, 2499.0), (0.5, 1.0, 0.9),
        (10.25, 10.75, 10.7), (-3.0, -1.0, -2.0), (-np.inf, 0.0, -1.0), (0.0, 0.001, 0.0),
        (2.0, np.inf, 2.0), (0.3, 0.30000000000000004, 0.3),
    ],
)  # fmt: skip
def test_a_value_below_a_cut_has_few_digits_and_is_in_the_bin(low, high, wanted):
    assert _just_below(low, high) == pytest.approx(wanted)
    assert low <= _just_below(low, high) < high


def test_moves_up_reach_the_cut_itself():
    moves = CardMoves.of(table(feature("income", [1000, 2500], [0, 20, 50, 10])), Actions(), None)
    assert [move.target for move in moves.moves[0][0]] == [1, 2]
    assert moves.value(0, 0, 1) == 1000
    assert moves.value(0, 0, 2) == 2500


def test_costs_follow_the_shares_of_the_background():
    usual = CardMoves.of(CARD, Actions(), None).moves[0][2]
    # Counts 2, 2, 2 with half a person added: mid-shares 1/6, 3/6, 5/6.
    assert [move.cost for move in usual] == pytest.approx([np.log(5 / 3), np.log(5)])
    other = CardMoves.of(CARD, Actions(), APPLICANTS.iloc[[0, 0, 0, 5]]).moves[0][2]
    # 3.5, 0.5 and 1.5 of 5.5: mid-shares 1.75, 3.75 and 4.75.
    assert [move.cost for move in other] == pytest.approx(
        [np.log(4.75 / 3.75), np.log(4.75 / 1.75)]
    )


def test_a_move_that_gains_less_for_more_is_left_out():
    made = table(feature("x", [1, 2, 3], [0, 30, 10, 40, 0]))
    moves = CardMoves.of(made, Actions(), None).moves[0][0]
    assert [(move.target, move.gain) for move in moves] == [(1, 30), (3, 40)]


def test_the_most_that_can_be_gained_is_the_sum_over_features():
    moves = CardMoves.of(CARD, Actions(immutable=["debt"]), None)
    assert moves.best_gains(moves.places(APPLICANTS)).tolist() == [0, 0, 30, 50, 80, 80]


def test_categories_and_truths_move_to_values_they_have():
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"job": rng.choice(list("abcd"), 800), "flag": rng.random(800) < 0.5})
    risk = frame["job"].map({"a": 0.6, "b": 0.4, "c": 0.2, "d": 0.1}) - 0.08 * frame["flag"]
    card = ScorecardScorer(min_share=0.02).fit(frame, (rng.random(800) < risk).astype(int))
    moves = CardMoves.of(card.table, Actions(), None)
    for j, one in enumerate(card.table.features):
        places = moves.places(frame)[:, j]
        worst = int(np.argmin(np.array(one.points)[np.unique(places)]))
        options = moves.moves[j][np.unique(places)[worst]]
        best = moves.value(j, int(np.unique(places)[worst]), options[-1].target)
        assert best in set(frame[one.feature])
        if one.feature == "job":
            assert {move.cost for move in options} == {1.0}
    if "job" in card.table.names:
        with pytest.raises(InputError, match="'job' a direction or step"):
            CardMoves.of(card.table, Actions(direction={"job": "up"}), None)
