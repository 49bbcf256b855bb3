"""What two versions of a book give as JSON for the page of a consultation."""

import json

import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.pages.consultation_page import render_consultation
from creditaudit.reports import consultation, save_consultation
from creditaudit.rulebooks import RulebookScorer, diff, preset_ids

OLD, NEW = "cn_rongcheng_2016", "cn_rongcheng_2019"


def people(**columns):
    names = dict.fromkeys(
        name for book in (OLD, NEW) for name in RulebookScorer(book, reading="strict").columns
    )
    frame = pd.DataFrame({name: [0] * 40 for name in names})
    for name, values in columns.items():
        frame[name] = values
    return frame.assign(sex=["f", "m", None, "f"] * 10)


def test_the_json_has_every_rule_with_its_source_and_basis():
    told = consultation(diff(OLD, NEW), report_date="2026-11-23")
    assert json.loads(json.dumps(told)) == told
    assert told["mandatory"] == ca.Rulebook.load(NEW).header.mandatory
    rows = {row["rule"]: row for row in told["rules"]}
    theft = rows["utility_theft"]
    assert (theft["change"], theft["what"]) == ("tightened", "Points: -50 -> -60.")
    book = ca.Rulebook.load(NEW)
    rule = book.rule("utility_theft")
    titles = {source.id: source.title for source in book.sources}
    assert theft["source"] == titles[rule.source]
    assert theft["basis"].startswith("cited: ")
    assert {one["title"] for one in told["sources"]} >= {titles[rule.source]}
    assert told["counts"]["removed"] == sum(row["change"] == "removed" for row in told["rules"])
    assert told["people"] is None
    assert told["flips"] == []
    assert told["new"]["notes"] == list(book.header.notes)


def test_people_give_shares_by_group_and_a_missing_label_is_a_group():
    frame = people(traffic_fines=[1] * 10 + [0] * 30)
    told = consultation(diff(OLD, NEW, frame, by="sex"), source="forty rows")
    assert told["people"] == 40
    rows = {(r["column"], r["group"], r["measure"]): r for r in told["flips"]}
    assert rows[None, None, "points_higher"]["value"] == pytest.approx(0.25)
    assert rows["sex", "missing", "points_higher"]["n"] == 10
    assert {key[1] for key in rows} == {None, "f", "m", "missing"}
    assert "forty rows" in render_consultation(told)


def test_nothing_in_the_json_is_of_fewer_people_than_asked():
    frame = people(traffic_fines=[1] * 3 + [0] * 37)
    told = consultation(diff(OLD, NEW, frame, by="sex", min_cell=11))
    fined = next(row for row in told["rules"] if row["rule"] == "traffic_ticket")
    assert fined["fires_before"] is None
    few = [row for row in told["flips"] if row["group"] in ("m", "missing")]
    assert few
    assert all(row["value"] is None and row["n"] is None for row in few)


def test_rights_are_those_that_differ():
    told = consultation(diff("cn_spc_defaulters_2013", "cn_spc_defaulters_2017"))
    rights = {row["right"]: row for row in told["rights"]}
    assert "searched, not found" in rights["term"]["old"]
    assert rights["term"]["new"].startswith("stated")
    assert consultation(diff(OLD, OLD))["rights"] == []


def test_a_page_is_written_whole_and_the_title_can_be_given(tmp_path):
    found = diff(OLD, NEW)
    save_consultation(found, tmp_path / "page.html", title="What 2019 changes")
    assert '<h1 id="title"><bdi>What 2019 changes' in (tmp_path / "page.html").read_text("utf-8")
    with pytest.raises(InputError, match="does not exist"):
        save_consultation(found, tmp_path / "nowhere" / "page.html")


FOLLOWS = [
    (book.header.follows, book.id)
    for book in map(ca.Rulebook.load, preset_ids())
    if book.header.follows in preset_ids()
    and not book.header.shape_only
    and not ca.Rulebook.load(book.header.follows).header.shape_only
]


@pytest.mark.parametrize(("old", "new"), FOLLOWS)
def test_every_preset_that_follows_another_has_a_page(old, new):
    assert len(render_consultation(consultation(diff(old, new))).encode()) < 150_000
