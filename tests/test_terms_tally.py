"""Terms by group: eight people on paper, merging, files, and what is refused."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import creditaudit as ca
from creditaudit.errors import CorruptFile, InputError, UnequalTallies
from creditaudit.tally_files import is_tally

ROLES = ca.TermsRoles(
    groups=["group"], amount="rate", higher_is="worse", decision="approved", favourable=1
)
EDGES = [0, 4, 8]


@pytest.fixture
def offers():
    """4 of a: rates 3, 5, one approved without a rate, one refused; 4 of b: 5, 7, 7, refused."""
    return pd.DataFrame({
        "group": ["a"] * 4 + ["b"] * 4,
        "approved": [1, 1, 1, 0, 1, 1, 1, 0],
        "rate": [3.0, 5.0, None, 9.9, 5.0, 7.0, 7.0, None],
    })  # fmt: skip


def test_terms_are_those_of_approved_people_only(offers):
    terms = ca.TermsTally.from_frame(offers, ROLES, edges=EDGES)
    rows = terms.frame.set_index(["group", "terms"])
    assert rows.loc[("a", "[0, 4)"), ["n", "wx", "wxx"]].tolist() == [1, 3, 9]
    assert rows.loc[("a", "no terms"), ["n", "wx"]].tolist() == [1, 0]
    assert rows.loc[("a", "not recorded"), ["n", "wx"]].tolist() == [1, 0]
    assert rows.loc[("b", "[4, 8]"), ["n", "wx", "wxx"]].tolist() == [3, 19, 123]
    assert (terms.n, terms.with_terms) == (8, 5)


def test_without_a_decision_a_missing_amount_is_no_terms(offers):
    roles = ca.TermsRoles(groups=["group"], amount="rate", higher_is="worse")
    terms = ca.TermsTally.from_frame(offers, roles)
    assert terms.frame["terms"].tolist() == ["no terms", "with terms"] * 2
    assert terms.with_terms == 6


def test_every_source_gives_the_same_summary(offers, tmp_path):
    offers.to_csv(tmp_path / "offers.csv", index=False)
    offers.to_parquet(tmp_path / "offers.parquet")
    made = [
        ca.TermsTally.from_frame(source, ROLES, edges=EDGES).fingerprint()
        for source in (
            offers,
            pa.Table.from_pandas(offers),
            tmp_path / "offers.csv",
            tmp_path / "offers.parquet",
        )
    ]
    assert len(set(made)) == 1


rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]),
        st.integers(0, 1),
        st.one_of(st.none(), st.integers(0, 9)),
        st.integers(1, 3),
    ),
    min_size=2, max_size=30,
)  # fmt: skip


@given(rows=rows, cut=st.integers(0, 30))
def test_merging_shards_equals_the_whole(rows, cut):
    frame = pd.DataFrame(rows, columns=["group", "approved", "rate", "w"])
    roles = ca.TermsRoles(groups=["group"], amount="rate", higher_is="worse", weight="w")
    whole, one, two = (
        ca.TermsTally.from_frame(part, roles, edges=EDGES)
        for part in (frame, frame[:cut], frame[cut:])
    )
    assert (one + two).fingerprint() == whole.fingerprint() == (two + one).fingerprint()


def test_a_summary_survives_its_file_and_is_no_tally(offers, tmp_path):
    terms = ca.TermsTally.from_frame(offers, ROLES, edges=EDGES)
    terms.save(tmp_path / "terms.parquet")
    again = ca.TermsTally.load(tmp_path / "terms.parquet")
    assert again.fingerprint() == terms.fingerprint()
    pd.testing.assert_frame_equal(again.frame, terms.frame)
    assert not is_tally(tmp_path / "terms.parquet")


@pytest.mark.parametrize("cut", [10, 200])
def test_a_damaged_file_is_named(offers, tmp_path, cut):
    path = tmp_path / "terms.parquet"
    ca.TermsTally.from_frame(offers, ROLES).save(path)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(CorruptFile, match=r"terms\.parquet"):
        ca.TermsTally.load(path)
    with pytest.raises(InputError, match="not found"):
        ca.TermsTally.load(tmp_path / "none.parquet")


def test_a_published_table_gives_the_sums_of_its_rows():
    values = {"a": [3.0, 5.0, 6.0], "b": [5.0, 7.0, 7.0, 9.0]}
    table = pd.DataFrame({
        "group": list(values), "people": [3, 4], "refused": [2, 1],
        "mean": [np.mean(x) for x in values.values()],
        "sd": [np.std(x, ddof=1) for x in values.values()],
    })  # fmt: skip
    roles = ca.TermsRoles(groups="group", amount="mean", higher_is="worse")
    terms = ca.TermsTally.from_counts(table, roles, n="people", without="refused")
    frame = terms.frame.set_index(["group", "terms"])
    for name, x in values.items():
        found = frame.loc[(name, "with terms"), ["n", "wx", "wxx"]].tolist()
        assert found == pytest.approx([len(x), sum(x), sum(v * v for v in x)])
    assert frame.loc[("a", "no terms"), "n"] == 2
    assert terms.origin == "counts"


def test_summaries_that_do_not_fit_say_why(offers):
    one = ca.TermsTally.from_frame(offers, ROLES, edges=EDGES)
    with pytest.raises(UnequalTallies, match="edges differ"):
        one + ca.TermsTally.from_frame(offers, ROLES, edges=[0, 5, 8])
    other = ca.TermsRoles(groups=["group"], amount="rate", higher_is="better")
    with pytest.raises(UnequalTallies, match="roles differ in decision, favourable, higher_is"):
        one + ca.TermsTally.from_frame(offers, other, edges=EDGES)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"higher_is": "safer"}, "must be \"better\" or \"worse\""),
        ({"decision": "approved"}, "go together"),
        ({"groups": []}, "names no column"),
        ({"weight": "rate"}, "plays two parts"),
    ],
)  # fmt: skip
def test_roles_that_cannot_be_used_say_why(given, said):
    with pytest.raises(InputError, match=said):
        ca.TermsRoles(**({"groups": ["group"], "amount": "rate", "higher_is": "worse"} | given))


def test_what_cannot_be_counted_says_why(offers):
    with pytest.raises(InputError, match="1 infinite"):
        ca.TermsTally.from_frame(offers.assign(rate=np.inf)[:1], ROLES)
    with pytest.raises(InputError, match="must hold numbers"):
        ca.TermsTally.from_frame(offers.assign(rate="4 %"), ROLES)
    with pytest.raises(InputError, match="favourable=1 never occurs"):
        ca.TermsTally.from_frame(offers.assign(approved=["y", "n"] * 4), ROLES)
    with pytest.raises(InputError, match="go together"):
        ca.TermsTally.from_frame(offers, ROLES, bands=[0, 1])
    with pytest.raises(InputError, match="edges="):
        ca.TermsTally.from_frame(offers, ROLES, edges=[3])
    with pytest.raises(InputError, match="no grouping that holds"):
        ca.TermsTally.from_frame(offers, ROLES).select(("sex",))
    named = ca.TermsRoles(groups=["n"], amount="rate", higher_is="worse")
    with pytest.raises(InputError, match="result column"):
        ca.TermsTally.from_frame(offers.rename(columns={"group": "n"}), named)
