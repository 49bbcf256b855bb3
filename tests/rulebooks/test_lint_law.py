"""Legal basis, rights, readings, and whom a rule reaches: case by case."""

import math

import pandas as pd
import pytest
from made_books import book_text, rule

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.intervals import wilson
from creditaudit.rulebooks import Rulebook, legal_basis
from creditaudit.rulebooks.lints import STANDARDS, lints_of

OWN = {"source": "own", "mark": "F"}
STATUTE = {"id": "s", "state": "cited", "cite": "Act", "rank": "statute", **OWN}
ORDER = {"id": "o", "state": "cited", "cite": "Order", "rank": "administrative_regulation", **OWN}
PAPER = {"id": "p", "state": "cited", "cite": "Paper", "rank": "normative_document", **OWN}
SEARCH = {
    "id": "n", "state": "searched_not_found", "searched_in": "the gazette",
    "searched_on": "2026-11", "searched_by": "us", "mark": "F",
}  # fmt: skip


def book(*rules, **sections):
    return Rulebook.from_toml(book_text(*rules, **sections))


def found(kind, *rules, **sections):
    return [one for one in lints_of(book(*rules, **sections)) if one.kind == kind]


def states(*bases, **more):
    made = book(rule("r", "cards > 3", points=-1, basis=[b["id"] for b in bases], **more),
                basis=list(bases))  # fmt: skip
    return legal_basis(made).set_index("standard")


def test_a_statute_carries_under_every_standard_and_a_paper_under_the_last():
    assert states(STATUTE)["state"].tolist() == ["cited"] * 4
    assert states(ORDER)["state"].tolist() == ["not searched", *["cited"] * 3]
    assert states(PAPER)["state"].tolist() == [*["not searched"] * 3, "cited"]


def test_a_wider_standard_never_finds_less():
    order = {"cited": 2, "repealed": 1, "searched, not found": 0, "not searched": 0}
    for bases in ([STATUTE], [ORDER], [PAPER], [SEARCH], [SEARCH, ORDER], [STATUTE, PAPER], []):
        ranks = [order[state] for state in states(*bases)["state"]]
        assert ranks == sorted(ranks)
    taken = [rank for standard in STANDARDS for rank in standard.ranks]
    assert len(set(taken)) == len(taken) == 12


def test_a_search_is_told_with_where_when_and_by_whom_and_only_as_far_as_it_went():
    every = states(SEARCH)
    assert every["state"].tolist() == ["searched, not found"] * 4
    assert every.loc[1, "basis"] == "the gazette, 2026-11-01, by us"
    some = states(SEARCH | {"rank": "statute"}, PAPER)
    assert some["state"].tolist() == ["searched, not found", *["not searched"] * 2, "cited"]
    # Nobody looked for a statute, so nobody can say that there is none under the second standard.
    gap = states(SEARCH | {"rank": "administrative_regulation"})
    assert gap["state"].tolist() == ["not searched"] * 4


def test_a_lag_is_counted_from_the_first_day_of_the_rule_to_that_of_the_first_basis():
    late = STATUTE | {"from": "2018-01"}
    lags = states(late, PAPER | {"from": "2016-01"})["lag_years"]
    assert lags.round(2).tolist() == [2.0, 2.0, 2.0, 0.0]
    assert states(late, effective={"from": "2019-01"})["lag_years"].round(2).iloc[0] == -1.0
    assert states(STATUTE)["lag_years"].isna().all()
    said = found("basis_lag", rule("r", "cards > 3", points=-1, basis=["s"]), basis=[late])
    assert "before the first basis cited: 2.0 years under standards 1, 2, 3 and 4" in said[0].claim


def test_a_basis_that_ended_carries_what_ended_before_it():
    ended = STATUTE | {"state": "repealed", "from": "2010", "to": "2018"}
    assert states(ended)["state"].tolist() == ["repealed"] * 4
    assert states(ended, effective={"to": "2017-06"})["state"].tolist() == ["cited"] * 4
    both = states(ended, PAPER)
    assert both["state"].tolist() == [*["repealed"] * 3, "cited"]


def test_a_rule_that_lists_also_rests_on_the_basis_of_the_list():
    court = {"id": "court", "title": "Court", "basis": ["s"], **OWN}
    table = legal_basis(
        book(rule("r", "minor", list="court", basis=["p"]), basis=[STATUTE, PAPER], lists=[court])
    )
    assert table[table["id"] == "r"]["state"].tolist() == ["cited"] * 4


def test_an_exception_needs_no_basis():
    rules = [rule("r", "cards > 3", points=-1), rule("spared", "minor", overrides=["r"])]
    assert set(legal_basis(book(*rules))["id"]) == {"r"}


def test_a_measure_begins_with_the_rule_that_brings_it():
    measure = {"id": "m", "title": "M", "who": ["self"], "basis": ["s"], **OWN}
    rules = rule("r", "minor", measures=["m"], effective={"from": "2018-01"})
    table = legal_basis(book(rules, measures=[measure], basis=[STATUTE | {"from": "2018-01"}]))
    assert table[table["id"] == "m"]["lag_years"].tolist() == [0.0] * 4


def stated(text="Yes"):
    return {"state": "stated", "text": text, **OWN}


@pytest.mark.parametrize("name", ["notice", "reasons", "appeal", "repair", "term"])
def test_a_right_is_found_lacking_unless_the_book_or_every_rule_states_it(name):
    kind = f"no_{name}"
    one = rule("r", "cards > 3", points=-1)
    missing = found(kind, one)
    assert [lint.claim for lint in missing] == [f"{name.capitalize()}: not searched"]
    assert found(kind, one, rights={name: stated()}) == []
    own = {
        "reasons": {"reason": {"text": "Cards"}},
        "term": {"retention": {"clock": "entry", "term": "1 year", "mark": "F"}},
    }.get(name, {name: stated()})
    assert found(kind, one | own) == []
    half = found(kind, one | own, rule("other", "minor", points=-1))
    assert (
        half[0].claim == f"{name.capitalize()}: not searched. 1 of 2 rules state none of their own"
    )
    assert found(kind, one | own, rule("spared", "minor", overrides=["r"])) == []


def test_a_right_that_was_searched_says_where_when_and_by_whom():
    right = {key: SEARCH[key] for key in SEARCH if key != "id"}
    said = found("no_notice", rule("r", "minor", points=-1), rights={"notice": right})[0]
    assert said.claim == "Notice: searched, not found in the gazette, 2026-11-01, by us"


def test_a_term_of_a_list_is_the_term_of_its_entries():
    kept = {"clock": "entry", "term": "2 years", "mark": "F"}
    court = {"id": "court", "title": "Court", "retention": kept, **OWN}
    entry = rule("r", "minor", list="court")
    assert found("no_term", entry, lists=[court]) == []
    open_ = court | {"retention": {"clock": "entry", "open": True, "mark": "F"}}
    assert found("no_term", entry, lists=[open_]) == []
    assert [one.about for one in found("open_ended", entry, lists=[open_])] == ["court"]


PEOPLE = pd.DataFrame({
    "cards": [0, 1, 2, 3, 4, 5, 6, 7], "accounts": [0, 0, 0, 0, 0, 0, 9, 9],
    "drunk_driving": [0] * 8,
})  # fmt: skip
VAGUE = (
    rule("many", {"mild": "cards > 5", "strict": "cards > 2"}, points=-10),
    rule("heavy", "accounts > 5", points=[-900, -1]),
    rule("plain", "drunk_driving > 0", points=-10),
)


def test_the_share_for_whom_the_reading_matters_is_counted_person_by_person():
    shares = {
        one.about: one for one in lints_of(book(*VAGUE), population=PEOPLE)
        if one.kind == "two_readings"
    }  # fmt: skip
    # Cards 3, 4 and 5 lie between the readings; the last two people have nine accounts.
    assert shares["many"].estimate == 3 / 8
    assert shares["heavy"].estimate == 2 / 8
    whole = shares["all rules together"]
    assert (whole.estimate, whole.n) == (5 / 8, 8)
    low, high = wilson([5 / 8], [8.0])
    assert (whole.low, whole.high) == (low[0], high[0])
    table = whole.table.set_index("what")["n"]
    assert table.to_dict() == {
        "anything of these": 5, "points": 5, "tier": 2, "list": 0, "measure": 0, "decision": 2,
    }  # fmt: skip
    assert "5 of 8 (62.5 %" in whole.claim
    assert set(shares) == {"many", "heavy", "all rules together"}


def test_unknown_under_one_reading_only_is_a_difference():
    when = {"mild": "cards > 5 and accounts > 1", "strict": "cards > 5"}
    made = book(rule("r", when, points=-1, on_missing="unknown"))
    people = pd.DataFrame({"cards": [6, 6, 1], "accounts": [None, 2, None]})
    whole = [one for one in lints_of(made, population=people) if one.about == "all rules together"]
    assert whole[0].table.set_index("what").loc["points", "n"] == 1


def test_few_people_are_not_counted_out():
    told = [
        one for one in lints_of(book(*VAGUE), population=PEOPLE, least=4)
        if one.kind == "two_readings"
    ]  # fmt: skip
    shares = {one.about: one for one in told}
    assert shares["many"].n == 8
    assert math.isnan(shares["many"].estimate)
    assert "fewer than 4 of 8" in shares["many"].claim
    assert "3 of 8" not in shares["many"].claim
    # Five of eight leaves three, who could be counted by subtraction.
    assert "all but fewer than 4 of 8" in shares["all rules together"].claim


def test_a_population_of_another_kind_or_without_the_columns_is_refused():
    with pytest.raises(InputError, match="population= is a list"):
        book(*VAGUE).lint(population=[1])
    with pytest.raises(MissingColumn, match="accounts"):
        book(*VAGUE).lint(population=PEOPLE[["cards"]])


def test_synthetic_people_can_be_given_as_they_are():
    people = ca.make_borrowers(500, seed=7)
    made = book(rule("r", {"mild": "cards > 5", "strict": "cards > 2"}, points=-1))
    whole = [one for one in made.lint(population=people) if one.n == 500]
    assert len(whole) == 2
    strict, mild = ((people.frame["cards"] > most).mean() for most in (2, 5))
    assert whole[0].estimate == pytest.approx(strict - mild)


def test_a_parameter_with_two_readings_is_told_on_its_line():
    values = [{"mild": 5, "strict": 2, **OWN}]
    parameters = {"most": {"type": "count", "label": "Most cards", "values": values}}
    said = found("two_readings", rule("r", "cards > $most", points=-1), parameters=parameters)
    assert [one.about for one in said] == ["most"]


def test_what_the_payers_property_may_pay_is_said_precisely():
    measure = {
        "id": "school", "title": "School", "who": ["child"], "own_property_only": True, **OWN,
    }  # fmt: skip
    said = found(
        "touches_others", rule("r", "minor", measures=["school"], touches=["child"]),
        measures=[measure],
    )  # fmt: skip
    assert [one.claim for one in said] == [
        "Measure school (School) reaches child: it restricts what the listed person's own "
        "property may pay"
    ]
    assert "no list names them" in said[0].limits[0]


def test_a_rule_that_reaches_others_without_a_measure_is_told():
    said = found("touches_others", rule("r", "minor", points=-1, touches=["self", "spouse"]))
    assert said[0].claim == "Rule r (-1 points) reaches spouse"


def test_conduct_of_others_is_told_where_it_takes_or_adds_and_not_where_it_spares():
    assert len(found("turns_on_others", rule("r", "spouse_listed", points=-1))) == 1
    assert len(found("turns_on_others", rule("r", "child_in_army", points=1))) == 1
    rules = [rule("r", "cards > 3", points=-1), rule("s", "spouse_listed", overrides=["r"])]
    assert found("turns_on_others", *rules) == []


MEASURE = {"id": "m", "title": "M", "family": "I", "who": ["self"], **OWN}


@pytest.mark.parametrize(
    ("when", "domain", "outside"),
    [
        ("effective_judgment", "travel", True),
        ("effective_judgment", "enforcement", False),
        ("fare_evasion > 0", "travel", False),
        ("late_payments_24m > 3", "credit", False),
        ("late_payments_24m > 3", "school", True),
        ("effective_judgment", "publicity", False),
        ("effective_judgment", "honours", False),
    ],
)
def test_a_measure_lies_outside_the_domain_of_the_act_by_the_table(when, domain, outside):
    one = rule("r", when, measures=["m"])
    said = found("outside_domain", one, measures=[MEASURE | {"domain": domain}])
    assert bool(said) is outside


def test_an_advantage_is_no_sanction_outside_the_domain():
    one = rule("r", "effective_judgment", measures=["m"])
    said = found("outside_domain", one, measures=[MEASURE | {"domain": "travel", "family": "none"}])
    assert said == []


def test_lawful_acts_are_told_where_they_cost_and_not_where_they_earn():
    assert len(found("lawful_costs", rule("r", "cards > 3", points=-1, lawful=True))) == 1
    assert found("lawful_costs", rule("r", "cards > 3", points=1, lawful=True)) == []
    assert len(found("lawful_costs", rule("r", "petitions > 3", points=-1))) == 1
    assert found("lawful_costs", rule("r", "petition_blockades > 3", points=-1)) == []
    assert len(found("lawful_costs", rule("r", "petitions > 3", gate="refuse"))) == 1


def test_protected_fields_are_told_apart_by_what_they_do():
    assert len(found("protected_field", rule("r", "sex == 'female'", points=1))) == 1
    rules = [rule("r", "cards > 3", points=-1), rule("s", "disability", overrides=["r"])]
    assert found("protected_field", *rules) == []
    assert [one.about for one in found("protected_spared", *rules)] == ["s"]


def test_the_protected_field_of_how_often_is_seen_too():
    one = rule("r", "cards > 3", points=-1, per="age * 1")
    assert [lint.about for lint in found("protected_field", one)] == ["r"]
