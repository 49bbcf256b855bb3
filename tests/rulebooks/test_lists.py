"""Lists over time: the text of 2013 and of 2017 by hand, and random logs day by day."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_books import book_text, rule

from creditaudit.errors import InputError, MissingColumn
from creditaudit.rulebooks import Rulebook
from creditaudit.rulebooks.lists import list_entries
from creditaudit.rulebooks.scoring import RulebookScorer

SPC_2013, SPC_2017 = "cn_spc_defaulters_2013", "cn_spc_defaulters_2017"
JUDGED = [("judgment", "2018-01-10"), ("judgment_unperformed", "2018-03-01")]


def log_of(*events, entity=1, **columns):
    """Return a log of one entity: (event, date) or (event, date, further columns)."""
    rows = [
        {"entity": entity, "agency": "court", "event": e[0], "date": e[1], **(e[2:] or [{}])[0]}
        for e in events
    ]
    return pd.DataFrame(rows).assign(**columns)


def entry(book, log, **how):
    how = {"until": "2030-01-01", "as_of": None, **how}
    found = list_entries(book, log, **how).frame
    assert len(found) == 1
    row = found.iloc[0]
    return {
        name: str(row[name].date()) if isinstance(row[name], pd.Timestamp) else row[name]
        for name in found
        if not pd.isna(row[name])
    }


def test_items_two_to_six_of_2017_stay_two_years():
    log = log_of(*JUDGED, ("asset_report_breach", "2018-06-01"))
    for reading in ("mild", "strict"):
        found = entry(SPC_2017, log, reading=reading)
        assert found["entered"] == "2018-06-01"
        assert found["rule"] == "asset_report"
        assert found["event_id"] == 2
        assert found["term_end"] == found["left"] == "2020-06-01"
        assert found["reason_left"] == "expired"
        assert "extended_to" not in found


def test_several_kinds_of_conduct_add_one_year_or_three():
    log = log_of(
        *JUDGED, ("asset_report_breach", "2018-06-01"), ("spending_limit_breach", "2019-06-01")
    )
    mild, strict = (entry(SPC_2017, log, reading=reading) for reading in ("mild", "strict"))
    assert mild["term_end"] == strict["term_end"] == "2020-06-01"
    assert mild["extended_to"] == mild["left"] == "2021-06-01"
    assert strict["extended_to"] == strict["left"] == "2023-06-01"
    assert mild["further"] == 1


def test_violence_adds_to_the_term_as_well():
    log = log_of(*JUDGED, ("asset_report_breach", "2018-06-01"))
    people = pd.DataFrame({"person_id": [1], "violence_or_threat": [1]})
    found = entry(SPC_2017, log, reading="strict", people=people)
    assert found["rules"] == "obstruction"  # it stood when the judgment was not performed
    assert found["entered"] == "2018-03-01"
    assert found["left"] == "2023-03-01"


def test_a_kind_of_conduct_found_after_the_term_is_an_entry_of_its_own():
    log = log_of(
        *JUDGED, ("asset_report_breach", "2018-06-01"), ("spending_limit_breach", "2020-06-01")
    )
    found = list_entries(SPC_2017, log, reading="mild", until="2030-01-01").frame
    assert found["entered"].dt.date.tolist() == [date(2018, 6, 1), date(2020, 6, 1)]
    assert found["left"].dt.date.tolist() == [date(2020, 6, 1), date(2023, 6, 1)]


def test_who_performs_is_gone_at_once_or_within_three_working_days():
    # 7 September 2018 was a Friday.
    paid = ("judgment_unperformed", "2018-03-01", {"act_ended_on": "2018-09-07"})
    log = log_of(JUDGED[0], paid, ("asset_report_breach", "2018-06-01"))
    mild, strict = (entry(SPC_2017, log, reading=reading) for reading in ("mild", "strict"))
    assert mild["left"] == "2018-09-07"
    assert strict["left"] == "2018-09-12"
    assert mild["reason_left"] == strict["reason_left"] == "performed"


def test_a_repair_ends_an_entry_of_2017_early_and_none_of_2013():
    log = log_of(*JUDGED, ("asset_report_breach", "2018-06-01"), ("repair", "2019-01-15"))
    found = entry(SPC_2017, log, reading="strict")
    assert (found["left"], found["reason_left"]) == ("2019-01-15", "early")
    people = pd.DataFrame({"person_id": [1], "ability_found": [1]})
    assert "left" not in entry(SPC_2013, log, people=people)


def test_the_list_of_2013_forgets_nobody():
    log = log_of(*JUDGED, ("asset_report_breach", "2018-06-01"))
    people = pd.DataFrame({"person_id": [1], "ability_found": [1], "ability_true": [0]})
    found = entry(SPC_2013, log, people=people, until="2060-01-01")
    assert "left" not in found
    assert "term_end" not in found
    # What the court found is carried beside what is true, and is not it.
    assert (found["ability_found"], found["ability_true"]) == (1, 0)


def test_in_2013_the_court_has_to_find_ability():
    log = log_of(*JUDGED, ("asset_report_breach", "2018-06-01"))
    people = pd.DataFrame({"person_id": [1], "ability_found": [0], "ability_true": [1]})
    assert list_entries(SPC_2013, log, people=people).frame.empty
    assert len(list_entries(SPC_2017, log, reading="mild").frame) == 1


def test_item_one_has_no_term():
    people = pd.DataFrame({"person_id": [1], "able_but_refuses": [1], "deadline_passed": [1]})
    found = entry(SPC_2017, log_of(*JUDGED), people=people, reading="strict")
    assert found["rule"] == "able_but_refuses"
    assert found["entered"] == "2018-03-01"
    assert "left" not in found


def test_minors_are_not_entered():
    people = pd.DataFrame({"person_id": [1], "minor": [1]})
    log = log_of(*JUDGED, ("asset_report_breach", "2018-06-01"))
    assert list_entries(SPC_2017, log, people=people, reading="strict").frame.empty


def test_a_correction_ends_what_rests_on_the_mistake():
    log = log_of(
        *JUDGED, ("asset_report_breach", "2018-06-01", {"finding": "mistaken"}),
        ("correction", "2018-08-08"),
    ).fillna({"finding": "true"})  # fmt: skip
    found = entry(SPC_2017, log, reading="strict")
    assert found["mistaken"]
    assert (found["left"], found["reason_left"]) == ("2018-08-08", "corrected")


def test_a_correction_of_one_of_two_grounds_ends_nothing():
    log = log_of(
        *JUDGED, ("asset_report_breach", "2018-06-01", {"finding": "mistaken"}),
        ("spending_limit_breach", "2018-06-01"), ("correction", "2018-08-08"),
    ).fillna({"finding": "true"})  # fmt: skip
    found = entry(SPC_2017, log, reading="mild")
    assert not found["mistaken"]
    assert found["reason_left"] == "expired"


def test_the_log_itself_can_say_who_was_entered():
    log = log_of(("listing", "2018-05-05"), ("delisting", "2018-07-01"), ("listing", "2019-05-05"))
    found = list_entries(SPC_2017, log, made="listing", reading="mild", until="2020-01-01").frame
    assert found["reason_left"].tolist() == ["deleted", ""]
    assert found["entered"].dt.date.tolist() == [date(2018, 5, 5), date(2019, 5, 5)]
    assert found["term_end"].dt.date.tolist() == [date(2020, 5, 5), date(2021, 5, 5)]
    assert found["rule"].isna().all()


def test_listings_by_another_agency_are_of_another_list():
    log = log_of(("listing", "2018-05-05")).assign(agency="tax")
    assert list_entries(SPC_2017, log, made="listing", reading="mild").frame.empty


def test_with_each_day_nobody_is_entered_before_the_text_is_in_force():
    log = log_of(
        ("judgment", "2015-01-10"), ("judgment_unperformed", "2015-03-01"),
        ("asset_report_breach", "2016-06-01"),
    )  # fmt: skip
    found = entry(SPC_2017, log, reading="mild", as_of="each_day")
    assert found["entered"] == "2017-05-01"
    assert "event_id" not in found  # the law changed, nothing was found


def test_publication_is_the_day_the_log_says_or_that_of_the_entry():
    shown = {"published_on": "2018-06-20"}
    log = log_of(*JUDGED, ("asset_report_breach", "2018-06-01", shown))
    found = entry(SPC_2017, log, reading="mild")
    assert (found["published_from"], found["published_to"]) == ("2018-06-20", "2020-06-01")
    plain = entry(SPC_2017, log.drop(columns="published_on"), reading="mild")
    assert plain["published_from"] == "2018-06-01"


def test_room_in_the_text_asks_for_a_reading():
    log = log_of(*JUDGED)
    with pytest.raises(InputError, match=r"1 year to 3 years.*3 working days"):
        list_entries(SPC_2017, log)


def test_what_nobody_told_is_named():
    found = list_entries(SPC_2013, log_of(*JUDGED))
    assert "ability_found" in found.notes[0]
    assert "asset_report_breach" not in found.notes[0]


def test_faults_of_the_call_are_errors_that_say_what_to_do():
    log = log_of(*JUDGED)
    with pytest.raises(InputError, match="'judgment_defaulters'"):
        list_entries(SPC_2017, log, list="other", reading="mild")
    with pytest.raises(InputError, match="'rules' or 'listing'"):
        list_entries(SPC_2017, log, reading="mild", made="guess")
    with pytest.raises(MissingColumn, match="event"):
        list_entries(SPC_2017, log.drop(columns="event"), reading="mild")
    with pytest.raises(InputError, match="have no date"):
        list_entries(SPC_2017, log.assign(date=None), reading="mild")
    people = pd.DataFrame({"person_id": [1, 1]})
    with pytest.raises(InputError, match="several rows"):
        list_entries(SPC_2017, log, people=people, reading="mild")
    with pytest.raises(InputError, match="no day"):
        list_entries(SPC_2017, log, reading="mild", until="soon")


def test_a_rule_that_reads_the_list_itself_has_no_meaning_over_time():
    rows = [{"id": "court", "title": "List", "source": "own", "mark": "F"}]
    book = Rulebook.from_toml(
        book_text(rule("again", "listed_court and effective_judgment", list="court"), lists=rows)
    )
    with pytest.raises(InputError, match="which the list itself writes"):
        list_entries(book, log_of(*JUDGED))


def test_firms_are_entered_by_the_findings_about_firms():
    rows = [{
        "id": "court", "title": "List", "source": "own", "mark": "F", "agency": "court",
        "retention": {"clock": "entry", "term": "1 year", "mark": "F"},
    }]  # fmt: skip
    header = book_text(rule("firm", "firm_judgment_unperformed", list="court"), lists=rows).replace(
        'issuer_type = "state"', 'issuer_type = "state"\nsubjects = ["firm"]'
    )
    found = entry(Rulebook.from_toml(header), log_of(("judgment_unperformed", "2018-03-01")))
    assert (found["entered"], found["left"]) == ("2018-03-01", "2019-03-01")


def test_of_a_log_of_people_and_firms_the_subject_is_taken():
    log = log_of(*JUDGED, ("asset_report_breach", "2018-06-01"))
    both = pd.concat([log.assign(entity_kind="person"), log.assign(entity=2, entity_kind="firm")])
    found = list_entries(SPC_2017, both.reset_index(drop=True), reading="mild")
    assert found.frame["entity"].tolist() == [1]


# Random logs, and the same worked out one entity and one day at a time.
EVENTS = ["judgment", "judgment_unperformed", "asset_report_breach", "spending_limit_breach",
          "correction", "repair"]  # fmt: skip
START = date(2018, 1, 1)
ROWS = st.lists(
    st.tuples(
        st.sampled_from([1, 2]), st.sampled_from(EVENTS), st.integers(0, 1600),
        st.none() | st.integers(0, 900), st.booleans(),
    ),
    min_size=1, max_size=12,
)  # fmt: skip
FACTS = {name: name for name in EVENTS[1:4]} | {"judgment": "effective_judgment"}
SCORER = {r: RulebookScorer(SPC_2017, as_of="2018-06-01", reading=r) for r in ("mild", "strict")}


def day_by_day(rows, reading):
    """Return entered and left of each entry, by asking the book anew on every day."""
    found = []
    strict = reading == "strict"
    for who in (1, 2):
        own = sorted(
            ((START + timedelta(days=at), place, name, lasts, wrong)
             for place, (entity, name, at, lasts, wrong) in enumerate(rows) if entity == who),
            key=lambda one: one[:2],
        )  # fmt: skip
        mistakes = [one for one in own if one[4] and one[2] != "correction"]
        corrections = [one[0] for one in own if one[2] == "correction"]
        corrected = {
            wrong[1]: day
            for wrong, day in zip(mistakes, corrections, strict=False)
            if day >= wrong[0]
        }
        entered = term = longer = None
        leave = []
        for offset in range(4200):
            today = START + timedelta(days=offset)
            facts = dict.fromkeys(FACTS.values(), False)
            for day, place, name, lasts, _ in own:
                end = corrected.get(place)
                if name == "judgment_unperformed" and lasts is not None:
                    ended = day + timedelta(days=lasts)
                    end = ended if end is None else min(end, ended)
                if name in FACTS and day <= today and (end is None or today < end):
                    facts[FACTS[name]] = True
            kinds = facts["asset_report_breach"] + facts["spending_limit_breach"]
            ground = facts["effective_judgment"] and facts["judgment_unperformed"] and kinds
            news = any(day == today and name in FACTS for day, _, name, _, _ in own)
            if entered is not None:
                if longer is None and kinds >= 2 and today < term:
                    longer = term.replace(year=term.year + (3 if strict else 1))
                if not facts["judgment_unperformed"]:
                    leave.append(_working_days(today, 3 if strict else 0))
                if any(day == today and name == "repair" for day, _, name, _, _ in own):
                    leave.append(today)
                if today in corrected.values() and not ground:
                    leave.append(today)
                if today >= min([longer or term, *leave]):
                    found.append((who, entered, today))
                    entered = None
            if entered is None and news and ground:
                entered, leave, longer = today, [], None
                term = _two_years(today)
                if kinds >= 2:
                    longer = term.replace(year=term.year + (3 if strict else 1))
                if any(day == today and name == "repair" for day, _, name, _, _ in own):
                    found.append((who, today, today))
                    entered = None
        assert entered is None
    return sorted(found)


def _working_days(day, number):
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def _two_years(day):
    return date(day.year + 2, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(
        year=day.year + 2
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(ROWS, st.sampled_from(["mild", "strict"]))
def test_random_logs_give_what_asking_on_every_day_gives(rows, reading):
    judged = [(1, "judgment", 0, None, False), (1, "judgment_unperformed", 9, None, False)]
    marks = ("correction", "repair")
    rows = [(e, n, at, lasts, wrong and n not in marks) for e, n, at, lasts, wrong in judged + rows]
    log = pd.DataFrame(
        [(e, "court", name, START + timedelta(days=at),
          None if lasts is None else START + timedelta(days=at + lasts),
          "mistaken" if wrong else "true") for e, name, at, lasts, wrong in rows],
        columns=["entity", "agency", "event", "date", "act_ended_on", "finding"],
    )  # fmt: skip
    found = list_entries(
        SPC_2017, log, reading=reading, as_of="2018-06-01", until="2040-01-01"
    ).frame
    ours = [
        (row.entity, row.entered.date(), row.left.date()) for row in found.itertuples(index=False)
    ]
    assert sorted(ours) == day_by_day(rows, reading)
