"""The graph of firms: what each formula reads, and that it fits the vocabulary."""

import ast
import inspect

import numpy as np
import pandas as pd
import pytest

from creditaudit.populations.firms import FIRMS
from creditaudit.populations.firms.knobs import FIRM_RANGES, FirmBias
from creditaudit.populations.firms.packs import firm_pack_names, load_firm_pack
from creditaudit.populations.persons import PEOPLE
from creditaudit.populations.randomness import Noise
from creditaudit.vocabulary import load_vocabulary

# Some knobs shrink what is found to nothing; at a half, every formula reads what it can.
KNOBS = {**dict.fromkeys(FIRM_RANGES, 0.5), "ownership": 20.0}
ELSEWHERE = {"credit_code", "firm_name", "employer_number", "firm_id", "owner_id"}
ELSEWHERE |= {"legal_representative_id"}


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


@pytest.fixture(scope="module", params=[2014, 2025])
def evaluated(request):
    """Every quantity of one block with every knob on, and what each formula read."""
    numbers = load_firm_pack("class_balanced", tax_rules=request.param).numbers
    values, read = {}, {}
    for node in FIRMS:
        noise, pack = Recorder(Noise(7, 0)), Recorder(numbers)
        knobs = Recorder(FirmBias(**KNOBS))
        seen = {parent: values[parent] for parent in node.parents}
        values[node.name] = node.value(seen, noise, pack, knobs)
        read[node.name] = {"noise": noise.read, "numbers": pack.read, "knobs": knobs.read}
    return values, read


def test_every_firm_column_of_the_vocabulary_is_made():
    columns = {column.name for column in load_vocabulary().select(of="firm")}
    assert columns - {node.name for node in FIRMS} == ELSEWHERE
    assert len(columns) == 65


def test_every_value_is_one_that_the_vocabulary_allows(evaluated):
    values, _ = evaluated
    vocabulary = load_vocabulary()
    for node in FIRMS:
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
    vocabulary = load_vocabulary()
    whole = [n.name for n in FIRMS if n.name in vocabulary and vocabulary[n.name].whole]
    assert max(np.nanmax(evaluated[0][name]) for name in whole) < 2**15


def test_no_two_quantities_share_noise_and_noise_bears_their_name(evaluated):
    streams = [stream for read in evaluated[1].values() for stream in read["noise"]]
    assert len(streams) == len(set(streams))
    for name, read in evaluated[1].items():
        assert all(stream.split("/")[0] == name for stream in read["noise"])


def test_what_the_graph_says_of_numbers_and_knobs_is_what_the_code_reads(evaluated):
    known = set(load_firm_pack("class_balanced").parameters)
    for node in FIRMS:
        read = evaluated[1][node.name]
        assert set(read["numbers"]) <= node.asks & known
        assert set(read["knobs"]) - {"group"} <= node.asks & set(FIRM_RANGES)


def test_every_knob_enters_somewhere():
    for knob in FIRM_RANGES:
        assert FIRMS.entered_by(knob), knob


@pytest.mark.parametrize("pack", firm_pack_names())
def test_every_number_of_a_pack_is_used_and_every_number_used_is_there(pack):
    used = set()
    for module in {inspect.getmodule(node.compute) for node in FIRMS}:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "p":
                used.add(node.attr)
    assert set(load_firm_pack(pack).parameters) == used


def test_no_number_hides_in_a_formula():
    for module in {inspect.getmodule(node.compute) for node in FIRMS}:
        for function in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(function, ast.FunctionDef):
                inside = [one for line in function.body for one in ast.walk(line)]
                found = [one.value for one in inside if isinstance(one, ast.Constant)]
                assert {x for x in found if isinstance(x, int | float)} <= {0, 1, 2, 3}


def test_every_formula_names_the_numbers_and_the_knobs_it_uses():
    known = set(load_firm_pack("class_balanced").parameters) | set(FIRM_RANGES)
    for node in FIRMS:
        assert [name for name in node.asks & known if name not in node.formula] == [], node.name


def test_firms_and_people_of_one_seed_do_not_share_noise():
    from creditaudit.populations.firms.origins import firm_seed

    shared = {node.name for node in FIRMS} & {node.name for node in PEOPLE}
    assert "label_true" in shared
    one, other = Noise(7, 0).uniform("label_true"), Noise(firm_seed(7), 0).uniform("label_true")
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.02
