import inspect
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.oaxaca import OaxacaBlinder

from creditaudit import Roles, metrics
from creditaudit.metrics.decompositions import _decomposed
from creditaudit.metrics.designs import read_design

ROLES = Roles(groups=["race"], decision="ok", favourable=1)
WHY = {"x": "what a person can pay back", "k": "kind of loan"}
NUMBERS = ["value", "low", "high", "bound_low", "bound_high"]


def people(n=900, seed=1, shares=(0.65, 0.35)):
    rng = np.random.default_rng(seed)
    race = rng.choice(["a", "b"], n, p=shares)
    x, k = rng.normal(size=n) + (race == "b"), rng.choice(["u", "v", "w"], n)
    chance = 0.65 - 0.08 * (race == "b") - (0.12 + 0.04 * (race == "b")) * x + 0.1 * (k == "v")
    ok = (rng.random(n) < np.clip(chance, 0.02, 0.98)).astype(int)
    return pd.DataFrame(
        {"race": race, "x": x, "k": k, "ok": ok, "w": rng.lognormal(size=n), "c": np.arange(n) % 50}
    )


def decomposed(frame, roles=ROLES, controls=WHY):
    found = metrics.oaxaca_blinder(frame, roles, by="race", controls=controls, reference="a")
    return found.set_index(["coefficients", "measure"])


def test_the_parts_add_up_to_the_gap():
    frame = people()
    found = decomposed(frame)
    rate = frame.groupby("race")["ok"].mean()
    for name in ("reference", "group", "pooled"):
        value = found.loc[name, "value"]
        assert value["gap"] == pytest.approx(rate["b"] - rate["a"])
        assert value["explained"] + value["unexplained"] == pytest.approx(value["gap"])
        assert value["explained: x"] + value["explained: k"] == pytest.approx(value["explained"])


def test_columns_and_rows_are_those_of_the_contract():
    found = decomposed(people()).reset_index()
    assert set(found.columns) == {
        "race", "reference", "coefficients", "measure", "n", "n_reference", *NUMBERS, "note"
    }  # fmt: skip
    assert len(found) == 3 * 5
    assert (found["low"] < found["value"]).all()
    assert (found["value"] < found["high"]).all()


def test_both_directions_make_a_range():
    found = decomposed(people())
    for measure in ("explained", "unexplained", "explained: x"):
        ends = [found.loc[(name, measure), "value"] for name in ("reference", "group")]
        for name in ("reference", "group", "pooled"):
            bounds = found.loc[(name, measure), ["bound_low", "bound_high"]]
            assert bounds.tolist() == pytest.approx([min(ends), max(ends)])
    assert ends[0] != pytest.approx(ends[1])


def peer(frame):
    columns = pd.DataFrame(
        {"b": frame["race"] == "b", "x": frame["x"], "v": frame["k"] == "v", "w": frame["k"] == "w"}
    ).astype(float)
    # Its seed changed its name; nothing is drawn here.
    assert "hasconst" in inspect.signature(OaxacaBlinder.__init__).parameters
    return OaxacaBlinder(frame["ok"].to_numpy(float), columns, "b", hasconst=False)


def test_parts_equal_statsmodels_in_both_directions_and_pooled():
    frame = people()
    found = decomposed(frame)
    for name, how in (
        ("reference", {"two_fold_type": "self_submitted", "submitted_weight": 1}),
        ("group", {"two_fold_type": "self_submitted", "submitted_weight": 0}),
        ("pooled", {"two_fold_type": "pooled"}),
    ):
        unexplained, explained, gap = peer(frame).two_fold(**how).params
        value = found.loc[name, "value"]
        # Theirs is the higher mean less the lower; ours is the group less the reference.
        assert (value["unexplained"], value["explained"], value["gap"]) == pytest.approx(
            (-unexplained, -explained, -gap)
        )


def test_the_pooled_rest_is_the_coefficient_of_the_group_with_its_range():
    frame = people()
    line = metrics.regression(
        frame, ROLES, by="race", controls=WHY, reference="a", model="linear"
    ).iloc[-1]
    rest = decomposed(frame).loc[("pooled", "unexplained")]
    assert rest["value"] == pytest.approx(line["value"])
    assert (rest["low"], rest["high"]) == pytest.approx((line["low"], line["high"]), abs=3e-4)


@pytest.mark.parametrize("clustered", [False, True])
def test_ranges_are_as_wide_as_a_bootstrap_of_rows(clustered):
    roles = Roles(groups=["race"], decision="ok", favourable=1, cluster="c") if clustered else ROLES
    design = read_design(people(), roles, "race", WHY, "a")
    found = pd.DataFrame(_decomposed(design, 0))
    rng, drawn = np.random.default_rng(5), []
    for _ in range(400):
        rows = rng.integers(0, 900, 900)
        if clustered:
            rows = np.concatenate([np.flatnonzero(design.cluster == c) for c in rows[:50] % 50])
        part = {name: getattr(design, name)[rows] for name in ("matrix", "group", "approved")}
        again = replace(design, cluster=None, **part)
        drawn.append([row["value"] for row in _decomposed(again, 0)])
    ours = (found["high"] - found["low"]) / (2 * (2.01 if clustered else 1.96))
    assert (ours / np.std(drawn, axis=0)).between(0.88, 1.14).all()


def test_weights_count():
    frame = people().assign(w=lambda f: 1 + np.arange(len(f)) % 3)
    roles = Roles(groups=["race"], decision="ok", favourable=1, weight="w")
    longer = frame.loc[frame.index.repeat(frame["w"])]
    one, other = decomposed(frame, roles), decomposed(longer)
    np.testing.assert_allclose(one["value"], other["value"])
    assert (one["high"] - one["low"] > other["high"] - other["low"]).all()


def test_a_control_without_spread_in_one_group_leaves_that_direction_undefined():
    frame = people()
    frame["rare"] = ((frame["race"] == "a") & (np.arange(len(frame)) % 9 == 0)).astype(int)
    found = decomposed(frame, controls=WHY | {"rare": "seldom"})
    lost = found.loc[("group", "explained")]
    assert np.isnan(lost["value"])
    assert "within the group a control does not vary" in lost["note"]
    assert np.isfinite(found.loc[("reference", "explained"), "value"])
    assert np.isfinite(found.loc[("group", "gap"), "value"])
    assert found.loc["reference", "bound_low"].isna().sum() == 5


def test_a_tiny_group_is_undefined_with_the_reason():
    frame = pd.concat([people(), people().head(6).assign(race="z")])
    found = metrics.oaxaca_blinder(frame, ROLES, by="race", controls=WHY, reference="a")
    lost = found[found["race"] == "z"]
    assert lost[NUMBERS].isna().all(axis=None)
    assert lost["note"].str.contains("a model needs 5 of each").all()
    assert found[found["race"] == "b"]["value"].notna().all()


def test_people_left_out_are_counted():
    frame = people()
    frame.loc[::10, "x"] = np.nan
    note = decomposed(frame)["note"].iloc[0]
    assert note == "90 of 900 people are left out: 90 without a value of x."
