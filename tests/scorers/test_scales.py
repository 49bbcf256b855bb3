"""Points and odds."""

import numpy as np
import pytest
from cards import fitted, new_people

from creditaudit.errors import InputError
from creditaudit.scorers import ScorecardScorer
from creditaudit.scorers.scales import Scale


def test_six_hundred_points_are_fifty_to_one_and_twenty_double_the_odds():
    scale = Scale()
    p = scale.probability(np.array([600.0, 620.0, 580.0]))
    assert ((1 - p) / p).tolist() == pytest.approx([50, 100, 25], rel=1e-15)
    assert scale.logit(scale.points(np.array([-3.0, 0, 2]))) == pytest.approx([-3, 0, 2])
    assert scale.offset == pytest.approx(600 - 20 * np.log2(50))


@pytest.mark.parametrize("integer", [True, False])
@pytest.mark.parametrize(
    "given", [{}, {"pdo": 45, "base_points": 500, "base_odds": 9}, {"scale": "300-850"},
              {"scale": "350-950"}, {"scale": "0-1000"}, {"scale": (0, 100)},
              {"calibration_folds": 3}],
)  # fmt: skip
def test_the_promise_of_the_scale_is_true_of_every_card(given, integer):
    card = fitted(integer=integer, **given)
    people = new_people(card, 500, seed=8)
    p = card.predict_proba(people)[:, 1]
    scale, points = card.table.scale, card.points(people)
    if "scale" not in given:
        asked = {"pdo": 20, "base_points": 600, "base_odds": 50} | given
        asked.pop("calibration_folds", None)
        assert scale.to_plain() == asked
    odds = (1 - p) / p
    expected = scale.base_odds * 2 ** ((points - scale.base_points) / scale.pdo)
    assert odds == pytest.approx(expected, rel=1e-9)
    # What rounding moves is the score, and by no more than the card says.
    gap = np.abs(points - card.table.exact_points(people)).max()
    assert gap <= card.table.rounding + 1e-9
    assert card.table.rounding <= len(card.table.features) / 2


@pytest.mark.parametrize(
    ("name", "low", "high"), [("300-850", 300, 850), ("350-950", 350, 950), ("0-1000", 0, 1000)]
)
def test_a_named_range_is_where_scores_lie(name, low, high):
    whole, exact = (fitted(scale=name, integer=integer).table.span for integer in (True, False))
    assert exact == pytest.approx((low, high))
    assert whole[0] == low
    assert high - 3 <= whole[1] <= high


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"pdo": 0}, "pdo=0 must be a finite number above 0"),
        ({"base_odds": -1}, "base_odds=-1"),
        ({"base_points": float("nan")}, "base_points=nan"),
        ({"scale": "1-2-3"}, "'300-850', '350-950', '0-1000'"),
        ({"scale": (5, 5)}, r"scale=\(5, 5\)"),
    ],
)
def test_scales_that_make_no_sense_are_named(given, message):
    with pytest.raises(InputError, match=message):
        ScorecardScorer(**given).fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
