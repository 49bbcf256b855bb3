"""Shapley values by hand, by permutation, and by what they have to add up to."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from creditaudit.errors import InputError
from creditaudit.shapley import (
    additive_values,
    coalition_members,
    first_in,
    last_in,
    quotient_game,
    shapley_interactions,
    shapley_values,
)

# Player 0 has a left glove, players 1 and 2 a right one; a pair is worth 1.
GLOVES = [0, 0, 0, 1, 0, 1, 0, 1]

games = st.integers(0, 6).flatmap(
    lambda p: arrays(np.float64, (1 << p, 2), elements=st.floats(-1e3, 1e3, width=32))
)


def by_permutation(game):
    """Average, over all orders, of what each player adds on joining."""
    p = len(game).bit_length() - 1
    total = np.zeros((p, *np.shape(game)[1:]))
    orders = list(permutations(range(p)))
    for order in orders:
        coalition = 0
        for player in order:
            total[player] += game[coalition | 1 << player] - game[coalition]
            coalition |= 1 << player
    return total / len(orders)


def test_the_owner_of_the_scarce_glove_gets_four_sixths():
    assert shapley_values(GLOVES).tolist() == pytest.approx([4 / 6, 1 / 6, 1 / 6], abs=1e-15)


def test_an_airport_runway_is_shared_by_those_who_need_each_stretch():
    # Three aircraft that need 1, 2 and 3 units of runway: 1/3, 1/3 + 1/2, 1/3 + 1/2 + 1.
    cost = [max([need for k, need in enumerate((1, 2, 3)) if s >> k & 1] or [0]) for s in range(8)]
    assert shapley_values(cost) == pytest.approx([1 / 3, 5 / 6, 11 / 6], abs=1e-15)


@given(games)
def test_values_are_the_average_over_all_orders_of_joining(game):
    assert shapley_values(game) == pytest.approx(by_permutation(game), abs=1e-9, rel=1e-12)


@given(games)
def test_values_add_up_to_what_everybody_is_worth(game):
    gap = shapley_values(game).sum(axis=0) - (game[-1] - game[0])
    assert np.abs(gap).max(initial=0) <= 1e-12 * max(1, np.abs(game).max())


def test_values_of_twenty_players_add_up_and_follow_the_closed_form():
    p, rng = 20, np.random.default_rng(7)
    members = coalition_members(p)
    alone, pair = rng.normal(size=p), rng.normal(size=(p, p))
    game = members @ alone + ((members @ pair) * members).sum(axis=1)
    found = shapley_values(game)
    assert found.sum() == pytest.approx(game[-1] - game[0], abs=1e-12 * p**2)
    halves = (pair + pair.T) / 2
    assert found == pytest.approx(alone + halves.sum(axis=1), abs=1e-11)


@given(games, games)
def test_values_are_linear_and_ignore_who_adds_nothing(one, other):
    size = min(len(one), len(other))
    one, other = one[:size], other[:size]
    both = shapley_values(2 * one + other)
    assert both == pytest.approx(2 * shapley_values(one) + shapley_values(other), abs=1e-8)
    # A new player, on the highest bit, who adds nothing.
    idle = shapley_values(np.concatenate([one, one]))
    assert np.abs(idle[-1]).max() == 0
    assert idle[:-1] == pytest.approx(shapley_values(one), abs=1e-8)


@given(games)
def test_rows_of_interactions_add_up_to_the_values_and_are_symmetric(game):
    found = shapley_interactions(game)
    assert found.sum(axis=1) == pytest.approx(shapley_values(game), abs=1e-8)
    assert np.array_equal(found, found.swapaxes(0, 1))


def test_interactions_of_a_product_are_all_in_its_pair():
    # 3 x0 x1 + 5 x2: the pair shares 3, player 2 stands alone.
    game = [3.0 * (s & 1) * (s >> 1 & 1) + 5.0 * (s >> 2 & 1) for s in range(8)]
    assert shapley_interactions(game) == pytest.approx(
        np.array([[0, 1.5, 0], [1.5, 0, 0], [0, 0, 5.0]]), abs=1e-15
    )


def test_groups_play_as_one_and_are_not_sums_of_their_members():
    joint = shapley_values(quotient_game(GLOVES, [[0], [1, 2]]))
    assert joint.tolist() == [0.5, 0.5]
    assert sum(shapley_values(GLOVES)[1:]) == pytest.approx(1 / 3)


def test_groups_may_come_in_any_order_but_name_everybody_once():
    game = np.arange(8.0) ** 2
    assert shapley_values(quotient_game(game, [[2], [0], [1]])) == pytest.approx(
        shapley_values(game)[[2, 0, 1]]
    )
    with pytest.raises(InputError, match=r"0 to 2 once; they name \[0, 1\]"):
        quotient_game(game, [[0], [1]])


def test_first_and_last_in_are_the_ends_of_the_orders():
    game = np.array([1.0, 4, 2, 9])
    assert first_in(game).tolist() == [3, 1]
    assert last_in(game).tolist() == [7, 5]
    assert shapley_values(game).tolist() == [5, 3]


def test_an_unknown_worth_makes_its_own_game_unknown_and_no_other():
    game = np.array([[0.0, 0], [1, np.nan], [2, 2], [4, 4]])
    found = shapley_values(game)
    assert np.isnan(found[:, 1]).all()
    assert found[:, 0].tolist() == [1.5, 2.5]


def test_a_sum_of_parts_is_explained_by_parts_less_their_mean():
    values, base = additive_values([[10, 0], [4, 6]], [[0, 2], [4, 4]])
    assert values.tolist() == [[8, -3], [2, 3]]
    assert base == 5


def test_parts_agree_with_the_game_over_the_background():
    rng = np.random.default_rng(7)
    parts, background = rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    members = coalition_members(4)
    worth = np.where(members[:, None, None, :], parts[None, :, None], background[None, None])
    game = worth.sum(axis=3).mean(axis=2)
    values, base = additive_values(parts, background)
    found = shapley_values(game).T
    assert found == pytest.approx(values, abs=1e-14)
    assert game[0] == pytest.approx(base)


@pytest.mark.parametrize("game", [[], [1, 2, 3], 4.0])
def test_an_array_that_is_no_game_is_refused(game):
    with pytest.raises(InputError, match="all 2\\*\\*p coalitions"):
        shapley_values(game)


def test_too_many_players_are_refused_before_memory_is_asked_for():
    with pytest.raises(InputError, match="40 players have 2\\*\\*40 coalitions"):
        coalition_members(40)
