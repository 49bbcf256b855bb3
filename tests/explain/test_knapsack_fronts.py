"""The front of gain against cost: exact beside every choice, also at the very edge."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.explain import knapsack_fronts
from creditaudit.explain.card_moves import Move
from creditaudit.explain.knapsack_fronts import cheapest_choice

amounts = st.floats(0.125, 30, width=32)
features = st.lists(
    st.lists(st.builds(Move, st.integers(0, 5), amounts, amounts), max_size=4),
    min_size=1,
    max_size=5,
)


def every(options, shortfall):
    choices = product(*([None, *moves] for moves in options))
    enough = [c for c in choices if sum(m.gain for m in c if m) >= shortfall - 1e-9]
    return min((sum(m.cost for m in c if m) for c in enough), default=None)


@given(features, st.floats(0.1, 80))
def test_no_choice_is_cheaper(options, shortfall):
    found, wanted = cheapest_choice(options, shortfall), every(options, shortfall)
    assert (found is None) == (wanted is None)
    if found is not None:
        assert sum(m.gain for m in found if m) >= shortfall - 1e-9
        assert sum(m.cost for m in found if m) == pytest.approx(wanted, abs=1e-9)
        assert all(m is None or m in moves for m, moves in zip(found, options, strict=True))


@given(features)
def test_a_choice_that_reaches_the_cut_off_exactly_is_enough(options):
    whole = sum(moves[0].gain for moves in options if moves)
    if whole:
        found = cheapest_choice(options, whole)
        assert sum(m.cost for m in found if m) == pytest.approx(every(options, whole), abs=1e-9)


@given(features, st.floats(0.1, 80))
def test_the_solver_that_takes_over_agrees(options, shortfall):
    wanted = every(options, shortfall)
    near = every(options, shortfall + 1e-5)
    if wanted is None or near != wanted:
        return
    before, knapsack_fronts._MOST = knapsack_fronts._MOST, 0
    try:
        found = cheapest_choice(options, shortfall)
    finally:
        knapsack_fronts._MOST = before
    assert sum(m.cost for m in found if m) == pytest.approx(wanted, abs=1e-6)


def test_where_only_everything_at_its_best_is_enough_the_solver_is_not_missed(monkeypatch):
    monkeypatch.setattr(knapsack_fronts, "_MOST", 0)
    options = [[Move(1, 0.1, 1.0)], [Move(1, 0.2, 1.0)]]
    found = cheapest_choice(options, 0.1 + 0.2)
    assert [move.gain for move in found] == [0.1, 0.2]
