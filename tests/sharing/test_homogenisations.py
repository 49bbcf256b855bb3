"""Who is refused by all: by hand, by independent draws, and over the eight designs."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from creditaudit.errors import InputError
from creditaudit.populations import Society
from creditaudit.shapley import shapley_values
from creditaudit.sharing.homogenisations import Homogenisation, homogenisation
from creditaudit.sharing.seed_ranges import over_seeds
from creditaudit.sharing.shared_designs import Deciders, described, independent, mean_phi

ALL, NONE = (True, True, True), (False, False, False)


def four_people() -> Deciders:
    own = {"a": np.array([0.9, 0.1, 0.2, 0.3]), "b": np.array([0.1, 0.2, 0.9, 0.3])}
    one = np.array([0.8, 0.1, 0.7, 0.2])
    risks = {
        (name, model, data): one if model and data else own[name]
        for name in ("a", "b")
        for model, data in itertools.product((False, True), repeat=2)
    }
    listed = np.array([[False, False], [False, True], [False, False], [False, False]])
    bad = np.array([True, False, True, False])
    return Deciders(("a", "b"), risks, listed, bad, np.zeros(4, dtype=int), 0.5)


def test_a_known_list_comes_first_and_the_riskiest_follow() -> None:
    people = four_people()
    assert people.refused(NONE).T.tolist() == [
        [True, False, False, True],
        [False, True, True, False],
    ]
    assert people.refused(ALL).T.tolist() == [[True, True, False, False]] * 2


def test_measures_of_four_people_by_hand() -> None:
    told, _ = described(four_people(), ALL, gain=1, loss=4)
    assert told["refused_by_all"] == 0.5
    assert told["expected_refused_by_all"] == 0.25
    assert told["excess"] == 0.25
    assert told["phi"] == pytest.approx(1.0)
    assert told["good_refused_by_all"] == 0.5
    assert told["bad_approved_by_any"] == 0.5
    # Each approves one who pays (+1) and one who does not (-4), of four.
    assert told["profit"] == -0.75
    assert told["auc"] == 1.0


def test_independent_refusals_multiply_within_bins() -> None:
    refused = np.array([[1, 1], [1, 0], [0, 1], [0, 0], [1, 1], [1, 1]], dtype=bool)
    bins = np.array([0, 0, 0, 0, 1, 1])
    assert_allclose(independent(refused, bins), [4 / 24, 8 / 24, 4 / 24 + 2 / 6])
    assert mean_phi(refused[:4]) == pytest.approx(0.0)
    assert mean_phi(refused) > 0
    assert mean_phi(refused, bins) == pytest.approx(0.0)


def test_deciders_who_err_independently_at_equal_risk_show_no_excess() -> None:
    drawn = np.random.default_rng(3)
    bins = drawn.integers(0, 10, 200_000)
    refused = drawn.random((200_000, 3)) < (0.05 + 0.08 * bins)[:, None]
    together, expected = refused.all(axis=1).mean(), independent(refused, bins)[-1]
    assert abs(together - expected) < 0.002
    # Without the bins, equal risk would look like sharing.
    assert together > 1.5 * independent(refused, np.zeros_like(bins))[-1]


def test_the_range_over_seeds_holds_the_mean_and_one_seed_is_exact() -> None:
    assert over_seeds([0.3]) == {"value": 0.3, "low": 0.3, "high": 0.3}
    told = over_seeds([1.0, 2.0, 3.0, float("nan")])
    assert (told["value"], told["low"], told["high"]) == pytest.approx((2.0, 1.05, 2.95))
    assert np.isnan(over_seeds([float("nan")])["value"])


@pytest.fixture(scope="module")
def found(small_world: Society) -> Homogenisation:
    return homogenisation(small_world, scorer=LogisticRegression(max_iter=200), seeds=[1, 2])


def test_with_everything_shared_all_decide_alike_and_this_is_called_a_theorem(
    found: Homogenisation,
) -> None:
    frame = found.frame
    wired = frame[frame["kind"] == "theorem"].set_index("measure")["value"]
    assert_allclose([wired["refused_by_all"], wired["phi"]], [0.25, 1.0], atol=1e-3)
    assert len(frame) == 8 * 12


def test_shapley_values_of_the_three_add_up_to_all_less_none(found: Homogenisation) -> None:
    frame = found.frame.set_index(["list", "model", "data"])
    gap = (
        frame.loc[ALL].set_index("measure")["value"] - frame.loc[NONE].set_index("measure")["value"]
    )
    shares = found.shares.groupby("measure", sort=False)["value"].sum()
    assert_allclose(shares, gap[shares.index], atol=1e-9)


def test_sharing_a_list_leaves_the_risks_alone(found: Homogenisation) -> None:
    shares = found.shares.query("measure == 'auc' and shared == 'list'")
    assert shares["value"].item() == 0.0


def test_one_better_model_is_told_with_both_sides(found: Homogenisation) -> None:
    case = found.better_model.set_index("measure")
    assert case.loc["auc", "value"] > 0
    assert case.loc["refused_by_all", "value"] > 0
    assert_allclose(case["shared"] - case["separate"], case["value"], atol=1e-12)
    assert case.loc["refused", "value"] == pytest.approx(0, abs=1e-3)


def test_counts_of_refusals_less_those_expected_add_up_to_nothing(found: Homogenisation) -> None:
    sums = found.refusals.groupby(["list", "model", "data"])["value"].sum()
    assert_allclose(sums, 0, atol=1e-12)
    own = found.refusals.query("refusals == 4")["value"].to_numpy()
    assert_allclose(own, found.frame.query("measure == 'excess'")["value"])


def test_what_rests_on_a_free_choice_has_its_sweep(found: Homogenisation) -> None:
    """Share, entries and loss rest on no source, so no level and no share of one stands alone."""
    assert found.choices == {"share": (0.25, 0.15, 0.4), "entries": (2, 1, 4), "loss": (4, 2, 8)}
    for frame in (found.frame, found.shares, found.better_model):
        kinds = frame.set_index("measure")["kind"]
        assert set(np.atleast_1d(kinds["excess"])) == {"sweep"}
        swept = frame[frame["kind"] == "sweep"]
        assert set(swept["range_over"]) == {"sweep"}
        assert (swept["low"].dropna() <= swept["value"].dropna()).all()
    lists = found.shares.query("shared == 'list' and measure == 'excess'").iloc[0]
    assert lists["low"] < lists["value"] < lists["high"]
    # More entries on a list, fewer people on it: less is owed to sharing it.
    few, many = (
        np.mean([shapley_values(one["excess"])[0] for one in found.places[place]])
        for place in (3, 2)
    )
    assert few < many
    profit = found.frame.query("measure == 'profit' and not list and not model and not data")
    assert profit["low"].item() < profit["value"].item() < profit["high"].item()


def test_nothing_shared_is_the_level_to_read_the_others_against(found: Homogenisation) -> None:
    assert "against that of the first" in str(homogenisation.__doc__)
    assert found.frame.iloc[0][["list", "model", "data"]].tolist() == [False] * 3


def test_the_same_seeds_give_the_same_numbers(found: Homogenisation, small_world: Society) -> None:
    again = homogenisation(small_world, scorer=LogisticRegression(max_iter=200), seeds=[1, 2])
    assert_array_equal(again.frame["value"], found.frame["value"])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"deciders": ["bank"]}, "two or more"), ({"share": 1.0}, "between 0 and 1"),
     ({"seeds": []}, "seed"), ({"seeds": 0}, "seed"), ({"seeds": [1, 1]}, "seed")],
)  # fmt: skip
def test_what_cannot_be_run_is_said(
    small_world: Society, wrong: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        homogenisation(small_world, **wrong)  # type: ignore[arg-type]
