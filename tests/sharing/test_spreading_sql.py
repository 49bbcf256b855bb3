from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest

from creditaudit.errors import InputError
from creditaudit.sharing.closures import byte_tables
from creditaudit.sharing.records import Import, TieRule
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.spreading import Flow, spread
from creditaudit.sharing.spreading_sql import SqlFlow, run_sql, signed, sql_flows, step_sql
from creditaudit.sharing.tie_graphs import laid_out
from spread_worlds import made, transitive


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        yield opened


def tables(connection, own, ties):
    """``findings`` and ``arcs`` from plain arrays."""
    rows = pd.DataFrame({"entity": np.arange(len(own)), "mask": own.view("i8")})
    connection.register("given", rows)
    connection.execute("create or replace table findings as select * from given")
    pairs = [(*pair, name) for name, some in ties.items() for pair in some]
    arcs = pd.DataFrame(pairs, columns=["src", "dst", "relation"])
    connection.register("given", arcs.astype({"src": "int64", "dst": "int64", "relation": "str"}))
    connection.execute("create or replace table arcs as select * from given")


def test_a_database_gives_what_arrays_give_on_random_worlds(connection):
    for k in range(8):
        n, _, imports, own, flows = made(np.random.default_rng(500 + k))
        flows = [Flow(**{**vars(one), "eligible": None}) for one in flows]
        closure = transitive(imports)
        named = {
            f"kind {i}": np.column_stack([one.arcs.sources(), one.arcs.ends])
            for i, one in enumerate(flows)
        }
        tables(connection, own, named)
        text = [
            SqlFlow(f"kind {i}", "forward", one.keys, one.limit, one.carry, one.layer, one.hops)
            for i, one in enumerate(flows)
        ]
        masks, levels = run_sql(connection, text, closure, n=n, n_layers=3)
        found = spread(own, byte_tables(closure), flows, n_layers=3)
        np.testing.assert_array_equal(masks, found.masks)
        np.testing.assert_array_equal(levels, found.levels)


def test_a_tie_that_stands_once_is_walked_both_ways_with_a_draw_for_each(connection):
    n, ties = 400, np.column_stack([np.arange(200), 200 + np.arange(200)])
    regime = SharingRegime.silos(["court", "bank"]).with_tie(
        "representation", p=0.5, carries="listing", direction="both"
    )
    own = np.ones(n, np.uint64)
    own[200:] = 2
    tables(connection, own, {"representation": ties})
    text = sql_flows(regime, 3)
    assert [one.way for one in text] == ["forward", "backward"]
    closure = regime.closure()
    masks, _ = run_sql(connection, text, closure, n=n, n_layers=1)
    flows = [
        Flow(laid_out(n, *pair), one.keys, one.limit, one.carry, 0, 1)
        for one, pair in zip(text, (ties.T, ties.T[::-1]), strict=True)
    ]
    np.testing.assert_array_equal(masks, spread(own, byte_tables(closure), flows).masks)
    forward, backward = masks[0, 200:] == 3, masks[0, :200] == 3
    assert 70 < forward.sum() < 130
    assert 70 < backward.sum() < 130
    assert (forward != backward).any()


@pytest.mark.parametrize("bit", [0, 31, 62, 63])
def test_the_highest_agency_is_a_whole_number_of_the_database(connection, bit):
    got = connection.execute(f"select {signed(1 << bit)}").fetchone()[0]
    assert np.int64(got).view(np.uint64) == np.uint64(1 << bit)


def test_what_cannot_be_written_as_sql_is_told():
    tie = {"relation": "household", "p": 1.0, "mark": "K", "source_text": "a text"}
    conditional = TieRule(measure="school", when="listed_court", **tie)
    regime = replace(SharingRegime.silos(["court"]), ties=(conditional,))
    with pytest.raises(InputError, match="condition on people"):
        sql_flows(regime, 1)
    own_only = [
        Import(importer=to, source=by, mark="K", own_only=True, source_text="a text")
        for to, by in (("bank", "court"), ("tax", "bank"))
    ]
    agencies = ["court", "bank", "tax"]
    regime = replace(
        SharingRegime.silos(agencies), imports=tuple(own_only),
        ties=(TieRule(carries="listing", **tie),),
    )  # fmt: skip
    with pytest.raises(InputError, match="own_only"):
        step_sql(sql_flows(regime, 1), regime.closure(), 1)
