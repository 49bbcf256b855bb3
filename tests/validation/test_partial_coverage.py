"""How often ranges hold what is known of groups, applications or outcomes that are not recorded.

All people here are made up.
"""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.metrics.membership_bounds import ProxyCells
from creditaudit.metrics.membership_ranges import set_range

pytestmark = pytest.mark.slow  # long validation

SAMPLES = 250


@pytest.fixture
def report(request, record_testsuite_property):
    """Write what was measured into the JUnit report (``pytest --junitxml=FILE``)."""

    def write(what, value):
        record_testsuite_property(f"{request.node.name}: {what}", round(float(value), 4))

    return write


def falling(share):
    return 0.9 - 0.3 * share


def at_the_corner(share):
    return share  # where both bounds of a cell meet, and shares as found err most


@pytest.mark.parametrize(
    ("cells", "people", "approved", "plain"),
    [
        (40, 200, falling, 0.02),
        (300, 10, falling, 0.06),
        (1000, 2, falling, 0.25),
        (300, 10, at_the_corner, 0.15),
    ],
)
def test_both_ends_of_an_unknown_group_are_held(cells, people, approved, plain, report):
    rng = np.random.default_rng(11)
    share = rng.beta(0.6, 0.9, cells)
    p, rate = np.column_stack([share, 1 - share]), approved(share)
    n = np.full(cells, float(people))
    low, high = (end[0] for end in ProxyCells(n, n * rate, n * (1 - rate), p, p).bounds())
    held, found_low, found_high = np.zeros(3), 0.0, 0.0
    for _ in range(SAMPLES):
        size = rng.multinomial(cells * people, np.full(cells, 1 / cells)).astype(float)
        seen = size > 0
        yes = rng.binomial(size.astype(int), rate).astype(float)
        table = ProxyCells(size[seen], yes[seen], (size - yes)[seen], p[seen], p[seen])
        limits, ends = set_range(table), table.bounds()
        below = min(limits.low[0], ends[0][0]) <= low + 1e-12
        above = max(limits.high[0], ends[1][0]) >= high - 1e-12
        held += [below, above, below and above]
        found_low, found_high = found_low + ends[0][0], found_high + ends[1][0]
    held /= SAMPLES
    for what, value in zip(("low end", "high end", "both ends"), held, strict=True):
        report(f"{what}, {cells} cells of {people}", value)
    narrow = (high - low) - (found_high - found_low) / SAMPLES
    report(f"bounds at the shares found are too narrow by, {cells} cells of {people}", narrow)
    assert held[2] >= 0.93
    # The shares as found make the set too narrow, which is why they are not the range.
    assert -0.01 <= narrow <= plain


def test_the_ratio_per_head_is_held(report):
    rng = np.random.default_rng(11)
    held = 0
    for own, other in rng.poisson((12, 90), (SAMPLES, 2)):
        table = pd.DataFrame({"group": ["a", "b"], "refused": [own, other],
                              "population": [1000, 9000]})  # fmt: skip
        refusals = ca.Refusals.from_counts(
            table, "group", named="made up", date="2020", source="none"
        )
        found = ca.metrics.refusal_ratio(refusals, reference="b").iloc[0]
        held += found["low"] <= 1.2 <= found["high"]
    report("ratio per head, 12 and 90 people", held / SAMPLES)
    assert held / SAMPLES >= 0.94


@pytest.mark.parametrize("assume", [("selection",), ("selection", "score")], ids="-".join)
def test_the_ends_of_ordered_outcomes_are_held(assume, report):
    """Refused people pay exactly as often as approved ones of their band: the truth is an end."""
    rng = np.random.default_rng(11)
    paid = np.array([0.55, 0.7, 0.8, 0.9, 0.95])
    approved = np.array([0.3, 0.5, 0.7, 0.9, 0.97])
    roles = ca.Roles(
        groups=["group"], decision="approved", favourable=1, outcome="paid", good=1,
        score="points", higher_is="safer",
    )  # fmt: skip
    truths = {"true_positive_rate": (paid * approved).sum() / paid.sum(), "base_rate": paid.mean()}
    held, worst = dict.fromkeys(truths, 0), dict.fromkeys(truths, 0.0)
    for _ in range(SAMPLES // 2):
        band = rng.integers(0, 5, 1000)
        yes = rng.random(1000) < approved[band]
        good = np.where(yes, rng.random(1000) < paid[band], np.nan)
        table = pd.DataFrame({"group": "a", "approved": yes * 1, "paid": good, "points": band})
        counts = table.groupby(list(table), dropna=False).size().reset_index(name="n")
        tally = ca.Tally.from_counts(counts, roles, score_bins="exact")
        for metric, truth in truths.items():
            found = ca.metrics.monotone_bounds(
                tally, metric, "group", assume=assume, bands="exact"
            ).iloc[0]
            held[metric] += found["low"] <= truth <= found["high"]
            worst[metric] += (found["high"] - found["low"]) / (SAMPLES // 2)
    for metric, count in held.items():
        report(f"{metric} {'-'.join(assume)}", count / (SAMPLES // 2))
        report(f"{metric} {'-'.join(assume)} width", worst[metric])
        assert count / (SAMPLES // 2) >= 0.94
