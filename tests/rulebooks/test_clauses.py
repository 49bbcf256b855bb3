import pytest
from made_books import SCOPE, VALUES

from creditaudit.rulebooks.clauses import Words
from creditaudit.rulebooks.conditions import Condition

WORDS = Words(
    {"late": "Payments made late", "minor": "Under 18", "rating": "Rating", "debt": "ATM debt"},
    {"rating": {"A": "the best", "B": "good"}},
    {"limit": "the smallest debt that counts"},
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("late > 3", "Payments made late: more than 3."),
        ("3 >= late", "Payments made late: at most 3."),
        ("0 < late <= 3", "Payments made late: more than 0; and payments made late: at most 3."),
        ("minor", "Under 18."),
        ("not minor", "Not (under 18)."),
        ("minor and (late > 3 or late is missing)",
         "Under 18; and (payments made late: more than 3; or payments made late: not known)."),
        ("late is not missing", "Payments made late: known."),
        ("rating == 'A'", "Rating: the best."),
        ("rating not in ['A', 'B']", "Rating: none of the best, good."),
        ("debt > limit", "ATM debt: more than the smallest debt that counts."),
        ("debt != '12,345.5 CNY'", "ATM debt: other than 12,345.5 CNY."),
        ("listed_on < '2018-06-01'", "Listed on: before 2018-06-01."),
        ("listed_on >= $as_of - '2 years'",
         "Listed on: on or after 2 years before the day of the assessment."),
        ("age < '1 year'", "Age: less than 1 year."),
        ("debt > '6 months' * income", "ATM debt: more than (6 times income)."),
        ("max(late, 2) - 1 > 3", "(the greatest of payments made late, 2 minus 1): more than 3."),
        ("abs(late) > -1", "Payments made late without its sign: more than -1."),
        ("-late < 0", "Minus payments made late: less than 0."),
        ("not late > 3", "Not (payments made late: more than 3)."),
    ],
)  # fmt: skip
def test_a_condition_reads_as_a_sentence(text, sentence):
    assert Condition.parse(text, SCOPE).sentence(WORDS) == sentence


def test_a_chosen_day_stands_in_the_sentence():
    chosen = Condition.parse("listed_on < $as_of - '2 years' and debt > limit", SCOPE).at(VALUES)
    assert chosen.sentence() == "Listed on: before 2018-02-28; and debt: more than 1,000 CNY."


def test_without_words_names_speak_for_themselves():
    assert Condition.parse("listed_on is missing", SCOPE).sentence() == "Listed on: not known."
