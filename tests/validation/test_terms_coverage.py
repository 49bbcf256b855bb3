"""How often the ranges of terms, changes and trends hold the truth, where it is known."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.metrics.contrasts import Contrast
from creditaudit.metrics.measures import Estimates
from creditaudit.metrics.terms_gaps import _gap, _range, _Sides
from creditaudit.metrics.terms_sums import means

pytestmark = pytest.mark.slow  # long validation

SAMPLES = 4_000


@pytest.fixture
def report(request, record_testsuite_property):
    """Write what was measured into the JUnit report (``pytest --junitxml=FILE``)."""

    def write(what, value):
        record_testsuite_property(f"{request.node.name}: {what}", round(float(value), 4))

    return write


def sums(x, w):
    """Return the seven sums of samples of shape (samples, people)."""
    parts = [np.ones_like(x), w, w * w, w * x, w * x**2, w**2 * x, w**2 * x**2]
    return np.stack([part.sum(axis=1) for part in parts], axis=-1)


@pytest.mark.parametrize(
    ("sizes", "weighted", "least"),
    [((200, 800), False, 0.94), ((15, 60), False, 0.92), ((200, 800), True, 0.91)],
)
def test_gaps_of_skewed_amounts_hold_the_truth(sizes, weighted, least, report):
    rng = np.random.default_rng(7)
    held = {}
    sides = []
    for people, scale in zip(sizes, (2.0, 1.0), strict=True):
        x = 4 + scale * rng.gamma(2, 1, (SAMPLES, people))
        w = rng.lognormal(0, 1, x.shape) if weighted else np.ones_like(x)
        sides.append(_Sides(*means(sums(x, w))))
    for kind, truth in (("difference", 2.0), ("ratio", 8 / 6)):
        low, high = _range(*_gap(*sides, kind), kind, 0.95)
        held[kind] = float(((low <= truth) & (truth <= high)).mean())
        report(f"{kind} {sizes} weighted={weighted}", held[kind])
    assert min(held.values()) >= least
    assert max(held.values()) <= 0.97


@pytest.mark.parametrize("rates", [(0.9, 0.85, 0.7, 0.8), (0.95, 0.97, 0.5, 0.6)])
@pytest.mark.parametrize("log", [False, True])
def test_changes_of_gaps_hold_the_truth(rates, log, report):
    rng = np.random.default_rng(7)
    n, p, weights = (
        np.array([60.0, 200.0, 80.0, 200.0]),
        np.array(rates),
        np.array([1.0, -1, -1, 1]),
    )
    truth = weights @ (np.log(p) if log else p)
    drawn = rng.binomial(n.astype(int), p, (SAMPLES // 2, 4)) / n
    nothing, keys = np.full(4, np.nan), pd.DataFrame({"group": range(4)})
    held = 0
    for value in drawn:
        found = Estimates(("group",), keys, nothing == 0, n, value, nothing, nothing, n, [""] * 4)
        low, high = Contrast(found, weights, log=log).range()
        held += low <= truth <= high
    share = held / len(drawn)
    report(f"change {rates} log={log}", share)
    assert 0.935 <= share <= 0.975


def test_the_trend_is_called_rarely_where_there_is_none(report):
    rng = np.random.default_rng(7)
    called = 0
    for _ in range(400):
        table = pd.DataFrame({"group": "a", "year": range(6), "n": 50})
        table["yes"] = rng.binomial(50, 0.8, 6)
        table["no"] = table["n"] - table["yes"]
        tally = ca.Tally.from_counts(
            table, ca.Roles(groups=["group"], period="year"),
            count={"approved": "yes", "refused": "no"},
        )  # fmt: skip
        called += ca.metrics.rate_trend(tally)["p_value"].iloc[0] < 0.05
    report("trend called", called / 400)
    assert called / 400 <= 0.08
