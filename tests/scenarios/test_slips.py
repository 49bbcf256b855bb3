"""What a slip does to data, and that its chance is the same whatever its size."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.scenarios.slips import SLIPS, STAGES, Draws, Parts

N = 2_000
X = pd.DataFrame({"income": np.arange(1.0, N + 1), "late": np.arange(N) % 7 * 1.0})
PARTS = Parts(measured=["income"], missing=["late"], linked=["late"])


def struck(name, size, seed=1, parts=PARTS):
    return SLIPS[name].inputs(X, size, Draws(N, seed, name), parts)


def test_every_stage_has_a_slip_and_every_slip_one_effect():
    assert {slip.stage for slip in SLIPS.values()} == set(STAGES)
    for slip in SLIPS.values():
        assert sum(one is not None for one in (slip.inputs, slip.training, slip.decision)) == 1
        assert slip.sizes == tuple(sorted(slip.sizes))
        assert slip.formula


def test_the_error_of_a_measurement_has_the_size_it_says():
    ratio = np.log(struck("measurement", 0.1)["income"] / X["income"])
    assert abs(ratio.std() - 0.1) < 0.01
    assert abs(ratio.mean()) < 0.01
    twice = np.log(struck("measurement", 0.2)["income"] / X["income"])
    np.testing.assert_allclose(twice, 2 * ratio)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 5))
def test_values_that_miss_at_a_small_size_miss_at_a_larger_one(one, other, seed):
    small, large = (
        struck("missingness", size, seed)["late"].isna() for size in sorted([one, other])
    )
    assert not (small & ~large).any()


def test_the_share_that_goes_missing_is_the_size():
    assert abs(struck("missingness", 0.2)["late"].isna().mean() - 0.2) < 0.03
    assert struck("missingness", 0.2)["income"].equals(X["income"])


def test_linked_entries_are_those_of_another_person_and_nobody_is_used_twice():
    found = SLIPS["linkage"].inputs(X, 1.0, Draws(N, 1, "linkage"), Parts(linked=["income"]))
    assert sorted(found["income"]) == X["income"].tolist()
    assert (found["income"] != X["income"]).all()
    few = SLIPS["linkage"].inputs(X, 0.1, Draws(N, 1, "linkage"), Parts(linked=["income"]))
    wrong = few["income"] != X["income"]
    assert few["income"][wrong].equals(found["income"][wrong])
    assert abs(wrong.mean() - 0.1) < 0.03


def test_only_those_asked_for_are_struck():
    where = np.arange(N) < 100
    parts = Parts(["income"], ["late"], ["late"], where)
    for name in ("measurement", "missingness", "linkage"):
        changed = ~struck(name, 0.9, parts=parts).eq(X).all(axis=1)
        assert changed.any()
        assert not changed[~where].any()


def test_a_synthetic_copy_keeps_each_input_by_outcome_and_loses_what_they_share():
    rng = np.random.default_rng(7)
    bad = (rng.random(N) < 0.3).astype(float)
    both = pd.DataFrame({"a": rng.normal(size=N) + bad})
    both["b"] = both["a"] + 0.1 * rng.normal(size=N)
    copy, same = SLIPS["synthetic_copy"].training(both, bad, 1.0, Draws(N, 1, "copy"))
    assert same is bad
    for outcome in (0, 1):
        rows, made = both[bad == outcome], copy[bad == outcome]
        assert set(made["a"]) <= set(rows["a"])
        assert abs(made["a"].mean() - rows["a"].mean()) < 0.1
        assert rows.corr().iloc[0, 1] > 0.9
        assert abs(made.corr().iloc[0, 1]) < 0.1
    none, _ = SLIPS["synthetic_copy"].training(both, bad, 0.0, Draws(N, 1, "copy"))
    assert none.equals(both)


def test_rows_without_an_outcome_are_never_copied_from():
    bad = np.where(np.arange(N) < 1_000, np.nan, np.arange(N) % 2)
    copy, _ = SLIPS["synthetic_copy"].training(X, bad, 1.0, Draws(N, 1, "copy"))
    assert copy["income"][1_000:].min() > 1_000
    assert copy["income"][:1_000].equals(X["income"][:1_000])


@given(st.floats(0, 0.9), st.floats(0, 0.9))
def test_a_smaller_sample_is_part_of_a_larger_one(one, other):
    bad = np.zeros(N)
    few, many = (
        set(SLIPS["smaller_sample"].training(X, bad, size, Draws(N, 1, "s"))[0].index)
        for size in sorted([one, other], reverse=True)
    )
    assert few <= many


def test_levels_and_constant_numbers_are_left_as_they_are_by_coarse_bins():
    frame = pd.DataFrame(
        {"region": pd.Categorical(["a", "b"]), "same": [3.0, 3.0], "x": [0.0, 10.0]}
    )
    found = SLIPS["coarse_bins"].inputs(frame, 1.0, Draws(2, 1, "c"), Parts())
    assert found[["region", "same"]].equals(frame[["region", "same"]])
    assert found["x"].tolist() != frame["x"].tolist()
