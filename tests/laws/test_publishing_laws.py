"""What holds of every published tally: who is counted, what is small, what was merged."""

from itertools import combinations

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from creditaudit import Roles, Tally
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.errors import RefusedError

PERSON = st.tuples(
    st.sampled_from(["white", "black", "black", "native", None]),
    st.sampled_from([True, False]),
    st.sampled_from([None, -1, 0, 1, 2, 3, 3, 4]),
    st.sampled_from([0, 1, 1, None]),
    st.sampled_from([0, 1, 1]),
)
COLUMNS = ["race", "native", "points", "paid", "ok"]
FIXED = [BIN, OUTCOME, DECISION]
# Each person several times, so that some cells are of enough people.
PEOPLE = st.lists(st.tuples(PERSON, st.integers(1, 12)), min_size=1, max_size=14)
BINS = st.sampled_from(["exact", [0, 1, 2, 3], [0, 2, 4]])
ROLES = st.sampled_from(
    [
        Roles(groups=["race", "native"]),
        Roles(groups=["race"], decision="ok", favourable=1),
        Roles(groups=["race", "native"], score="points", higher_is="safer"),
        Roles(groups=["race"], outcome="paid", good=1, score="points", higher_is="riskier"),
    ]
)
LEAST = st.sampled_from([2, 3, 5])


def frame_of(people):
    rows = [person for person, times in people for _ in range(times)]
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def counted(people, roles, score_bins):
    frame = people if isinstance(people, pd.DataFrame) else frame_of(people)
    return Tally.from_frame(frame, roles, score_bins=score_bins if roles.score else None)


def published(tally, least):
    try:
        return tally.publish(least)
    except RefusedError:
        assume(False)


@given(PEOPLE, ROLES, BINS, LEAST)
def test_nobody_is_lost_and_no_cell_is_small(people, roles, score_bins, least):
    tally = counted(people, roles, score_bins)
    told = published(tally, least)
    for by in told.groupings:
        for width in range(len(FIXED) + 1):
            for fixed in combinations(FIXED, width):
                n = told.select(by, fixed).sums[:, 0]
                assert not ((n > 0) & (n < least)).any()
                assert n.sum() == told.n
    lost = tally.n - told.n
    assert lost == 0 or lost < least * 3
    assert (lost > 0) is any("left out" in said for said in told.published.sentences)


@given(PEOPLE, ROLES, BINS, LEAST)
def test_all_groupings_are_margins_of_one_table(people, roles, score_bins, least):
    told = published(counted(people, roles, score_bins), least)
    for one, other in combinations(told.groupings, 2):
        shared = tuple(name for name in one if name in other)
        tables = [told.cells[g].project([*shared, *FIXED]) for g in (one, other)]
        assert np.array_equal(tables[0].codes, tables[1].codes)
        assert np.array_equal(tables[0].sums, tables[1].sums)


@given(PEOPLE, ROLES, BINS, LEAST, st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(people, roles, score_bins, least, random):
    frame = frame_of(people)
    order = random.sample(range(len(frame)), len(frame))
    one, other = (
        published(counted(x, roles, score_bins), least) for x in (frame, frame.iloc[order])
    )
    assert one.fingerprint() == other.fingerprint()
    assert one.published == other.published


@settings(max_examples=40)
@given(PEOPLE, ROLES, BINS, LEAST)
def test_publishing_again_after_it_tells_the_same(people, roles, score_bins, least):
    tally = counted(people, roles, score_bins)
    told = published(tally, least)
    assert tally.publish(least, after=told).fingerprint() == told.fingerprint()


@settings(max_examples=40)
@given(PEOPLE, PEOPLE, ROLES, BINS, LEAST)
def test_a_second_publication_differs_by_nobody_or_by_enough(people, more, roles, bins, least):
    first = counted(people, roles, bins)
    told = published(first, least)
    both = counted([*people, *more], roles, bins)
    try:
        second = both.publish(least, after=told)
    except RefusedError:
        return
    for by in second.groupings:
        holding = any(set(by) <= set(one) for one in told.groupings)
        assert holding or told.n == second.n or not by
        if not holding or told.bins is not None:
            continue
        new, old = (
            {tuple(row[:-3]): row.n for row in x.labelled(by).itertuples(index=False)}
            for x in (second, told)
        )
        if set(second.published.other) == set(told.published.other) and new.keys() == old.keys():
            assert all(abs(new[x] - old[x]) >= least or new[x] == old[x] for x in new)


@given(PEOPLE, BINS, LEAST)
def test_every_published_edge_was_an_edge(people, score_bins, least):
    roles = Roles(groups=["race"], score="points", higher_is="safer")
    tally = counted(people, roles, score_bins)
    told = published(tally, least)
    if score_bins != "exact":
        whole = told.bins.values < np.finfo(float).max
        over = float(np.nextafter(score_bins[-1], np.inf))
        assert set(told.bins.values[whole]) <= {*map(float, score_bins), over}
        assert told.published.edges == tuple(score_bins)
    elif not told.bins.exact:
        cuts = np.searchsorted(tally.bins.values, told.bins.values[1:-1])
        assert (np.diff(cuts) > 0).all()


@given(PEOPLE, ROLES, BINS, LEAST)
def test_a_file_holds_the_publication(tmp_path_factory, people, roles, score_bins, least):
    path = tmp_path_factory.getbasetemp() / "published.parquet"
    told = published(counted(people, roles, score_bins), least)
    told.save(path)
    loaded = Tally.load(path)
    assert loaded.published == told.published
    assert loaded.bins == told.bins
    assert loaded.fingerprint() == told.fingerprint()
