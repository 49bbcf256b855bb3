from dataclasses import replace
from itertools import combinations

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.sharing import Import, purpose_flow
from creditaudit.sharing.purpose_graphs import items_of, shortest_ways, use_of

R = ca.SharingRegime


def line(importer, source, purpose, collected_for="", **more):
    return Import(
        importer=importer, source=source, mark="F", purpose=purpose,
        collected_for=collected_for, **more,
    )  # fmt: skip


def regime(*lines, agencies=("ecommerce", "bank", "police", "tax")):
    return replace(R.silos(agencies), name="own", imports=lines)


SALES = line("bank", "ecommerce", "lending", "trade", basis="a contract")
POLICE = line("police", "bank", "public_order", "lending")


def test_two_agreements_make_a_use_that_neither_names():
    """A platform's sales reach the police over a bank; no agreement takes them there."""
    flow = purpose_flow(regime(SALES, POLICE))
    (row,) = flow.drift.to_dict("records")
    keys = ("source", "collected_for", "user", "use", "steps")
    assert [row[k] for k in keys] == ["ecommerce", "trade", "police", "public_order", 2]
    assert row["way"] == "ecommerce (trade) > bank (lending) > police (public_order)"
    assert row["bases"] == "a contract; no basis stated"
    assert row["kind"] == "theorem"


def test_an_agreement_for_that_very_use_is_no_drift():
    direct = line("police", "ecommerce", "public_order", "trade")
    assert purpose_flow(regime(SALES, POLICE, direct)).drift.empty


def test_a_grant_for_another_purpose_of_the_source_opens_nothing_else():
    other = line("police", "bank", "public_order", "account_keeping")
    assert purpose_flow(regime(SALES, other)).drift.empty
    any_ = line("police", "bank", "public_order")
    assert len(purpose_flow(regime(SALES, any_)).drift) == 1


def test_own_findings_only_stops_what_was_imported():
    own = replace(POLICE, own_only=True)
    assert purpose_flow(regime(SALES, own)).drift.empty


def test_the_same_purpose_elsewhere_is_reached_and_is_no_drift():
    flow = purpose_flow(regime(line("bank", "tax", "trade"), line("police", "bank", "taxation")))
    rows = flow.reachable("tax", "police")
    assert rows["direct"].tolist() == [False]
    assert rows["drift"].tolist() == [False]


def test_columns_travel_only_where_they_are_carried():
    takes = line("bank", "ecommerce", "lending", "trade", carries=("ecommerce_spend", "orders_12m"))
    passes = line("police", "bank", "public_order", "lending", carries=("ecommerce_spend", "list"))
    flow = purpose_flow(regime(takes, passes), people=1_000)
    (row,) = flow.reachable("ecommerce", "police").to_dict("records")
    assert (row["value"], row["columns"]) == (1, "ecommerce_spend")
    assert row["person_columns"] == 1_000
    assert flow.reachable("ecommerce", "bank")["value"].tolist() == [2]
    use = flow.by_use.set_index("user")
    assert use.loc["bank", "by_drift"] == 0
    assert use.loc["police", "by_drift"] == 1


def test_one_column_direct_and_another_not_are_told_apart():
    takes = line("bank", "ecommerce", "lending", "trade", carries=("ecommerce_spend", "orders_12m"))
    passes = line("police", "bank", "public_order", "lending", carries=("ecommerce_spend",))
    direct = line("police", "ecommerce", "public_order", "trade", carries=("orders_12m",))
    (row,) = purpose_flow(regime(takes, passes, direct)).drift.to_dict("records")
    assert (row["value"], row["indirect"]) == (2, 1)


def test_a_catalog_of_ones_own_says_who_keeps_what_and_why():
    takes = line("bank", "tax", "lending", carries=("income",))
    catalog = pd.DataFrame({"column": ["income"], "agency": ["tax"], "purpose": ["taxation"]})
    flow = purpose_flow(regime(takes), catalog)
    assert flow.frame["collected_for"].tolist() == ["taxation"]
    more = replace(takes, carries=("income", "tax_arrears"))
    flow = purpose_flow(regime(more), catalog)
    assert flow.frame["columns"].tolist() == ["income, tax_arrears"]
    with pytest.raises(InputError, match="lacks"):
        purpose_flow(regime(takes), catalog[["column"]])


def test_matrix_nodes_and_edges_are_the_graph():
    flow = purpose_flow(regime(SALES, POLICE))
    assert flow.matrix.loc["ecommerce: trade", "police: public_order"] == 2
    assert flow.matrix.loc["bank: lending", "police: public_order"] == 1
    assert len(flow.edges) == 2
    nodes = flow.nodes.set_index(["agency", "purpose"])["collected"]
    assert nodes["ecommerce", "trade"]
    assert not purpose_flow(regime(replace(SALES, purpose="safety"))).nodes.set_index(
        ["agency", "purpose"]
    )["collected"]["bank", "safety"]


def test_what_comes_back_to_its_own_agency_is_no_drift():
    back = line("ecommerce", "bank", "safety", "lending")
    flow = purpose_flow(regime(SALES, POLICE, back))
    row = flow.frame.query("user == 'ecommerce' and source == 'ecommerce'").iloc[0]
    assert (row["steps"], row["drift"]) == (2, False)
    assert "not a use elsewhere" in row["note"]
    assert set(flow.drift["user"]) == {"police"}


def test_of_a_use_without_a_stated_purpose_nothing_is_said():
    flow = purpose_flow(regime(SALES, line("police", "bank", "", "lending")))
    row = flow.reachable("ecommerce", "police").iloc[0]
    assert (row["drift"], row["note"].startswith("a purpose is not stated")) == (False, True)


def test_all_drift_is_closed_for_every_column_at_once():
    both = ("ecommerce_spend", "orders_12m")
    lines = (
        line("bank", "ecommerce", "lending", "trade", carries=both),
        line("police", "bank", "public_order", "lending", carries=both[:1]),
        line("tax", "bank", "taxation", "lending", carries=both[1:]),
    )  # fmt: skip
    flow = purpose_flow(regime(*lines))
    # Each use has its own agreement; what both share is one.
    assert flow.closing() == lines[:1]
    assert [len(flow.closing(row)) for _, row in flow.drift.iterrows()] == [1, 1]
    assert purpose_flow(R.silos()).closing() == ()


def test_no_direct_use_is_left_to_be_reached_by_drift():
    # Ending the first line alone would close nothing new: the police still gets it over the bank.
    direct = line("police", "ecommerce", "public_order", "trade")
    onward = line("tax", "police", "taxation", "public_order")
    flow = purpose_flow(regime(SALES, POLICE, direct, onward))
    cut = flow.closing()
    left = [one for one in flow.regime.imports if one not in cut]
    assert purpose_flow(regime(*left)).drift.empty
    assert cut == (onward,)


def test_the_cut_is_the_agreement_both_ways_share():
    two_ways = (
        SALES, line("tax", "ecommerce", "taxation", "trade"),
        line("census", "bank", "public_service", "lending"),
        line("census", "tax", "public_service", "taxation"),
        line("police", "census", "public_order", "public_service"),
    )  # fmt: skip
    flow = purpose_flow(
        regime(*two_ways, agencies=("ecommerce", "bank", "tax", "census", "police"))
    )
    assert flow.min_cut("ecommerce", "police") == (two_ways[4],)
    assert len(flow.min_cut("ecommerce", "census")) == 2
    assert flow.min_cut("police", "bank") == ()


def test_what_is_not_there_is_told():
    flow = purpose_flow(regime(SALES, POLICE))
    with pytest.raises(InputError, match="No agency or purpose 'ads'"):
        flow.reachable("ads")
    with pytest.raises(InputError, match="carries 'income'"):
        flow.min_cut("ecommerce", "police", item="income")
    with pytest.raises(InputError, match="is no regime"):
        purpose_flow("regime_us_fcra")
    with pytest.raises(InputError, match="count of people"):
        purpose_flow(regime(SALES), people=-1)


def test_silos_reach_nothing():
    flow = purpose_flow(R.silos())
    assert flow.frame.empty
    assert flow.drift.empty
    assert list(flow.drift) == list(flow.frame)
    assert flow.matrix.empty


@pytest.mark.parametrize("name", ca.sharing.regime_ids())
def test_no_preset_of_lists_with_one_hub_drifts_and_bureaus_do(name):
    flow = purpose_flow(R.load(name))
    assert flow.drift.empty == (name not in ("regime_us_fcra", "regime_de_schufa_2023"))


AGENCIES = ("bank", "court", "tax", "police")
PURPOSES = ("lending", "taxation", "safety")


@st.composite
def regimes(draw):
    pairs = [(a, b) for a in AGENCIES for b in AGENCIES if a != b]
    used = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=6))
    lines = {}
    for b, a in used:
        one = line(
            b, a, draw(st.sampled_from(PURPOSES)), draw(st.sampled_from(("", *PURPOSES))),
            own_only=draw(st.integers(0, 4)) == 0,
        )  # fmt: skip
        lines.setdefault(one.parameter, one)
    return regime(*lines.values(), agencies=AGENCIES)


def product_graph(made, without=()):
    """Oracle: a node is (agency, purpose, own or imported); an arc is one agreement."""
    graph = nx.MultiDiGraph()
    items = items_of(made, None)
    graph.add_nodes_from(item.start for item in items)
    uses = {(*use_of(one), False) for one in made.imports}
    for state in {*graph.nodes, *uses}:
        for one in made.imports:
            open_ = one.source == state[0] and one.collected_for in ("", state[1])
            if one not in without and open_ and (state[2] or not one.own_only):
                graph.add_edge(state, (*use_of(one), False))
    return graph


@given(regimes())
def test_what_is_reached_is_what_a_walk_over_agreements_reaches(made):
    graph = product_graph(made)
    for item in items_of(made, None):
        steps = nx.single_source_shortest_path_length(graph, item.start)
        wanted = {s[:2]: k for s, k in steps.items() if not s[2]}
        assert {
            place: len(way) for place, way in shortest_ways(item, made.imports).items()
        } == wanted


@given(regimes(), st.sampled_from(AGENCIES), st.sampled_from(PURPOSES))
def test_the_cut_cuts_and_no_smaller_set_does(made, start, use):
    flow = purpose_flow(made)
    items = [item for item in flow.items if item.agency == start]
    ends = {use_of(one) for one in made.imports if one.purpose == use}
    ends -= {item.place for item in items}
    if not items or not any(use in use_of(one) for one in made.imports):
        return

    def reached(without):
        graph = product_graph(made, without)
        seen = {s[:2] for i in items for s in nx.descendants(graph, i.start) if not s[2]}
        return bool(seen & ends)

    cut = flow.min_cut(start, use)
    assert not reached(cut)
    assert bool(cut) == reached(())
    smaller = combinations(made.imports, max(len(cut) - 1, 0))
    assert not cut or all(reached(fewer) for fewer in smaller)


@given(regimes())
def test_the_smallest_set_leaves_no_drift_and_no_smaller_one_does(made):
    flow = purpose_flow(made)
    cut = flow.closing()

    def drifts(without):
        left = tuple(one for one in made.imports if one not in without)
        return not replace(flow, regime=replace(made, imports=left)).drift.empty

    assert not drifts(cut)
    assert bool(cut) == (not flow.drift.empty)
    smaller = combinations(made.imports, max(len(cut) - 1, 0))
    assert not cut or all(drifts(fewer) for fewer in smaller)
