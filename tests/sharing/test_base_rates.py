import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.sharing import predictive_value

shares = st.floats(0, 1)


def test_by_hand_one_in_a_thousand():
    found = predictive_value(0.7, 0.9, 0.001)
    assert found.value == pytest.approx(7 / (7 + 999))
    assert found.words.startswith(
        "Of 100 people flagged, about 99 are flagged wrongly: 143 for each one flagged rightly, "
        "when 1 in 1,000 of all people"
    )
    assert found.kind == "theorem"


def test_the_formula_is_the_count_on_synthetic_people():
    """Counted: who is flagged among people whose truth is known."""
    people, rng = 400_000, np.random.default_rng(7)
    rare = rng.random(people) < 0.004
    flagged = np.where(rare, rng.random(people) < 0.8, rng.random(people) < 0.05)
    rates = flagged[rare].mean(), 1 - flagged[~rare].mean(), rare.mean()
    found = predictive_value(*rates)
    assert found.value == pytest.approx(rare[flagged].mean())
    counts = found.counts(people).set_index("measure")["value"]
    assert counts["flagged rightly"] == pytest.approx((rare & flagged).sum())
    assert counts["flagged wrongly"] == pytest.approx((~rare & flagged).sum())
    assert counts["missed"] == pytest.approx((rare & ~flagged).sum())
    assert counts["left alone rightly"] == pytest.approx((~rare & ~flagged).sum())


@given(st.tuples(shares, shares), st.tuples(shares, shares), st.tuples(shares, shares), shares)
def test_ranges_hold_every_value_inside_them(s, c, r, where):
    s, c, r = (tuple(sorted(pair)) for pair in (s, c, r))
    whole = predictive_value(s, c, r)
    inside = [low + where * (high - low) for low, high in (s, c, r)]
    single = predictive_value(
        *(min(max(x, a), b) for x, (a, b) in zip(inside, (s, c, r), strict=True))
    )
    assume(whole.low is not None and single.value is not None)
    assert whole.low - 1e-9 <= single.value <= whole.high + 1e-9


@given(shares, shares, st.integers(1, 10_000))
def test_the_four_counts_add_up_to_the_people(sensitivity, specificity, people):
    counts = predictive_value(sensitivity, specificity, 0.1).counts(people)
    assert counts["value"].sum() == pytest.approx(people)


def test_a_range_has_two_ends_and_no_middle():
    found = predictive_value((0.5, 0.9), (0.9, 0.99), (1e-4, 1e-2))
    assert found.value is None
    assert found.low == pytest.approx(0.5e-4 / (0.5e-4 + 0.1 * (1 - 1e-4)))
    assert found.high == pytest.approx(0.9e-2 / (0.9e-2 + 0.01 * 0.99))
    assert "between about 52 and more than 99 are flagged wrongly" in found.words
    assert found.counts(1_000)["value"].isna().all()


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ((1, 1, 0.1), "0 are flagged wrongly, when 10 % of"),
        ((0, 0.9, 0.1), "100 are flagged wrongly and none rightly, when 10 %"),
        (((0, 0.9), 0.9, 0.1), "1 or more for each one flagged rightly, when"),
        (((0.5, 0.9), (0.9, 1), 0.1), "up to 1.8 for each one flagged rightly"),
        (
            (0.5, 0.5, 1e-12),
            "more than 1,000,000 for each one flagged rightly, when 1 in",
        ),
        ((0.7, 0.9, 0.0000123), ": 12,000 for each one flagged rightly, when 1 in 81,300 of"),
        ((0.99, 0.9999, 0.5), "fewer than 1 are flagged wrongly: fewer than 1 in 100 for"),
        ((0.5, 0.75, 1 / 3), " 50 are flagged wrongly: 1 for each one"),
    ],
)
def test_words_never_round_a_few_away(given_, told):
    assert told in predictive_value(*given_).words


def test_where_nobody_is_flagged_there_is_no_value_and_a_reason():
    found = predictive_value(0, 1, 0.1)
    assert found.value is found.low is found.wrongly_flagged is None
    assert "nobody is flagged" in found.words
    assert found.frame["note"].tolist() == ["nobody is flagged"]


@pytest.mark.parametrize("wrong", [1.1, -0.1, (0.5, 0.2), "x", None, (0.1, 0.2, 0.3), float("nan")])
def test_a_share_is_a_number_from_0_to_1_or_a_range(wrong):
    with pytest.raises(InputError, match="base_rate="):
        predictive_value(0.5, 0.5, wrong)


def test_people_are_a_count():
    with pytest.raises(InputError, match="count of people"):
        predictive_value(0.5, 0.5, 0.5).counts(-1)
