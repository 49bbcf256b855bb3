"""A card gives the same integers on Spark, from Python and from its SQL text."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scorers"))
from cards import fitted, new_people

pytestmark = [
    pytest.mark.slow,
    # pyspark 4.3 says so of every pandas from 3; nothing of pandas is used here.
    pytest.mark.filterwarnings("ignore::FutureWarning:pyspark"),
    pytest.mark.filterwarnings("ignore::ResourceWarning:pyspark"),
]


@pytest.mark.parametrize(("integer", "rows"), [(True, 1_000_000), (False, 5_000)])
def test_spark_has_the_same_points(spark, integer, rows):
    card = fitted(integer=integer)
    people = new_people(card, rows, seed=8)
    expected = card.points(people)
    table = pa.Table.from_pandas(people).append_column("row", pa.array(range(len(people))))
    frame = spark.createDataFrame(table)
    found = card.points(frame).select("row", "points").toArrow().sort_by("row")["points"]
    assert found.to_numpy() == pytest.approx(expected, abs=1e-9 if not integer else 0)
    decided = card.decide(frame, cutoff=540).select("row", "points", "decision").toArrow()
    assert set(decided["decision"].to_pylist()) == {"approved", "refused"}
    frame.createOrReplaceTempView("people")
    text = spark.sql(card.to_sql(dialect="spark", table="people", cutoff=540))
    found = text.select("row", "points", "p_bad", "decision").toArrow().sort_by("row")
    assert found["points"].to_numpy() == pytest.approx(expected, abs=1e-9 if not integer else 0)
    p = card.predict_proba(people)[:, 1]
    assert found["p_bad"].to_numpy() == pytest.approx(p, abs=1e-14)
    # An unrounded score may stand a last digit off the cut-off.
    near = np.abs(expected - 540) < 1e-9
    decisions = np.array(found["decision"].to_pylist())
    assert (decisions == card.decide(people, cutoff=540))[~near].all()
