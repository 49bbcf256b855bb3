"""What books give people, side by side: no cell is a bare no, and each says where it stands."""

import re

import pytest
from made_books import book_text, rule

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.rulebooks import Rulebook, preset_ids, rights

OWN = {"source": "own", "mark": "F"}
CELL = re.compile(
    r"stated: \S.*|searched, not found \(.+, \d{4}-\d\d-\d\d, by .+\)|not searched( \(.+\))?"
)


def cells(*rules, **sections):
    """Return right -> row of one made-up book."""
    table = rights(Rulebook.from_toml(book_text(*rules, **sections)))
    return table.set_index(table["right"].astype(str))


def test_every_book_has_every_question_in_one_order():
    table = rights(["cn_spc_defaulters_2017", "de_schufa"])
    assert table["book"].unique().tolist() == ["cn_spc_defaulters_2017", "de_schufa"]
    asked = [
        "entry", "ability test", "notice", "reasons", "term", "clock", "public?", "exit", "repair",
        "appeal", "who else is touched", "legal basis", "human review", "forbidden data",
    ]  # fmt: skip
    assert table["right"].astype(str).tolist() == asked * 2
    wide = table.pivot(index="right", columns="book", values="cell")
    assert wide.index.astype(str).tolist() == asked


def test_no_cell_of_any_preset_is_a_bare_no():
    table = rights(preset_ids())
    assert len(table) == 14 * len(preset_ids())
    assert [cell for cell in table["cell"] if not CELL.fullmatch(cell)] == []
    found = table[table["state"] == "searched, not found"]
    assert (found["searched"] != "").all()


def test_a_stated_right_has_its_source_mark_and_line():
    table = rights("cn_spc_defaulters_2017").set_index("right")
    row = table.loc["notice"]
    assert row["state"] == "stated"
    assert row["source"].startswith("Provisions on publishing information")
    assert (row["where"], row["mark"]) == ("art. 2 of the text of 2013; kept in 2017", "V/M")
    book = ca.Rulebook.load("cn_spc_defaulters_2017")
    assert (row["file"], row["line"]) == (book.file, book.line("rights", "notice"))
    assert table.loc["exit", "within"] == "3 working days"
    assert table.loc["appeal", "body"] == "the court that listed, then the next higher court"


def test_a_search_says_where_when_and_by_whom_and_a_note_is_no_search():
    searched = {
        "state": "searched_not_found", "searched_in": "the annex", "searched_on": "2026-11",
        "searched_by": "us", "mark": "F",
    }  # fmt: skip
    found = cells(
        rule("r", "minor", points=-1),
        rights={
            "notice": searched,
            "reasons": {"state": "not_searched", "mark": "U", "note": "Said in talks."},
        },
    )
    assert found.loc["notice", "cell"] == "searched, not found (the annex, 2026-11-01, by us)"
    assert found.loc["reasons", "cell"] == "not searched (Said in talks)"
    assert found.loc["reasons", "searched"] == ""
    assert found.loc["appeal", "cell"] == "not searched"


COURT = {
    "id": "court", "title": "Court", "public": "no", **OWN,
    "retention": {"clock": "publication", "min": "1 year", "max": "3 years", "mark": "F"},
    "exits": [{"id": "paid", "text": "Paid.", "mark": "F"}],
}  # fmt: skip


def test_what_lists_and_rules_state_stands_where_the_book_says_nothing_itself():
    found = cells(rule("in", "minor", title="Minors", list="court"), lists=[COURT])
    assert found.loc["entry", "cell"] == "stated: Minors"
    assert found.loc["term", "cell"] == "stated: court: 1 year to 3 years"
    assert found.loc["clock", "cell"] == "stated: court: runs from publication"
    assert found.loc["public?", "cell"] == "stated: list court: not published"
    assert found.loc["exit", "cell"] == "stated: list court: Paid"
    # Who says that it was not searched did not state it by its parts.
    clock = {"clock": {"state": "not_searched", "mark": "U", "note": "Assumed"}}
    found = cells(rule("in", "minor", list="court"), lists=[COURT], rights=clock)
    assert found.loc["clock", "cell"] == "not searched (Assumed)"


def test_what_single_rules_give_is_told_of_these_rules():
    stated = {"state": "stated", "text": "A letter", **OWN}
    rules = [
        rule("one", "minor", points=-1, notice=stated, reason={"text": "Minor"}),
        rule("two", "minority", points=-1),
    ]
    found = cells(*rules)
    assert found.loc["notice", "cell"] == "stated: rule one: A letter"
    assert found.loc["reasons", "cell"] == "stated: rule one: Minor"


def test_who_else_is_touched_is_told_with_the_limit_to_own_property():
    child = {"id": "school", "title": "School", "who": ["child"], "own_property_only": True, **OWN}
    firm = {"id": "travel", "title": "Travel", "who": ["self", "officer"], **OWN}
    rules = [
        rule("r", "minor", measures=["school", "travel"], touches=["child"]),
        rule("s", "minority", points=-1, touches=["self", "spouse"]),
    ]
    found = cells(*rules, measures=[child, firm])
    assert found.loc["who else is touched", "cell"] == (
        "stated: child: measure school (own property only); officer: measure travel; spouse: rule s"
    )
    alone = cells(rule("r", "minor", points=-1)).loc["who else is touched", "cell"]
    assert alone == "stated: nobody else is named in the 1 rules of this file"


def test_a_legal_basis_keeps_its_four_states():
    bases = [
        {"id": "a", "state": "cited", "cite": "Act", "rank": "statute", "from": "2010", **OWN},
        {"id": "b", "state": "repealed", "cite": "Order", "rank": "local_rule", "to": "2012",
         **OWN},
        {"id": "c", "state": "not_searched", "mark": "U"},
        {"id": "d", "state": "searched_not_found", "searched_in": "x", "searched_on": "2020",
         "searched_by": "us", "mark": "F"},
    ]  # fmt: skip
    found = cells(rule("r", "minor", points=-1), basis=bases).loc["legal basis"]
    assert found["text"] == (
        "cited: Act (statute, from 2010-01-01); repealed: Order (local rule, to 2012-01-01); "
        "c: not searched; d: searched, not found (x, 2020-01-01, by us)"
    )
    only = cells(rule("r", "minor", points=-1), basis=bases[2:]).loc["legal basis"]
    assert only["cell"] == "searched, not found (x, 2020-01-01, by us)"
    assert cells(rule("r", "minor", points=-1)).loc["legal basis", "cell"] == "not searched"


def test_a_book_can_be_given_by_id_by_path_or_as_it_is(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(book_text(rule("r", "minor", points=-1)), encoding="utf-8")
    table = rights(["de_schufa", str(path), ca.Rulebook.load("cn_repair_2026")])
    assert table["book"].unique().tolist() == ["de_schufa", "xx_made", "cn_repair_2026"]
    with pytest.raises(InputError, match="named more than once"):
        rights(["de_schufa", ca.Rulebook.load("de_schufa")])
