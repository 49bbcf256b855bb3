import re
from datetime import date
from pathlib import Path

import pytest

from creditaudit import law
from creditaudit.errors import InputError

REPORT = "2026-11-23"
ENTRIES = law.load_entries()
TWO_GOOD_ENTRIES = """
[[entry]]
id = "us_old"
jurisdiction = "US"
citation = "Act 1"
title = "Old text"
applies_from = 2000-01-01
applies_until = 2009-12-31
replaced_by = "us_new"
applies_to = ["mortgage"]
topics = ["reasons"]
status = "replaced"
as_of = 2026-11-22
reviewer = "none yet"
mark = "S/k"
can_support = "Whether a reason was given."
cannot_support = "Why."

[[entry]]
id = "us_new"
jurisdiction = "US"
citation = "Act 2"
title = "New text"
applies_from = 2010-01-01
applies_to = ["mortgage"]
topics = ["reasons"]
status = "in_force"
as_of = 2026-11-22
reviewer = "none yet"
mark = "K"
can_support = "Whether two reasons were given."
cannot_support = "Why."
"""


def resolved(places, day, **question):
    rows = law.resolve(places, decision_date=day, report_date=REPORT, **question)
    return {row.id: row for row in rows}


def words(name, day, report=REPORT):
    (row,) = law.resolve_ids([name], decision_date=day, report_date=report)
    return row.at_decision, row.at_report


def written(folder: Path, text: str, name: str = "us.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


# The first report: mortgage decisions of 1990.


def test_mortgage_decisions_of_1990_stand_under_the_effects_test_of_their_day():
    rows = resolved(["US"], "1990-12-31", topic="approval_gap", product="mortgage")
    assert list(rows) == ["us_ecoa_reg_b_1977", "us_fha", "us_state_impact", "us_four_fifths"]
    reg_b = rows["us_ecoa_reg_b_1977"]
    assert reg_b.at_decision == "in force"
    assert reg_b.at_report == "replaced (applied until 2026-07-20)"
    assert "effects test" in reg_b.can_support
    assert "Decisions from 2026-07-21 on fall under a later text" in reg_b.note
    assert "gap alone" in reg_b.note
    assert rows["us_fha"].at_decision == "in force"
    assert rows["us_fha"].at_report == "in force when last checked, 2026-11-22"
    assert rows["us_state_impact"].at_decision == "unknown: no start date recorded"
    assert rows["us_state_impact"].at_report == "uncertain: see the note"
    assert rows["us_state_impact"].can_support.startswith("Only if it applied")


def test_four_fifths_line_is_a_hiring_statistic_and_not_credit_law():
    row = resolved(["US"], "1990-12-31", topic="approval_gap")[law.FOUR_FIFTHS]
    assert row.at_decision == "in use as a statistic"
    assert row.citation == "29 CFR 1607.4(D)"
    assert "a hiring screen, a statistic, not credit law" in row.cannot_support
    (row,) = law.resolve_ids([law.FOUR_FIFTHS], decision_date="1970-01-01", report_date=REPORT)
    assert row.at_decision == "not yet in use as a statistic (from 1978-09-25)"
    assert row.can_support.startswith("A comparison")


# By date, checked by hand against the notes.


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-07-20", "us_ecoa_reg_b_1977"),
        ("2026-07-21", "us_ecoa_reg_b_2026"),
        (None, "us_ecoa_reg_b_2026"),
    ],
)
def test_regulation_b_resolves_to_the_text_of_the_decision(day, name):
    rows = resolved(["US"], day, topic="approval_gap", product="consumer_credit")
    assert [key for key in rows if key.startswith("us_ecoa")] == [name]


def test_gap_alone_shows_no_breach_under_regulation_b_since_july_2026():
    row = resolved(["US"], "2026-08-01", topic="approval_gap")["us_ecoa_reg_b_2026"]
    assert row.at_decision == "in force"
    assert row.can_support.startswith("A gap as a screening signal")
    assert "A breach from a gap alone" in row.cannot_support


def test_regulation_b_before_1977_supports_nothing():
    row = resolved(["US"], "1976-01-01", topic="approval_gap")["us_ecoa_reg_b_1977"]
    assert row.at_decision == "not yet in force (from 1977-03-23)"
    assert row.can_support.startswith("Nothing for this decision")


@pytest.mark.parametrize(
    ("name", "day", "at_decision"),
    [
        ("eu_ccd2", "2026-11-19", "not yet in force (from 2026-11-20)"),
        ("eu_ccd2", "2026-11-20", "in force"),
        ("eu_ai_act_5_1_c", "2025-02-01", "not yet in force (from 2025-02-02)"),
        ("eu_ai_act_5_1_c", "2025-02-02", "in force"),
        ("eu_ai_act_annex_iii", "2026-08-02", "not yet in force (from 2027-12-02)"),
        (
            "eu_ai_act_annex_iii",
            "2027-12-02",
            "in force if unchanged since it was last checked, 2026-11-22",
        ),
        ("eu_ai_act_86", "2026-08-01", "not yet in force (from 2026-08-02)"),
        ("eu_ai_act_86", "2026-08-02", "uncertain: see the note"),
        ("eu_c_203_22", "2025-02-26", "not yet decided (from 2025-02-27)"),
        ("eu_c_203_22", "2025-02-27", "decided"),
        ("eu_c_203_22", "2027-01-01", "decided"),
        ("eu_gdpr_omnibus", "2026-11-22", "a proposal, not law"),
        ("us_co_sb26_189", "2026-12-31", "not yet in force (from 2027-01-01)"),
        ("us_co_sb24_205", "2025-06-01", "unknown: no start date recorded"),
        ("us_co_sb24_205", "2026-11-22", "repealed when last checked, 2026-11-22"),
        ("us_cfpb_circular_2022_03", "2025-05-11", "in force"),
        ("us_cfpb_circular_2022_03", "2025-05-12", "withdrawn (applied until 2025-05-11)"),
        ("gb_art_22", "2026-02-04", "in force"),
        ("gb_art_22", "2026-02-05", "replaced (applied until 2026-02-04)"),
        ("gb_22a_d", "2026-02-05", "in force"),
        ("coe_convention_108_plus", "2026-11-22", "not in force when last checked, 2026-11-22"),
        ("nl_toeslagen", "2015-01-01", "an example, not a rule"),
        ("cn_pipl_24", "2021-10-31", "not yet in force (from 2021-11-01)"),
        ("cn_order_36_2026", "2026-04-01", "in force"),
        ("cn_pboc_repair_2025", "2025-12-21", "not yet in force (from 2025-12-22)"),
        ("cn_pboc_repair_2025", "2025-12-22", "in force"),
        ("cn_scs_law_draft", "2026-11-22", "a proposal, not law"),
    ],
)
def test_state_on_a_day_is_as_the_notes_say(name, day, at_decision):
    assert words(name, day)[0] == at_decision


def test_consumer_credit_directive_leaves_mortgages_out():
    day = "2026-11-20"
    assert "eu_ccd2" in resolved(["EU"], day, product="consumer_credit")
    assert "eu_ccd2" not in resolved(["EU"], day, product="mortgage")
    assert "eu_ccd2" not in resolved(["US"], day, product="consumer_credit")
    early = resolved(["EU"], "2020-01-01", product="consumer_credit")["eu_ccd2"]
    assert early.can_support == ("Nothing for this decision: not yet in force (from 2026-11-20).")


def test_united_kingdom_resolves_to_one_text_on_automated_decisions():
    for day, name in [("2026-02-04", "gb_art_22"), ("2026-02-05", "gb_22a_d")]:
        rows = resolved(["GB"], day, topic="automated_decision", product="consumer_credit")
        assert list(rows) == [name]


def test_judgment_after_the_decision_is_left_to_counsel():
    row = resolved(["EU"], "2020-01-01", topic="reasons")["eu_c_634_21"]
    assert row.can_support.startswith("Only if it reaches back")


def test_report_after_the_last_look_says_when_that_was():
    assert words("us_fha", "2020-01-01", report="2026-11-22")[1] == "in force"
    assert words("us_fha", "2020-01-01", report="2026-11-23")[1].endswith("2026-11-22")


def test_without_a_decision_date_the_row_says_so_and_points_to_the_earlier_text():
    row = resolved(["US"], None, topic="approval_gap")["us_ecoa_reg_b_2026"]
    assert row.at_decision == "unknown: no decision date given"
    assert row.can_support.startswith("Only if this text covers the decision")
    assert "Decisions until 2026-07-20 stand under the earlier text" in row.note


# What is asked.


def test_part_of_a_country_brings_the_country_along_but_not_the_reverse():
    assert "us_co_sb26_189" not in resolved(["US"], REPORT)
    both = resolved(["US-CO"], REPORT, topic="reasons")
    assert {"us_co_sb26_189", "us_reg_b_reasons"} <= set(both)
    assert list(resolved(["US-MA"], REPORT)) == list(resolved(["US"], REPORT))


def test_rows_follow_the_order_of_jurisdictions_asked_and_come_once():
    rows = law.resolve(["EU", "US", "EU"], topic="reasons", report_date=REPORT)
    places = [row.jurisdiction for row in rows]
    assert places == sorted(places)
    assert len({row.id for row in rows}) == len(rows)


def test_dates_may_be_dates_or_iso_strings():
    question = {"topic": "approval_gap", "product": "mortgage"}
    by_date = law.resolve(
        ["US"], decision_date=date(1990, 12, 31), report_date=date(2026, 11, 23), **question
    )
    assert by_date == list(resolved(["US"], "1990-12-31", **question).values())


def test_row_as_a_dict_has_the_fields_of_a_report():
    (row,) = law.resolve_ids(["us_fha", "us_fha"], decision_date="1990-12-31", report_date=REPORT)
    keys = "id jurisdiction citation at_decision at_report can_support cannot_support as_of mark"
    assert list(row.to_dict()) == [*keys.split(), "note"]
    assert row.to_dict()["as_of"] == "2026-11-22"
    assert all(isinstance(value, str) for value in row.to_dict().values())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"jurisdictions": ["JP"]}, "Absence here is not absence in law"),
        ({"topic": "aproval_gap"}, "Did you mean 'approval_gap'"),
        ({"product": "mortgages"}, "Did you mean 'mortgage'"),
        ({"decision_date": "31.12.1990"}, "decision_date '31.12.1990' is not a date"),
        ({"report_date": ""}, "report_date '' is not a date"),
        ({"report_date": None}, "report_date is needed"),
    ],
)
def test_wrong_question_says_what_exists(asked, said):
    question = {"jurisdictions": ["US"], "report_date": REPORT} | asked
    with pytest.raises(InputError, match=re.escape(said)):
        law.resolve(**question)


def test_unknown_id_names_the_nearest():
    with pytest.raises(InputError, match="Did you mean 'us_fha'"):
        law.resolve_ids(["us_fhaa"], report_date=REPORT)


# The files.


def test_every_entry_has_all_it_needs():
    for entry in ENTRIES:
        for name in ("citation", "title", "reviewer", "can_support", "cannot_support", "status"):
            assert getattr(entry, name).strip(), (entry.id, name)
        assert entry.applies_to, entry.id
        assert entry.topics, entry.id
        assert isinstance(entry.as_of, date), entry.id
        assert set(entry.mark.split("/")) <= {"S", "K", "k"}, entry.id
        assert not re.search(r"\n|  ", entry.can_support), entry.id
        if entry.applies_from is None and entry.status in ("in_force", "uncertain", "decided"):
            assert entry.note, f"{entry.id}: say why no start date is recorded"


def test_ids_are_unique_and_begin_with_their_jurisdiction():
    ids = [entry.id for entry in ENTRIES]
    assert len(set(ids)) == len(ids)
    for entry in ENTRIES:
        assert re.fullmatch(r"[a-z]{2,3}(_[a-z0-9]+)+", entry.id)
        assert entry.id.startswith(entry.jurisdiction.lower().replace("-", "_") + "_")


def test_every_topic_and_jurisdiction_of_the_notes_is_covered():
    assert {topic for entry in ENTRIES for topic in entry.topics} == set(law.TOPICS)
    places = "AU BR CA CA-QC CN COE DE EU GB IN NL UN US US-CO ZA".split()  # noqa: SIM905
    assert sorted({entry.jurisdiction for entry in ENTRIES}) == places


def test_no_entry_passes_a_verdict():
    verdict = re.compile(
        r"\b(illegal\w*|unlawful|breach(es)? (is |are )?proven|proves|biased|certif\w+)\b",
        re.IGNORECASE,
    )
    for entry in ENTRIES:
        for words_of in (entry.title, entry.can_support, entry.cannot_support, entry.note):
            assert not verdict.search(words_of), (entry.id, words_of)
    assert law.NOT_ADVICE == "Nothing here is legal advice."


def test_what_is_not_law_yet_supports_no_claim():
    for entry in ENTRIES:
        if entry.status == "proposed":
            assert entry.can_support.startswith("Nothing"), entry.id


def test_good_files_load_with_line_breaks_folded(tmp_path):
    wrapped = TWO_GOOD_ENTRIES.replace(
        '"Whether a reason was given."', '"""\nWhether\na reason."""'
    )
    old, new = law.load_entries(written(tmp_path, wrapped))
    assert (old.can_support, old.note, new.applies_until) == ("Whether a reason.", "", None)
    rows = law.resolve(["US"], decision_date="2009-12-31", report_date=REPORT, entries=(old, new))
    assert [row.id for row in rows] == ["us_old"]
    assert law.load_entries(tmp_path) is law.load_entries(tmp_path)


def test_all_faults_of_all_files_come_in_one_error(tmp_path):
    broken = (
        TWO_GOOD_ENTRIES.replace("applies_from = 2010-01-01", 'applies_from = "2010"\nauthor = "x"')
        .replace('mark = "K"', 'mark = "Q"')
        .replace('id = "us_new"', 'id = "us_old"')
        .replace('title = "New text"', 'title = ""')
        .replace("2009-12-31", "1999-12-31")
        .replace('topics = ["reasons"]', 'topics = ["reason"]')
    )
    written(tmp_path, broken)
    written(tmp_path, "x = = 1", "broken.toml")
    written(tmp_path, 'as_of = 2026-11-22\n[[entry]]\nid = "DE-1"\njurisdiction = "de"', "de.toml")
    with pytest.raises(InputError) as caught:
        law.load_entries(tmp_path)
    for fault in (
        "broken.toml: not readable as TOML",
        "de.toml: unknown key 'as_of'",
        "id 'DE-1' has to be small letters",
        "jurisdiction 'de' has to look like",
        "de.toml, entry 1 (DE-1): as_of is missing",
        "us.toml, entry 1 (us_old): applies_until 1999-12-31 is before applies_from 2000-01-01",
        "topics 'reason' is not one of approval_gap",
        "us.toml, entry 2 (us_old): unknown key 'author'",
        "applies_from has to be a date such as 2026-07-21, found '2010'",
        "title has to be text, found ''",
        "mark 'Q' is not made of S, K, k",
        "id 'us_old' is used 2 times",
    ):
        assert fault in str(caught.value)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('id = "us_new"', 'id = "us_newer"'), "replaced_by 'us_new' is not an entry"),
        (("applies_from = 2010-01-01", ""), "replaced_by needs applies_until here"),
        (("2010-01-01", "2009-12-31"), "still applies on 2009-12-31"),
        (('status = "replaced"', 'status = "in_force"'), "an entry with applies_until has status"),
        (('status = "in_force"', 'status = "active"'), "status 'active' is not one of"),
        (('["mortgage"]', '"mortgage"'), "applies_to has to be a list of words"),
        (("as_of = 2026-11-22", "as_of = 2026-11-22T10:00:00"), "as_of has to be a date"),
        (("[[entry]]", "[entry]"), "not readable as TOML"),
        (('jurisdiction = "US"', 'jurisdiction = "EU"'), "has to begin with its jurisdiction"),
    ],
)
def test_each_fault_is_named(tmp_path, change, fault):
    with pytest.raises(InputError, match=re.escape(fault)):
        law.load_entries(written(tmp_path, TWO_GOOD_ENTRIES.replace(*change)))


def test_a_single_table_is_told_how_entries_are_written(tmp_path):
    with pytest.raises(InputError, match=r"written as \[\[entry\]\] tables"):
        law.load_entries(written(tmp_path, '[entry]\nid = "us_x"\n'))
