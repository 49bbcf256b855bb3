"""Several ways back: each leaves something out, and none that does is cheaper."""

from itertools import product

import numpy as np
import pytest
from explained_people import applicants
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_cards import APPLICANTS, CARD
from test_ways_back import random_card, random_people

from creditaudit.errors import InputError
from creditaudit.explain import Actions, recourse
from creditaudit.explain.card_moves import CardMoves
from creditaudit.scorers import BoostingScorer


def test_options_are_worked_out_on_paper():
    found = recourse(CARD, APPLICANTS, cutoff=600, options=3)
    assert list(found.columns) == ["person", "option", "status", "cost", "changes", "proof"]
    # e has 560 and needs 40: late payments alone, since debt and inquiries give 20 together.
    assert found.loc[found["person"] == "e", "changes"].tolist() == [{"late": 0.0}]
    # d has 560 too: late and inquiries give 30 and 20, debt and inquiries 30 and 20, late and debt
    # 60. Any two do, so there are three options.
    ways = found[found["person"] == "d"]
    assert {frozenset(one) for one in ways["changes"]} == {
        frozenset({"late", "inquiries"}), frozenset({"debt", "inquiries"}),
        frozenset({"late", "debt"}),
    }  # fmt: skip
    assert ways["option"].tolist() == [1, 2, 3]
    assert ways["cost"].is_monotonic_increasing
    assert ways["proof"].iloc[1].endswith("leave out a feature of every option before")
    # Who is approved has one row.
    assert (found["person"] == "a").sum() == 1


def test_one_option_is_the_frame_without_numbers():
    found = recourse(CARD, APPLICANTS, cutoff=600)
    assert "option" not in found.columns
    several = recourse(CARD, APPLICANTS, cutoff=600, options=2)
    first = several[several["option"] == 1].drop(columns="option").reset_index(drop=True)
    assert first.equals(found)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_no_way_that_leaves_something_out_is_cheaper(seed):
    rng = np.random.default_rng(seed)
    made = random_card(rng, features=4, bins=3)
    people = random_people(rng, 6, features=4, bins=3)
    cutoff = float(np.quantile(made.points(people), 0.8))
    found = recourse(made, people, cutoff=cutoff, options=3)
    moves = CardMoves.of(made, Actions(), None)
    places, points = moves.places(people), np.asarray(made.points(people), float)
    for row in np.flatnonzero(points < cutoff):
        mine = found[found["person"] == row]
        options = [[None, *by[places[row, j]]] for j, by in enumerate(moves.moves)]
        every = [
            ({f"f{j}" for j, move in enumerate(chosen) if move},
             sum(move.cost for move in chosen if move))
            for chosen in product(*options)
            if points[row] + sum(move.gain for move in chosen if move) >= cutoff - 1e-9
        ]  # fmt: skip
        taken = []
        for place in range(3):
            costs = [cost for used, cost in every if not any(one <= used for one in taken)]
            if not costs:
                assert len(mine) == max(place, 1)
                break
            assert mine["cost"].iloc[place] == pytest.approx(min(costs), abs=1e-9)
            taken.append(set(mine["changes"].iloc[place]))


def test_options_on_trees_lead_over_the_cut_off_and_do_not_contain_each_other():
    frame, bad = applicants(500)
    scorer = BoostingScorer(categorical=["region", "job"], max_iter=12).fit(frame, bad)
    people, _ = applicants(25, seed=5)
    cutoff = float(np.quantile(scorer.points(people), 0.7))
    actions = Actions(
        immutable=["age", "region", "job"],
        levels={"income": [10.0, 30.0, 60.0], "late": [0.0, 1.0], "debt": [2.0, 10.0]},
    )
    found = recourse(
        scorer, people, actions=actions, cutoff=cutoff, background=frame, options=3
    )  # fmt: skip
    assert found["option"].max() > 1
    for way in found[found["changes"].astype(bool)].itertuples():
        changed = people.loc[[way.person]].assign(**way.changes)
        assert scorer.points(changed)[0] >= cutoff
    for _, ways in found.groupby("person"):
        used = [set(one) for one in ways["changes"]]
        assert not any(one <= other for k, one in enumerate(used) for other in used[k + 1 :])


@pytest.mark.parametrize("number", [0, 1.5, True])
def test_a_number_of_options_is_whole_and_above_nothing(number):
    with pytest.raises(InputError, match="whole number of ways, 1 or more"):
        recourse(CARD, APPLICANTS, options=number)
