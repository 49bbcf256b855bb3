"""Ways back under a rulebook: by hand, by every change on every day, and never by what may be."""

from datetime import date
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditaudit.errors import InputError, MissingColumn
from creditaudit.explain import Actions, Waiting, endings, preclusion, recourse, rule_ways_asked
from creditaudit.rulebooks import Rulebook, RulebookScorer, list_entries
from creditaudit.rulebooks.proofs import Prover
from creditaudit.rulebooks.rule_clocks import FOREVER

HEAD = """
format = 1
[book]
id = "xx_made"
title = "Made up"
about = "Made up for a test."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "state"
use = "general"
confidence = "F"
looked_at = 2026-11-22
in_force = 2016-01-01
currency = "USD"
on_missing = "false"
[scale]
base = 100
mark = "F"
[decision]
rests_on = "assumption"
text = "Below 80."
refuse_below = 80
refuse_listed = ["black"]
mark = "F"
[[sources]]
id = "own"
title = "Own"
kind = "own"
mark = "F"
read = "all of it"
[columns.fine]
type = "yes_no"
unit = "yes or no"
domain = [0, 1]
description = "A fine stands."
[columns.breach]
type = "yes_no"
unit = "yes or no"
domain = [0, 1]
description = "A contract was broken."
[columns.late]
type = "count"
unit = "payments"
domain = [0, 3]
description = "Late payments."
[columns.settled]
type = "yes_no"
unit = "yes or no"
domain = [0, 1]
description = "The debt is settled."
[columns.since]
type = "date"
unit = "day"
domain = [1900-01-01, 2100-12-31]
description = "Entered."
"""


def rule(name, when, *, points=None, listed=False, term=None, over=(), extra=""):
    lines = ["[[rules]]", f'id = "{name}"', f'title = "{name}"', f'when = "{when}"',
             'source = "own"', 'mark = "F"']  # fmt: skip
    lines += [f"points = {points}"] if points is not None else []
    lines += ['list = "black"'] if listed else []
    lines += [f'overrides = ["{over}"]'] if over else []
    if term:
        lines.append(f'retention = {{ clock = "entry", term = "{term}", mark = "F" }}')
    return "\n".join([*lines, extra, ""])


def made(*rules, exits=""):
    row = f'[[lists]]\nid = "black"\ntitle = "List"\nsource = "own"\nmark = "F"\n{exits}\n'
    return HEAD + row + "\n".join(rules)


EXIT = ('exits = [{ id = "paid", text = "Settled", when = "settled", within = "7 days", '
        'mark = "F" }]')  # fmt: skip
BOOK = made(
    rule("listing", "fine", listed=True, term="24 months"),
    rule("lateness", "late >= 1", points=-30),
    rule("praise", "settled", points=15),
    exits=EXIT,
)
DAY = Waiting(day="2020-01-01", starts={"entry": "since"})


def person(**given):
    plain = {"fine": 0, "breach": 0, "late": 0, "settled": 0, "since": pd.Timestamp("2019-01-01")}
    return pd.DataFrame([plain | given])


def way(book, people, actions=None, waiting=DAY, **given):
    scorer = RulebookScorer(Rulebook.from_toml(book))
    return recourse(scorer, people, actions=actions, waiting=waiting, **given)


def test_an_entry_ends_by_its_term_and_by_no_one_s_act_where_nothing_can_change():
    fixed = Actions(immutable=["fine", "settled", "late", "breach"])
    found = way(BOOK, person(fine=1), fixed).iloc[0]
    # Entered on 1 January 2019 for 24 months: over on 1 January 2021, 366 days from now.
    assert (found["status"], found["wait_low"], found["wait_high"]) == ("found", 366, 366)
    assert found["changes"] == {}
    assert found["ceases"] == {"listing": "term over"}
    assert "as the text ends by then" in found["proof"]


def test_a_clock_that_nobody_knows_gives_a_wait_with_two_ends():
    fixed = Actions(immutable=["fine", "settled", "late", "breach"])
    found = way(BOOK, person(fine=1), fixed, Waiting(day="2020-01-01")).iloc[0]
    assert (found["wait_low"], found["wait_high"]) == (0, 731)


def test_options_go_from_the_shortest_wait_to_the_fewest_changes():
    can = Actions(immutable=["fine"], direction={"late": "down", "settled": "up"})
    found = way(BOOK, person(fine=1), can, options=3)
    assert found["option"].tolist() == [1, 2]
    # To settle ends the entry within 7 days; its term is over after 366.
    assert found["changes"].tolist() == [{"settled": True}, {}]
    assert found["wait_high"].tolist() == [7, 366]
    assert found["ceases"].tolist() == [{"listing": "exit"}, {"listing": "term over"}]
    late = way(BOOK, person(fine=1, late=2), can, options=3)
    # The 15 points of who settles are enough beside 30 lost; waiting takes a change as well.
    assert late["changes"].tolist() == [{"settled": True}]


def test_without_a_term_and_an_act_there_is_none_and_that_is_certified():
    book = made(rule("listing", "fine", listed=True))
    fixed = Actions(immutable=["fine"])
    found = way(book, person(fine=1), fixed).iloc[0]
    assert found["status"] == "none"
    assert "leads to refusal" in found["proof"]
    assert pd.isna(found["wait_high"])


def test_what_may_be_granted_is_neither_found_nor_none():
    extra = 'repair = { state = "stated", mark = "F", text = "On request.", source = "own" }'
    book = made(rule("listing", "fine", listed=True, extra=extra))
    found = way(book, person(fine=1), Actions(immutable=["fine"])).iloc[0]
    assert found["status"] == "undecided"
    assert found["wait_low"] == 0
    assert pd.isna(found["wait_high"])
    assert "nothing in it promises that" in found["proof"]


def test_a_rule_that_reads_the_day_is_not_certified():
    book = made(rule("listing", "since >= $as_of - '5 years'", listed=True))
    found = way(book, person(), Actions(immutable=["since"]), Waiting(day="2020-01-01")).iloc[0]
    assert found["status"] == "undecided"
    assert "reads the day itself" in found["proof"]


def test_months_that_are_counted_pass_by_themselves():
    book = made(rule("listing", "months_listed < '24 months'", listed=True))
    people = person().assign(months_listed=[21.0])
    found = way(book, people, waiting=Waiting(day="2020-01-31")).iloc[0]
    # Three months from 31 January: 30 April.
    assert (found["status"], found["wait_high"], found["changes"]) == ("found", 90, {})
    assert found["ceases"] == {"listing": "time"}


def test_entries_from_a_log_say_when_they_end():
    scorer = RulebookScorer(Rulebook.from_toml(BOOK))
    log = pd.DataFrame({"entity": ["a"], "agency": ["x"], "event": ["fined"],
                        "date": [pd.Timestamp("2019-06-01")]})  # fmt: skip
    entries = list_entries(
        scorer.book, log, until="2020-01-01", facts={"fined": "fine"}, reading="strict"
    )
    people = person(fine=1).set_axis(["a"])
    fixed = Actions(immutable=["fine", "settled"])
    waiting = Waiting(day="2020-01-01", entries=entries)
    found = recourse(scorer, people, actions=fixed, waiting=waiting).iloc[0]
    assert found["wait_high"] == (date(2021, 6, 1) - date(2020, 1, 1)).days


def test_a_rule_that_helps_is_not_counted_on_where_it_may_be_over():
    book = made(
        rule("listing", "fine", listed=True, term="12 months"),
        rule("lateness", "late >= 1", points=-30),
        rule("praise", "settled", points=15, term="24 months"),
    )
    fixed = Actions(immutable=["fine", "late", "settled", "breach"])
    people = person(fine=1, late=1, settled=1)
    known = way(book, people, fixed).iloc[0]
    # The entry of 1 January 2019 is over now, and praise of that day lasts another year.
    assert (known["status"], known["wait_high"]) == ("found", 0)
    unknown = way(book, people, fixed, Waiting(day="2020-01-01")).iloc[0]
    assert unknown["status"] == "undecided"
    assert unknown["wait_low"] == 0


def test_the_ground_of_an_exit_that_no_column_holds_can_still_come_about():
    book = made(
        rule("listing", "fine", listed=True),
        exits=EXIT.replace('when = "settled"', 'when = "settlement_performed"'),
    )
    found = way(book, person(fine=1), Actions(immutable=["fine"])).iloc[0]
    assert (found["changes"], found["wait_high"]) == ({"settlement_performed": True}, 7)
    held = Actions(immutable=["fine", "settlement_performed"])
    assert way(book, person(fine=1), held).iloc[0]["status"] == "none"


def test_what_is_counted_is_tried_number_by_number_where_they_are_few():
    book = made(rule("lateness", "late >= 1", points=-15, extra='per = "late"'))
    found = way(book, person(late=3)).iloc[0]
    assert (found["changes"], found["cost"]) == ({"late": 1.0}, 1)
    can = Actions(immutable=["late"])
    assert way(book, person(late=3), can).iloc[0]["status"] == "none"


MANY = made(
    rule("listing", "fine", listed=True),
    rule("calls", "late_payments_24m >= 0", points=-15, extra='per = "late_payments_24m"'),
)


def test_more_values_than_can_be_tried_are_left_undecided_without_a_solver(monkeypatch):
    monkeypatch.setattr(rule_ways_asked, "MOST_SOLVED", 0)
    people = person(fine=1).assign(late_payments_24m=[3.0])
    found = way(MANY, people, Actions(immutable=["fine"])).iloc[0]
    assert found["status"] == "undecided"
    assert "there are more" in found["proof"]
    # Down to 0 they are few: all are tried.
    down = Actions(immutable=["fine"], direction={"late_payments_24m": "down"})
    assert way(MANY, people, down).iloc[0]["status"] == "none"


def test_a_solver_certifies_what_is_too_much_to_try():
    pytest.importorskip("z3", reason="the extra proofs is not installed")
    people = person(fine=1).assign(late_payments_24m=[3.0])
    found = way(MANY, people, Actions(immutable=["fine"])).iloc[0]
    assert found["status"] == "none"
    assert "a solver shows" in found["proof"]
    free = way(MANY, person(fine=0).assign(late_payments_24m=[90.0])).iloc[0]
    assert free["status"] == "found"
    assert 90 - free["changes"]["late_payments_24m"] > 0


@st.composite
def books(draw):
    conditions = ["fine", "breach", "late >= 1", "late >= 2", "not settled", "fine and breach",
                  "late >= 1 or settled"]  # fmt: skip
    rules = []
    for number in range(draw(st.integers(1, 4))):
        listed = draw(st.booleans())
        rules.append(rule(
            f"r{number}", draw(st.sampled_from(conditions)), listed=listed,
            points=None if listed else draw(st.sampled_from([-30, -15, 20])),
            term=draw(st.sampled_from([None, "12 months", "24 months"])),
            over="r0" if number and draw(st.integers(0, 3)) == 0 else "",
        ))  # fmt: skip
    exits = draw(st.sampled_from(["", EXIT]))
    return made(*rules, exits=exits), rules, exits


@settings(max_examples=4, deadline=None)
@given(st.data())
def test_where_a_solver_proves_a_way_for_everybody_nobody_is_without_one(data):
    pytest.importorskip("z3", reason="the extra proofs is not installed")
    text, _, _ = data.draw(books())
    fixed = data.draw(st.sets(st.sampled_from(["fine", "breach", "late", "settled"])))
    book = Rulebook.from_toml(text)
    scorer = RulebookScorer(book)
    proof = Prover(book, reading=None).way_to_approval(sorted(fixed))
    rows = pd.concat([person(fine=f, late=n, settled=s, breach=b) for f, n, s, b in
                      product((0, 1), (0, 1, 2, 3), (0, 1), (0, 1))])  # fmt: skip
    # No clock is known to have run, and no text ends anything at once.
    found = recourse(scorer, rows.reset_index(drop=True), actions=Actions(immutable=sorted(fixed)))
    if proof.answer == "proved":
        assert (found["status"] == "found").all()
    elif "retention" not in text and "exits" not in text:
        assert (found["status"] == "none").any()


def least(rules, exits, own, free):
    """Return the least wait and the fewest changes then, by books without the rules that ended."""

    def fires(rows, which):
        scorer = RulebookScorer(Rulebook.from_toml(made(*which, exits=exits)))
        return scorer.fired(rows), scorer.decide(rows)

    names = [one.split('"')[1] for one in rules]
    now, _ = fires(own, rules)
    levels = {"fine": [0, 1], "breach": [0, 1], "late": [0, 1, 2, 3], "settled": [0, 1]}
    options = [levels[name] if name in free else [own[name].iloc[0]] for name in levels]
    everyone = pd.DataFrame(list(product(*options)), columns=list(levels))
    everyone = everyone.assign(since=own["since"].iloc[0])
    changed = sum((everyone[name] != own[name].iloc[0]).astype(int) for name in levels)
    ends = {"12 months": 0, "24 months": 366}
    for day in (0, 7, 366):
        over = [term for term, end in ends.items() if end <= day]
        gone = [name for name, one in zip(names, rules, strict=True)
                if now[name].iloc[0] and any(f'"{term}"' in one for term in over)]  # fmt: skip
        best = None
        # Of those who settled, entries of the list are gone after seven days.
        for settled in (0, 1):
            off = [name for name, one in zip(names, rules, strict=True)
                   if exits and settled and day >= 7 and "list =" in one]  # fmt: skip
            left = [one for name, one in zip(names, rules, strict=True)
                    if name not in {*gone, *off}]  # fmt: skip
            left = [one.replace('overrides = ["r0"]', "") if names[0] in {*gone, *off} else one
                    for one in left]  # fmt: skip
            rows = everyone[everyone["settled"] == settled]
            if not len(rows):
                continue
            decision = fires(rows, left)[1] if left else pd.Series("approved", index=rows.index)
            costs = changed[rows.index][(decision == "approved").to_numpy()]
            if len(costs):
                best = costs.min() if best is None else min(best, costs.min())
        if best is not None:
            return day, best
    return None


@settings(max_examples=25, deadline=None)
@given(books(), st.data())
def test_no_shorter_wait_and_no_fewer_changes_are_enough(book, data):
    text, rules, exits = book
    own = person(**{name: data.draw(st.integers(0, 3 if name == "late" else 1))
                    for name in ("fine", "breach", "late", "settled")})  # fmt: skip
    free = data.draw(st.sets(st.sampled_from(["fine", "breach", "late", "settled"])))
    scorer = RulebookScorer(Rulebook.from_toml(text))
    fixed = [name for name in ("fine", "breach", "late", "settled") if name not in free]
    fixed = [name for name in fixed if name in own.columns]
    found = recourse(scorer, own, actions=Actions(immutable=fixed), waiting=DAY).iloc[0]
    if scorer.decide(own).iloc[0] == "approved":
        assert (found["status"], found["cost"]) == ("found", 0)
        return
    wanted = least(rules, exits, own, free)
    if wanted is None:
        assert found["status"] == "none"
    else:
        assert found["status"] == "found"
        assert (found["wait_high"], found["cost"]) == wanted


def test_each_rule_that_stands_is_told_with_every_means_the_text_has():
    scorer = RulebookScorer(Rulebook.from_toml(BOOK))
    found = endings(scorer, person(fine=1, late=1), waiting=DAY).set_index(["rule", "means"])
    assert found.loc[("listing", "term"), ["wait_low", "wait_high"]].tolist() == [366, 366]
    assert found.loc[("listing", "exit"), "wait_high"] == 7
    assert ("lateness", "no term") in found.index
    assert ("praise", "facts") not in found.index
    with pytest.raises(InputError, match="Pass a RulebookScorer"):
        endings(object(), person())


def test_preclusion_counts_them_by_group_and_by_the_time_until_a_way_opens():
    scorer = RulebookScorer(Rulebook.from_toml(BOOK))
    people = pd.concat([person(fine=1), person(late=1), person(fine=1, late=1), person()])
    people = people.assign(side=["a", "a", "b", "b"]).reset_index(drop=True)
    fixed = Actions(immutable=["fine", "late", "settled", "breach"])
    found = preclusion(scorer, people, actions=fixed, groups="side", waiting=DAY)
    table = found.set_index(["side", "measure"])["value"]
    assert table["a", "none"] == 0.5
    assert table["a", "found"] == 0.5
    assert table["b", "none"] == 1
    assert table["a", "found_in_0_months"] == 0
    assert table["a", "found_in_12_months"] == 0.5
    assert found.loc[found["measure"] == "none", "n"].tolist() == [2, 1]
    catalog = {"fine": "court", "late": "bank", "settled": "bank"}
    found = preclusion(
        scorer, people, actions=fixed, groups="side", waiting=DAY, catalog=catalog
    ).set_index(["side", "measure", "sector"])["value"]
    # Who was late is let go by the bank's data; who is listed too is held by both at first.
    assert found["a", "freed_found", "bank"] == 1
    assert found["a", "freed_found", "court"] == 0


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"cutoff": 600}, InputError, "Leave cutoff= out"),
        ({"actions": Actions(step={"late": 1})}, InputError, "have no levels to count"),
        ({"waiting": Waiting(day="soon")}, InputError, "is no day"),
        ({"waiting": Waiting(starts={"entry": "never"})}, MissingColumn, "starts= names columns"),
        ({"actions": Actions(immutable=["lat"])}, MissingColumn, "Did you mean 'late'"),
    ],
    ids=str,
)
def test_what_makes_no_sense_of_a_book_says_what_to_do(given, error, words):
    scorer = RulebookScorer(Rulebook.from_toml(BOOK))
    with pytest.raises(error, match=words):
        recourse(scorer, person(fine=1), **given)


def test_facts_that_are_missing_leave_the_decision_and_the_way_open():
    book = made(rule("listing", "fine", listed=True)).replace('"false"', '"unknown"')
    found = way(book, person(fine=None)).iloc[0]
    assert found["status"] == "undecided"
    assert FOREVER > 10**6
