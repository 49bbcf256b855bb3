"""The division of prebins against trying every division there is."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from creditaudit.scorers.segments import Demands, Segments

TRENDS = ("ascending", "descending", "peak", "valley", "none")


def is_of(rates, trend):
    steps = np.diff(rates)
    if trend == "none":
        return True
    if trend in ("ascending", "descending"):
        return bool((steps >= 0).all() if trend == "ascending" else (steps <= 0).all())
    turned = steps if trend == "peak" else -steps
    return any((turned[:k] >= 0).all() and (turned[k:] <= 0).all() for k in range(len(steps) + 1))


def chi_square(bad, weight):
    """Chi-square of two neighbours being alike, from the two-by-two table."""
    total, pooled = weight.sum(), bad.sum() / weight.sum()
    if pooled in (0, 1):
        return 0.0
    observed = np.array([bad, weight - bad])
    expected = np.outer([pooled, 1 - pooled], weight)
    assert total > 0
    return float(((observed - expected) ** 2 / expected).sum())


def by_trying(bad, good, totals, pseudo, trend, demands):
    """The best value over every division that satisfies the demands; minus infinity if none."""
    n, best = len(bad), -np.inf
    for number in range(min(n, demands.max_bins)):
        for cuts in combinations(range(1, n), number):
            edges = (0, *cuts, n)
            b, g = (
                np.array([part[i:j].sum(0) for i, j in pairwise(edges)]) for part in (bad, good)
            )
            bads, goods = b.sum(1), g.sum(1)
            weight = bads + goods
            if (weight < demands.min_weight).any():
                continue
            rate = bads / weight
            seen = b + g
            periods = [b[seen[:, t] > 0, t] / seen[seen[:, t] > 0, t] for t in range(b.shape[1])]
            if not all(is_of(rates, trend) for rates in periods):
                continue
            near = list(pairwise(range(len(rate))))
            if any(abs(rate[i] - rate[j]) < demands.min_difference for i, j in near):
                continue
            if demands.min_chi_square and any(
                chi_square(bads[[i, j]], weight[[i, j]]) < demands.min_chi_square for i, j in near
            ):
                continue
            with np.errstate(divide="ignore"):
                woe = np.log((bads + pseudo[0]) / (goods + pseudo[1])) - np.log(
                    totals[0] / totals[1]
                )
            value = ((bads / totals[0] - goods / totals[1]) * woe).sum()
            best = max(best, value if np.isfinite(woe).all() else -np.inf)
    return best


def case(rng, periods=1):
    n = int(rng.integers(1, 9))
    bad = rng.integers(0, 20, (n, periods)).astype(float)
    good = rng.integers(0, 30, (n, periods)).astype(float)
    bad[0, 0], good[-1, 0] = bad[0, 0] + 1, good[-1, 0] + 1
    good[(bad + good).sum(1) == 0] = 1
    totals = (bad.sum() + rng.integers(0, 5), good.sum() + rng.integers(0, 5))
    pseudo = (0.5, 0.5 * totals[1] / totals[0]) if rng.random() < 0.8 else (0.0, 0.0)
    return bad, good, totals, pseudo


def test_five_hundred_small_cases_have_the_value_of_the_best_of_all_divisions():
    rng = np.random.default_rng(7)
    for _ in range(500):
        bad, good, totals, pseudo = case(rng)
        demands = Demands(
            int(rng.choice([1, 2, 3, 4, 64])), float(rng.choice([0, 0, 20, 40])),
            float(rng.choice([0, 0, 0.05])), float(rng.choice([0, 0, 1.0])),
        )  # fmt: skip
        segments = Segments(bad, good, totals, pseudo)
        for found in segments.best(TRENDS, demands):
            best = by_trying(bad, good, totals, pseudo, found.trend, demands)
            if np.isfinite(best):
                assert found.value == pytest.approx(best, abs=1e-12)
            else:
                assert found.edges == (0, len(bad))


@pytest.mark.parametrize("trend", ["ascending", "descending"])
def test_a_trend_in_every_period_is_the_best_of_those_that_have_it(trend):
    rng = np.random.default_rng(8)
    for _ in range(60):
        bad, good, totals, pseudo = case(rng, periods=3)
        (found,) = Segments(bad, good, totals, pseudo).best((trend,), Demands())
        assert found.value == pytest.approx(
            by_trying(bad, good, totals, pseudo, trend, Demands()), abs=1e-12
        )


def test_one_prebin_is_one_bin():
    segments = Segments(np.array([[3.0]]), np.array([[5.0]]), (3, 5), (0.5, 0.5))
    assert [one.edges for one in segments.best(TRENDS, Demands())] == [(0, 1)] * 5


def test_neighbours_with_the_same_rate_are_one_bin():
    bad, good = np.array([[1.0], [2.0], [6.0]]), np.array([[4.0], [8.0], [4.0]])
    for pseudo in ((0.0, 0.0), (0.5, 0.9)):
        (found,) = Segments(bad, good, (9, 16), pseudo).best(("ascending",), Demands())
        assert found.edges == (0, 2, 3)
