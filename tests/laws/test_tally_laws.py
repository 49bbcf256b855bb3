"""What holds of every tally: adding shards, the order of rows, the engine, the file."""

from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit import Roles, Tally

PERSON = st.tuples(
    st.sampled_from(["white", "black", "", None, "黑"]),
    st.sampled_from([True, False, None]),
    st.sampled_from([2023, 2024]),
    st.sampled_from([1, 0, None]),
    st.sampled_from([0, 1, None]),
    st.one_of(st.none(), st.sampled_from([-0.0, 0.0, 0.5, 1.0, 300, 850, 1e9, float("inf")])),
    st.integers(0, 80).map(lambda x: x / 8),
    st.integers(0, 3),
)
COLUMNS = ["race", "native", "year", "approved", "defaulted", "points", "w", "branch"]
ROLES = Roles(
    groups=["race", "native"],
    decision="approved",
    favourable=1,
    outcome="defaulted",
    good=0,
    score="points",
    higher_is="safer",
    score_range=(0, 1),
    weight="w",
    cluster="branch",
    period="year",
)
PEOPLE = st.lists(PERSON, max_size=12)
BINS = st.sampled_from([1, 4, "exact", [0, 0.5, 1000]])


def tally_of(people, score_bins=4):
    frame = pd.DataFrame(people, columns=COLUMNS, dtype=object)
    return Tally.from_frame(frame, ROLES, score_bins=score_bins)


def same(one, other):
    return one.fingerprint() == other.fingerprint() and one.n == other.n


@given(PEOPLE, PEOPLE, PEOPLE, BINS)
def test_adding_is_associative(a, b, c, score_bins):
    one, two, three = (tally_of(people, score_bins) for people in (a, b, c))
    assert same((one + two) + three, one + (two + three))


@given(PEOPLE, PEOPLE, BINS)
def test_adding_is_commutative(a, b, score_bins):
    one, two = (tally_of(people, score_bins) for people in (a, b))
    assert same(one + two, two + one)


@given(PEOPLE, st.lists(st.integers(0, 12), max_size=4), BINS)
def test_shards_add_to_the_whole(people, cuts, score_bins):
    places = [0, *sorted(cuts), len(people)]
    shards = [tally_of(people[low:high], score_bins) for low, high in pairwise(places)]
    total = shards[0]
    for shard in shards[1:]:
        total = total + shard
    assert same(total, tally_of(people, score_bins))


@given(PEOPLE.flatmap(lambda people: st.tuples(st.just(people), st.permutations(people))), BINS)
def test_the_order_of_rows_does_not_matter(pair, score_bins):
    one, other = (tally_of(people, score_bins) for people in pair)
    assert same(one, other)
    assert one.notes == other.notes


@given(PEOPLE, BINS)
def test_projecting_and_adding_can_be_exchanged(people, score_bins):
    half = len(people) // 2
    one, other = tally_of(people[:half], score_bins), tally_of(people[half:], score_bins)
    for by in ("race", ("race", "native"), None, ["native", None]):
        assert same((one + other).project(by), one.project(by) + other.project(by))


@given(PEOPLE, BINS)
def test_every_grouping_counts_everyone(people, score_bins):
    tally = tally_of(people, score_bins)
    weight = sum(person[6] for person in people)
    for by in tally.groupings:
        found = tally.labelled(by)
        assert found["n"].sum() == len(people)
        assert found["w"].sum() == weight
        assert tally.project(by).n == len(people)


@given(PEOPLE, BINS)
def test_engines_agree(people, score_bins):
    frame = pd.DataFrame(people, columns=COLUMNS, dtype=object)
    expected = Tally.from_frame(frame, ROLES, score_bins=score_bins)
    typed = frame.astype(
        {
            "race": "category",
            "native": "boolean",
            "year": "int16",
            "approved": "Int8",
            "defaulted": "float32",
            "points": "float64",
            "w": "float32",
            "branch": "int64",
        }
    )
    for source in (typed, pa.Table.from_pandas(typed)):
        assert same(Tally.from_frame(source, ROLES, score_bins=score_bins), expected)


@given(PEOPLE, BINS)
def test_a_file_holds_the_tally(tmp_path_factory, people, score_bins):
    path = tmp_path_factory.getbasetemp() / "tally.parquet"
    tally = tally_of(people, score_bins)
    tally.save(path)
    assert same(Tally.load(path), tally)


@given(PEOPLE)
def test_counting_equal_rows_first_changes_nothing(people):
    roles = Roles(**{**ROLES.to_dict(), "weight": None})
    frame = pd.DataFrame(people, columns=COLUMNS, dtype=object).drop(columns="w")
    table = frame.groupby(list(frame), dropna=False, sort=False).size().rename("n").reset_index()
    rows = Tally.from_frame(frame, roles, score_bins="exact")
    counts = Tally.from_counts(table, roles, score_bins="exact")
    for by in rows.groupings:
        pd.testing.assert_frame_equal(counts.labelled(by), rows.labelled(by))


@given(PEOPLE, st.sampled_from([0.25, 2, 8]))
def test_weights_scale(people, factor):
    scaled = [(*person[:6], person[6] * factor, person[7]) for person in people]
    one, other = tally_of(people).labelled("race"), tally_of(scaled).labelled("race")
    assert other["n"].tolist() == one["n"].tolist()
    assert other["w"].tolist() == (one["w"] * factor).tolist()
    assert other["w2"].tolist() == (one["w2"] * factor**2).tolist()


@given(PEOPLE, st.sampled_from([0, 0.5, 300, 850]))
def test_a_cutoff_decides_everyone_with_a_score_and_nobody_else(people, cutoff):
    decided = tally_of(people, "exact").at_cutoff(cutoff).labelled(None)
    by_decision = decided.groupby("decision", dropna=False)["n"].sum()
    scores = [person[5] for person in people if person[5] is not None]
    assert by_decision.get("approved", 0) == sum(score >= cutoff for score in scores)
    assert by_decision.sum() == len(people)
    assert by_decision.sum() - decided.dropna(subset="decision")["n"].sum() == len(people) - len(
        scores
    )


@pytest.mark.parametrize("kind", [int, float, bool, str])
@given(values=st.lists(st.sampled_from([0, 1]), min_size=1))
def test_the_type_of_a_decision_changes_no_count(kind, values):
    roles = Roles(decision="approved", favourable=1)
    expected = Tally.from_frame(pd.DataFrame({"approved": values}), roles)
    typed = pd.DataFrame({"approved": [str(x) if kind is str else kind(x) for x in values]})
    assert same(Tally.from_frame(typed, roles), expected)
