import gc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.sharing.tie_graphs import TieGraph, graph_of, laid_out
from spread_worlds import SmallWorld


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60))
def test_arcs_are_sorted_by_where_they_leave_from_as_a_stable_sort_does(ties):
    src, dst = np.array(ties, dtype=np.int64).reshape(-1, 2).T
    arcs = laid_out(10, src, dst)
    order = np.argsort(src, kind="stable")
    np.testing.assert_array_equal(arcs.ends, dst[order])
    np.testing.assert_array_equal(arcs.sources(), src[order])
    np.testing.assert_array_equal(arcs.degrees, np.bincount(src, minlength=10))
    assert arcs.ends.dtype == np.int32
    assert arcs.count == len(ties)


def test_a_graph_is_built_once_for_a_society_and_goes_with_it():
    world = SmallWorld(3, 1, ties=[(0, 1, "household"), (1, 0, "household"), (2, 3, "ownership")])
    graph = graph_of(world)
    assert graph_of(world) is graph
    assert (graph.n, graph.first_firm) == (4, 3)
    assert graph.arcs("ownership").ends.tolist() == [3]
    assert graph.arcs("ownership", "backward").ends.tolist() == [2]
    assert graph.arcs("ownership") is graph.arcs("ownership")
    assert graph.nbytes == 2 * (5 * 4 + 4)
    with pytest.raises(InputError, match="'love'"):
        graph.arcs("love")
    kept = len(__import__("creditaudit.sharing.tie_graphs", fromlist=["x"])._GRAPHS)
    del world
    gc.collect()
    assert len(__import__("creditaudit.sharing.tie_graphs", fromlist=["x"])._GRAPHS) < kept


def test_ties_in_any_order_of_kinds_are_found():
    world = SmallWorld(3, ties=[(0, 1, "household"), (1, 2, "kin")])
    world.ties = world.ties.iloc[::-1].reset_index(drop=True)
    assert graph_of(world).arcs("kin").ends.tolist() == [2]
    assert graph_of(world).arcs("household").ends.tolist() == [1]


def test_a_tie_to_nobody_is_told():
    with pytest.raises(InputError, match="outside 0 to 2"):
        TieGraph(3, 3, {"kin": (np.array([0]), np.array([3]))})
    with pytest.raises(InputError, match="first_firm"):
        TieGraph(3, 4, {})
