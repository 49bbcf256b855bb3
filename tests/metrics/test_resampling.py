import numpy as np
import pandas as pd
import pytest

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import InputError, MissingRole

METRICS = ["approval_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy"]
GROUPS = ("race", "sex", "age")
COLUMNS = [*GROUPS, "measure", "n", "value", "error", "low", "high", "note"]


def roles(**more):
    return Roles(groups=list(GROUPS), decision="ok", favourable=1, outcome="paid", good=1, **more)


def applicants(n=6_000, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "race": rng.choice(["a", "b"], n),
            "sex": rng.choice(["f", "m"], n),
            "age": rng.choice(["young", "middle", "old"], n),
            "ok": rng.integers(0, 2, n),
            "paid": rng.integers(0, 2, n),
            "points": rng.integers(0, 40, n),
            "w": rng.lognormal(size=n),
            "branch": rng.integers(0, 30, n),
        }
    )


def counted(frame, given=None, by=GROUPS, **more):
    return Tally.from_frame(frame, given or roles(), by=[by], **more)


def test_sixty_numbers_in_the_order_asked():
    tally = counted(applicants())
    got = metrics.bootstrap(tally, METRICS, by=GROUPS, seed=7)
    assert got.shape == (60, len(COLUMNS))
    assert list(got.columns) == COLUMNS
    assert got["measure"].tolist() == [name for name in METRICS for _ in range(12)]
    for name in METRICS:
        rows, exact = got[got["measure"] == name], getattr(metrics, name)(tally, by=GROUPS)
        assert rows["value"].tolist() == exact["value"].tolist()
        assert rows["n"].tolist() == exact["n"].tolist()
    assert ((got["low"] < got["value"]) & (got["value"] < got["high"])).all()


def test_the_same_seed_gives_the_same_numbers_and_another_does_not():
    tally = counted(applicants(), roles(weight="w"))
    one, two, three = (metrics.bootstrap(tally, METRICS, by=GROUPS, seed=s) for s in (7, 7, 8))
    pd.testing.assert_frame_equal(one, two)
    assert (one["error"] != three["error"]).all()
    pd.testing.assert_series_equal(one["value"], three["value"])


def test_errors_are_those_of_the_binomial():
    got = metrics.bootstrap(counted(applicants()), "approval_rate", by=GROUPS, replicates=4_000)
    p, n = got["value"], got["n"]
    np.testing.assert_allclose(got["error"], np.sqrt(p * (1 - p) / n), rtol=0.06)


def test_the_order_and_the_company_of_metrics_do_not_change_their_numbers():
    tally = counted(applicants())
    both = metrics.bootstrap(tally, ["precision", "accuracy"], by=GROUPS, seed=3)
    lone = metrics.bootstrap(tally, ["accuracy"], by=GROUPS, seed=3)
    pd.testing.assert_frame_equal(both.iloc[12:].reset_index(drop=True), lone)


@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
def test_the_error_of_auc_is_near_delong(higher_is):
    given = roles(score="points", higher_is=higher_is)
    tally = counted(applicants(), given, by="race", score_bins="exact")
    got = metrics.bootstrap(tally, ["auc", "approval_rate"], by="race", replicates=2_000)
    exact = metrics.CATALOGUE["auc"].estimate(tally, "race")
    rows = got[got["measure"] == "auc"]
    np.testing.assert_allclose(rows["value"], exact.value)
    np.testing.assert_allclose(rows["error"], exact.error, rtol=0.06)
    assert ((rows["low"] < rows["value"]) & (rows["value"] < rows["high"])).all()


def test_many_distinct_scores_are_drawn_in_blocks(monkeypatch):
    given = roles(score="points", higher_is="safer")
    tally = counted(applicants(), given, by="race", score_bins="exact")
    whole = metrics.bootstrap(tally, "auc", by="race", replicates=50)
    monkeypatch.setattr("creditaudit.metrics.resampling._BLOCK", 1_000)
    pd.testing.assert_frame_equal(metrics.bootstrap(tally, "auc", by="race", replicates=50), whole)


def test_weighted_replicates_of_few_people_stay_between_zero_and_one():
    tally = counted(applicants(n=40), roles(weight="w"), by="age")
    got = metrics.bootstrap(tally, ["approval_rate", "accuracy"], by="age")
    assert got[["low", "high"]].stack().between(0, 1).all()
    assert (got["error"] < 0.5).all()


def test_a_group_that_some_replicates_lose_is_null_with_the_reason():
    frame = pd.DataFrame({"race": ["a"] * 50 + ["z"], "sex": "f", "age": "old", "ok": 1, "paid": 1})
    got = metrics.bootstrap(counted(frame, by="race"), "approval_rate", by="race")
    assert got["error"].isna().tolist() == [False, True]
    assert got["note"].tolist() == ["", "Undefined in some replicates."]
    assert got["value"].tolist() == [1, 1]


def test_an_undefined_value_keeps_its_reason():
    frame = applicants(n=300).assign(paid=lambda f: f["paid"].mask(f["race"] == "b", 0))
    got = metrics.bootstrap(counted(frame, by="race"), "true_positive_rate", by="race").iloc[1]
    assert got[["value", "error", "low", "high"]].isna().all()
    assert got["note"] == "Undefined: there are no good payers here."


def test_a_lenders_file_has_no_bootstrap_of_what_it_cannot_tell():
    frame = applicants(n=300)
    frame["paid"] = frame["paid"].astype(float).mask(frame["ok"] == 0)
    got = metrics.bootstrap(counted(frame, by="race"), ["true_positive_rate", "precision"])
    assert got["error"].isna().tolist() == [True, False]
    assert got["note"].iloc[0].startswith("Declined people have no outcomes")


def test_a_clustered_tally_is_refused():
    tally = counted(applicants(), roles(cluster="branch"), by="race")
    with pytest.raises(InputError, match="jackknife"):
        metrics.bootstrap(tally, METRICS, by="race")


@pytest.mark.parametrize(
    ("names", "replicates", "words"),
    [([], 10, "needs a metric"), (METRICS, 1, "2 replicates"), ("k", 10, "Unknown metric 'k'")],
)
def test_what_cannot_be_resampled_is_named(names, replicates, words):
    with pytest.raises(InputError, match=words):
        metrics.bootstrap(counted(applicants()), names, by=GROUPS, replicates=replicates)


def test_a_metric_without_its_role_names_the_fix():
    with pytest.raises(MissingRole, match="auc needs score"):
        metrics.bootstrap(counted(applicants()), "auc", by="race")
