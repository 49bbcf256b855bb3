from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.discrete.discrete_model import Logit, Probit
from statsmodels.regression.linear_model import OLS, WLS

from creditaudit import Roles, metrics
from creditaudit.errors import InputError, MissingColumn, MissingRole, NothingToCompare
from creditaudit.metrics.adjustments import adjust
from creditaudit.metrics.designs import read_design

ROLES = Roles(groups=["race"], decision="ok", favourable=1)
WHY = {"x": "what a person can pay back", "k": "kind of loan"}
MODELS = ("logit", "probit", "linear")


def people(n=800, seed=1, groups=("a", "b", "c"), shares=(0.5, 0.3, 0.2)):
    """Return people whose group goes with a control, and whose approval goes with both."""
    rng = np.random.default_rng(seed)
    race = rng.choice(groups, n, p=shares)
    x, k = rng.normal(size=n) + (race == "b"), rng.choice(["u", "v", "w"], n)
    odds = 0.8 - 0.5 * (race == "b") - 0.8 * x + 0.5 * (k == "v")
    return pd.DataFrame(
        {
            "race": race,
            "x": x,
            "k": k,
            "ok": (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int),
            "w": rng.lognormal(0, 0.6, n),
            "branch": rng.integers(0, 40, n),
        }
    )


def adjusted(frame, roles=ROLES, controls=WHY, model="logit", reference="a", **how):
    return metrics.adjusted_disparity(
        frame, roles, by="race", controls=controls, model=model, reference=reference, **how
    )


def row(found, measure, group="b"):
    return found[(found["race"] == group) & (found["measure"] == measure)].iloc[0]


def matrix(frame):
    """Return what a textbook would hand to a regression."""
    return np.column_stack(
        [np.ones(len(frame)), frame["x"], frame["k"] == "v", frame["k"] == "w",
         frame["race"] == "b", frame["race"] == "c"]
    ).astype(float)  # fmt: skip


# The pair.


def test_raw_and_adjusted_come_together_for_every_kind():
    found = adjusted(people())
    assert list(found.columns) == [
        "race", "reference", "measure", "n", "n_reference", "value", "low", "high", "p_value",
        "note",
    ]  # fmt: skip
    kinds = ("difference", "ratio", "odds_ratio")
    expected = [f"{which}_{kind}" for kind in kinds for which in ("raw", "adjusted")]
    assert found["measure"].tolist() == expected * 2
    assert found["race"].tolist() == ["b"] * 6 + ["c"] * 6
    for _, pair in found.groupby(["race", found["measure"].str.replace(r"^\w+?_", "", regex=True)]):
        assert pair["n"].nunique() == pair["n_reference"].nunique() == 1


def test_the_raw_side_is_the_disparity_of_the_same_people():
    from creditaudit import Tally

    frame = people()
    found = adjusted(frame)
    for kind in ("difference", "ratio", "odds_ratio"):
        alone = metrics.disparity(
            Tally.from_frame(frame, ROLES), by="race", reference="a", kind=kind
        ).set_index("race")
        for name in ("n", "value", "low", "high", "p_value"):
            assert row(found, f"raw_{kind}")[name] == pytest.approx(alone.loc["b", name])


def test_controls_that_do_not_matter_leave_the_raw_gap():
    frame = people().assign(x=lambda f: np.arange(len(f)) % 7)
    frame["ok"] = np.where(frame["race"] == "b", np.arange(len(frame)) % 2, frame["ok"])
    found = adjusted(frame, controls={"x": "none"}, model="linear")
    for kind in ("difference", "ratio"):
        assert row(found, f"adjusted_{kind}")["value"] == pytest.approx(
            row(found, f"raw_{kind}")["value"], abs=0.02
        )


def test_a_gap_that_goes_wholly_with_a_control_leaves_nothing():
    # Within each value of x both groups are approved alike: 4 of 5, and 1 of 5.
    cells = [("a", 1, 80, 20), ("b", 1, 16, 4), ("a", 0, 5, 20), ("b", 0, 20, 80)]
    rows = [
        (g, x, ok) for g, x, yes, no in cells for ok, n in ((1, yes), (0, no)) for _ in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["race", "x", "ok"])
    for model in MODELS:
        found = adjusted(frame, controls={"x": "the only reason"}, model=model)
        assert row(found, "raw_ratio")["value"] < 0.5
        left = row(found, "adjusted_ratio")
        assert left["value"] == pytest.approx(1)
        assert left["low"] < 1 < left["high"]
        assert left["p_value"] == pytest.approx(1, abs=1e-6)


# Against statsmodels.


@pytest.mark.parametrize("cluster", [None, "branch"])
@pytest.mark.parametrize(("model", "peer"), [("logit", Logit), ("probit", Probit), ("linear", OLS)])
def test_coefficients_and_errors_equal_statsmodels(model, peer, cluster):
    frame = people()
    roles = Roles(groups=["race"], decision="ok", favourable=1, cluster=cluster)
    found = metrics.regression(frame, roles, by="race", controls=WHY, reference="a", model=model)
    how = {"cov_type": "HC1"}
    if cluster:
        how = {"cov_type": "cluster", "cov_kwds": {"groups": frame[cluster].to_numpy()}}
    quiet = {} if model == "linear" else {"disp": 0, "tol": 1e-12}
    theirs = peer(frame["ok"].to_numpy(float), matrix(frame)).fit(**how, **quiet)
    assert found["term"].tolist() == ["constant", "x", "k = v", "k = w", "race = b", "race = c"]
    np.testing.assert_allclose(found["value"], theirs.params, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found["error"], theirs.bse, rtol=1e-6)
    if not cluster:
        np.testing.assert_allclose(found[["low", "high"]], theirs.conf_int(), rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(found["p_value"], theirs.pvalues, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(("model", "peer"), [("logit", Logit), ("probit", Probit)])
def test_the_difference_is_the_average_marginal_effect_of_statsmodels(model, peer):
    frame = people(groups=("a", "b"), shares=(0.6, 0.4))
    columns = matrix(frame)[:, :5]
    fit = peer(frame["ok"].to_numpy(float), columns).fit(disp=0, tol=1e-12, cov_type="HC1")
    effects = fit.get_margeff(dummy=True)
    left = row(adjusted(frame, model=model), "adjusted_difference")
    assert left["value"] == pytest.approx(effects.margeff[-1])
    assert (left["low"], left["high"]) == pytest.approx(tuple(effects.conf_int()[-1]), rel=1e-6)


def test_the_difference_of_a_linear_model_is_its_coefficient():
    frame = people()
    fit = OLS(frame["ok"].to_numpy(float), matrix(frame)).fit(cov_type="HC1")
    left = row(adjusted(frame, model="linear"), "adjusted_difference")
    assert left["value"] == pytest.approx(fit.params[4])
    assert (left["low"], left["high"]) == pytest.approx(tuple(fit.conf_int()[4]))
    odds = row(adjusted(frame, model="linear"), "adjusted_odds_ratio")
    assert np.isnan(odds["value"])
    assert odds["note"].startswith("Undefined: a linear model has no odds ratio")


def test_the_odds_ratio_is_that_of_the_logit_and_says_what_it_is_not():
    frame = people()
    fit = Logit(frame["ok"].to_numpy(float), matrix(frame)).fit(disp=0, tol=1e-12, cov_type="HC1")
    left = row(adjusted(frame), "adjusted_odds_ratio")
    assert left["value"] == pytest.approx(np.exp(fit.params[4]))
    assert (left["low"], left["high"]) == pytest.approx(tuple(np.exp(fit.conf_int()[4])), rel=1e-6)
    assert "An odds ratio also moves" in left["note"]


def test_weights_are_those_of_a_weighted_regression():
    frame = people()
    roles = Roles(groups=["race"], decision="ok", favourable=1, weight="w")
    found = metrics.regression(frame, roles, by="race", controls=WHY, reference="a", model="linear")
    theirs = WLS(frame["ok"].to_numpy(float), matrix(frame), weights=frame["w"]).fit(cov_type="HC1")
    np.testing.assert_allclose(found["value"], theirs.params, atol=1e-9)
    np.testing.assert_allclose(found["error"], theirs.bse, rtol=1e-9)


@pytest.mark.parametrize("model", ["logit", "probit"])
def test_whole_weights_give_the_values_of_repeated_rows(model):
    frame = people(300).assign(w=lambda f: 1 + np.arange(len(f)) % 3)
    roles = Roles(groups=["race"], decision="ok", favourable=1, weight="w")
    longer = frame.loc[frame.index.repeat(frame["w"])].reset_index(drop=True)
    one = metrics.regression(frame, roles, by="race", controls=WHY, reference="a", model=model)
    other = metrics.regression(longer, ROLES, by="race", controls=WHY, reference="a", model=model)
    np.testing.assert_allclose(one["value"], other["value"], rtol=1e-7, atol=1e-9)
    assert (one["error"] > other["error"]).all()  # 300 people, not 600
    effects = [adjust(read_design(f, r, "race", WHY, "a"), model).value["ratio"]
               for f, r in ((frame, roles), (longer, ROLES))]  # fmt: skip
    np.testing.assert_allclose(*effects)


def test_refused_turns_every_sign():
    for model in MODELS:
        approved, refused = (
            metrics.regression(people(), ROLES, by="race", controls=WHY, model=model, event=event)
            for event in ("approved", "refused")
        )
        np.testing.assert_allclose(approved["value"][1:], -refused["value"][1:])
        np.testing.assert_allclose(approved["error"], refused["error"])
    assert approved["value"][0] == pytest.approx(1 - refused["value"][0])  # a linear constant


# Laws.


@settings(max_examples=15)
@given(st.floats(1e-6, 1e8), st.floats(-1e3, 1e3), st.sampled_from(MODELS))
def test_the_unit_of_a_control_changes_nothing(scale, shift, model):
    frame = people(200)
    moved = frame.assign(x=frame["x"] * scale + shift * scale)
    one, other = (adjusted(f, model=model) for f in (frame, moved))
    for name in ("value", "low", "high"):
        np.testing.assert_allclose(one[name], other[name], rtol=1e-5)


def test_the_order_of_rows_and_the_index_change_nothing():
    frame = people()
    other = frame.sample(frac=1, random_state=3).set_index(pd.Index(np.zeros(len(frame))))
    one, two = adjusted(frame), adjusted(other)
    np.testing.assert_allclose(one["value"], two["value"])
    np.testing.assert_allclose(one["high"], two["high"])


def test_the_callers_frame_is_not_changed():
    frame = people()
    before = frame.copy()
    adjusted(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("model", MODELS)
def test_the_adjusted_range_holds_the_truth_as_often_as_it_says(model):
    whole = read_design(people(200_000, 0, ("a", "b"), (0.6, 0.4)), ROLES, "race", WHY, "a")
    truth = {kind: adjust(whole, model).value[kind][0] for kind in ("difference", "ratio")}
    held = dict.fromkeys(truth, 0)
    for at in range(0, 400 * 200, 400):
        part = {
            name: getattr(whole, name)[at : at + 400] for name in ("matrix", "group", "approved")
        }
        found = adjust(replace(whole, **part), model)
        for kind in truth:
            low, high = found.range(kind)
            held[kind] += low[0] <= truth[kind] <= high[0]
    assert all(0.92 <= times / 200 <= 0.985 for times in held.values()), held


# How controls are read.


def test_text_truth_and_categories_become_one_term_a_value():
    frame = people().assign(
        flag=lambda f: f["x"] > 0,
        band=lambda f: pd.cut(f["x"], [-9, -1, 1, 9], labels=["low", "mid", "high"]),
        code=lambda f: (np.arange(len(f)) % 5 + 1).astype(object),
        grade=lambda f: pd.Categorical(np.arange(len(f)) % 3 + 7),
    )
    terms = metrics.regression(
        frame, ROLES, by="race", controls=dict.fromkeys(["flag", "band", "code", "grade"], "why")
    )["term"].tolist()
    assert terms[1:-2] == [
        "flag = True", "band = mid", "band = high", "code", "grade = 8", "grade = 9",
    ]  # fmt: skip


def test_a_control_with_hundreds_of_values_is_an_error_that_says_what_to_do():
    frame = people().assign(name=lambda f: [f"p{i}" for i in range(len(f))])
    with pytest.raises(InputError, match=r"'name' has 800 values.*cut it into bands"):
        adjusted(frame, controls={"name": "who it is"})


def test_people_with_a_missing_value_are_left_out_and_counted():
    frame = people()
    frame.loc[::10, "x"] = np.nan
    frame.loc[1::40, "k"] = None
    frame.loc[3::50, "race"] = None
    frame["ok"] = frame["ok"].astype(object).mask(frame.index == 5)
    found = adjusted(frame)
    whole = frame.dropna().assign(ok=lambda f: f["ok"].astype(int))
    np.testing.assert_allclose(found["value"], adjusted(whole)["value"])
    note = row(found, "adjusted_ratio")["note"]
    assert note == (
        "117 of 800 people are left out: 16 without a group, 1 without a decision, 80 without a "
        "value of x, 20 without a value of k."
    )
    assert "Over everyone with a decision it is" in row(found, "raw_ratio")["note"]
    assert row(found, "adjusted_ratio")["n"] == (whole["race"] == "b").sum()


def test_withdrawn_is_no_decision():
    frame = people().assign(ok=lambda f: np.where(f["ok"] == 1, "yes", "no"))
    frame.loc[::9, "ok"] = "withdrawn"
    roles = Roles(groups=["race"], decision="ok", favourable="yes", unfavourable="no")
    found = adjusted(frame, roles)
    assert "89 without a decision" in row(found, "adjusted_ratio")["note"]
    kept = frame[frame["ok"] != "withdrawn"]
    np.testing.assert_allclose(found["value"], adjusted(kept, roles)["value"])


def test_crossed_groups_and_the_default_reference():
    frame = people().assign(sex=lambda f: np.where(np.arange(len(f)) % 3 == 0, "f", "m"))
    found = metrics.adjusted_disparity(frame, ROLES, by=("race", "sex"), controls=WHY)
    assert found["reference"].unique().tolist() == ["a, m"]
    assert len(found) == 5 * 6
    assert "Reference chosen because it has most people." in found["note"][0]


def test_the_frame_need_not_hold_outcome_score_or_period():
    roles = Roles(
        groups=["race", "sex"], strata=["county"], decision="ok", favourable=1, outcome="paid",
        good=1, score="points", higher_is="safer", period="year",
    )  # fmt: skip
    np.testing.assert_allclose(adjusted(people(), roles)["value"], adjusted(people())["value"])


# What cannot be told.


def undefined(found, group="b", kind="ratio"):
    left = row(found, f"adjusted_{kind}", group)
    assert left[["value", "low", "high", "p_value"]].isna().all()
    assert left["note"].startswith("Undefined: ")
    assert np.isfinite(row(found, f"raw_{kind}", group)["value"])
    return left["note"]


@pytest.mark.parametrize("model", ["logit", "probit"])
def test_a_control_that_decides_alone_is_named(model):
    frame = people().assign(sick=lambda f: np.where(np.arange(len(f)) % 40 == 0, "yes", "no"))
    frame.loc[frame["sick"] == "yes", "ok"] = 0
    controls = WHY | {"sick": "a rule"}
    note = undefined(adjusted(frame, controls=controls, model=model))
    assert "all 20 people with sick = yes were refused" in note
    linear = adjusted(frame, controls=controls, model="linear")
    assert np.isfinite(row(linear, "adjusted_ratio")["value"])


@pytest.mark.parametrize("model", MODELS)
def test_perfect_prediction_is_undefined_with_the_reason(model):
    frame = people().assign(y=lambda f: 3.0 * f["ok"])
    note = undefined(adjusted(frame, controls={"y": "the score"}, model=model))
    assert "without error" in note


@pytest.mark.parametrize("model", ["logit", "probit"])
def test_two_controls_that_decide_together_are_undefined(model):
    frame = people(300)
    frame["p"] = np.linspace(-1, 1, 300)
    frame["q"] = np.where(frame["ok"] == 1, -frame["p"] + 0.01, -frame["p"] - 0.01)
    assert "together" in undefined(
        adjusted(frame, controls={"p": "one", "q": "other"}, model=model)
    )


@pytest.mark.parametrize("model", MODELS)
def test_a_control_that_gives_the_group_away_is_undefined(model):
    frame = people().assign(place=lambda f: np.where(f["race"] == "b", "south", "north"))
    found = adjusted(frame, controls=WHY | {"place": "where"}, model=model)
    assert "give the group away" in undefined(found)
    assert np.isfinite(row(found, "adjusted_ratio", "c")["value"])
    frame["place"] = np.where(frame["race"] == "a", "north", "south")
    found = adjusted(frame, controls={"place": "where"}, model=model)
    assert "give the group away" in undefined(found, "b")
    assert "give the group away" in undefined(found, "c")


@pytest.mark.parametrize("model", MODELS)
def test_controls_that_say_the_same_are_left_out_and_named(model):
    frame = people().assign(twice=lambda f: 2 * f["x"] + 3, one=1)
    found = adjusted(frame, controls=WHY | {"twice": "again", "one": "constant"}, model=model)
    np.testing.assert_allclose(found["value"], adjusted(frame, model=model)["value"])
    assert "say the same: twice, one." in row(found, "adjusted_ratio")["note"]


def test_a_tiny_group_is_undefined_and_changes_nothing_for_others():
    frame = people(groups=("a", "b"), shares=(0.6, 0.4))
    tiny = frame.iloc[:7].assign(race="c", ok=[1, 1, 1, 1, 1, 0, 0])
    found = adjusted(pd.concat([frame, tiny], ignore_index=True))
    assert "5 were approved and 2 refused; a model needs 5 of each" in undefined(found, "c")
    np.testing.assert_allclose(found["value"][:6], adjusted(frame)["value"])


def test_a_tiny_reference_leaves_every_group_undefined():
    frame = people()
    found = adjusted(frame.drop(frame[frame["race"] == "c"].index[6:]), reference="c")
    assert "in the reference group" in undefined(found, "a")
    assert "in the reference group" in undefined(found, "b")


def test_a_group_in_few_clusters_is_undefined():
    roles = Roles(groups=["race"], decision="ok", favourable=1, cluster="branch")
    frame = people().assign(branch=lambda f: np.where(f["race"] == "c", 1, f["branch"]))
    assert "1 clusters; a range needs 5" in undefined(adjusted(frame, roles), "c")


def test_fewer_people_than_terms_are_undefined():
    frame = people(30, groups=("a", "b"), shares=(0.5, 0.5), seed=2)
    frame["many"] = [f"v{i}" for i in range(15)] * 2
    frame["more"] = [f"v{i}" for i in range(30)]
    for model in MODELS:
        undefined(adjusted(frame, controls={"many": "x", "more": "y"}, model=model))


def test_an_undefined_group_is_a_row_of_the_regression_too():
    frame = people(groups=("a", "b"), shares=(0.6, 0.4))
    tiny = frame.iloc[:3].assign(race="c")
    got = metrics.regression(pd.concat([frame, tiny]), ROLES, by="race", controls=WHY)
    last = got.iloc[-1]
    assert last["term"] == "race = c"
    assert np.isnan(last["value"])
    assert last["note"].startswith("Undefined")


# Errors.


@pytest.mark.parametrize(
    ("controls", "said"),
    [
        (["x", "k"], "must name columns with the reason for each"),
        ({"x": ""}, r"Controls \['x'\] have no reason. Say in words"),
        ({"x": "fine", "k": None}, r"Controls \['k'\] have no reason"),
        ({}, "at least one column"),
        ({"ok": "why"}, "'ok' is the decision; it cannot be held equal"),
        ({"race": "why"}, "'race' is the group"),
    ],
)
def test_controls_need_reasons_and_may_not_be_what_is_compared(controls, said):
    for function in (metrics.adjusted_disparity, metrics.regression, metrics.oaxaca_blinder):
        with pytest.raises(InputError, match=said):
            function(people(), ROLES, by="race", controls=controls)


def test_other_wrong_input_is_told():
    with pytest.raises(MissingColumn, match="'salary' not found"):
        adjusted(people(), controls={"salary": "means"})
    with pytest.raises(MissingRole, match="decision"):
        adjusted(people(), Roles(groups=["race"]))
    with pytest.raises(InputError, match="reference='z' is not a group"):
        adjusted(people(), reference="z")
    with pytest.raises(InputError, match="model='tree' must be one of"):
        adjusted(people(), model="tree")
    with pytest.raises(InputError, match="event='late' must be"):
        metrics.regression(people(), ROLES, by="race", controls=WHY, event="late")
    with pytest.raises(InputError, match="must be a pandas DataFrame"):
        adjusted({"x": [1]})
    with pytest.raises(InputError, match="by= must name"):
        metrics.adjusted_disparity(people(), ROLES, by=None, controls=WHY)
    with pytest.raises(InputError, match=r"'x' must hold numbers|cannot be told apart"):
        adjusted(people().assign(x=[[1]] * 800))


def test_nobody_with_every_control_known_is_nothing_to_compare():
    with pytest.raises(NothingToCompare):
        adjusted(people().assign(x=np.nan))
    frame = people()
    frame.loc[frame["race"] == "a", "x"] = np.nan
    with pytest.raises(NothingToCompare, match="every control known"):
        adjusted(frame)
