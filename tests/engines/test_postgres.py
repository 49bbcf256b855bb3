"""The SQL text for Postgres gives on a Postgres what the library gives."""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from postgres_server import Server, programs

sys.path.insert(0, str(Path(__file__).parents[1] / "scorers"))
sys.path.insert(0, str(Path(__file__).parents[1] / "rulebooks"))
from cards import fitted, new_people
from engine_frames import arrow_table
from made_books import PEOPLE_ROWS, book_text, books, rule
from test_presets import RUNNABLE, people_of

from creditaudit.rulebooks import Rulebook, RulebookScorer

pytestmark = pytest.mark.slow
EVERY = RulebookScorer(
    Rulebook.from_toml(
        book_text(
            rule("a", "cards > 1 and accounts > 1 and utilisation > 1 and minor", points=-1),
            rule("b", "overdue_amount > 0 and employment is missing and mortgage", points=-1),
            rule("c", "listed_on is missing and age > 0", points=-1),
        )
    )
).program.columns


@pytest.fixture(scope="module")
def postgres():
    found = programs()
    if found is None or os.name != "posix":
        pytest.skip("no Postgres on this computer: apt install postgresql")
    server = Server(found)
    yield server
    server.close()


def same(found, wanted, numbers):
    """Whether rows of texts are the columns wanted; null is '' there."""
    for name, column in wanted.items():
        texts = [row[name] for row in found]
        if name in numbers:
            assert [float(one) if one else None for one in texts] == column, name
        else:
            assert texts == ["" if one is None else one for one in column], name


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=books(), rows=PEOPLE_ROWS)
def test_random_books_give_the_same_on_postgres(postgres, text, rows):
    scorer = RulebookScorer(Rulebook.from_toml(text), as_of="2020-06-30")
    table = arrow_table(rows, EVERY)
    postgres.load("people", table.append_column("id", pa.array(range(len(rows)))))
    query = scorer.to_sql(dialect="postgres", table="people")
    found = postgres.rows(f'SELECT points, tier, decision, fired FROM ({query}) q ORDER BY "id"')
    traces = [scorer.trace(row) for row in rows]
    scored = scorer.score(table.to_pandas(types_mapper=pd.ArrowDtype))
    wanted = {
        "points": [trace.points for trace in traces],
        "tier": [trace.tier for trace in traces],
        "decision": [trace.decision for trace in traces],
        "fired": scored["fired"].tolist(),
    }
    same(found, wanted, {"points"})


def typed(frame, kinds):
    """Return people with the types that columns of a database would have."""
    types = {"yes_no": pa.bool_(), "date": pa.date32(), "text": pa.string(), "id": pa.string(),
             "category": pa.string(), "count": pa.int64()}  # fmt: skip
    columns = {}
    for name, kind in kinds.items():
        values = frame[name]
        if kind.name == "yes_no":
            values = values.astype("boolean")
        elif kind.name == "count":
            values = values.round().astype("Int64")
        kept = types.get(kind.name, pa.float64())
        columns[name] = pa.Array.from_pandas(values).cast(kept)
    return pa.table(columns)


@pytest.mark.parametrize("book", RUNNABLE, ids=lambda book: book.id)
def test_every_preset_gives_the_same_on_postgres(postgres, book):
    for subject in book.header.subjects:
        scorer = RulebookScorer(book, reading="strict", subject=subject)
        table = typed(people_of(book, rows=200), scorer.program.columns)
        postgres.load("people", table.append_column("id", pa.array(range(len(table)))))
        query = scorer.to_sql(dialect="postgres", table="people")
        found = postgres.rows(f'SELECT points, decision, fired FROM ({query}) q ORDER BY "id"')
        scored = scorer.score(table)
        wanted = {name: scored[name].to_pylist() for name in ("points", "decision", "fired")}
        same(found, wanted, {"points"})


@pytest.mark.parametrize("integer", [True, False])
def test_a_card_gives_the_same_on_postgres(postgres, integer):
    card = fitted(integer=integer)
    people = new_people(card, 3_000, seed=8)
    expected = card.points(people)
    table = pa.Table.from_pandas(people, preserve_index=False)
    plain = [
        one.cast(pa.string()) if pa.types.is_dictionary(one.type) else one for one in table.columns
    ]
    table = pa.table(plain, names=table.column_names)
    postgres.load("people", table.append_column("row", pa.array(range(len(people)))))
    query = card.to_sql(dialect="postgres", table="people", cutoff=540)
    found = postgres.rows(f'SELECT points, p_bad, decision FROM ({query}) q ORDER BY "row"')
    tolerance = 0 if integer else 1e-9
    points = np.array([float(row["points"]) for row in found])
    assert points == pytest.approx(expected, abs=tolerance)
    p_bad = np.array([float(row["p_bad"]) for row in found])
    assert p_bad == pytest.approx(card.predict_proba(people)[:, 1], abs=1e-14)
    near = np.abs(expected - 540) < 1e-9
    decisions = np.array([row["decision"] for row in found])
    assert (decisions == card.decide(people, cutoff=540))[~near].all()
