import numpy as np
import pandas as pd

from creditaudit import Roles, Tally
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.metrics.groups import lay_out

ROLES = Roles(
    groups=["race", "sex"],
    decision="ok",
    favourable=1,
    outcome="paid",
    good=1,
    score="points",
    higher_is="safer",
    weight="w",
    period="year",
)
FRAME = pd.DataFrame(
    {
        "race": ["b", "a", None, "a", "b", "b", None],
        "sex": ["f", "m", "f", None, "m", "f", None],
        "ok": [1, 0, 1, None, 0, 1, 1],
        "paid": [1, 0, None, 1, None, 0, 1],
        "points": [5.0, 15.0, 25.0, 35.0, np.nan, 99.0, 10.0],
        "w": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
        "year": [1, 1, 2, 2, 1, 2, 1],
    }
)
TALLY = Tally.from_frame(FRAME, ROLES, by=[("race", "sex")], score_bins=[10, 20, 30])


def test_sums_stand_at_their_outcome_and_decision():
    groups = lay_out(TALLY, "race", (OUTCOME, DECISION))
    assert groups.keys["race"].tolist()[:2] == ["a", "b"]
    expected = np.zeros((3, 3, 3))
    expected[0, 0, 0] = 2  # a: bad and refused
    expected[0, 1, 2] = 4  # a: good, no decision
    expected[1, 1, 1], expected[1, 2, 0], expected[1, 0, 1] = 1, 5, 6
    expected[2, 2, 1], expected[2, 1, 1] = 3, 7
    np.testing.assert_array_equal(groups.w, expected)
    np.testing.assert_array_equal(groups.n, expected > 0)
    np.testing.assert_array_equal(groups.w2, expected**2)


def test_scores_stand_under_in_over_and_missing():
    groups = lay_out(TALLY, None, (BIN,))
    assert groups.w.tolist() == [[1, 2 + 7, 3, 4 + 6, 5]]
    assert len(groups) == 1
    assert list(groups.keys.columns) == []


def test_exact_scores_have_no_under_and_no_over():
    exact = Tally.from_frame(FRAME, ROLES, by=["race"], score_bins="exact")
    (w,) = lay_out(exact, None, (BIN,)).w
    assert w.tolist() == [0, 1, 7, 2, 3, 4, 6, 0, 5]


def test_rows_with_any_key_missing_come_last():
    groups = lay_out(TALLY, ("race", "sex"), (DECISION,))
    shown = groups.keys.astype(object).where(groups.keys.notna(), None).to_numpy().tolist()
    assert shown == [
        ["a", "m"],
        ["b", "f"],
        ["b", "m"],
        ["a", None],
        [None, "f"],
        [None, None],
    ]
    assert groups.missing.tolist() == [False] * 3 + [True] * 3
    assert groups.w.sum(axis=1).tolist() == [2, 7, 5, 4, 3, 7]


def test_keys_come_in_the_order_asked():
    groups = lay_out(TALLY, ("sex", "race"), (DECISION,))
    assert list(groups.keys.columns) == ["sex", "race"]
    assert groups.keys.iloc[0].tolist() == ["f", "b"]


def test_the_period_is_a_key_like_any_other():
    groups = lay_out(TALLY, "year", (DECISION,))
    assert groups.keys["year"].tolist() == [1, 2]
    assert groups.w.sum(axis=1).tolist() == [15, 13]


def test_without_clusters_nothing_is_left_out():
    assert lay_out(TALLY, "race", (DECISION,)).left_out is None


def test_each_replicate_group_is_left_out_once():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "race": rng.choice(["a", "b"], 200),
            "ok": rng.integers(0, 2, 200),
            "branch": rng.integers(0, 9, 200),
            "w": rng.lognormal(size=200),
        }
    )
    roles = Roles(groups=["race"], decision="ok", favourable=1, weight="w", cluster="branch")
    groups = lay_out(Tally.from_frame(frame, roles), "race", (DECISION,))
    assert groups.left_out is not None
    parts = groups.w - groups.left_out
    np.testing.assert_allclose(parts.sum(axis=0), groups.w)
    by_branch = frame.groupby("branch")["w"].sum()
    found = sorted(parts.sum(axis=(1, 2)))
    assert len(found) == 9, "branches 0 to 8 fall into nine replicate groups"
    np.testing.assert_allclose(found, sorted(by_branch))


def test_a_group_in_one_cluster_is_left_out_to_exactly_nothing():
    frame = pd.DataFrame(
        {
            "race": ["a"] * 6 + ["b"] * 6,
            "ok": [1, 0, 1, 1, 0, 1] * 2,
            "w": [0.1, 0.2, 0.3, 0.7, 0.11, 0.13] * 2,
            "branch": ["one"] * 6 + ["two", "three"] * 3,
        }
    )
    roles = Roles(groups=["race"], decision="ok", favourable=1, weight="w", cluster="branch")
    left_out = lay_out(Tally.from_frame(frame, roles), "race", (DECISION,)).left_out
    assert left_out is not None
    assert left_out[:, 0].sum(axis=1).min() == 0
