"""Tables by hand: what is read, what is asked, and what an answer does."""

import pytest

from creditaudit import Roles, metrics
from creditaudit.errors import InputError
from creditaudit.published_tables import OpenQuestions, read_published

ROLES = Roles(groups=["Race"], decision="decision", favourable="Approved")
HEAD = "Race\tApproved\tRefused\n"
PLAIN = HEAD + "White\t1,234\t567\nBlack\t312\t288\n"


def asked(text, **answers):
    return [doubt.id for doubt in read_published(text, answers).doubts]


def counts(text, **answers):
    found = read_published(text, answers)
    assert not found.doubts, found.doubts
    return found.table["n"].tolist()


def test_a_plain_table_becomes_a_tally():
    found = read_published(PLAIN, transcriber="A. Reader")
    tally = found.to_tally(ROLES)
    assert metrics.approval_rate(tally, by="Race")["n"].tolist() == [600, 1801]
    assert any("Transcribed by A. Reader" in note for note in tally.notes)
    assert found.source_hash in tally.notes[-2]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("England\t40\t60\nNorth\t10\t20\nSouth\t30\t40\n", "row2"),
        ("White\t10\t20\nof which women\t3\t4\nBlack\t30\t41\n", "row3"),
        ("White\t10\t20\nBlack\t30\t41\nMen\t15\t22\nWomen\t26\t40\n", "twice"),
        ("White\t(10)\t20\nBlack\t30\t41\n", "B2"),
        ("White\t1O\t20\nBlack\t30\t41\n", "B2"),
        ("White\t1,2341\t20\nBlack\t30\t41\n", "B2"),
        ("White\t1.2E+05\t20\nBlack\t30\t41\n", "B2"),
        ("White\t12†\t20\nBlack\t30\t41\n", "B2"),
        ("White\t12.5\t20\nBlack\t30\t41\n", "B2"),
        ("White\t*\t20\nBlack\t30\t41\n", "star"),
        ("White\t-\t20\nBlack\t30\t41\n", "dash"),
        ("White\t\t20\nBlack\t30\t41\n", "empty"),
        ("White\tn/a\t20\nBlack\t30\t41\n", "n/a"),
        ("White\t10\t20\nWhite\t30\t41\n", "row3"),
        ("White\t62\t38\nBlack\t50\t50\n", "unit"),
        ("White\t62%\t38%\nBlack\t50%\t50%\n", "B"),
        ("White\t2,000\t1,000\nBlack\t30\t41\n", "numbers"),
        ("White\t10\t20\nBlack\t30\t41\nTotal\t40\t60\n", "totals"),
        ("White\t10\t20\nBlack\t30\t41\nNumbers in thousands.\n", "scale"),
        ("White\t10\t20\nBlack\t30\t41\nCounts are rounded to 5.\n", "rounding"),
        ("Race\n White\t10\t20\n Black\t30\t41\nSex\n Men\t16\t21\n Women\t24\t40\n", "section"),
    ],
)
def test_what_is_not_told_is_asked(rows, wanted):
    assert wanted in asked(HEAD + rows)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Race\tApproved\tRefused\tMean income\nA\t10\t20\t3,100\nBlack\t3\t4\t2,900\n", "columns"),
        ("Race\tApproved\tRefused\tAppeals\nWhite\t10\t20\t3\nBlack\t30\t40\t5\n", "columns"),
        ("Sex\tNorwegian\tBadener\nMen\t10\t20\nWomen\t30\t40\n", "columns"),
        ("Region\t2021\t2022\nNorth\t10\t20\nSouth\t30\t40\n", "columns"),
        ("Race\tTotal\tApproved\tRefused\nWhite\t33\t10\t20\nBlack\t75\t30\t40\n", "totals"),
        ("Race\tApplications\tApproval rate\nWhite\t1100\t0.62\nBlack\t310\t0.51\n", "C:scale"),
        ("Refusals per 1,000\nRace\tApproved\tRefused\nWhite\t62\t380\nBlack\t50\t500\n", "unit"),
        ("White 1 234 567\nBlack 300 200\n", "separator"),
        (PLAIN + "\n" + PLAIN.replace("Race", "Sex").replace("Approved", "Granted"), "row5"),
    ],
)  # fmt: skip
def test_what_the_headings_leave_open_is_asked(text, wanted):
    assert wanted in asked(text)


def test_an_answer_settles_its_question_and_is_recorded():
    text = HEAD + "White\t10\t20\nBlack\t30\t44\nTotal\t40\t60\n"
    assert counts(text, C3="40") == [10, 20, 30, 40]
    notes = read_published(text, {"C3": "40"}).notes
    assert "Cell C3 was read as '40' in place of '44', as answered." in notes
    assert counts(text, totals="ignore") == [10, 20, 30, 44]


@pytest.mark.parametrize(
    ("rows", "answers", "expected"),
    [
        ("England\t40\t60\nNorth\t10\t20\nSouth\t30\t40\n", {"row2": "total"}, [10, 20, 30, 40]),
        ("A\t2,000\t1,000\nB\t30\t41\n", {"numbers": "1,234.5"}, [2000, 1000, 30, 41]),
        ("A\t2,000\t1,000\nB\t30\t41\n", {"numbers": "1.234,5"}, [2, 1, 30, 41]),
        ("A\t-\t20\nB\t30\t41\n", {"dash": "0"}, [0, 20, 30, 41]),
        ("A\t10\t20\nof which x\t3\t4\nB\t30\t41\n", {"row3": "skip"}, [10, 20, 30, 41]),
        ("A\t10\t20\nB\t30\t41\nMen\t15\t22\nWomen\t26\t40\n", {"twice": "2"}, [15, 22, 26, 40]),
        ("A\t62\t38\nB\t50\t50\n", {"unit": "people"}, [62, 38, 50, 50]),
    ],
)
def test_answers_change_the_reading(rows, answers, expected):
    assert counts(HEAD + rows, **answers) == expected


def test_an_answer_to_no_question_is_an_error():
    with pytest.raises(InputError, match="Answer section belongs to no question"):
        read_published(PLAIN, {"section": "Race"})
    with pytest.raises(InputError, match="outside the table"):
        read_published(PLAIN, {"Z99": "1"})
    with pytest.raises(InputError, match="must be one of"):
        read_published(PLAIN, {"B": "perhaps"})


def test_a_cell_that_totals_settle_is_read_and_noted():
    text = "Race\tApproved\tRefused\tTotal\nA\t<5\t3\t7\nB\t10\t20\t30\nC\t1\t2\t3\n"
    assert counts(text) == [4, 3, 10, 20, 1, 2]
    assert "Follow from the totals alone: B2." in read_published(text).notes


def test_one_total_that_agrees_is_not_enough_to_settle_a_cell():
    found = read_published("Race\tTotal\tApproved\tRefused\nA\t100\t96\t<5\nB\t75\t30\t45\n")
    assert found.intervals == ("D2 (0 to 4)",)


def test_bounds_stay_in_the_tally_unless_one_end_is_asked_for():
    text = HEAD + "White\t<5\t20\nBlack\t30\t41\n"
    found = read_published(text)
    assert found.table[["low", "high"]].to_numpy()[0].tolist() == [0, 4]
    tally = found.to_tally(ROLES)
    assert len(tally.bounds) == 1
    assert tally.n == 91
    low, high = (read_published(text, {"intervals": end}) for end in ("low", "high"))
    assert (low.to_tally(ROLES).n, high.to_tally(ROLES).n) == (91, 95)


def test_a_table_with_questions_makes_no_tally():
    found = read_published(HEAD + "White\t*\t20\nBlack\t30\t41\n")
    assert found.table.empty
    with pytest.raises(OpenQuestions, match="--answer star=0"):
        found.to_tally(ROLES)


def test_a_note_tells_what_a_symbol_is():
    text = HEAD + "White\t*\t20\nBlack\t30\t41\n* fewer than 5 people\n"
    assert read_published(text).intervals == ("B2 (0 to 4)",)
    assert read_published(text.replace("fewer than 5", "1 to 3")).intervals == ("B2 (1 to 3)",)


def test_rounded_numbers_are_bounds():
    text = HEAD + "White\t10\t20\nBlack\t30\t41\nCounts are rounded.\n"
    assert read_published(text, {"rounding": 5}).intervals[0] == "B2 (8 to 12)"
    assert counts(text, rounding="0") == [10, 20, 30, 41]


def test_the_same_text_has_the_same_hash_and_the_path_is_not_told(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(PLAIN.replace(",", "").replace("\t", ","), encoding="utf-8")
    found = read_published(path)
    assert found.source_name == "table.csv"
    assert str(tmp_path) not in " ".join(found.notes)
    assert found.source_hash == read_published(path.read_text(encoding="utf-8")).source_hash
