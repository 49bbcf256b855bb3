import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import ndtri, xlogy
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from creditaudit import intervals

CRITICAL = ndtri(0.975)
# Newcombe (1998), table II: x1, n1, x2, n2, then Miettinen-Nurminen and Newcombe (method 10).
PUBLISHED = [
    (56, 70, 48, 80, 0.0528, 0.3382, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1700, 0.8406, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0342, 0.8534, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0326, 0.1933, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1658, 0.2844, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2879, 0.2879, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.7156, 1.0, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6636, 1.0, 0.6075, 1.0),
]
EXTREMES = [
    (0, 10, 0, 10),
    (0, 10, 5, 10),
    (10, 10, 5, 10),
    (5, 10, 0, 10),
    (5, 10, 10, 10),
    (10, 10, 10, 10),
    (0, 10, 10, 10),
    (10, 10, 0, 10),
    (0, 1, 1, 1),
    (1, 2, 0, 90),
]


def proportions(x1, n1, x2, n2):
    x1, n1, x2, n2 = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (x1, n1, x2, n2))
    return x1 / n1, n1, x2 / n2, n2


def random_tables(seed, size=200, largest=60):
    rng = np.random.default_rng(seed)
    n1, n2 = rng.integers(2, largest, (2, size))
    return rng.integers(0, n1 + 1), n1, rng.integers(0, n2 + 1), n2


def statistic_by_numerical_likelihood(x1, n1, x2, n2, gap):
    """The score statistic of a difference, with the likelihood maximised numerically."""

    def unlikely(p2):
        terms = (x1, p2 + gap), (n1 - x1, 1 - p2 - gap), (x2, p2), (n2 - x2, 1 - p2)
        return -sum(xlogy(x, max(p, 0)) for x, p in terms)

    ends = max(0, -gap), min(1, 1 - gap)
    inside = minimize_scalar(unlikely, bounds=ends, method="bounded", options={"xatol": 1e-12}).x
    p2 = min([*ends, inside], key=unlikely)
    p1 = p2 + gap
    total = n1 + n2
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * total / (total - 1)
    return (x1 / n1 - x2 / n2 - gap) / np.sqrt(variance)


def test_wilson_for_none_of_three_is_not_zero_wide():
    low, high = intervals.wilson(np.array([0.0, 1.0]), np.array([3.0, 3.0]))
    assert low.tolist() == [0.0, pytest.approx(0.4385, abs=1e-4)]
    assert high.tolist() == [pytest.approx(0.5615, abs=1e-4), 1.0]


def test_wilson_equals_its_formula_and_statsmodels():
    x, n = np.arange(13.0), 12.0
    p, z2 = x / n, CRITICAL**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    reach = CRITICAL / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n**2))
    low, high = intervals.wilson(p, np.full(13, n))
    np.testing.assert_allclose([low, high], [centre - reach, centre + reach], atol=1e-12)
    np.testing.assert_allclose([low, high], proportion_confint(x, n, method="wilson"), atol=1e-12)


def test_wilson_without_people_is_unknown():
    low, high = intervals.wilson(np.array([np.nan, 0.5]), np.array([5.0, 0.0]))
    assert np.isnan([low, high]).all()


@pytest.mark.parametrize("row", PUBLISHED)
def test_published_examples_of_the_difference(row):
    given = proportions(*row[:4])
    got = [*intervals.miettinen_nurminen(*given), *intervals.newcombe(*given)]
    np.testing.assert_allclose(np.ravel(got), row[4:], atol=5.1e-5)


@pytest.mark.parametrize(("kind", "name"), [("ratio", "ratio"), ("odds_ratio", "odds-ratio")])
def test_score_ranges_of_ratios_equal_statsmodels(kind, name):
    tables = [t for t in zip(*random_tables(seed=1), strict=True)
              if 0 < t[0] < t[1] and 0 < t[2] < t[3]][:80]  # fmt: skip
    expected = []
    for table in tables:
        # statsmodels divides by zero on its way to the odds ratio of some tables
        with np.errstate(all="ignore"):
            expected.append(confint_proportions_2indep(*table, compare=name, method="score"))
    got = intervals.miettinen_nurminen(*proportions(*np.transpose(tables)), kind)
    np.testing.assert_allclose(np.transpose(got), expected, rtol=1e-7)


def test_ends_of_the_difference_are_where_a_numerical_likelihood_puts_them():
    tables = list(zip(*random_tables(seed=2, size=120), strict=True)) + EXTREMES
    low, high = intervals.miettinen_nurminen(*proportions(*np.transpose(tables)))
    for table, ends in zip(tables, zip(low, high, strict=True), strict=True):
        for end, side in zip(ends, (1, -1), strict=True):
            if abs(end) < 1:
                found = statistic_by_numerical_likelihood(*table, end)
                assert found == pytest.approx(side * CRITICAL, abs=1e-5), table
            else:
                assert end == -side


def test_large_samples_come_down_to_the_normal_range():
    p1, n1, p2, n2 = (np.array([x]) for x in (0.3, 4e6, 0.31, 9e6))
    error = np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    for found in (intervals.newcombe, intervals.miettinen_nurminen):
        low, high = found(p1, n1, p2, n2)
        np.testing.assert_allclose([low, high], [-0.01 - 1.96 * error, -0.01 + 1.96 * error],
                                   atol=2e-7)  # fmt: skip


@pytest.mark.parametrize("table", EXTREMES)
@pytest.mark.parametrize("kind", intervals.KINDS)
def test_zero_and_full_counts_give_ranges_that_hold_the_value(table, kind):
    p1, _, p2, _ = given = proportions(*table)
    (low,), (high,) = intervals.miettinen_nurminen(*given, kind)
    assert low < high
    with np.errstate(divide="ignore", invalid="ignore"):
        value = {"difference": p1 - p2, "ratio": p1 / p2,
                 "odds_ratio": p1 * (1 - p2) / ((1 - p1) * p2)}[kind]  # fmt: skip
    assert np.isnan(value) or low <= value <= high


def test_ends_that_no_data_could_bound_are_zero_and_infinite():
    none, all_ = proportions(0, 10, 5, 10), proportions(5, 10, 0, 10)
    assert intervals.miettinen_nurminen(*none, "ratio")[0] == 0
    assert intervals.miettinen_nurminen(*all_, "ratio")[1] == np.inf
    assert intervals.miettinen_nurminen(*proportions(10, 10, 5, 10), "odds_ratio")[1] == np.inf


@pytest.mark.parametrize("kind", intervals.KINDS)
def test_swapping_the_groups_mirrors_the_range(kind):
    p1, n1, p2, n2 = proportions(*random_tables(seed=3))
    low, high = intervals.miettinen_nurminen(p1, n1, p2, n2, kind)
    there, back = intervals.miettinen_nurminen(p2, n2, p1, n1, kind)
    with np.errstate(divide="ignore"):
        mirror = (-back, -there) if kind == "difference" else (1 / back, 1 / there)
    np.testing.assert_allclose([low, high], mirror, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", intervals.KINDS)
def test_p_is_below_five_per_cent_exactly_when_the_range_excludes_no_difference(kind):
    given = proportions(*random_tables(seed=4, size=2000, largest=40))
    low, high = intervals.miettinen_nurminen(*given, kind)
    none = 0 if kind == "difference" else 1
    excluded = (low > none) | (high < none)
    np.testing.assert_array_equal(intervals.score_p_value(*given) < 0.05, excluded)


def test_p_value_is_the_n_minus_one_chi_square():
    # 56/70 v 48/80: pooled 104/150, chi2 = N-1 times the squared correlation
    x = np.repeat([1, 1, 0, 0], [56, 14, 48, 32])
    y = np.repeat([1, 0, 1, 0], [56, 14, 48, 32])
    z = np.sqrt(149) * np.corrcoef(x, y)[0, 1]
    got = intervals.score_p_value(*proportions(56, 70, 48, 80))
    assert got[0] == pytest.approx(intervals.two_sided_p(np.array(z)), rel=1e-12)


def test_equal_certain_rates_give_no_evidence():
    given = proportions([0, 9], [9, 9], [0, 4], [4, 4])
    assert intervals.score_p_value(*given).tolist() == [1, 1]


def test_effective_size_of_equal_weights_is_the_people():
    x, n = np.arange(1.0, 8), 8.0
    w = 2.5
    got = intervals.effective_size(x / n, np.full(7, n), w * x, w * n, w**2 * x, w**2 * n)
    np.testing.assert_allclose(got, n, rtol=1e-12)


def test_effective_size_by_hand():
    # Events weigh 1 and 2, others 1 and 4: p = 3/8, Var = ((5/8)^2 5 + (3/8)^2 17) / 64.
    p = np.array([3 / 8])
    variance = (25 / 64 * 5 + 9 / 64 * 17) / 64
    got = intervals.effective_size(p, *(np.array([x]) for x in (4.0, 3.0, 8.0, 5.0, 22.0)))
    assert got[0] == pytest.approx(15 / 64 / variance)


def test_effective_size_of_certain_rates_is_kish_and_of_no_weight_is_zero():
    p, n = np.array([0.0, 1.0, np.nan]), np.array([3.0, 3.0, 2.0])
    w_event, w = np.array([0.0, 4.0, 0.0]), np.array([4.0, 4.0, 0.0])
    w2_event, w2 = np.array([0.0, 6.0, 0.0]), np.array([6.0, 6.0, 0.0])
    got = intervals.effective_size(p, n, w_event, w, w2_event, w2)
    np.testing.assert_allclose(got, [16 / 6, 16 / 6, 0])


def test_effective_size_is_never_more_than_the_people():
    # One of two people was approved and weighs 1 of 100: linearisation would say 50 people.
    p = np.array([0.01])
    got = intervals.effective_size(p, *(np.array([x]) for x in (2.0, 1.0, 100.0, 1.0, 9802.0)))
    assert got.tolist() == [2]


def test_holm_by_hand():
    # Ordered .01 .02 .03 .04 times 4 3 2 1, then never falling.
    got = intervals.holm(np.array([0.03, 0.01, np.nan, 0.04, 0.02]))
    np.testing.assert_allclose(got, [0.06, 0.04, np.nan, 0.06, 0.06])
    assert np.isnan(intervals.holm(np.array([np.nan]))).all()
    assert intervals.holm(np.empty(0)).shape == (0,)


def test_holm_equals_statsmodels():
    p = np.random.default_rng(6).beta(0.3, 2, 40)
    p[7] = p[9]
    np.testing.assert_allclose(intervals.holm(p), multipletests(p, method="holm")[1])


@pytest.mark.parametrize(
    ("reference", "n", "n_reference", "lower"),
    [(0.7, 150, 400, True), (0.3, 200, 200, False), (0.9, 80, 2000, True)],
)
def test_detectable_rate_is_seen_in_eighty_per_cent_of_samples(reference, n, n_reference, lower):
    given = (np.array([float(x)]) for x in (reference, n, n_reference))
    (rate,) = intervals.detectable_rate(*given, level=0.95, lower=lower)
    assert (rate < reference) == lower
    rng = np.random.default_rng(5)
    x1, x2 = rng.binomial(n, rate, 20_000), rng.binomial(n_reference, reference, 20_000)
    p = intervals.score_p_value(*proportions(x1, np.full_like(x1, n), x2,
                                             np.full_like(x2, n_reference)))  # fmt: skip
    assert np.mean(p < 0.05) == pytest.approx(0.80, abs=0.02)


def test_a_sample_too_small_detects_nothing():
    got = intervals.detectable_rate(*(np.array([x]) for x in (0.1, 5.0, 5.0)), level=0.95,
                                    lower=True)  # fmt: skip
    assert np.isnan(got).all()


def test_jackknife_variance_equals_the_direct_computation():
    # The jackknife of a mean of equal groups is the textbook variance of the mean.
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0])
    left_out = (values.sum() - values) / (len(values) - 1)
    expected = values.var(ddof=1) / len(values)
    assert intervals.jackknife_variance(left_out) == pytest.approx(expected)


def test_jackknife_of_a_statistic_that_needs_one_group_is_unknown():
    left_out = np.array([[0.5, 0.2, 1.0], [0.4, np.nan, 2.0], [0.6, 0.3, -np.inf]])
    unknown = np.isnan(intervals.jackknife_variance(left_out))
    assert unknown.tolist() == [False, True, True]
    assert np.isnan(intervals.jackknife_variance(left_out[:1])).all()


def test_student_quantiles_are_wider_for_few_groups():
    got = intervals.critical(0.95, np.array([1.0, 10.0]))
    np.testing.assert_allclose(got, [12.706, 2.228], atol=1e-3)
    p = intervals.two_sided_p(got, np.array([1.0, 10.0]))
    np.testing.assert_allclose(p, 0.05)


def test_resampled_cells_keep_the_number_of_people():
    n = np.array([5.0, 0.0, 7.0])
    drawn, weight = intervals.resample_cells(n, n, n, replicates=50, seed=1)
    assert (drawn.sum(axis=1) == 12).all()
    assert (drawn[:, 1] == 0).all()
    assert drawn is weight


def test_resampled_weights_have_the_moments_of_the_cell():
    weights = np.array([0.1, 0.5, 1.0, 3.0, 9.0])
    n, w, w2 = np.array([5.0]), weights.sum(keepdims=True), (weights**2).sum(keepdims=True)
    _, drawn = intervals.resample_cells(n, w, w2, replicates=40_000, seed=2)
    assert drawn.mean() == pytest.approx(weights.sum(), rel=0.02)
    assert drawn.var() == pytest.approx(5 * weights.var(), rel=0.05)


def test_resampled_weights_are_never_negative():
    # Few people of very unequal weight: a normal draw would leave the rates outside 0..1.
    weights = np.random.default_rng(3).lognormal(0, 1.5, 6)
    sums = (np.array([x]) for x in (6.0, weights.sum(), (weights**2).sum()))
    assert (intervals.resample_cells(*sums, replicates=5_000, seed=4)[1] >= 0).all()


def test_resampling_nobody_gives_nobody():
    empty = np.zeros(3)
    for drawn in intervals.resample_cells(empty, empty, empty, replicates=2, seed=0):
        assert (drawn == 0).all()


@pytest.mark.parametrize(("x", "n"), [(1, (1632, 434)), (3, (900, 40)), (1, (10**6, 10**6))])
def test_the_range_of_an_odds_ratio_near_one_mirrors_that_near_zero(x, n):
    rates = [np.array([x / size]) for size in n]
    sizes = [np.array([float(size)]) for size in n]
    low, high = intervals.miettinen_nurminen(rates[0], sizes[0], rates[1], sizes[1], "odds_ratio")
    mirrored = intervals.miettinen_nurminen(
        1 - rates[0], sizes[0], 1 - rates[1], sizes[1], "odds_ratio"
    )
    assert low > 0
    assert np.isfinite(high)
    np.testing.assert_allclose(mirrored, (1 / high, 1 / low), rtol=1e-6)
