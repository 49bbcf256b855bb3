import pytest
from hypothesis import given
from hypothesis import strategies as st

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.sharing import RegimeFault

R = ca.SharingRegime
TEXT = """\
format = 1

[regime]
id = "own"
title = "Own"
about = "A test"
agencies = ["bank", "court"]
use = "study"
mark = "F"
looked_at = 2026-11-23

[[imports]]
importer = "bank"
source = "court"
mark = "F"

[[ties]]
relation = "kin"
measure = "travel"
p = 0.5
free = true
low = 0
high = 1
hops = "any"
mark = "F"
"""


def test_a_file_is_read_and_no_limit_of_ties_is_a_word():
    regime = R.from_toml(TEXT)
    assert regime.closure().tolist() == [1, 3]
    assert regime.ties[0].hops is None


def test_every_fault_of_a_file_is_told_with_its_line():
    wrong = (
        TEXT.replace('source = "court"', 'source = "curt"')
        .replace("p = 0.5", "p = 1.5")
        .replace("[[ties]]", '[[denials]]\nagency = "tax"\nmeasure = "x"\nmark = "F"\n\n[[ties]]')
    )
    with pytest.raises(RegimeFault) as caught:
        R.from_toml(wrong, "own.toml")
    assert [fault.line for fault in caught.value.faults] == [14, 18, 25, 25]
    assert "own.toml, line 14: imports 1 (bank), source: unknown agency 'curt'" in str(caught.value)


def test_shapes_are_told_before_meanings_and_all_of_them():
    wrong = TEXT.replace("looked_at = 2026-11-23", 'looked_at = "soon"').replace(
        'importer = "bank"', "importer = 3"
    )
    with pytest.raises(RegimeFault) as caught:
        R.from_toml(wrong)
    assert [fault.line for fault in caught.value.faults] == [10, 13]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("format = ", "not readable"),
        (TEXT.replace("format = 1", "format = 2"), "has to be 1, found 2"),
        (TEXT.replace("importer", "imporder", 1), "did you mean 'importer'"),
        (TEXT.replace('"any"', "0"), "whole number from 1"),
        ("x" * 2_000_001, "at most 2,000,000"),
    ],
    ids=["syntax", "format", "key", "hops", "size"],
)
def test_what_cannot_be_read_says_why(text, told):
    with pytest.raises(RegimeFault, match=told):
        R.from_toml(text)


@given(
    st.sampled_from(["silos", "full", "hub"]),
    st.one_of(st.none(), st.floats(0.01, 1e4)),
    st.lists(
        st.tuples(
            st.sampled_from(["household", "kin", "ownership", "child"]),
            st.floats(0, 1), st.sampled_from([1, 3, None]),
        ),
        max_size=3, unique_by=lambda one: (one[0], one[2]),
    ),
    st.booleans(),
)  # fmt: skip
def test_written_and_read_again_a_regime_is_the_same(kind, days, ties, provenance):
    regime = {
        "silos": R.silos(), "full": R.full(every_days=days),
        "hub": R.hub("tax", every_days=days),
    }[kind]  # fmt: skip
    for relation, p, hops in ties:
        regime = regime.with_tie(relation, measure="travel", p=p, hops=hops)
    regime = regime.with_provenance(provenance)
    again = R.from_toml(regime.to_toml())
    assert again == regime
    assert again.hash == regime.hash


def test_a_path_is_read_and_an_unknown_name_lists_the_presets(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(TEXT)
    assert R.load(path).name == R.load(str(path)).name == "own"
    with pytest.raises(InputError, match="regime_us_fcra"):
        R.load("regime_of_mars")
    with pytest.raises(InputError, match="Cannot read"):
        R.load(tmp_path / "none.toml")
