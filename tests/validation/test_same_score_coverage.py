"""How often the range of the gap at the same score holds the truth, by simulation with fixed seeds.

The figures go into ``docs/ideas/validation.md``: run with ``--junitxml=FILE`` and read them there.
"""

import numpy as np
import pandas as pd
import pytest

from creditaudit import Roles, Tally
from creditaudit.metrics.same_scores import compare_scores

pytestmark = pytest.mark.slow  # long validation

MANY = pytest.mark.slow
ROLES = Roles(groups=["group"], outcome="paid", good=1, score="points", higher_is="safer")


@pytest.fixture
def report(request, record_testsuite_property):
    """Write what was measured into the JUnit report (``pytest --junitxml=FILE``)."""

    def write(what, value):
        record_testsuite_property(f"{request.node.name}: {what}", float(value))

    return write


def paying(points, b, gap):
    return 1 / (1 + np.exp(-(points - 560) / 30 - gap * b))


@pytest.mark.parametrize("gap", [0.0, 0.4], ids="gap {}".format)
@pytest.mark.parametrize(
    ("samples", "people", "unit", "least"),
    [
        (200, 600, 10, 0.9),
        pytest.param(1_000, 600, 10, 0.92, marks=MANY),
        pytest.param(1_000, 600, 1, 0.92, marks=MANY),
        pytest.param(1_000, 100, 10, 0.92, marks=MANY),
        pytest.param(1_000, 100, 1, 0.88, marks=MANY),
    ],
    ids="{}".format,
)
def test_gaps_at_the_same_score_hold_the_truth(samples, people, unit, least, gap, report):
    """Group b, 30 %, scores 20 points lower; with a unit of 1 most scores are of few people."""
    held = called = 0
    for seed in range(samples):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame({"group": rng.choice(["a", "b"], people, p=[0.7, 0.3])})
        b = frame["group"] == "b"
        frame["points"] = np.round(rng.normal(600 - 20 * b, 30, people) / unit) * unit
        frame["paid"] = (rng.random(people) < paying(frame["points"], b, gap)) * 1
        tally = Tally.from_frame(frame, ROLES, score_bins="exact")
        (one,) = compare_scores(tally, "group", "a").each
        n = pd.crosstab(frame["points"], frame["group"])
        weight, points = n.prod(axis=1) / n.sum(axis=1), n.index.to_numpy()
        true = weight @ (paying(points, 1, gap) - paying(points, 0, gap)) / weight.sum()
        low, high = one.range()
        held += low <= true <= high
        called += one.p_value < 0.05
    report("held", held / samples)
    report("no gap rejected", called / samples)
    assert held >= least * samples
    if gap == 0:
        assert called <= 0.09 * samples
