"""The counts the explorer draws give what Python gives at every cut-off."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.reports import explorer_counts

RATES = ("approval_rate", "true_positive_rate", "false_positive_rate", "precision")


def published(seed, missing):
    rng = np.random.default_rng(seed)
    people = 1_500
    points = rng.normal(600, 60, people).round()
    frame = pd.DataFrame(
        {
            "race": rng.choice(["a", "b", "c"], people),
            "points": np.where(rng.random(people) < missing, np.nan, points),
            "paid": rng.integers(0, 2, people),
        }
    )
    roles = ca.Roles(
        groups=["race"], outcome="paid", good=1, score="points", higher_is="safer",
        score_range=(500, 700),
    )  # fmt: skip
    return ca.Tally.from_frame(frame, roles, score_bins=20).publish()


def page_range(counts, group, cutoff, rate):
    """Return the least and greatest value over the ways to decide the bins a cut-off splits."""
    fixed, open_ = np.zeros((2, 2)), np.zeros(2)
    at, size = counts["edges"].index(cutoff), len(counts["edges"]) - 1
    for label, place, good, bad, _ in counts["cells"]:
        if label != group or place == -1:
            continue
        first, last = {-2: (-1, -1), -3: (size, size)}.get(place) or counts["bins"][place]
        if first >= at:
            fixed[1] += bad, good
        elif last < at:
            fixed[0] += bad, good
        else:
            open_ += bad, good
    found = []
    for bad in (0, 1):
        for good in (0, 1):
            sums = fixed.copy()
            sums[bad, 0] += open_[0]
            sums[good, 1] += open_[1]
            (refused_bad, refused_good), (approved_bad, approved_good) = sums
            part, whole = {
                "approval_rate": (approved_bad + approved_good, sums.sum()),
                "true_positive_rate": (approved_good, approved_good + refused_good),
                "false_positive_rate": (approved_bad, approved_bad + refused_bad),
                "precision": (approved_good, approved_bad + approved_good),
            }[rate]
            if whole:
                found.append((part / whole, whole))
    low, high = min(found), max(found)
    ends = [ca.intervals.wilson(np.array(p), np.array(n)) for p, n in (low, high)]
    return float(ends[0][0]), float(ends[1][1])


@pytest.mark.parametrize("seed", range(6))
def test_every_rate_at_every_cutoff_is_the_same(seed):
    tally = published(seed, missing=0.0)
    counts = explorer_counts(tally, title="t")
    assert sum(sum(row[2:]) for row in counts["cells"]) == tally.n
    # The last edge closes the last bin; the page splits it there, as Python does.
    for cutoff in counts["edges"][:-1]:
        moved = tally.at_cutoff(cutoff)
        for rate in RATES:
            frame = getattr(ca.metrics, rate)(moved, by="race").set_index("race")
            for group in counts["groups"]:
                low, high = page_range(counts, group, cutoff, rate)
                assert frame.loc[group, "low"] == pytest.approx(low, abs=1e-9)
                assert frame.loc[group, "high"] == pytest.approx(high, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_everybody_is_on_the_page(seed):
    tally = published(seed, missing=0.03)
    counts = explorer_counts(tally, title="t")
    assert sum(sum(row[2:]) for row in counts["cells"]) == tally.n


def test_counts_that_are_not_published_are_refused():
    frame = pd.DataFrame({"race": ["a"] * 9, "points": range(9)})
    roles = ca.Roles(groups=["race"], score="points", higher_is="safer")
    with pytest.raises(ca.errors.InputError, match="Publish first"):
        explorer_counts(ca.Tally.from_frame(frame, roles), title="t")
