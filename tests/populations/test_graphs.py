"""A graph of four quantities that can be computed on paper."""

import numpy as np
import pytest

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Graph, Node
from creditaudit.populations.packs import Numbers
from creditaudit.populations.randomness import Noise

#   age -> pay -> loan     luck -> loan
NODES = [
    Node("age", (), lambda v, z, p, b: np.array([20.0, 40.0]), "20, 40", unit="years"),
    Node("luck", (), lambda v, z, p, b: z.uniform("luck", size=2), "uniform", decimals=3),
    Node("pay", ("age",), lambda v, z, p, b: v["age"] * p.raise_ - b.measurement, "age x raise"),
    Node("loan", ("pay", "luck"), lambda v, z, p, b: v["pay"] + v["luck"], "pay + luck"),
]


@pytest.fixture
def graph():
    return Graph(NODES)


def test_values_follow_from_parents_numbers_and_knobs(graph):
    pay = graph.nodes["pay"]
    seen = {"age": np.array([20.0, 40.0])}
    got = pay.value(seen, Noise(7, 0), Numbers({"raise_": 2}), Bias(measurement=0.5))
    assert got.tolist() == [39.5, 79.5]


def test_numbers_are_rounded_and_minus_zero_is_zero():
    rough = np.array([-0.04, 0.05001, 1.25])
    node = Node("x", (), lambda v, z, p, b: rough, "", decimals=1)
    got = node.value({}, Noise(7, 0), Numbers({}), Bias())
    assert got.tolist() == [0.0, 0.1, 1.2]
    assert not np.signbit(got).any()
    assert rough[0] == -0.04


def test_only_ancestors_are_needed(graph):
    assert [node.name for node in graph.ancestors(["pay"])] == ["age", "pay"]
    assert [node.name for node in graph.ancestors(["loan"])] == ["age", "luck", "pay", "loan"]


def test_descendants_include_what_follows_from_what_follows(graph):
    assert graph.descendants(["age"]) == {"age", "pay", "loan"}
    assert graph.descendants(["luck"]) == {"luck", "loan"}


def test_a_knob_enters_where_the_code_reads_it(graph):
    assert graph.entered_by("measurement") == {"pay"}
    assert graph.entered_by("label") == set()


@pytest.mark.parametrize(
    ("nodes", "fault"),
    [(NODES[2:], "before its parents"), ([*NODES, NODES[0]], "comes twice")],
)
def test_a_graph_that_cannot_be_computed_is_an_error(nodes, fault):
    with pytest.raises(InputError, match=fault):
        Graph(nodes)


def test_the_graph_can_be_read_as_a_table(graph):
    frame = graph.frame()
    assert list(frame["node"]) == ["age", "luck", "pay", "loan"]
    assert frame.set_index("node").loc["loan", "parents"] == "pay, luck"
    assert frame.set_index("node").loc["luck", "decimals"] == 3


def test_an_unknown_name_is_answered_with_what_there_is(graph):
    with pytest.raises(MissingColumn, match="Did you mean 'loan'"):
        graph.require(["loans"], "Look it up.")
