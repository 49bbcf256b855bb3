"""A fingerprint is of the values: cuts, codes and file formats do not enter it."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import creditaudit as ca
from creditaudit.populations.storage import fingerprint, stored, table_schema, to_pandas

values = st.lists(st.one_of(st.none(), st.integers(-100, 100)), min_size=1, max_size=30)
words = st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "cc", ""])), max_size=30)


@given(values, st.integers(0, 30))
def test_cuts_between_rows_do_not_matter(numbers, cut):
    table = pa.table({"x": pa.array(numbers, pa.int16()), "y": pa.array(map(str, numbers))})
    parts = [table.slice(0, cut), table.slice(cut)]
    assert fingerprint(parts) == fingerprint([table])


@given(words)
def test_texts_and_levels_are_the_same_whatever_their_codes(texts):
    plain = pa.array(texts, pa.string())
    turned = pa.DictionaryArray.from_arrays(
        pa.array([None if t is None else ["cc", "", "b", "a"].index(t) for t in texts], pa.int8()),
        pa.array(["cc", "", "b", "a"]),
    )
    tables = [pa.table({"x": one}) for one in (plain, plain.dictionary_encode(), turned)]
    assert len({fingerprint([table]) for table in tables}) == 1


@given(values, values)
def test_other_values_have_another_fingerprint(one, other):
    prints = [fingerprint([pa.table({"x": pa.array(v, pa.int16())})]) for v in (one, other)]
    assert (prints[0] == prints[1]) == (one == other)


def test_missing_is_not_zero_and_the_empty_text_is_not_missing():
    tables = [[0], [None], [1]], [[""], [None], ["a"]]
    for kind, columns in zip((pa.int8(), pa.string()), tables, strict=True):
        prints = {fingerprint([pa.table({"x": pa.array(v, kind)})]) for v in columns}
        assert len(prints) == 3


def test_names_and_types_enter():
    one = pa.table({"x": pa.array([1], pa.int8())})
    others = [pa.table({"y": pa.array([1], pa.int8())}), pa.table({"x": pa.array([1], pa.int16())})]
    assert fingerprint([one]) not in {fingerprint([other]) for other in others}


def test_days_truths_and_fractions_have_one_too():
    frame = pd.DataFrame(
        {"d": pd.to_datetime(["2026-01-01", None]), "b": [True, False], "f": [0.5, np.nan]}
    )
    real = ca.Population(frame, ca.Roles())
    assert real.fingerprint() == ca.Population(frame.copy(), ca.Roles()).fingerprint()
    changed = frame.assign(b=[True, True])
    assert ca.Population(changed, ca.Roles()).fingerprint() != real.fingerprint()


def test_values_are_stored_in_the_type_of_their_column():
    assert stored("income", np.array([1.0, 2.5])).type == pa.float32()
    assert stored("sex", np.array([1, 0])).to_pylist() == ["male", "female"]
    assert stored("occupation", np.array([-1, 9])).to_pylist() == [None, "armed_forces"]
    late = stored("late_payments_24m", np.array([np.nan, 3]))
    assert late.type == pa.int16()
    assert late.to_pylist() == [None, 3]


def test_a_file_says_that_it_describes_nobody():
    schema = table_schema(["sex", "income"])
    assert b"describes nobody" in schema.metadata[b"creditaudit.synthetic"]


@pytest.mark.parametrize("late", [[1, None], [1, 2]])
def test_whole_numbers_that_may_miss_are_nullable_even_when_none_misses(late):
    table = pa.table({"late_payments_24m": pa.array(late, pa.int16())})
    assert to_pandas(table)["late_payments_24m"].dtype == "Int16"
