import numpy as np
from scipy import stats

from creditaudit.sharing.arc_draws import PRIME, arc_keys, draws_of_arcs


def test_draws_are_those_of_the_formula_in_whole_numbers_of_any_size():
    rng = np.random.default_rng(0)
    src, dst = rng.integers(0, PRIME - 1, (2, 200))
    a, b, c, d, e = keys = arc_keys(3, "kin", "forward")
    slow = []
    for i, j in zip(src.tolist(), dst.tolist(), strict=True):
        x = (a * i + b * j + c) % PRIME
        slow.append(pow((d * pow(x, 5, PRIME) + e) % PRIME, 5, PRIME))
    assert draws_of_arcs(src, dst, keys).tolist() == slow


def test_draws_belong_to_seed_kind_way_and_ends_and_to_no_order():
    src, dst = np.arange(100), np.arange(100)[::-1].copy()
    keys = arc_keys(1, "kin", "forward")
    order = np.random.default_rng(1).permutation(100)
    np.testing.assert_array_equal(
        draws_of_arcs(src[order], dst[order], keys), draws_of_arcs(src, dst, keys)[order]
    )
    others = [(2, "kin", "forward"), (1, "household", "forward"), (1, "kin", "backward")]
    for other in others:
        assert (draws_of_arcs(src, dst, arc_keys(*other)) != draws_of_arcs(src, dst, keys)).all()
    assert (draws_of_arcs(dst, src, keys) != draws_of_arcs(src, dst, keys)).all()


def test_draws_are_uniform_and_those_of_one_person_and_of_neighbours_do_not_hang_together():
    for seed in range(5):
        keys = arc_keys(seed, "household", "forward")
        src = np.repeat(np.arange(5_000), 4)
        dst = src + np.tile(np.arange(1, 5), 5_000)
        u = draws_of_arcs(src, dst, keys).reshape(-1, 4) / PRIME
        assert stats.kstest(u.ravel(), "uniform").pvalue > 1e-4
        # How many of the four arcs of a person are open is binomial.
        opened = np.bincount((u < 0.3).sum(axis=1), minlength=5)
        expected = stats.binom.pmf(np.arange(5), 4, 0.3) * len(u)
        assert stats.chisquare(opened, expected).pvalue > 1e-4
        there, back = u[:-1, 0], draws_of_arcs(dst[::4], src[::4], keys)[:-1] / PRIME
        assert abs(np.corrcoef(there, back)[0, 1]) < 0.06
        assert abs(np.corrcoef(u[:-1, 0], u[1:, 0])[0, 1]) < 0.06
