"""Alternatives: found where one was planted, judged on other people, and true to their own book."""

import numpy as np
import pandas as pd
import pytest
from made_books import book_text, rule

import creditaudit as ca
from creditaudit.errors import InputError, MissingRole, RefusedError
from creditaudit.rulebooks import STUDY_OVERRIDE, Rulebook, RulebookScorer
from creditaudit.rulebooks import alternative_search as searching
from creditaudit.rulebooks.book_alternatives import held_out, search_alternatives
from creditaudit.rulebooks.judged_variants import AS_IT_STANDS

BELOW = {"rests_on": "text", "text": "Under 950 points.", "refuse_below": 950}
CITY = Rulebook.from_toml(
    book_text(
        rule("fines", "traffic_fines > 0", points=-40),
        rule("arrears", "arrears_months > 0", points=-20, per="arrears_months", cap=-60),
        rule("breaches", "contract_breaches > 0", points=-30),
        rule("judgments", "debt_judgments > 0", points=-60),
        decision=BELOW, bands=[],
    )
)  # fmt: skip
HOW = {"by": "minority", "reference": 0, "outcome": "default", "good": 0}


def made(n, seed, fines=0.3):
    """Return people whose fines say nothing of default, and are more among the minority."""
    rng = np.random.default_rng(seed)
    group, risk = rng.random(n) < 0.4, rng.normal(size=n)
    return pd.DataFrame({
        "minority": group.astype(int),
        "traffic_fines": (rng.random(n) < 0.2 + fines * group).astype(int),
        "arrears_months": rng.poisson(0.3 * np.exp(0.7 * risk)),
        "contract_breaches": rng.poisson(0.2 * np.exp(0.5 * risk)),
        "debt_judgments": (rng.random(n) < 0.1 * np.exp(0.5 * risk)).astype(int),
        "default": (rng.random(n) < 1 / (1 + np.exp(2 - 1.2 * risk))).astype(int),
    })  # fmt: skip


PEOPLE = made(20_000, 1)
FOUND = search_alternatives(CITY, PEOPLE, **HOW)


def test_a_rule_that_only_makes_a_gap_is_left_out():
    best = FOUND.best
    assert best is not None
    assert "without fines" in FOUND.words(best)
    row = FOUND.frontier.set_index("alternative").loc[best]
    assert row["usefulness"] > FOUND.value["usefulness"][0]
    assert row["disparity"] < 0.03 < FOUND.value["disparity"][0]
    assert row["as_good"]
    assert row["less_unequal"]


def test_where_no_rule_makes_a_gap_nothing_is_named():
    silent = 0
    for seed in range(10):
        found = search_alternatives(CITY, made(4_000, seed, fines=0.0), **HOW, replicates=200)
        silent += found.best is None
    assert silent >= 9


def test_the_book_itself_is_the_first_and_dominated_is_told():
    assert FOUND.words(0) == AS_IT_STANDS
    frontier = FOUND.frontier
    assert frontier.loc[0, "dominated"]
    assert not frontier["dominated"].all()
    for row in frontier[~frontier["dominated"]].itertuples():
        better = (frontier["usefulness"] > row.usefulness) & (frontier["disparity"] < row.disparity)
        assert not better.any()


@pytest.mark.parametrize("usefulness", ["auc", "accuracy", "profit", "default_rate"])
def test_every_number_is_that_of_the_book_it_stands_for(usefulness):
    people = made(3_000, 2)
    found = search_alternatives(
        CITY, people, **HOW, usefulness=usefulness, points={"fines": (-40, -10)},
        lines=[930, 950, 970], most_changes=2, replicates=20,
    )  # fmt: skip
    judged = people[held_out(len(people), 0.5, 0)]
    bad = judged["default"] == 1
    for number in range(len(found.candidates)):
        scorer = RulebookScorer(found.book(number) if number else CITY)
        points, approved = scorer.points(judged), scorer.decide(judged) == "approved"
        rates = approved.groupby(judged["minority"]).mean()
        assert found.value["disparity"][number] == pytest.approx(abs(rates[1] - rates[0]))
        assert found.value["approved"][number] == pytest.approx(approved.mean())
        beats = points[~bad].to_numpy()[:, None] - points[bad].to_numpy()[None, :]
        expected = {
            "auc": np.mean((beats > 0) + 0.5 * (beats == 0)),
            "accuracy": np.mean(approved != bad),
            "profit": np.mean(approved * np.where(bad, -4, 1)),
            "default_rate": -np.mean(bad[approved]),
        }[usefulness]
        assert found.value["usefulness"][number] == pytest.approx(expected)


def test_ranges_on_people_not_chosen_with_hold_the_truth():
    """The alternative differs from sample to sample: its truth is that of its book on a crowd."""
    crowd = made(200_000, 99)
    scored = {}
    held = {"usefulness": 0, "disparity_change": 0}
    trials = 60
    for seed in range(trials):
        found = search_alternatives(
            CITY, made(3_000, seed), **HOW, usefulness="accuracy", replicates=200, seed=seed
        )
        number = len(found.candidates) - 1
        words = found.words(number)
        if words not in scored:
            numbers = []
            for book in (CITY, found.book(number)):
                approved = RulebookScorer(book).decide(crowd) == "approved"
                rates = approved.groupby(crowd["minority"]).mean()
                numbers.append((np.mean(approved != (crowd["default"] == 1)),
                                abs(rates[1] - rates[0])))  # fmt: skip
            scored[words] = {
                "usefulness": numbers[1][0], "disparity_change": numbers[1][1] - numbers[0][1]
            }  # fmt: skip
        for measure, truth in scored[words].items():
            low, high = found.range(measure)
            held[measure] += low[number] <= truth <= high[number]
    assert min(held.values()) >= trials * 0.95 - 3 * np.sqrt(trials * 0.95 * 0.05)


def test_the_best_of_each_step_finds_what_looking_at_everything_finds(monkeypatch):
    monkeypatch.setattr(searching, "ALL_UP_TO", 0)
    stepped = search_alternatives(CITY, PEOPLE, **HOW)
    assert "the best of each step" in stepped.notes[0]
    assert "every combination" in FOUND.notes[0]
    assert stepped.words(stepped.best) == FOUND.words(FOUND.best)


def test_only_what_may_be_changed_is_changed():
    found = search_alternatives(CITY, PEOPLE, **HOW, drop=["judgments"], lines=None)
    assert {FOUND.words(0), "without judgments"} >= {
        found.words(number) for number in range(len(found.candidates))
    }
    bounded = search_alternatives(
        CITY, PEOPLE, **HOW, drop=False, points={"fines": (-40, -20)}, lines=None, steps=3
    )
    assert {bounded.words(n) for n in range(len(bounded.candidates))} <= {
        AS_IT_STANDS, "fines -30", "fines -20"
    }  # fmt: skip


def test_shares_approved_stay_near_that_of_the_book():
    for one in FOUND.candidates:
        assert abs(one.approved - FOUND.candidates[0].approved) <= 0.05


def test_the_frame_is_in_the_one_shape():
    assert FOUND.frame.columns.tolist() == [
        "alternative", "changes", "measure", "value", "low", "high", "n", "note"
    ]  # fmt: skip
    assert FOUND.n + FOUND.n_chosen == len(PEOPLE)


def test_people_without_an_outcome_are_counted():
    rng = np.random.default_rng(0)
    approved = RulebookScorer(CITY).decide(PEOPLE) == "approved"
    people = PEOPLE.assign(
        default=PEOPLE["default"].where(approved | (rng.random(len(PEOPLE)) < 0))
    )
    found = search_alternatives(CITY, people, **HOW, usefulness="profit", replicates=20)
    assert "have no outcome" in found.notes[1]
    assert found.hidden[0] == 0
    assert found.hidden[1:].max() > 0
    notes = found.frame.query("measure == 'usefulness' and alternative > 0")["note"]
    assert notes.str.contains("of those approved have no outcome").any()


def test_a_list_has_rules_to_leave_out_and_no_line():
    lists = [{"id": "court", "title": "List", "source": "own", "mark": "F"}]
    decision = {"rests_on": "text", "text": "Listed.", "refuse_listed": ["court"]}
    book = Rulebook.from_toml(
        book_text(
            rule("fines", "traffic_fines > 0", list="court"),
            rule("judgments", "debt_judgments > 0", list="court"),
            lists=lists, decision=decision, bands=[],
        )
    )  # fmt: skip
    how = HOW | {"usefulness": "accuracy", "approved_within": None}
    found = search_alternatives(book, PEOPLE, **how, drop=["fines"])
    assert found.words(found.best) == "without fines"
    with pytest.raises(InputError, match="no such line"):
        search_alternatives(book, PEOPLE, **HOW, lines=[3.0])


def test_good_payers_alone_can_be_compared_by_ratio():
    found = search_alternatives(CITY, PEOPLE, **HOW, rate="true_positive_rate", kind="ratio")
    held = PEOPLE[held_out(len(PEOPLE), 0.5, 0)]
    good = held[held["default"] == 0]
    rates = (RulebookScorer(CITY).decide(good) == "approved").groupby(good["minority"]).mean()
    assert found.value["disparity"][0] == pytest.approx(1 - rates.min() / rates.max())
    assert "without fines" in found.words(found.best)


def test_the_seed_of_the_people_does_not_split_them_by_what_they_are():
    people = made(4_000, 0)
    held = held_out(len(people), 0.5, 0)
    assert abs(people["minority"][held].mean() - people["minority"][~held].mean()) < 0.05


def test_study_books_are_not_improved_on_real_people():
    people = ca.make_borrowers(3_000, seed=7, pack="class_balanced", columns="all")
    with pytest.raises(RefusedError, match="No better version"):
        search_alternatives("cn_rongcheng_2016", people.frame, by="sex", outcome="default", good=0,
                            reading="mild")  # fmt: skip
    for given in ({"population": people}, {"population": people.frame, "override": STUDY_OVERRIDE}):
        found = search_alternatives(
            "cn_rongcheng_2016", by="sex", outcome="default", good=0, reading="mild",
            usefulness="profit", most_changes=1, replicates=10, **given,
        )  # fmt: skip
        assert found.candidates


def test_faults_of_the_call_are_errors():
    with pytest.raises(MissingRole, match="who paid"):
        search_alternatives(CITY, PEOPLE, by="minority")
    with pytest.raises(MissingRole, match="good="):
        search_alternatives(CITY, PEOPLE, by="minority", outcome="default")
    with pytest.raises(InputError, match="'auc'"):
        search_alternatives(CITY, PEOPLE, **HOW, usefulness="gini")
    with pytest.raises(InputError, match="holdout"):
        search_alternatives(CITY, PEOPLE, **HOW, holdout=0)
    with pytest.raises(InputError, match="changes no decision"):
        search_alternatives(CITY, PEOPLE, **HOW, drop=["other"])
    with pytest.raises(InputError, match="one sign"):
        search_alternatives(CITY, PEOPLE, **HOW, points={"fines": (-5, 5)})
