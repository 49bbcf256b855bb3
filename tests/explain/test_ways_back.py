"""Ways back: the cheapest by an independent optimum, and none only where there is none."""

import time
from itertools import product

import numpy as np
import pandas as pd
import pytest
from explained_people import applicants, boosted, card
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_cards import APPLICANTS, CARD, feature, table
from scipy.optimize import LinearConstraint, milp
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from creditaudit.errors import InputError, MissingColumn
from creditaudit.explain import Actions, level_ways, recourse
from creditaudit.explain.card_moves import CardMoves
from creditaudit.explain.models import Model
from creditaudit.scorers import BoostingScorer, wrap


def test_a_way_is_worked_out_on_paper():
    found = recourse(CARD, APPLICANTS, cutoff=600).set_index("person")
    assert list(found["status"]) == ["found"] * 6
    assert found.loc[["a", "b", "c"], "cost"].tolist() == [0, 0, 0]
    assert found.loc["a", "changes"] == {}
    # e has 560: late payments under 1 give 60. Equal thirds of people are in its bins, mid-shares
    # 1/6, 1/2, 5/6; going down from 5/6 to 1/6 costs ln 5. Debt and inquiries give at most 20.
    assert found.loc["e", "changes"] == {"late": 0.0}
    assert found.loc["e", "cost"] == pytest.approx(np.log(5))
    assert found.loc["e", "proof"] == "cheapest of all ways, by dynamic programme over 3 features"


def test_what_nobody_can_change_closes_ways_and_says_how_far_the_rest_goes():
    actions = Actions(immutable=["late"], direction={"debt": "up"})
    found = recourse(CARD, APPLICANTS, cutoff=600, actions=actions).set_index("person")
    assert found.loc["e", "status"] == "none"
    assert found.loc["e", "proof"] == "every feature at its best reaches 580 points, under 600"
    assert np.isnan(found.loc["e", "cost"])
    assert found.loc["e", "changes"] == {}
    none = recourse(CARD, APPLICANTS, actions=Actions(immutable=list(APPLICANTS.columns)))
    assert none["status"].tolist() == ["found"] * 3 + ["none"] * 3


def test_steps_are_bins():
    one = Actions(step={"late": 1}, immutable=["debt", "inquiries"])
    people = APPLICANTS.loc[["e"]]
    found = recourse(CARD, people, cutoff=590, actions=one)
    # From 3 or more to under 3, and no further: the largest whole number there.
    assert found.loc[0, "changes"] == {"late": 2.0}
    assert recourse(CARD, people, cutoff=591, actions=one).loc[0, "status"] == "none"
    two = Actions(step={"late": 2}, immutable=["debt", "inquiries"])
    assert recourse(CARD, people, cutoff=591, actions=two).loc[0, "changes"] == {"late": 0.0}


def test_missing_values_stay_unless_they_can_be_filled_in():
    people = APPLICANTS.loc[["e"]].assign(late=np.nan)
    stay = Actions(immutable=["debt", "inquiries"])
    assert recourse(CARD, people, cutoff=600, actions=stay).loc[0, "status"] == "none"
    move = Actions(immutable=["debt", "inquiries"], missing="move")
    found = recourse(CARD, people, cutoff=600, actions=move)
    assert (found.loc[0, "changes"], found.loc[0, "cost"]) == ({"late": 0.0}, 1.0)


def test_weights_make_a_feature_dear():
    usual = recourse(CARD, APPLICANTS.loc[["d"]]).loc[0]
    dear = recourse(CARD, APPLICANTS.loc[["d"]], actions=Actions(weight={"late": 100.0})).loc[0]
    assert "late" in usual["changes"]
    assert set(dear["changes"]) == {"debt", "inquiries"}


def random_card(rng, features=10, bins=6, integer=True):
    made = []
    for j in range(features):
        points = np.sort(rng.integers(0, 60, bins)) if integer else np.sort(rng.random(bins) * 60)
        cuts = list(range(1, bins))
        made.append(feature(f"f{j}", cuts, [*points.tolist(), 0]))
    return table(*made, start=300.0, integer=integer)


def random_people(rng, n, features=10, bins=6):
    return pd.DataFrame({f"f{j}": rng.integers(0, bins, n).astype(float) for j in range(features)})


LIMITED = Actions(
    immutable=["f0", "f1"], direction={"f2": "down", "f3": "up"},
    step={f"f{j}": 2 for j in range(4, 10)}, weight={"f5": 3.0},
)  # fmt: skip


def by_milp(card_, actions, people, cutoff):
    """Least cost for each person by HiGHS, with moves made anew from the definition."""
    moves = CardMoves.of(card_, actions, None)
    places, points = moves.places(people), np.asarray(card_.points(people), float)
    found = []
    for row, short in zip(places, cutoff - points, strict=True):
        flat = [(j, move) for j, by in enumerate(moves.moves) for move in by[row[j]]]
        if short <= 0 or not flat:
            found.append(0.0 if short <= 0 else np.inf)
            continue
        each = np.array([[float(j == k) for k, _ in flat] for j in range(len(row))])
        gains = np.array([move.gain for _, move in flat])
        solved = milp(
            [move.cost for _, move in flat], integrality=np.ones(len(flat)), bounds=(0, 1),
            constraints=[LinearConstraint(gains, short, np.inf), LinearConstraint(each, 0, 1)],
            options={"mip_rel_gap": 0.0},
        )  # fmt: skip
        found.append(solved.fun if solved.success else np.inf)
    return np.array(found)


@pytest.mark.parametrize("actions", [Actions(), LIMITED], ids=["free", "limited"])
def test_the_cheapest_way_costs_what_an_integer_programme_says_for_400_people(actions):
    rng = np.random.default_rng(7)
    made, people = random_card(rng), random_people(rng, 400)
    cutoff = float(np.quantile(made.points(people), 0.6))
    found = recourse(made, people, actions=actions, cutoff=cutoff)
    wanted = by_milp(made, actions, people, cutoff)
    ours = np.where(found["status"] == "none", np.inf, found["cost"])
    assert np.array_equal(np.isfinite(ours), np.isfinite(wanted))
    finite = np.isfinite(wanted)
    assert np.abs(ours[finite] - wanted[finite]).max() < 1e-9
    if actions is LIMITED:
        assert 5 < (found["status"] == "none").sum() < 395


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.booleans())
def test_no_other_way_on_a_small_card_is_cheaper(seed, integer):
    rng = np.random.default_rng(seed)
    made = random_card(rng, features=3, bins=4, integer=integer)
    people = random_people(rng, 12, features=3, bins=4)
    cutoff = float(np.quantile(made.points(people), 0.7))
    actions = Actions(step={"f0": 1}, direction={"f1": "up"})
    found = recourse(made, people, actions=actions, cutoff=cutoff)
    moves = CardMoves.of(made, actions, None)
    places, points = moves.places(people), np.asarray(made.points(people), float)
    for row, way in enumerate(found.itertuples()):
        options = [[None, *by[places[row, j]]] for j, by in enumerate(moves.moves)]
        costs = [
            sum(move.cost for move in chosen if move)
            for chosen in product(*options)
            if points[row] + sum(move.gain for move in chosen if move) >= cutoff - 1e-9
        ]
        assert (way.status == "none") == (not costs)
        if costs:
            assert way.cost == pytest.approx(min(costs), abs=1e-6)


@pytest.mark.parametrize("integer", [True, False])
def test_changes_of_a_fitted_card_lead_over_the_cut_off(integer):
    people, _ = applicants(60, seed=5)
    scorer = card(integer=integer)
    cutoff = float(np.quantile(scorer.points(people), 0.5))
    actions = Actions(immutable=["age", "region"], direction={"late": "down"}, step={"income": 2})
    found = recourse(scorer, people, actions=actions, cutoff=cutoff)
    assert set(found["status"]) <= {"found", "none"}
    for way in found.itertuples():
        if way.status == "found":
            changed = people.loc[[way.person]].assign(**way.changes)
            assert scorer.points(changed)[0] >= cutoff - 1e-9
            assert not set(way.changes) & {"age", "region"}


def test_a_person_costs_far_less_than_two_hundred_microseconds():
    rng = np.random.default_rng(7)
    made, people = random_card(rng), random_people(rng, 5_000)
    cutoff = float(np.quantile(made.points(people), 0.9))
    refused = people[made.points(people) < cutoff]
    start = time.process_time()
    recourse(made, refused, actions=LIMITED, cutoff=cutoff)
    assert (time.process_time() - start) / len(refused) < 200e-6


def every(scorer, person, levels, cutoff):
    """Whether any combination of these levels, or of none, reaches the cut-off."""
    options = [[person[name], *levels.get(name, [])] for name in person.index]
    frame = pd.DataFrame(list(product(*options)), columns=person.index)
    return bool((scorer.points(frame) >= cutoff).any())


GRID = {"income": [10.0, 30.0, 60.0], "late": [0.0, 1.0], "debt": [2.0, 10.0]}
GIVEN = Actions(immutable=["age", "region", "job"], levels=GRID)


@pytest.fixture(scope="module")
def boosting():
    frame, bad = applicants(900)
    kinds = {"monotone": {"income": -1, "late": 1, "debt": 1}, "free": None}
    return {
        name: BoostingScorer(categorical=["region", "job"], max_iter=12, monotone=signs).fit(
            frame, bad
        )
        for name, signs in kinds.items()
    }


@pytest.mark.parametrize("kind", ["monotone", "free"])
@pytest.mark.parametrize("few", [0, 256], ids=["search", "all choices"])
def test_boosted_trees_find_a_way_if_and_only_if_there_is_one(monkeypatch, boosting, kind, few):
    monkeypatch.setattr(level_ways, "_FEW", few)
    scorer = boosting[kind]
    frame, _ = applicants(900)
    people, _ = applicants(40, seed=5)
    cutoff = float(np.quantile(scorer.points(people), 0.92))
    found = recourse(scorer, people, actions=GIVEN, cutoff=cutoff, background=frame)
    for way, (_, person) in zip(found.itertuples(), people.iterrows(), strict=True):
        levels = {k: v for k, v in GRID.items() if not np.isnan(person[k])}
        assert (way.status == "found") == every(scorer, person, levels, cutoff)
        if way.status == "found" and way.changes:
            changed = people.loc[[way.person]].assign(**way.changes)
            assert scorer.points(changed)[0] >= cutoff
    assert {"found", "none"} == set(found["status"])
    if few == 0 and kind == "monotone":
        none = found[found["status"] == "none"]["proof"]
        assert none.str.contains("the score is monotone in each").all()


def test_a_bound_on_trees_never_certifies_against_a_way(monkeypatch, boosting):
    monkeypatch.setattr(level_ways, "_FEW", 0)
    monkeypatch.setattr(level_ways, "_MANY", 0)
    frame, _ = applicants(900)
    people, _ = applicants(60, seed=6)
    cutoff = float(np.quantile(boosting["free"].points(people), 0.8))
    found = recourse(boosting["free"], people, actions=GIVEN, cutoff=cutoff, background=frame)
    assert {"found", "none", "undecided"} >= set(found["status"])
    bounded = found[found["proof"].str.startswith("no tree allows more")]
    assert len(bounded)
    for way in bounded.itertuples():
        person = people.loc[way.person]
        levels = {k: v for k, v in GRID.items() if not np.isnan(person[k])}
        assert not every(boosting["free"], person, levels, cutoff)
    undecided = found[found["status"] == "undecided"]
    assert undecided["proof"].str.contains("too many to try").all()


def test_trees_behind_a_wrapper_that_counts_the_other_class_are_bounded_too(monkeypatch):
    monkeypatch.setattr(level_ways, "_FEW", 0)
    frame, bad = applicants(900)
    flipped = HistGradientBoostingClassifier(
        max_iter=10, monotonic_cst={"income": 1, "late": -1, "debt": -1}, early_stopping=False
    ).fit(frame, 1 - bad)
    scorer = wrap(flipped, bad=0)
    people, _ = applicants(20, seed=5)
    cutoff = float(np.quantile(scorer.points(people), 0.8))
    found = recourse(scorer, people, actions=GIVEN, cutoff=cutoff, background=frame)
    refused = found[scorer.points(people) < cutoff]
    assert refused["proof"].str.contains("monotone in each|by search").all()
    # And where the model promises nothing.
    free = wrap(HistGradientBoostingClassifier(max_iter=10).fit(frame, 1 - bad), bad=0)
    cutoff = float(np.quantile(free.points(people), 0.8))
    for way in recourse(free, people, actions=GIVEN, cutoff=cutoff, background=frame).itertuples():
        person = people.loc[way.person]
        levels = {k: v for k, v in GRID.items() if not np.isnan(person[k])}
        assert (way.status == "found") == every(free, person, levels, cutoff)


def test_a_linear_model_is_solved_exactly_over_its_levels():
    frame, bad = applicants(600)
    numbers = frame[["income", "late", "debt"]].fillna(0.0)
    scorer = wrap(LogisticRegression(max_iter=500).fit(numbers, bad))
    people = numbers.iloc[:40]
    cutoff = float(np.quantile(scorer.points(people), 0.7))
    actions = Actions(direction={"late": "down"}, step={"income": 4, "debt": 4})
    found = recourse(scorer, people, actions=actions, cutoff=cutoff, background=numbers)
    assert set(found["status"]) <= {"found", "none"}
    again = recourse(
        wrap(lambda frame: scorer.predict_proba(frame)[:, 1]), people, actions=actions,
        cutoff=cutoff, background=numbers,
    )  # fmt: skip
    # Asked about every choice, a function that says the same has the same ways.
    same = again["proof"].str.contains("every choice")
    assert same.sum() > 5
    assert found["status"][same].tolist() == again["status"][same].tolist()
    costs = found["cost"][same].fillna(-1), again["cost"][same].fillna(-1)
    assert np.allclose(*costs)


def test_a_linear_model_of_products_is_searched_and_not_taken_for_a_sum():
    frame, bad = applicants(600)
    numbers = frame[["late", "debt"]].fillna(0.0)
    mixed = make_pipeline(PolynomialFeatures(), LogisticRegression(max_iter=2000))
    scorer = wrap(mixed.fit(numbers, bad))
    cutoff = float(np.quantile(scorer.points(numbers), 0.5))
    found = recourse(scorer, numbers.iloc[:20], cutoff=cutoff, background=numbers)
    assert not found["proof"].str.contains("front of gain").any()
    assert found["proof"].str.contains("every choice was tried").any()


def test_values_without_order_can_change_to_any_other():
    frame = pd.DataFrame({"job": ["a", "b", "c"] * 40, "late": [0.0, 1, 2, 3] * 30})
    bad = ((frame["job"] == "a") | (frame["late"] > 2)).astype(int)
    scorer = BoostingScorer(max_iter=10, min_samples_leaf=2).fit(frame, bad)
    cutoff = float(np.quantile(scorer.points(frame), 0.5))
    person = pd.DataFrame({"job": ["a"], "late": [0.0]})
    found = recourse(scorer, person, cutoff=cutoff, background=frame)
    assert set(found.loc[0, "changes"]) == {"job"}
    with pytest.raises(InputError, match="its values have no order"):
        recourse(scorer, person, cutoff=cutoff, background=frame, actions=Actions(step={"job": 1}))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"immutable": "late"}, "must be a list"),
        ({"direction": {"late": "lower"}}, 'must be "up", "down" or "any"'),
        ({"step": {"late": 1.5}}, "whole number of levels"),
        ({"step": {"late": -1}}, "whole number of levels"),
        ({"weight": {"late": 0}}, "above 0"),
        ({"missing": "drop"}, 'must be "stay" or "move"'),
    ],
    ids=str,
)
def test_actions_that_make_no_sense_are_refused(given, words):
    with pytest.raises(InputError, match=words):
        Actions(**given)


def test_actions_may_name_columns_that_the_score_does_not_use_and_nothing_else():
    people = APPLICANTS.assign(age=40)
    assert len(recourse(CARD, people, actions=Actions(immutable=["age"]))) == 6
    with pytest.raises(MissingColumn, match="'latte' not found"):
        recourse(CARD, people, actions=Actions(direction={"latte": "down"}))


@pytest.mark.parametrize(
    ("scorer", "given", "words"),
    [
        (boosted(), {}, r"Pass creditaudit\.scorers\.wrap\(model\)"),
        (wrap(boosted()), {}, "come from background="),
        (CARD, {"cutoff": float("nan")}, "must be a finite number"),
    ],
    ids=["no points", "no levels", "cut-off"],
)
def test_what_has_no_way_to_look_for_says_what_to_do(scorer, given, words):
    people, _ = applicants(10)
    people = people if scorer is not CARD else APPLICANTS
    with pytest.raises(InputError, match=words):
        recourse(scorer, people, **{"cutoff": 900} | given)


def test_a_scorer_that_changes_its_mind_is_caught_when_scored_again():
    class Fickle:
        names = CARD.names
        features = CARD.features

        def __init__(self):
            self.asked = 0

        def by_feature(self, frame):
            return CARD.by_feature(frame)

        def points(self, frame):
            self.asked += 1
            return np.asarray(CARD.points(frame), float) - 100 * (self.asked > 1)

    with pytest.raises(InputError, match="'d' should reach 600 points by"):
        recourse(Fickle(), APPLICANTS.loc[["d"]])


def test_people_keep_their_order_and_labels():
    people = APPLICANTS.iloc[::-1]
    found = recourse(CARD, people)
    assert found["person"].tolist() == list("fedcba")
    assert list(found.columns) == ["person", "status", "cost", "changes", "proof"]
    assert Model.of(CARD, "points", people).names == ["late", "debt", "inquiries"]
