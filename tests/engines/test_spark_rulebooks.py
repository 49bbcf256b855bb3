"""A rulebook gives the same on Spark, through the dataframe and from its SQL text."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from creditaudit.rulebooks import Rulebook, RulebookScorer

pytestmark = [
    pytest.mark.slow,
    # pyspark 4.3 says so of every pandas from 3; nothing of pandas is used here.
    pytest.mark.filterwarnings("ignore::FutureWarning:pyspark"),
    pytest.mark.filterwarnings("ignore::ResourceWarning:pyspark"),
]
TEXT = """
format = 1
[book]
id = "xx_spark"
title = "Made up"
about = "Made up for a test."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "state"
use = "general"
confidence = "F"
looked_at = 2026-11-22
currency = "CNY"
[scale]
base = 1000
mark = "F"
min = 900
[[bands]]
tier = "low"
mark = "F"
[[bands]]
tier = "high"
from = 980
mark = "F"
[decision]
rests_on = "assumption"
text = "x"
refuse_tiers = ["low"]
refuse_listed = ["court"]
[[sources]]
id = "own"
title = "Own"
kind = "own"
read = "all"
mark = "F"
[groups.g]
take = "max"
[[lists]]
id = "court"
title = "List"
source = "own"
mark = "F"
"""
CONDITIONS = [
    ("cards", "cards > 1", "points = -0.1\nper = 'cards'\ncap = -0.25"),
    ("small", "overdue_amount > '100 CNY' and not minor", "points = -10\ngroup = 'g'"),
    ("large", "0.1 * overdue_amount > '1 CNY'", "points = -30\ngroup = 'g'"),
    ("day", "listed_on >= $as_of - '2 years'", "points = -5"),
    ("job", "employment not in ['employed', 'inactive']", "points = -7"),
    ("word", 'person_name != "it\'s "', "tier_cap = 'low'"),
    ("most", "max(cards, accounts) >= 3", "list = 'court'"),
    ("minor", "minor", "overrides = ['most', 'day']"),
]


def book(on_missing):
    rules = [
        f"[[rules]]\nid = '{name}'\ntitle = '{name}'\nsource = 'own'\nmark = 'F'\n"
        f"when = '''{when}'''\non_missing = '{on_missing}'\n{effect}\n"
        for name, when, effect in CONDITIONS
    ]
    return Rulebook.from_toml(TEXT + "\n".join(rules))


@pytest.fixture(scope="module")
def people():
    random = np.random.default_rng(7)

    def column(values, kind):
        return pa.array([None if random.random() < 0.15 else value for value in values], kind)

    n = 300
    days = [
        date(2016, 1, 1 + int(x)) if x < 28 else date(2019, 6, 30)
        for x in random.integers(0, 60, n)
    ]
    amounts = [float("nan") if x > 4 else float(x) * 50 for x in random.integers(0, 6, n)]
    return pa.table(
        {
            "id": range(n),
            "cards": column(random.integers(0, 5, n).tolist(), pa.int64()),
            "accounts": column(random.integers(0, 5, n).tolist(), pa.int32()),
            "overdue_amount": column(amounts, pa.float64()),
            "minor": column((random.random(n) < 0.3).tolist(), pa.bool_()),
            "employment": column(
                random.choice(["employed", "unemployed", ""], n).tolist(), pa.string()
            ),
            "person_name": column(random.choice(["it's ", "a\\b", "x"], n).tolist(), pa.string()),
            "listed_on": column(days, pa.date32()),
        }
    )


def sorted_rows(table):
    wanted = ("points", "tier", "decision", "fired")
    table = table.sort_by("id")
    return {name: table[name].to_pylist() for name in wanted}


@pytest.mark.parametrize("on_missing", ["unknown", "false", "true"])
def test_spark_gives_the_same_rows(spark, people, on_missing):
    scorer = RulebookScorer(book(on_missing), as_of="2020-06-30")
    wanted = sorted_rows(scorer.score(people))
    assert len(set(wanted["points"])) > 10
    frame = spark.createDataFrame(people)
    assert sorted_rows(scorer.score(frame).toArrow()) == wanted
    frame.createOrReplaceTempView("people")
    text = scorer.to_sql(dialect="spark", table="people")
    found = spark.sql(text)
    assert found.columns == [*people.column_names, "points", "tier", "decision", "fired"]
    assert sorted_rows(found.toArrow()) == wanted


def test_a_column_comes_back_as_a_frame_of_spark(spark, people):
    scorer = RulebookScorer(book("false"), as_of="2020-06-30")
    points = scorer.points(spark.createDataFrame(people))
    assert type(points).__module__.startswith("pyspark")
    assert points.columns == ["points"]
    assert points.count() == people.num_rows
