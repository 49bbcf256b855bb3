"""Audits of a model as it is: ranking, construct, calibration, stability, replacement."""

from functools import cache
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

import creditaudit as ca
from creditaudit.audits.questions import REGISTERED
from creditaudit.errors import InputError, MissingColumn
from creditaudit.pages.schemas import validate_report
from made_tables import DAY, VERDICTS

ROLES = ca.Roles(groups=["group"], decision="ok", favourable=1, outcome="paid", good=1)
PLAN = ca.Plan(reference={"group": "a"})


class Points:
    """A model by points of one column."""

    def __init__(self, column="points"):
        self.column = column

    def points(self, X):  # noqa: N803
        return X[self.column]


class Risk:
    """A model whose risk is a column."""

    def __init__(self, column="risk"):
        self.column = column

    def predict_proba(self, X):  # noqa: N803
        return np.column_stack([1 - X[self.column], X[self.column]])


@cache
def people(n=6_000, seed=3):
    """Of b the points tell less: shift 1.5 in a, .8 in b; the risk is right in a and not in b."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b"], n, p=[0.6, 0.4])
    b = group == "b"
    risk = expit(rng.normal(-1, 1.2, n))
    bad = rng.random(n) < np.where(b, expit(0.5 * logit(risk) - 0.3), risk)
    shift = np.where(b, 0.8, 1.5)
    frame = pd.DataFrame({"group": group, "paid": 1 - bad, "risk": risk})
    frame["points"] = rng.normal(-shift * bad, 1)
    frame["earlier"] = rng.normal(0, 1, n) + 0.5 * b
    frame["fined"] = (rng.random(n) < expit(-2 - 1.5 * frame["points"])).astype(int)
    frame["ok"] = (frame["points"] > -0.5).astype(int)
    frame["year"] = np.where(np.arange(n) % 2, 2024, 2025)
    return frame


def evidence(frame=None, roles=ROLES, **given):
    frame = people() if frame is None else frame
    return ca.Evidence(
        **{"tally": ca.Tally.from_frame(frame, roles), "frame": frame, "plan": PLAN,
           "scorer": Points()} | given
    )  # fmt: skip


def asked(name, **given):
    return REGISTERED[name].answer(evidence(**given))


def test_a_group_in_which_the_points_tell_less_is_found():
    (found,) = asked("ranking")
    # Two normal curves a shift apart overlap so.
    auc = [NormalDist().cdf(shift / np.sqrt(2)) for shift in (0.8, 1.5)]
    assert found.low < 100 * (auc[0] - auc[1]) < found.high
    assert found.status == "beyond"
    assert found.group == "group b"
    assert found.table["value"].tolist() == pytest.approx(auc[::-1], abs=0.02)
    assert "of 100 pairs" in found.claim


def test_two_models_are_compared_on_the_same_people():
    found, _ = asked("ranking", earlier_scorer=Points("earlier"))
    assert found.status == "beyond"
    assert found.table["model"].tolist() == ["earlier", "new"]
    same, _ = asked("ranking", earlier_scorer=Points())
    assert same.status == "cannot_tell"
    assert same.tested == ()
    assert same.estimate == 0


def test_points_and_risks_of_one_order_give_one_auc():
    frame = people().assign(turned=-people()["points"], risk=expit(-people()["points"]))
    one, other = (asked("ranking", frame=frame, scorer=s)[0] for s in (Points(), Risk()))
    assert one.estimate == pytest.approx(other.estimate)


def test_clusters_of_people_widen_the_range():
    frame = pd.concat([people()] * 4, ignore_index=True)
    frame["town"] = np.tile(np.arange(len(people())), 4)
    (alone,), (clustered,) = (
        asked("ranking", frame=frame, roles=roles)
        for roles in (ROLES, ca.Roles(**{**ROLES.to_dict(), "cluster": "town"}))
    )
    (once,) = asked("ranking")
    assert clustered.high - clustered.low == pytest.approx(once.high - once.low, rel=0.03)
    assert alone.high - alone.low < 0.6 * (once.high - once.low)


def test_a_score_that_foretells_fines_and_not_default_is_told():
    frame = people().assign(trust=people()["fined"] * -1.0 + people()["points"] * 0.1)
    (found,) = asked(
        "construct", frame=frame, scorer=Points("trust"), outcomes={"paid": 0, "fined": 1}
    )
    assert found.status == "beyond"
    assert found.estimate < -10
    assert found.table["outcome"].tolist() == ["paid", "fined"]
    assert "50 is what chance ranks right" in found.claim


def test_an_outcome_of_too_few_people_leaves_nothing_to_compare():
    frame = people().assign(rare=0)
    (found,) = asked("construct", frame=frame, outcomes={"paid": 0, "rare": 1})
    assert found.claim.startswith("nothing can be told. It takes two outcomes or more")


def test_risks_that_are_right_in_one_group_and_too_far_apart_in_the_other():
    one, other = asked("model_calibration", scorer=Risk())
    assert (one.group, other.group) == ("group a", "group b")
    assert one.low < 1 < one.high
    assert other.low < 0.5 < other.high
    assert (one.status, other.status) == ("cannot_tell", "beyond")
    assert "too far apart" in other.claim
    assert one.table["n"].sum() == (people()["group"] == "a").sum()


@pytest.mark.parametrize(("about", "said"), [
    ({}, "is not stated"), ({"fitted_here": True}, "g - 2 degrees of freedom"),
    ({"fitted_here": False}, "said not to be fitted"),
])  # fmt: skip
def test_whether_the_model_was_fitted_here_decides_the_degrees_of_freedom(about, said):
    found, _ = asked("model_calibration", scorer=Risk(), about=about)
    assert any(said in limit for limit in found.limits)


def test_points_have_no_risk_to_set_beside_outcomes():
    (found,) = asked("model_calibration")
    assert "gives points and no probability" in found.claim


def test_scores_that_stay_are_not_told_to_move_and_those_that_move_are():
    roles = ca.Roles(**{**ROLES.to_dict(), "period": "year"})
    (still,) = asked("model_stability", roles=roles)
    assert still.status == "cannot_tell"
    moved = people().assign(points=people()["points"] + 0.3 * (people()["year"] == 2025))
    (found,) = asked("model_stability", frame=moved, roles=roles)
    assert found.status == "beyond"
    assert found.table["reference"].tolist() == [2024]
    assert found.estimate > found.table["no_change"].iloc[0]


def test_nothing_moved_is_told_to_move_five_times_in_a_hundred():
    roles = ca.Roles(**{**ROLES.to_dict(), "period": "year"})
    found = [
        asked("model_stability", frame=people(600, seed), roles=roles)[0].p_value < 0.05
        for seed in range(100, 180)
    ]
    assert 0 < np.mean(found) < 0.13


def test_winners_and_losers_by_hand():
    """Of four a and four b, half approved: the new model moves two b up and two a down."""
    frame = pd.DataFrame({"group": list("aaaabbbb"), "old": [8, 7, 6, 5, 4, 3, 2, 1.0],
                          "new": [8, 7, 2, 1, 6, 5, 4, 3.0]})  # fmt: skip
    frame = pd.concat([frame] * 10, ignore_index=True)
    frame[["old", "new"]] += np.arange(80)[:, None] / 1000
    (found,) = asked(
        "replacement", frame=frame, roles=ca.Roles(groups=["group"]), scorer=Points("new"),
        earlier_scorer=Points("old"),
    )  # fmt: skip
    assert found.estimate == pytest.approx(100)
    assert "half of all people" in found.method
    newly = found.table.set_index(["group", "measure"])["people"]
    assert newly["b", "newly approved"] == 20
    assert newly["a", "newly refused"] == 20
    assert newly["a", "newly approved"] == newly["b", "newly refused"] == 0


def test_a_model_replaced_by_itself_changes_nothing():
    (found,) = asked("replacement", earlier_scorer=Points())
    assert found.estimate == 0
    assert found.status == "cannot_tell"


def test_people_at_the_same_risk_share_the_room_there_is():
    rough = people().assign(rough=people()["points"].round(0))
    (found,) = asked("replacement", frame=rough, earlier_scorer=Points("rough"))
    moved = found.table.groupby("measure")["people"].sum()
    assert moved["newly approved"] == pytest.approx(moved["newly refused"], abs=0.3)


def test_what_a_report_says_of_a_model_has_no_verdict_and_fits_the_schema():
    given = evidence(scorer=Risk(), earlier_scorer=Risk("other"), outcomes={"paid": 0, "fined": 1},
                     frame=people().assign(other=people()["risk"] ** 2),
                     roles=ca.Roles(**{**ROLES.to_dict(), "period": "year"}))  # fmt: skip
    report = ca.audit(given, title="A model", report_date=DAY)
    validate_report(report.to_dict())
    assert report.to_dict()["evidence"]["level"] == 4
    answered = {one.audit for one in report.findings}
    own = {"ranking", "model_calibration", "model_stability", "replacement", "construct",
           "multiplicity", "proxies", "input_effects"}  # fmt: skip
    assert own <= answered
    for one in report.findings:
        assert one.audit not in own or not VERDICTS.search(one.claim), one.claim
    assert report.to_html()


def test_weights_and_columns_that_are_missing_are_said():
    frame = people().assign(w=1.0 + (people().index % 2))
    (found,) = asked("ranking", frame=frame, roles=ca.Roles(**{**ROLES.to_dict(), "weight": "w"}))
    assert "Rows are weighted" in found.claim
    given = ca.Evidence(
        tally=ca.Tally.from_frame(people(), ROLES), frame=people().drop(columns="paid"),
        scorer=Points(),
    )  # fmt: skip
    (found,) = REGISTERED["ranking"].answer(given)
    assert "has no column paid" in found.claim


def test_a_model_that_wants_other_columns_or_gives_no_number_is_refused():
    model = Risk()
    model.feature_names_in_ = ["risk", "income"]
    with pytest.raises(MissingColumn, match="income"):
        asked("ranking", scorer=model)
    with pytest.raises(InputError, match="no finite score for 6,000"):
        asked("ranking", frame=people().assign(points=np.nan))


def test_evidence_refuses_a_model_that_cannot_score_and_outcomes_that_are_not_there():
    with pytest.raises(InputError, match="earlier_scorer= is a str"):
        evidence(earlier_scorer="model")
    with pytest.raises(InputError, match="must name columns of frame="):
        evidence(outcomes={"jailed": 1})
