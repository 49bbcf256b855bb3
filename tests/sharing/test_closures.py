import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.sharing import Import, apply_closure, byte_tables, import_closure
from creditaudit.vocabulary import load_vocabulary

NAMES = tuple(load_vocabulary().agencies)


def line(importer, source, **more):
    return Import(importer=importer, source=source, mark="F", **more)


def test_a_chain_carries_a_listing_to_its_end_and_never_back():
    chain = [line("bank", "court"), line("tax", "bank")]
    closure = import_closure(("court", "bank", "tax"), chain)
    assert closure.tolist() == [0b111, 0b110, 0b100]


def test_own_only_stops_what_the_source_had_imported_and_nothing_else():
    chain = [line("bank", "court"), line("tax", "bank", own_only=True)]
    closure = import_closure(("court", "bank", "tax"), chain)
    assert closure.tolist() == [0b011, 0b110, 0b100]


def test_columns_put_nobody_on_a_list():
    chain = [line("bank", "tax", carries=("tax_arrears",))]
    assert import_closure(("bank", "tax"), chain).tolist() == [1, 2]


@st.composite
def networks(draw):
    size = draw(st.integers(1, 7))
    pairs = [(a, b) for a in range(size) for b in range(size) if a != b]
    used = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    own = draw(st.lists(st.booleans(), min_size=len(used), max_size=len(used)))
    return size, list(zip(used, own, strict=True))


@given(networks())
def test_closure_is_reachability_where_an_imported_record_is_a_node_of_its_own(network):
    """Oracle: nodes (agency, own) and (agency, imported); own_only leaves from own alone."""
    size, edges = network
    graph = nx.DiGraph()
    graph.add_nodes_from((k, own) for k in range(size) for own in (True, False))
    for (source, importer), own_only in edges:
        graph.add_edge((source, True), (importer, False))
        if not own_only:
            graph.add_edge((source, False), (importer, False))
    lines = [line(NAMES[b], NAMES[a], own_only=own) for (a, b), own in edges]
    closure = import_closure(NAMES[:size], lines)
    for a in range(size):
        reached = {k for k, _ in nx.descendants(graph, (a, True))} | {a}
        assert int(closure[a]) == sum(1 << k for k in reached)


@given(networks(), st.integers(0, 2**32))
def test_applied_to_a_mask_it_is_the_union_over_its_bits(network, seed):
    size, edges = network
    lines = [line(NAMES[b], NAMES[a], own_only=own) for (a, b), own in edges]
    closure = import_closure(NAMES[:size], lines)
    masks = np.random.default_rng(seed).integers(0, 1 << size, 50).astype(np.uint64)
    wanted = [
        int(np.bitwise_or.reduce([c for k, c in enumerate(closure) if int(mask) >> k & 1] or [0]))
        for mask in masks
    ]
    assert apply_closure(masks, closure).tolist() == wanted


def test_sixty_four_agencies_use_every_byte_and_the_highest_bit():
    closure = np.uint64(1) << np.arange(64, dtype=np.uint64)
    closure[63] |= np.uint64(1)
    assert byte_tables(closure).shape == (8, 256)
    masks = np.array([2**63, 2**64 - 1, 0], dtype=np.uint64)
    assert apply_closure(masks, closure).tolist() == [2**63 + 1, 2**64 - 1, 0]


def test_a_mask_with_an_agency_that_is_not_there_is_an_error():
    with pytest.raises(InputError, match="beyond those of the 2 agencies"):
        apply_closure(np.array([4], dtype=np.uint64), np.array([1, 2], dtype=np.uint64))
