"""The graph of people: what each formula reads, and that it fits the vocabulary."""

import ast
import inspect

import numpy as np
import pytest

from creditaudit.populations import panels
from creditaudit.populations.biases import RANGES, Bias
from creditaudit.populations.packs import load_pack, pack_names
from creditaudit.populations.persons import PEOPLE
from creditaudit.populations.persons.shapes import banded, levels, poisson, ranked
from creditaudit.populations.randomness import Noise
from creditaudit.vocabulary import SECTORS, load_vocabulary

KNOBS = dict.fromkeys(RANGES, 0.5)


class Recorder:
    """Stands in for the noise, the numbers or the knobs, and remembers what was read."""

    def __init__(self, inner):
        self._inner, self.read = inner, []
        self.seed = getattr(inner, "seed", None)

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        if name in ("uniform", "normal", "bits"):
            return lambda stream, **kw: self.read.append(stream) or found(stream, **kw)
        self.read.append(name)
        return found


@pytest.fixture(scope="module")
def evaluated():
    """Every quantity of one block with every knob on, and what each formula read."""
    numbers = load_pack("class_balanced").numbers
    values, read = {}, {}
    for node in PEOPLE:
        noise, pack, bias = Recorder(Noise(7, 0)), Recorder(numbers), Recorder(Bias(**KNOBS))
        seen = {parent: values[parent] for parent in node.parents}
        values[node.name] = node.value(seen, noise, pack, bias)
        read[node.name] = {"noise": noise.read, "numbers": pack.read, "knobs": bias.read}
    return values, read


def test_there_are_more_than_forty_columns_over_the_ten_sectors():
    vocabulary = load_vocabulary()
    columns = [vocabulary[node.name] for node in PEOPLE if node.name in vocabulary]
    assert len(columns) > 100
    assert {column.sector for column in columns} == set(SECTORS)


def test_every_value_is_one_that_the_vocabulary_allows(evaluated):
    import pandas as pd

    values, _ = evaluated
    vocabulary = load_vocabulary()
    for node in PEOPLE:
        if node.name not in vocabulary:
            continue
        column, got = vocabulary[node.name], np.asarray(values[node.name], dtype=float)
        if column.type == "category":
            assert node.levels == column.levels
            assert -1 <= got.min() <= got.max() < len(node.levels)
            assert (got >= 0).all() or column.missing != "never"
        else:
            assert not column.outside(pd.Series(got)).any(), node.name


def test_whole_numbers_fit_into_sixteen_bits(evaluated):
    values, _ = evaluated
    vocabulary = load_vocabulary()
    whole = [n.name for n in PEOPLE if n.name in vocabulary and vocabulary[n.name].whole]
    assert max(np.nanmax(values[name]) for name in whole) < 2**15 / 2


def test_no_two_quantities_share_noise(evaluated):
    streams = [stream for read in evaluated[1].values() for stream in read["noise"]]
    assert len(streams) == len(set(streams))


def test_noise_is_named_after_the_quantity_it_enters(evaluated):
    for name, read in evaluated[1].items():
        assert all(stream.split("/")[0] == name for stream in read["noise"])


def test_what_the_graph_says_of_numbers_and_knobs_is_what_the_code_reads(evaluated):
    known = set(load_pack("class_balanced").parameters)
    for node in PEOPLE:
        read = evaluated[1][node.name]
        assert set(read["numbers"]) <= node.asks & known
        assert set(read["knobs"]) - {"group"} <= node.asks & set(RANGES)


@pytest.mark.parametrize("pack", pack_names())
def test_every_number_of_a_pack_is_used_and_every_number_used_is_there(pack):
    numbers = set(load_pack(pack).parameters)
    modules = {inspect.getmodule(node.compute) for node in PEOPLE} | {panels}
    used = set().union(*(node.numbers for node in PEOPLE))
    for module in modules:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("p", "numbers"):
                used.add(node.attr)
    assert numbers == used


def test_no_number_hides_in_a_formula():
    # Rates and loads belong in the packs. 0, 1, 2 and 3 are codes of levels and plain arithmetic.
    for module in {inspect.getmodule(node.compute) for node in PEOPLE}:
        for function in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(function, ast.FunctionDef):
                inside = [one for line in function.body for one in ast.walk(line)]
                found = [one.value for one in inside if isinstance(one, ast.Constant)]
                assert {x for x in found if isinstance(x, int | float)} <= {0, 1, 2, 3}


def test_every_formula_names_the_numbers_and_the_knobs_it_uses():
    known = set(load_pack("class_balanced").parameters) | set(RANGES)
    for node in PEOPLE:
        assert [name for name in node.asks & known if name not in node.formula] == [], node.name


def test_levels_are_drawn_by_their_shares():
    assert levels(np.array([0.1, 0.2, 0.21, 0.69, 0.71, 0.99]), np.array([2, 5, 3])).tolist() == [
        0, 0, 1, 1, 2, 2,
    ]  # fmt: skip
    assert ranked(np.array([-1.0, 0.5, 3.0]), np.array([0, 1, 2])).tolist() == [0, 1, 3]


def test_bands_hold_their_shares():
    # A quarter between 20 and 30, three quarters between 30 and 90.
    got = banded(np.array([0.125, 0.25, 0.5, 0.999]), np.array([1, 3]), np.array([20, 30, 90.0]))
    assert got == pytest.approx([25, 30, 50, 89.92])


def test_poisson_counts_are_the_quantiles_of_the_distribution():
    from scipy.stats import poisson as exact

    uniform = Noise(7, 0).uniform("u")
    for mean in (0.01, 0.4, 3.0):
        got = poisson(uniform, np.full(len(uniform), mean), 12)
        assert np.array_equal(got, np.minimum(exact.ppf(uniform, mean), 12))


def test_a_higher_mean_never_lowers_a_count():
    uniform = Noise(7, 0).uniform("u")
    mean = Noise(7, 0).uniform("m")
    assert (poisson(uniform, mean * 1.5, 12) >= poisson(uniform, mean, 12)).all()
