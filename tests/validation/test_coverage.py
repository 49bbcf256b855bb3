"""Do the ranges hold what they claim? Many samples from a known table, all at once."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from creditaudit import Roles, Tally, intervals, metrics

DRAWS = 10_000
# People and shares of (group, approved), (group, refused), (reference, approved), (reference,
# refused): a lender's usual table, a small group, a rare refusal, and rates near one half.
TABLES = {
    "usual": (1_000, (0.14, 0.06, 0.68, 0.12)),
    "small group": (300, (0.06, 0.04, 0.72, 0.18)),
    "rare refusal": (600, (0.28, 0.02, 0.68, 0.02)),
    "even": (120, (0.25, 0.25, 0.30, 0.20)),
}


def draw(name, seed):
    """Return the proportions and sizes of both groups in each draw, and the true rates."""
    people, shares = TABLES[name]
    cells = np.random.default_rng(seed).multinomial(people, shares, size=DRAWS).astype(float)
    a, b, c, d = cells.T
    truth = shares[0] / (shares[0] + shares[1]), shares[2] / (shares[2] + shares[3])
    return (a / (a + b), a + b, c / (c + d), c + d), truth


@pytest.fixture
def report(request, record_testsuite_property):
    """Write what was measured into the JUnit report (``pytest --junitxml=FILE``)."""

    def write(what, value):
        record_testsuite_property(f"{request.node.name}: {what}", round(float(value), 4))

    return write


def check(report, ends, truth, least=0.94):
    low, high = ends
    covered = np.mean((low <= truth) & (truth <= high))
    report("coverage", covered)
    report("mean width", np.mean(high - low))
    assert least <= covered <= 0.985, "neither too narrow nor empty of information"


@pytest.mark.parametrize("name", TABLES)
def test_wilson_covers(name, report):
    (p1, n1, *_), (truth, _) = draw(name, seed=1)
    check(report, intervals.wilson(p1, n1), truth)


@pytest.mark.parametrize("name", TABLES)
def test_newcombe_covers(name, report):
    given, (p1, p2) = draw(name, seed=2)
    check(report, intervals.newcombe(*given), p1 - p2)


@pytest.mark.parametrize("kind", intervals.KINDS)
@pytest.mark.parametrize("name", TABLES)
def test_miettinen_nurminen_covers(name, kind, report):
    given, (p1, p2) = draw(name, seed=3)
    odds = p1 * (1 - p2) / ((1 - p1) * p2)
    truth = {"difference": p1 - p2, "ratio": p1 / p2, "odds_ratio": odds}[kind]
    low, high = intervals.miettinen_nurminen(*given, kind)
    check(report, (low, np.minimum(high, 1e6)), truth)


def test_no_difference_is_rejected_in_five_per_cent(report):
    cells = np.random.default_rng(4).multinomial(400, (0.14, 0.06, 0.56, 0.24), size=DRAWS)
    a, b, c, d = cells.astype(float).T
    rejected = np.mean(intervals.score_p_value(a / (a + b), a + b, c / (c + d), c + d) < 0.05)
    report("rejected", rejected)
    assert rejected == pytest.approx(0.05, abs=0.008)


# Weights: the range of one rate from sums of weights and of their squares.


@pytest.mark.parametrize("follows", [False, True], ids=["apart", "with the rate"])
@pytest.mark.parametrize(("people", "least"), [(10, 0.89), (100, 0.91), (1_000, 0.93)])
def test_weighted_ranges_cover(people, least, follows, report):
    # Lognormal weights are an extreme survey: Kish's size is about a third of the people.
    rng = np.random.default_rng(5)
    w = rng.lognormal(size=(4_000, people))
    p = np.where(w > 1, 0.15, 0.5) if follows else np.full_like(w, 0.3)
    approved = rng.random(w.shape) < p
    heavy = 0.8413447  # share of lognormal(0, 1) weight above the median
    truth = 0.15 * heavy + 0.5 * (1 - heavy) if follows else 0.3
    sums = [(w * approved).sum(1), w.sum(1), (w**2 * approved).sum(1), (w**2).sum(1)]
    value = sums[0] / sums[1]
    size = intervals.effective_size(value, np.full(len(w), float(people)), *sums)
    check(report, intervals.wilson(value, size), truth, least=least)


# AUC: DeLong's range on the logit scale, with ties.


@pytest.mark.parametrize(("good", "bad"), [(150, 50), (25, 12)])
def test_auc_ranges_cover(good, bad, report):
    rng, samples = np.random.default_rng(10), 2_000
    paid = np.repeat([1, 0], [good, bad])
    points = np.round(2 * rng.normal(1.2 * paid, 1, (samples, good + bad)))
    frame = pd.DataFrame(
        {
            "sample": np.arange(samples).repeat(good + bad),
            "paid": np.tile(paid, samples),
            "points": points.ravel(),
        }
    )
    steps = np.arange(-14, 15) / 2
    shares = [np.diff(norm.cdf([*(steps - 0.25), 8], mean)) for mean in (1.2, 0)]
    truth = (shares[0] * (np.cumsum(shares[1]) - shares[1] / 2)).sum()
    roles = Roles(groups=["sample"], outcome="paid", good=1, score="points", higher_is="safer")
    got = metrics.auc(Tally.from_frame(frame, roles, score_bins="exact"), by="sample")
    check(report, (got["low"], got["high"]), truth, least=0.935)


# Clusters: whole branches are sampled, and people of one branch are alike.


def sampled_branches(samples, seed):
    """Return samples of 25 branches with 20 people each; only five branches have people a."""
    rng = np.random.default_rng(seed)
    rate = rng.beta(7, 3, (samples, 25, 1))
    sample, branch, _ = np.indices((samples, 25, 20))
    approved = rng.random(sample.shape) < rate
    race = np.where((branch < 5) & (rng.random(sample.shape) < 0.5), "a", "b")
    columns = {"sample": sample, "branch": branch, "race": race, "ok": approved.astype(int)}
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})


def clustered(frame):
    roles = Roles(groups=["sample", "race"], decision="ok", favourable=1, cluster="branch")
    return Tally.from_frame(frame, roles, by=[("sample", "race")])


@pytest.mark.parametrize(
    ("by", "race"),
    [("sample", None), (("sample", "race"), "a"), (("sample", "race"), "b")],
    ids=["everyone", "people in five branches", "people in all branches"],
)
def test_clustered_ranges_cover(by, race, report):
    got = metrics.approval_rate(clustered(sampled_branches(1_000, seed=6)), by=by)
    got = got if race is None else got[got["race"] == race]
    check(report, (got["low"], got["high"]), 0.7, least=0.93)


def test_clustered_disparities_cover(report):
    frame = sampled_branches(200, seed=9)
    found = []
    for _, rows in frame.groupby("sample"):
        tally = clustered(rows).project(["race"])
        found.append(metrics.disparity(tally, by="race", reference="b", kind="difference").iloc[0])
    got = pd.DataFrame(found)
    check(report, (got["low"], got["high"]), 0.0, least=0.90)


# The bootstrap of cells against the bootstrap of rows.


@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "lognormal weights"])
def test_bootstrap_errors_equal_those_of_a_row_bootstrap(weighted, report):
    people, replicates = 2_000, 1_000
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "race": rng.choice(["a", "b", "c"], people, p=[0.6, 0.3, 0.1]),
            "ok": rng.random(people) < 0.6,
            "paid": rng.random(people) < 0.7,
            "w": rng.lognormal(size=people) if weighted else 1.0,
        }
    ).astype({"ok": int, "paid": int})
    roles = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1,
                  weight="w" if weighted else None)  # fmt: skip
    names = ["approval_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy"]
    cells = metrics.bootstrap(Tally.from_frame(frame, roles), names, by="race",
                              replicates=replicates, seed=8)  # fmt: skip

    # How often each row is drawn times its weight, summed by group, outcome and decision.
    place = (pd.factorize(frame["race"], sort=True)[0] * 3 + frame["paid"]) * 3 + frame["ok"]
    share = np.zeros((people, 27))
    share[np.arange(people), place] = frame["w"]
    drawn = rng.multinomial(people, np.full(people, 1 / people), size=replicates)
    sums = (drawn @ share).reshape(replicates, 3, 3, 3)
    errors = [metrics.CATALOGUE[name].values(sums).std(axis=0, ddof=1) for name in names]

    ratio = cells["error"].to_numpy() / np.ravel(errors)
    # Both errors carry Monte Carlo noise of 1 / sqrt(2 B) each.
    noise = np.sqrt(1 / replicates)
    report("mean ratio", ratio.mean())
    report("least ratio", ratio.min())
    report("greatest ratio", ratio.max())
    assert abs(ratio - 1).max() < 4 * noise
    assert abs(ratio.mean() - 1) < 1.5 * noise
