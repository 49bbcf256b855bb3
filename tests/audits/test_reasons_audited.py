"""Audits of reasons and ways back: truths that are planted, and what cannot be told."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from threadpoolctl import threadpool_limits

import creditaudit as ca
from creditaudit.audits.groups_of_reasons import distance, proxy_flow
from creditaudit.audits.questions import REGISTERED
from creditaudit.errors import InputError
from creditaudit.pages.schemas import validate_report
from made_tables import DAY, VERDICTS

ROLES = ca.Roles(groups=["side"], decision="ok", favourable=1, outcome="paid", good=1)
INPUTS = ["income", "debt", "late", "inquiries"]
ACTIONS = ca.explain.Actions(
    direction={"income": "up", "debt": "down", "late": "down", "inquiries": "down"}
)


@cache
def held(n=2_400, seed=3, shift=0.0):
    """In the east debt is higher by ``shift`` and income as much better, so that scores agree."""
    rng = np.random.default_rng(seed)
    side = rng.choice(["east", "west"], n)
    frame = pd.DataFrame({
        "side": side,
        "income": np.round(rng.normal(30, 8, n) + 4 * shift * (side == "east")),
        "debt": np.round(rng.normal(20, 8, n) + 4 * shift * (side == "east")),
        "late": rng.poisson(0.7, n).astype(float),
        "inquiries": rng.poisson(1.0, n).astype(float),
    })  # fmt: skip
    risk = -0.08 * (frame["income"] - 30) + 0.08 * (frame["debt"] - 20) + 0.7 * frame["late"] - 1
    frame["paid"] = (rng.random(n) > expit(risk + 0.2 * frame["inquiries"])).astype(int)
    with threadpool_limits(1):
        card = ca.ScorecardScorer(max_bins=5, base_odds=2).fit(frame[INPUTS], 1 - frame["paid"])
    frame["ok"] = (card.points(frame) >= 600).astype(int)
    return frame, card


def evidence(shift=0.0, frame=None, scorer=None, **given):
    own, card = held(shift=shift)
    frame = own if frame is None else frame
    return ca.Evidence(
        **{"tally": ca.Tally.from_frame(frame, ROLES), "frame": frame,
           "scorer": card if scorer is None else scorer, "cutoff": 600, "actions": ACTIONS,
           "plan": ca.Plan(reference={"side": "west"})} | given
    )  # fmt: skip


def asked(name, given):
    return REGISTERED[name].answer(given)


def told(frame, card, without=()):
    """What people were told: their reasons against applicants near the cut-off, some left out."""
    found = ca.explain.reasons(card, frame, background=frame, cutoff=600)
    return found[~found["feature"].isin(without)][["person", "feature"]].rename(
        columns={"feature": "reason"}
    )


def test_reasons_that_were_told_in_full_are_withheld_from_nobody():
    frame, card = held()
    found = asked("reasons_given", evidence(given_reasons=told(frame, card)))
    overall = found[0]
    assert overall.estimate == 0
    assert overall.status == "descriptive"
    assert overall.n == len(set(told(frame, card)["person"]))
    assert "Told to nobody" not in overall.claim


def test_a_reason_that_is_suppressed_is_found_and_named():
    frame, card = held()
    overall, gap = asked(
        "reasons_given", evidence(given_reasons=told(frame, card, without=["late"]))
    )  # fmt: skip
    assert overall.estimate > 20
    assert "Told to nobody of them: late." in overall.claim
    worst = overall.table.iloc[0]
    assert worst["reason"] == "late"
    assert worst["withheld"] == worst["main_reason_of"] > 100
    assert worst["told_to"] == 0
    # It is withheld from both sides alike.
    assert gap.status == "cannot_tell"


def test_a_reason_withheld_from_one_group_is_told_as_a_gap():
    frame, card = held()
    given = told(frame, card)
    east = given["person"].map(frame["side"]) == "east"
    given = given[~(east & (given["reason"] == "debt"))]
    _, gap = asked("reasons_given", evidence(given_reasons=given))
    assert gap.status == "beyond"
    assert gap.estimate > 10
    assert gap.group == "side east"


def test_reasons_that_cost_nothing_and_words_that_are_no_reason_are_counted():
    frame, _ = held()
    refused = frame.index[frame["ok"] == 0]
    given = pd.DataFrame({"person": refused, "reason": "score too low"})
    (overall, _) = asked("reasons_given", evidence(given_reasons=given))
    assert f"{len(refused):,} reasons told are none of the model's inputs" in overall.claim
    assert overall.table["told_to"].sum() == 0
    # The richest were refused for other reasons: income cost them no points.
    richest = frame.index[(frame["ok"] == 0) & (frame["income"] >= 40)]
    given = pd.DataFrame({"person": richest, "reason": "income"})
    (overall, *_) = asked("reasons_given", evidence(given_reasons=given))
    table = overall.table.set_index("reason")
    assert table.loc["income", "told_without_cost"] == table.loc["income", "told_to"] > 5


def test_codes_stand_for_the_inputs_in_their_order():
    frame, card = held()
    found = ca.explain.reasons(card, frame, background=frame, cutoff=600)
    given = found[["person", "code"]].rename(columns={"code": "reason"})
    assert asked("reasons_given", evidence(given_reasons=given))[0].estimate == 0


def test_of_a_rulebook_the_rules_that_fired_are_the_reasons():
    frame = pd.DataFrame({"judgments_5y": [1, 1, 1, 0] * 20, "late_payments_24m": [0, 2, 2, 0] * 20,
                          "side": ["east", "west"] * 40})  # fmt: skip
    scorer = ca.RulebookScorer(ca.Rulebook.from_toml(BOOK))
    frame["ok"] = (scorer.decide(frame) == "approved").astype(int)
    frame["paid"] = 1
    people = frame.index[frame["ok"] == 0]
    given = pd.DataFrame({"person": people, "reason": "judged"})
    found = asked("reasons_given", evidence(
        frame=frame, scorer=scorer, cutoff=None, given_reasons=given))[0]  # fmt: skip
    # Two of three were late as well; they were told one reason, and it is one that refuses.
    assert found.estimate == 0
    given = pd.DataFrame({"person": people, "reason": "late"})
    found = asked("reasons_given", evidence(
        frame=frame, scorer=scorer, cutoff=None, given_reasons=given))[0]  # fmt: skip
    assert found.estimate == 100


def test_groups_that_lack_different_things_at_the_same_score_are_told_apart():
    apart, flow = asked("reasons_by_group", evidence(shift=1.5))
    assert apart.status == "beyond"
    assert apart.estimate > 15
    assert apart.table.iloc[0]["reason"] in ("debt", "income")
    shares = apart.table["side east"].sum()
    assert shares == pytest.approx(1, abs=0.02)
    # The score gap is shared out over inputs, and told_apart names the two that tell the group.
    table = flow.table.set_index("input")
    assert table["value"].sum() == pytest.approx(flow.estimate)
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc["debt", "told_apart"] > 0.6 > table.loc["late", "told_apart"]


def test_what_goes_through_inputs_that_tell_the_group_is_worked_out_on_paper():
    values = pd.DataFrame({"a": [3.0, -1.0], "b": [1.0, 1.0]})
    table = pd.DataFrame({"input": ["b", "a"], "told_apart": [0.4, 0.75]})
    # Only a tells, half way: 0.5 x (3 + 1) of 6.
    value, low, high = proxy_flow(values, table)
    assert value == pytest.approx(2 / 6)
    assert low < value < high
    nothing = proxy_flow(values * 0, table)
    assert np.isnan(nothing).all()


def test_trees_are_asked_by_both_methods():
    frame, _ = held()
    with threadpool_limits(1):
        trees = ca.BoostingScorer(max_iter=8, random_state=0, calibration_folds=0).fit(
            frame[INPUTS], 1 - frame["paid"]
        )
    line = float(np.quantile(trees.points(frame), 0.3))
    with threadpool_limits(1):
        (found,) = asked("reasons_hold", evidence(scorer=trees, cutoff=line))
    table = found.table.set_index(["side", "measure"])["value"]
    assert 0 <= table["east", "another main reason by path-dependent values"] < 0.3


def test_groups_alike_are_rarely_told_apart():
    rng, alarms = np.random.default_rng(5), 0
    for _ in range(200):
        first = rng.integers(0, 4, 300)
        own = rng.random(300) < 0.4
        one = distance(first, 4, own, ~own, rng.integers(0, 3, 300))
        alarms += one.p_value < 0.05
    assert alarms <= 20


def test_a_distance_is_the_one_between_two_lists_of_reasons():
    """Three in four of one side for reason 0, one in four of the other: 50 percentage points."""
    first = np.array([0, 0, 0, 1] * 100 + [0, 1, 1, 1] * 100)
    own = np.arange(800) < 400
    found = distance(first, 2, own, ~own, np.zeros(800, dtype=int))
    assert found.value == pytest.approx(0.5, abs=0.06)


def test_reasons_of_a_card_change_with_the_sample_and_carry_the_score():
    (found,) = asked("reasons_hold", evidence())
    table = found.table.set_index(["side", "measure"])["value"]
    assert 0 < table["east", "another main reason after a fit"] < 0.5
    assert table["east", "reasons shared with a fit"] > 0.5
    assert table["east", "another main reason against other applicants"] < 0.2
    carried = table["east", "reaches the cut-off without the reasons"]
    assert carried > table["east", "reaches it without as many inputs by chance"]
    assert found.status == "cannot_tell"
    assert "have another main reason" in found.claim


def test_a_model_that_cannot_be_fitted_again_still_says_how_far_reasons_carry():
    _, card = held()
    (found,) = asked("reasons_hold", evidence(scorer=card.table))
    assert found.status == "descriptive"
    assert "cannot be fitted again" in found.limits[0]


def test_costs_of_ways_are_those_of_recourse():
    frame, card = held(shift=1.5)
    (found,) = asked("recourse_by_group", evidence(shift=1.5))
    back = ca.explain.recourse(card, frame, actions=ACTIONS, cutoff=600)
    back = back[(frame["ok"] == 0).to_numpy() & (back["status"] == "found").to_numpy()]
    means = back["cost"].groupby(frame["side"].loc[back["person"]].to_numpy()).mean()
    assert found.estimate == pytest.approx(means["east"] - means["west"])
    table = found.table.set_index(["side", "measure"])
    assert table.loc[("east", "mean cost or wait"), "value"] == pytest.approx(means["east"])
    number = [len(one) for one in back["changes"]]
    by_side = pd.Series(number).groupby(frame["side"].loc[back["person"]].to_numpy()).mean()
    assert table.loc[("west", "mean number of changes"), "value"] == pytest.approx(by_side["west"])
    assert "Among people who lack as many points" in found.claim


def test_under_a_rulebook_the_cost_is_the_time_until_a_way_opens():
    frame = pd.DataFrame({"judgments_5y": [0] * 80, "late_payments_24m": [2] * 80,
                          "side": ["east", "west"] * 40})  # fmt: skip
    started = np.where(frame["side"] == "east", "2019-07-01", "2019-01-01")
    frame["published_on"] = pd.to_datetime(started)
    text = BOOK.replace('clock = "entry"', 'clock = "publication"')
    scorer = ca.RulebookScorer(ca.Rulebook.from_toml(text), as_of="2020-01-01")
    frame["ok"], frame["paid"] = 0, 1
    actions = ca.explain.Actions(immutable=["judgments_5y", "late_payments_24m"])
    (found,) = asked("recourse_by_group", evidence(
        frame=frame, scorer=scorer, cutoff=None, actions=actions))  # fmt: skip
    # Over on 1 July and on 1 January 2021: 181 days later.
    assert found.estimate == 181
    assert found.unit == "days"


class Valley:
    """Points fall and then rise with income."""

    def points(self, X):  # noqa: N803
        return 600 + np.abs(np.asarray(X["income"], float) - 30) - 5 * np.asarray(X["late"], float)


def test_a_step_that_costs_is_found_with_the_people_it_costs():
    frame = pd.DataFrame({"income": [10.0, 20, 30, 40] * 5, "late": [0.0, 1, 2, 3] * 5})
    actions = ca.explain.Actions(direction={"income": "up", "late": "down"})
    found = asked("monotone_steps", ca.Evidence(frame=frame, scorer=Valley(), actions=actions))
    income, late = found
    assert income.status == "beyond"
    # Who has 10 loses 20 at 30, who has 20 loses 10; the others only gain.
    assert income.estimate == 50
    assert income.table.loc[0, "most_points_lost"] == 20
    assert late.status == "cannot_tell"
    assert "proves nothing" in late.claim


def test_cards_lines_and_constrained_trees_are_proved_by_structure():
    frame, card = held()
    found = asked("monotone_steps", evidence())
    assert {one.status for one in found} <= {"not_beyond", "beyond"}
    by_input = {one.table.loc[0, "input"]: one for one in found}
    points = {
        one.bins.feature: [p for p, b in zip(one.points, one.bins.bins, strict=True)
                           if hasattr(b.holds, "low")]
        for one in card.table.features
    }  # fmt: skip
    for name, way in ACTIONS.direction.items():
        steps = np.diff(points[name])
        runs = (steps >= 0).all() if way == "up" else (steps <= 0).all()
        assert (by_input[name].status == "not_beyond") == runs
    with threadpool_limits(1):
        trees = ca.BoostingScorer(max_iter=5, monotone={"income": -1}).fit(
            frame[INPUTS], 1 - frame["paid"]
        )
    actions = ca.explain.Actions(direction={"income": "up"})
    (found,) = asked("monotone_steps", evidence(scorer=trees, actions=actions))
    assert found.status == "not_beyond"
    assert "constraint" in found.claim


def test_a_rulebook_is_proved_or_refuted_by_two_people():
    pytest.importorskip("z3", reason="the extra proofs is not installed")
    frame = pd.DataFrame({"judgments_5y": [0, 1], "late_payments_24m": [0, 2]})
    text = BOOK.replace("[[rules]]", GOOD + "[[rules]]", 1)
    actions = ca.explain.Actions(direction={"late_payments_24m": "down", "judgments_5y": "down"})
    scorer = ca.RulebookScorer(ca.Rulebook.from_toml(text))
    found = asked("monotone_steps", ca.Evidence(frame=frame, scorer=scorer, actions=actions))
    status = {one.table.loc[0, "input"]: one.status for one in found}
    assert status == {"late_payments_24m": "beyond", "judgments_5y": "not_beyond"}


def test_the_report_asks_them_all_and_says_no_verdict():
    frame, card = held(n=600)
    given = told(frame, card, without=["late"])
    # Without an outcome the other audits have no model to fit.
    roles = ca.Roles(groups=["side"], decision="ok", favourable=1)
    held_too = evidence(
        frame=frame, scorer=card, given_reasons=given, tally=ca.Tally.from_frame(frame, roles)
    )
    report = ca.audit(held_too, title="Reasons", report_date=DAY)
    validate_report(report.to_dict())
    names = {one.audit for one in report.findings}
    wanted = {"reasons_given", "reasons_by_group", "reasons_hold"}
    wanted |= {"recourse_by_group", "monotone_steps"}
    assert wanted <= names
    own = [one for one in report.findings if one.audit in wanted]
    for one in own:
        assert not VERDICTS.search(one.claim), one.claim
    assert "<html" in report.to_html()


def test_without_reasons_told_the_letter_asks_for_them():
    frame, _ = held()
    counted = ca.Evidence(tally=ca.Tally.from_frame(frame, ROLES))
    report = ca.audit(counted, title="Reasons", report_date=DAY)
    asked_for = {one["audit"]: one for one in report.not_asked}
    assert "stated to the applicant" in asked_for["reasons_given"]["how"]


def test_what_cannot_be_looked_at_says_why():
    class Risk:
        def predict_proba(self, X):  # noqa: N803
            return np.full((len(X), 2), 0.5)

    for name in ("reasons_hold", "reasons_by_group", "recourse_by_group", "monotone_steps"):
        (found,) = asked(name, evidence(scorer=Risk()))
        assert found.status == "cannot_tell"
        assert "points" in found.claim
    (few,) = asked("reasons_hold", evidence(cutoff=0))
    assert "Nobody is refused" in few.claim
    with pytest.raises(InputError, match="given_reasons= is a list"):
        evidence(given_reasons=["late"])
    wrong = pd.DataFrame({"who": [1]})
    (found,) = asked("reasons_given", evidence(given_reasons=wrong))
    assert "person (label in frame)" in found.claim
    nobody = pd.DataFrame({"person": [-5], "reason": ["late"]})
    (found,) = asked("reasons_given", evidence(given_reasons=nobody))
    assert "refused people or more" in found.claim
    (found,) = asked("monotone_steps", evidence(actions=ca.explain.Actions()))
    assert "no direction" in found.claim


GOOD = """
[[rules]]
id = "experience"
title = "Late and paid after all"
when = "late_payments_24m >= 2"
points = 10
source = "own"
mark = "F"
"""
BOOK = """
format = 1
[book]
id = "xx_made"
title = "Made up"
about = "Made up for a test."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "state"
use = "general"
confidence = "F"
looked_at = 2026-11-22
in_force = 2016-01-01
on_missing = "false"
[scale]
base = 0
mark = "F"
[decision]
rests_on = "assumption"
text = "Who is listed."
refuse_listed = ["black"]
mark = "F"
[[sources]]
id = "own"
title = "Own"
kind = "own"
mark = "F"
read = "all of it"
[[lists]]
id = "black"
title = "List"
source = "own"
mark = "F"
[[rules]]
id = "judged"
title = "Judged"
when = "judgments_5y >= 1"
list = "black"
source = "own"
mark = "F"
[[rules]]
id = "late"
title = "Late"
when = "late_payments_24m >= 1"
list = "black"
retention = { clock = "entry", term = "24 months", mark = "F" }
source = "own"
mark = "F"
"""
