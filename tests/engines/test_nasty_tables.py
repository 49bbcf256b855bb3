"""Whatever the table, every source counts it as one would on paper."""

import math
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from engine_sources import CSV, ENGINES, FILES, MEMORY, differences, from_source
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_tally import people_in_cells, people_on_paper

from creditaudit import Roles

# Letters that are written in two ways, from right to left, or mean something to a reader of files.
TEXT = st.one_of(
    st.sampled_from(["", " ", "NA", "nan", "007", "1", "1.0", "True", "é", "e\u0301", "א", 'a"b']),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3),
)
WHOLE = st.one_of(st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1))
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
NARROW = st.floats(allow_nan=True, allow_infinity=True, width=32)
GROUPS = [
    (TEXT, pa.string()),
    (TEXT, pa.large_string()),
    (TEXT, pa.dictionary(pa.int8(), pa.string())),
    (WHOLE, pa.int64()),
    (st.integers(-128, 127), pa.int8()),
    (NUMBERS, pa.float64()),
    (NARROW, pa.float32()),
    (st.booleans(), pa.bool_()),
]
SCORES = [
    (st.one_of(NUMBERS, st.sampled_from([0.0, -0.0, 0.1, 0.3, 0.7, 1.0, 0.1 + 0.2])), pa.float64()),
    (st.one_of(NARROW, st.sampled_from([0.0, 0.5, 1.0, 0.75])), pa.float32()),
    (st.integers(-2, 12), pa.int16()),
    (WHOLE, pa.int64()),
]
BINS = st.one_of(
    st.just("exact"),
    st.integers(1, 12),
    st.lists(st.floats(-10, 10), min_size=2, max_size=8, unique=True).map(sorted),
)
RANGES = st.sampled_from([None, (0, 1), (-1, 10), (300, 850), (0, 0.7), (-1e-3, 1e9)])
WEIGHTS = st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0, 1 / 3, 1e-9, 1e9])
IN_MEMORY = [name for name in MEMORY if name not in ("pyarrow table", "pyarrow reader")]
IN_FILES = [f"{name} by {engine}" for name in FILES for engine in ENGINES]


@st.composite
def nasty(draw):
    """Return a table with every role."""
    rows = draw(st.integers(1, 9))

    def column(values, kind):
        given = draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        return pa.array(given, kind)

    def filled(values):
        return pa.array(draw(st.lists(values, min_size=rows, max_size=rows)))

    return pa.table(
        {
            "a": column(*draw(st.sampled_from(GROUPS))),
            "b": column(*draw(st.sampled_from(GROUPS))),
            "ok": column(st.sampled_from([0, 1]), pa.int8()),
            "paid": column(st.booleans(), pa.bool_()),
            "points": column(*draw(st.sampled_from(SCORES))),
            "w": filled(WEIGHTS),
        }
    )


@st.composite
def asked(draw):
    """Return the roles and the bins."""
    roles = {"groups": ["a", "b"], "decision": "ok", "favourable": 1}
    roles |= {"outcome": "paid", "good": True} if draw(st.booleans()) else {}
    roles |= {"weight": "w"} if draw(st.booleans()) else {}
    bins = draw(st.none() | BINS)
    if bins is not None:
        roles |= {"score": "points", "higher_is": "safer", "score_range": draw(RANGES)}
    return Roles(**roles), bins


def in_a_folder(source, table, roles, bins):
    with tempfile.TemporaryDirectory() as folder:
        return from_source(source, table, Path(folder), roles, score_bins=bins)


@settings(max_examples=100)
@given(table=nasty(), roles_and_bins=asked())
def test_a_nasty_table_is_counted_as_on_paper(table, roles_and_bins):
    roles, bins = roles_and_bins
    tally = in_a_folder("pyarrow table", table, roles, bins)
    for keys in (["a"], ["b"], ["a", "b"]):
        paper = people_on_paper(table.to_pylist(), keys, roles, tally.bins)
        found = people_in_cells(tally, keys)
        assert found.keys() == paper.keys()
        assert all(found[cell] == pytest.approx(paper[cell], rel=1e-12) for cell in paper)


@settings(max_examples=50)
@given(
    table=nasty(),
    roles_and_bins=asked(),
    memory=st.sampled_from(IN_MEMORY),
    file=st.sampled_from(IN_FILES),
)
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_nasty_table_is_the_same_in_every_source(engine, table, roles_and_bins, memory, file):
    roles, bins = roles_and_bins
    expected = in_a_folder("pyarrow table", table, roles, bins)
    for source in (engine, memory, file):
        assert differences(in_a_folder(source, table, roles, bins), expected) == [], source


@settings(max_examples=50)
@given(table=nasty(), roles_and_bins=asked(), name=st.sampled_from(sorted(CSV)))
def test_a_nasty_csv_is_the_same_by_every_engine(table, roles_and_bins, name):
    roles, bins = roles_and_bins
    expected = in_a_folder(f"{name} by arrow", table, roles, bins)
    assert math.isclose(expected.n, len(table))
    for engine in ("polars", "duckdb"):
        tally = in_a_folder(f"{name} by {engine}", table, roles, bins)
        assert differences(tally, expected) == [], engine


# Ends of the kind people type, and of the kind a pass over the data finds.
ENDS = st.one_of(
    st.sampled_from([(0, 1), (300, 850), (-1, 1), (0, 0.7), (1e-6, 3.7e-6), (0, 1e12)]),
    st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6)).map(lambda x: (x[0], x[0] + x[1])),
)


@settings(max_examples=50)
@given(ends=ENDS, number=st.integers(1, 300))
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_score_next_to_any_cut_is_on_its_side(engine, ends, number):
    roles = Roles(score="points", higher_is="safer", score_range=ends)
    first = in_a_folder("pyarrow table", pa.table({"points": [0.0]}), roles, number)
    edges = first.bins.values
    near = [math.nextafter(x, to) for x in edges for to in (-math.inf, x, math.inf)]
    table = pa.table({"points": near})
    tally, expected = (in_a_folder(x, table, roles, number) for x in (engine, "pyarrow table"))
    assert differences(tally, expected) == []
