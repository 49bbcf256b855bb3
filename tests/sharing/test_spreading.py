import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditaudit.errors import InputError, MissingExtra
from creditaudit.sharing import spreading
from creditaudit.sharing.arc_draws import draws_of_arcs
from creditaudit.sharing.closures import byte_tables
from creditaudit.sharing.spreading import ALL, Flow, open_limit, spread
from spread_worlds import flow, made, transitive

ALONE = byte_tables(np.uint64(1) << np.arange(8, dtype=np.uint64))


def by_networkx(n, size, imports, own, flows):
    """Descendants of findings on the product of people, agencies, layers and ties crossed so far.

    The number of ties crossed is part of a node, up to the largest number of hops; a flow without
    limit may be walked at any number.
    """
    most = max((one.hops or 0 for one in flows), default=0)
    graph = nx.DiGraph()
    for t in range(most + 1):
        for i in range(n):
            for a in range(size):
                graph.add_edges_from(
                    ((i, 0, a, t), (i, 0, b, t)) for b in range(size) if imports[a, b]
                )
        for one in flows:
            src = one.arcs.sources()
            is_open = draws_of_arcs(src, one.arcs.ends, one.keys) < one.limit
            allowed = one.hops is None or t + 1 <= one.hops
            for i, j in zip(src[is_open], one.arcs.ends[is_open], strict=True):
                if not allowed or (one.eligible is not None and not one.eligible[i]):
                    continue
                for a in range(size):
                    if one.carry >> a & 1:
                        for layer in {0, one.layer}:
                            graph.add_edge((i, layer, a, t), (j, one.layer, a, min(t + 1, most)))
    reached = np.zeros((3, n), np.uint64)
    start = ("everything",)
    for i in range(n):
        for a in range(size):
            if int(own[i]) >> a & 1:
                graph.add_edge(start, (i, 0, a, 0))
    for node in nx.descendants(graph, start) if start in graph else ():
        i, layer, a, _ = node
        reached[layer, i] |= np.uint64(1 << a)
    return reached


@pytest.mark.parametrize("part", range(4))
def test_two_hundred_random_worlds_equal_an_independent_oracle(part):
    for k in range(50):
        n, size, imports, own, flows = made(np.random.default_rng(1000 * part + k))
        expected = by_networkx(n, size, imports, own, flows)
        tables = byte_tables(transitive(imports))
        for engine in ("numba", "numpy"):
            found = spread(own, tables, flows, n_layers=3, engine=engine)
            np.testing.assert_array_equal(found.masks, expected)


def test_both_engines_agree_on_ties_crossed_and_on_what_came_first():
    for k in range(40):
        _, _, imports, own, flows = made(np.random.default_rng(k))
        tables = byte_tables(transitive(imports))
        one, two = (spread(own, tables, flows, n_layers=3, engine=e) for e in ("numba", "numpy"))
        np.testing.assert_array_equal(one.levels, two.levels)
        np.testing.assert_array_equal(one.via, two.via)
        assert one.depth == two.depth
        assert ((one.levels >= 0) == (one.masks != 0)).all()
        traced = spread(own, tables, flows, n_layers=3, trace=True)
        np.testing.assert_array_equal(traced.masks, one.masks)


def test_pieces_of_arcs_give_what_all_arcs_at_once_give(monkeypatch):
    worlds = [made(np.random.default_rng(k)) for k in range(20)]
    tables = [byte_tables(transitive(imports)) for _, _, imports, _, _ in worlds]
    whole = [
        spread(own, t, flows, n_layers=3, engine="numpy")
        for (*_, own, flows), t in zip(worlds, tables, strict=True)
    ]
    monkeypatch.setattr(spreading.array_steps, "MOST_ARCS", 2)
    for (*_, own, flows), t, one in zip(worlds, tables, whole, strict=True):
        pieces = spread(own, t, flows, n_layers=3, engine="numpy")
        np.testing.assert_array_equal(pieces.masks, one.masks)
        np.testing.assert_array_equal(pieces.via, one.via)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 1))
def test_whoever_is_reached_stays_reached_when_any_p_is_raised(world, p, q):
    _, _, imports, own, flows = made(np.random.default_rng(world))
    tables = byte_tables(transitive(imports))
    for place in range(len(flows)):
        nested = []
        for chance in sorted((p, q)):
            changed = list(flows)
            changed[place] = Flow(**{**vars(flows[place]), "limit": open_limit(chance)})
            nested.append(spread(own, tables, changed, n_layers=3, engine="numpy").masks)
        assert (nested[0] & ~nested[1] == 0).all()


def test_no_open_arc_is_the_same_as_no_flow():
    _, _, imports, own, flows = made(np.random.default_rng(3))
    tables = byte_tables(transitive(imports))
    shut = [Flow(**{**vars(one), "limit": open_limit(0)}) for one in flows]
    nothing = spread(own, tables, n_layers=3)
    for engine in ("numba", "numpy"):
        np.testing.assert_array_equal(
            spread(own, tables, shut, n_layers=3, engine=engine).masks, nothing.masks
        )
    assert nothing.depth == 0


def test_a_chain_ends_where_its_hops_end():
    own = np.array([1, 0, 0, 0, 0], np.uint64)
    chain = [(0, 1), (1, 2), (2, 3), (3, 4)]
    for hops, last in ((1, 1), (2, 2), (3, 3), (None, 4)):
        found = spread(own, ALONE, [flow(5, chain, hops=hops)])
        assert np.flatnonzero(found.masks[0]).max() == last == found.depth
        assert found.levels[0].tolist() == [*range(last + 1), *[-1] * (4 - last)]


def test_imports_cross_no_tie_and_what_came_in_is_imported_where_it_comes():
    """Agency 1 imports from 0; only listings of 1 travel, and those of 0 do as listings of 1."""
    tables = byte_tables(np.array([0b11, 0b10], np.uint64))
    found = spread(np.array([1, 0, 0], np.uint64), tables, [flow(3, [(0, 1)], carry=0b10)])
    assert found.masks[0].tolist() == [0b11, 0b10, 0]


def test_a_measure_touches_and_lists_nobody():
    found = spread(
        np.array([1, 0, 0], np.uint64), ALONE, [flow(3, [(0, 1), (1, 2)], layer=1)], n_layers=2
    )
    assert found.masks.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert found.levels[1].tolist() == [-1, 1, -1]


def test_what_is_inherited_stops_though_the_same_person_passes_on_what_is_his_own():
    """The middle one has a finding of 1 and inherits one of 0; with one hop only 1 goes on."""
    own = np.array([1, 2, 0], np.uint64)
    found = spread(own, ALONE, [flow(3, [(0, 1), (1, 2)])])
    assert found.masks[0].tolist() == [1, 3, 2]


def test_an_import_that_is_not_passed_on_is_known_when_the_agency_itself_lists():
    """1 imports from 0 without passing on, 2 imports from 1: a tie that lists at 1 reaches 2."""
    tables = byte_tables(np.array([0b011, 0b110, 0b100], np.uint64))
    own = np.array([0b001, 0b001], np.uint64)
    for engine in ("numba", "numpy"):
        found = spread(own, tables, [flow(2, [(0, 1)], carry=0b010)], engine=engine)
        assert found.masks[0].tolist() == [0b011, 0b111]


def test_all_sixty_four_agencies_travel():
    last = np.array([1 << 63, 0], np.uint64)
    tables = byte_tables(np.uint64(1) << np.arange(64, dtype=np.uint64))
    for engine in ("numba", "numpy"):
        found = spread(last, tables, [flow(2, [(0, 1)], carry=int(ALL))], engine=engine)
        assert found.masks[0].tolist() == [1 << 63, 1 << 63]


def test_arrays_do_without_numba_and_a_compiled_run_says_what_to_install(monkeypatch):
    monkeypatch.setattr(spreading, "has_numba", lambda: False)
    assert spreading.chosen_engine("auto") == "numpy"
    with pytest.raises(MissingExtra, match=r"creditaudit\[fast\]"):
        spreading.chosen_engine("numba")
    with pytest.raises(InputError, match="engine='gpu'"):
        spreading.chosen_engine("gpu")


def test_a_share_outside_zero_and_one_is_no_p():
    with pytest.raises(InputError, match=r"p=1\.2"):
        open_limit(1.2)


def test_imports_that_are_not_passed_on_equal_an_oracle_that_tells_found_from_held():
    """A listing that is found, or comes through a tie, is held where a table says; no further."""
    changed = 0
    for k in range(80):
        rng = np.random.default_rng(9_000 + k)
        n, size, _, own, flows = made(rng)
        flows = [Flow(**{**vars(one), "layer": 0, "hops": None}) for one in flows]
        held = (rng.random((size, size)) < 0.4) | np.eye(size, dtype=bool)
        closure = np.array(
            [sum(1 << b for b in range(size) if held[a, b]) for a in range(size)], dtype=np.uint64
        )
        graph = nx.DiGraph()
        for i in range(n):
            for a in range(size):
                graph.add_edges_from(
                    ((i, "found", a), (i, "held", b)) for b in np.flatnonzero(held[a])
                )
                if int(own[i]) >> a & 1:
                    graph.add_edge("start", (i, "found", a))
        for one in flows:
            src = one.arcs.sources()
            is_open = draws_of_arcs(src, one.arcs.ends, one.keys) < one.limit
            for i, j in zip(src[is_open], one.arcs.ends[is_open], strict=True):
                if one.eligible is None or one.eligible[i]:
                    graph.add_edges_from(
                        ((i, "held", a), (j, "found", a)) for a in range(size) if one.carry >> a & 1
                    )
        expected = np.zeros(n, np.uint64)
        for node in nx.descendants(graph, "start") if "start" in graph else ():
            if node[1] == "held":
                expected[node[0]] |= np.uint64(1 << node[2])
        for engine in ("numba", "numpy"):
            found = spread(own, byte_tables(closure), flows, engine=engine)
            np.testing.assert_array_equal(found.masks[0], expected)
        changed += int((expected != own).any())
    assert changed > 40


@pytest.mark.parametrize("size", [1, 3, 8, 9])
def test_the_tables_are_the_transitive_closure_of_every_mask_there_is(size):
    rng = np.random.default_rng(size)
    for density in (0.05, 0.2, 0.5):
        imports = rng.random((size, size)) < density
        graph = nx.DiGraph(imports)
        reached = [{a, *nx.descendants(graph, a)} for a in range(size)]
        masks = np.arange(1 << size, dtype=np.uint64)
        slow = [
            sum(1 << b for b in set().union(*(reached[a] for a in range(size) if mask >> a & 1)))
            for mask in range(1 << size)
        ]
        assert spread(masks, byte_tables(transitive(imports))).masks[0].tolist() == slow
