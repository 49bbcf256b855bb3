import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import InputError, MissingRole

ALPHAS = [0.5, 1, 2, 3, -1, 0]
ROLES = {"groups": ["race"], "decision": "ok", "favourable": 1, "outcome": "paid", "good": 1}


def applicants(n=600, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "race": rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2]),
            "ok": (rng.random(n) < 0.7).astype(int),
            "paid": (rng.random(n) < 0.8).astype(int),
            "w": rng.lognormal(size=n),
            "branch": rng.integers(0, 11, n),
        }
    )


def counted(frame, **more):
    return Tally.from_frame(frame, Roles(**ROLES | more), by=["race"])


def benefits(rows):
    return (rows["ok"] - rows["paid"] + 1).to_numpy(dtype=float)


def entropy(b, alpha, w=None):
    """Return the index of Speicher and others from the benefits of people."""
    w = np.ones(len(b)) if w is None else np.asarray(w)
    ratio = b / np.average(b, weights=w)
    if alpha == 1:
        logs = np.log(np.where(ratio > 0, ratio, 1))
        return np.average(ratio * logs, weights=w)
    if alpha == 0:
        return -np.average(np.log(ratio), weights=w)
    return np.average(ratio**alpha - 1, weights=w) / (alpha * (alpha - 1))


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("alpha", [0.5, 1, 2, 3])
def test_inequality_inside_groups_is_that_of_the_people(alpha, weight):
    frame = applicants()
    got = metrics.generalized_entropy(counted(frame, weight=weight), by="race", alpha=alpha)
    for (_, rows), value in zip(frame.groupby("race"), got["value"], strict=True):
        w = rows[weight] if weight else None
        assert value == pytest.approx(entropy(benefits(rows), alpha, w))


def test_theil_and_the_coefficient_of_variation_are_members_of_the_family():
    frame = applicants()
    tally = counted(frame)
    assert metrics.theil(tally).equals(metrics.generalized_entropy(tally, alpha=1))
    b = benefits(frame)
    variation = metrics.coefficient_of_variation(tally).iloc[0]
    assert variation["value"] == pytest.approx(b.std() / b.mean())
    assert variation["low"] < variation["value"] < variation["high"]


@pytest.mark.parametrize("alpha", [0, -1])
def test_anybody_at_nothing_makes_low_alphas_infinite(alpha):
    frame = applicants()
    got = metrics.generalized_entropy(counted(frame), alpha=alpha).iloc[0]
    assert np.isnan(got["value"])
    assert got["note"] == f"Infinite for alpha {alpha}: good payers were refused and get 0."
    kept = frame[(frame["ok"] == 1) | (frame["paid"] == 0)]
    got = metrics.generalized_entropy(counted(kept), alpha=alpha).iloc[0]
    assert got["value"] == pytest.approx(entropy(benefits(kept), alpha))
    assert got["low"] < got["value"] < got["high"]


# Parts within and between groups.


@settings(max_examples=25)
@given(st.integers(0, 5_000), st.sampled_from(ALPHAS), st.booleans())
def test_parts_add_up_and_between_is_the_inequality_of_means(seed, alpha, weighted):
    frame = applicants(80, seed)
    if alpha <= 0:
        frame = frame[(frame["ok"] == 1) | (frame["paid"] == 0)]
    frame.loc[frame.index[::7], "race"] = None
    weight = "w" if weighted else None
    got = metrics.inequality_parts(counted(frame, weight=weight), "race", alpha=alpha)
    value = got.set_index("measure")["value"]
    w = frame["w"].to_numpy() if weighted else np.ones(len(frame))
    b = benefits(frame)
    key = frame["race"].fillna("none")
    totals = pd.Series(w, frame.index).groupby(key).transform("sum")
    means = pd.Series(w * b, frame.index).groupby(key).transform("sum") / totals
    assert value["total"] == pytest.approx(entropy(b, alpha, w), abs=1e-12)
    assert value["between"] == pytest.approx(entropy(means.to_numpy(), alpha, w), abs=1e-12)
    assert value["within"] + value["between"] == pytest.approx(value["total"])
    assert (got["n"] == len(frame)).all()
    ends = got.dropna(subset=["low"])
    assert (ends["low"] <= ends["value"]).all()
    assert (ends["value"] <= ends["high"]).all()


def test_parts_need_groups():
    with pytest.raises(InputError, match="by= must name"):
        metrics.inequality_parts(counted(applicants()), None)


# Ranges.


@pytest.mark.parametrize("alpha", [0.5, 1, 2])
@pytest.mark.parametrize("n", [60, 400])
def test_ranges_of_the_total_cover(n, alpha):
    rng, samples, shares = np.random.default_rng(2), 2_000, np.array([0.1, 0.8, 0.1])
    cells = rng.multinomial(n, shares, samples)
    table = pd.DataFrame({"race": np.arange(samples), "fn": cells[:, 0], "tp": cells[:, 1],
                          "fp": cells[:, 2], "tn": 0})  # fmt: skip
    tally = Tally.from_counts(table, Roles(groups=["race"]),
                              count={k: k for k in ("fn", "tp", "fp", "tn")})  # fmt: skip
    got = metrics.generalized_entropy(tally, by="race", alpha=alpha)
    truth = entropy(np.repeat([0.0, 1, 2], [1, 8, 1]), alpha)
    assert np.mean((got["low"] <= truth) & (truth <= got["high"])) >= (0.90 if n < 100 else 0.93)


@pytest.mark.parametrize("between", [False, True])
def test_ranges_of_the_parts_cover(between):
    rng, samples = np.random.default_rng(4), 300
    shares = np.array([[0.1, 0.8, 0.1], [0.25, 0.7, 0.05] if between else [0.1, 0.8, 0.1]])
    truth = [0.5 * 2 / 3 * (s[0] + s[2] - (s[2] - s[0]) ** 2) for s in shares]
    means = np.array([1.0, 1 + shares[1, 2] - shares[1, 0]])
    mean = (2 * means[0] + means[1]) / 3
    held = {"within": 0, "between": 0}
    spread = [s[0] * m**2 + s[1] * (1 - m) ** 2 + s[2] * (2 - m) ** 2
              for s, m in zip(shares, means, strict=True)]  # fmt: skip
    truth = {
        "within": (2 * spread[0] + spread[1]) / 3 / 2 / mean**2,
        "between": (2 * (means[0] - mean) ** 2 + (means[1] - mean) ** 2) / 3 / 2 / mean**2,
    }
    for _ in range(samples):
        cells = np.stack([rng.multinomial(n, s) for n, s in zip((400, 200), shares, strict=True)])
        table = pd.DataFrame({"race": list("ab"), "fn": cells[:, 0], "tp": cells[:, 1],
                              "fp": cells[:, 2], "tn": 0})  # fmt: skip
        tally = Tally.from_counts(table, Roles(groups=["race"]),
                                  count={k: k for k in ("fn", "tp", "fp", "tn")})  # fmt: skip
        got = metrics.inequality_parts(tally, "race").set_index("measure")
        for name in held:
            row = got.loc[name]
            held[name] += row["low"] - 1e-12 <= truth[name] <= row["high"]
    assert min(held.values()) / samples >= 0.92


def test_equal_benefits_have_an_upper_end():
    table = pd.DataFrame({"race": ["a"], "tp": [30], "fn": [0], "fp": [0], "tn": [10]})
    tally = Tally.from_counts(table, Roles(groups=["race"]),
                              count={k: k for k in ("fn", "tp", "fp", "tn")})  # fmt: skip
    for name in ("theil", "generalized_entropy", "coefficient_of_variation"):
        got = getattr(metrics, name)(tally, by="race").iloc[0]
        assert (got["value"], got["low"]) == (0, 0)
        assert 0 < got["high"] < 0.5


def test_clusters_are_jackknifed():
    frame = applicants()
    left_out = [entropy(benefits(frame[frame["branch"] != b]), 2) for b in range(11)]
    error = np.sqrt(10 / 11 * ((left_out - np.mean(left_out)) ** 2).sum())
    got = metrics.generalized_entropy(counted(frame, cluster="branch")).iloc[0]
    step = np.log(got["high"] / got["value"])
    assert step == pytest.approx(1.959964 * error / got["value"], rel=1e-5)
    parts = metrics.inequality_parts(counted(frame, cluster="branch"), "race")
    assert parts["note"].tolist()[1:] == ["No range: people were sampled in clusters."] * 2


# What is not known.


def test_a_lenders_file_has_no_benefits():
    frame = applicants()
    frame["paid"] = frame["paid"].astype(float).mask(frame["ok"] == 0)
    tally = counted(frame)
    for got in (metrics.theil(tally, by="race"), metrics.inequality_parts(tally, "race")):
        assert got[["value", "low", "high"]].isna().all(axis=None)
        assert (got["note"] == "Not known: declined people have no outcomes.").all()


def test_missing_outcomes_are_said():
    frame = applicants()
    frame["paid"] = frame["paid"].astype(float).mask(frame.index % 10 == 0)
    got = metrics.theil(counted(frame)).iloc[0]
    assert got["note"] == "Outcome known for 90.0% of these people."
    assert got["n"] == 540


@pytest.mark.parametrize(
    ("ok", "paid", "words"),
    [([0, 0], [1, 1], "nobody gets anything"), ([None, 1], [1, None], "no people with a decision")],
)
def test_undefined_indices_say_why(ok, paid, words):
    frame = pd.DataFrame({"race": "a", "ok": ok, "paid": paid})
    got = metrics.theil(counted(frame)).iloc[0]
    assert np.isnan(got["value"])
    assert words in got["note"]
    parts = metrics.inequality_parts(counted(frame), "race")
    assert parts["note"].str.contains(words).all()


def test_benefits_need_decisions_and_outcomes():
    with pytest.raises(MissingRole, match="generalized_entropy needs outcome"):
        metrics.theil(Tally.from_frame(applicants(), Roles(decision="ok", favourable=1)))


def test_a_cut_off_inside_a_merged_bin_leaves_benefits_open():
    frame = applicants(2_000).assign(points=lambda f: f.index % 100)
    roles = Roles(groups=["race"], outcome="paid", good=1, score="points", higher_is="safer",
                  score_range=(0, 100))  # fmt: skip
    published = Tally.from_frame(frame, roles, by=["race"], score_bins=100).publish(min_cell=30)
    got = metrics.theil(published.at_cutoff(37)).iloc[0]
    if np.isnan(got["value"]):
        assert got["note"] == "Not known: the cut-off falls inside a merged score bin."
