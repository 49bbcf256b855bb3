"""The audit of people without a way back: known truths, and what cannot be told."""

import itertools

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.audits import preclusion
from creditaudit.errors import MissingColumn
from creditaudit.pages.schemas import validate_report
from made_tables import DAY

ROLES = ca.Roles(groups=["side"], decision="ok", favourable=1)
ACTIONS = ca.explain.Actions(immutable=["judgments_5y"], step={"income": 1})


class Card:
    """Income in tens gives its tens; a record costs 40. From 60 points people are approved."""

    def points(self, X):  # noqa: N803
        return np.minimum(X["income"], 60) - 40.0 * X["judgments_5y"]


def people(share_east, share_west, n=400):
    """Incomes 50, one level under the top, all without a way when they have a record."""
    record = np.concatenate([np.arange(n) < n * share_east, np.arange(n) < n * share_west])
    frame = pd.DataFrame(
        {"income": 50.0, "judgments_5y": record.astype(float), "side": ["east"] * n + ["west"] * n}
    )
    # The levels that incomes can take; this person is approved.
    top = pd.DataFrame({"income": [60.0], "judgments_5y": [0.0], "side": ["west"]})
    frame = pd.concat([frame, top], ignore_index=True)
    return frame.assign(ok=(Card().points(frame) >= 60).astype(int))


def evidence(frame, **given):
    return ca.Evidence(
        **{"tally": ca.Tally.from_frame(frame, ROLES), "frame": frame, "scorer": Card(),
           "actions": ACTIONS, "cutoff": 60, "plan": ca.Plan(reference={"side": "west"})} | given
    )  # fmt: skip


def test_the_difference_of_shares_is_the_one_planted():
    (found,) = preclusion(evidence(people(0.4, 0.1)))
    assert (found.status, found.n) == ("beyond", 400)
    assert found.estimate == pytest.approx(30)
    # Two proportions of 400: sqrt(.4 x .6 / 400 + .1 x .9 / 400), to the factor n / (n - 1).
    reach = 1.96 * np.sqrt((0.24 + 0.09) / 400) * 100
    assert found.high - found.low == pytest.approx(2 * reach, rel=5e-3)
    assert "40 have no way back within the actions stated, certified, against 10" in found.claim
    assert "court for 100" in found.claim
    table = found.table.set_index(["measure", "side"])
    assert table.loc[("none", "east"), "value"].item() == pytest.approx(0.4)
    assert table.loc[("undecided", "east"), "value"].item() == 0


@pytest.mark.slow
def test_no_difference_is_rarely_told_from_none():
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in itertools.repeat(None, 40):
        frame = people(0, 0, n=150)
        frame.loc[:299, "judgments_5y"] = (rng.random(300) < 0.3).astype(float)
        (found,) = preclusion(evidence(frame))
        alarms += found.status == "beyond"
    assert alarms <= 6


def test_the_report_asks_it_and_the_page_shows_it():
    report = ca.audit(evidence(people(0.4, 0.1)), title="Ways", report_date=DAY)
    validate_report(report.to_dict())
    assert "preclusion" in {one.audit for one in report.findings}
    assert "no way back" in report.to_html()


def test_without_actions_or_a_cut_off_it_is_listed_with_letters():
    given = evidence(people(0.4, 0.1), actions=None, cutoff=None)
    report = ca.audit(given, title="Ways", report_date=DAY)
    (left,) = [one for one in report.not_asked if one["audit"] == "preclusion"]
    assert "what people can change" in left["needs"]
    assert "below which an application was refused" in left["how"]


def test_scorers_without_points_and_too_few_refused_people_are_told():
    class Risk:
        def predict_proba(self, X):  # noqa: N803
            return np.full((len(X), 2), 0.5)

    (found,) = preclusion(evidence(people(0.4, 0.1), scorer=Risk()))
    assert "It takes a scorer with points(X)" in found.claim
    (few,) = preclusion(evidence(people(0.4, 0.1), cutoff=0))
    assert "refused people each" in few.claim
    assert few.status == "cannot_tell"


def test_shares_of_too_few_people_are_not_shown():
    (found,) = preclusion(evidence(people(0.4, 0.01)))
    rows = found.table.set_index(["measure", "side"])
    # Four of 400 in the west have none.
    freed = rows.loc[("freed_found", "west")]
    assert freed["value"].isna().all()
    assert set(freed["note"]) == {"fewer than 5 people"}


def test_actions_must_name_inputs():
    wrong = ca.explain.Actions(immutable=["fines"])
    with pytest.raises(MissingColumn, match="'fines' not found"):
        preclusion(evidence(people(0.4, 0.1), actions=wrong))


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


def test_of_a_rulebook_it_tells_who_is_listed_for_good_and_when_others_get_out():
    rows = [("east", 1, 0)] * 40 + [("east", 0, 1)] * 60 + [("west", 1, 0)] * 10
    rows += [("west", 0, 1)] * 90 + [("west", 0, 0)] * 100
    frame = pd.DataFrame(rows, columns=["side", "judgments_5y", "late_payments_24m"])
    scorer = ca.RulebookScorer(ca.Rulebook.from_toml(BOOK))
    frame["ok"] = (scorer.decide(frame) == "approved").astype(int)
    actions = ca.explain.Actions(immutable=["judgments_5y", "late_payments_24m"])
    held = evidence(frame, scorer=scorer, cutoff=None, actions=actions)
    assert not held.lacks("cutoff")
    (found,) = preclusion(held)
    assert found.estimate == pytest.approx(30)
    assert "of 100 people refused, 40 have no way back" in found.claim
    assert "0 at once, 0 within 12 months, 60 within 24 months" in found.claim
    assert "at the latest" in found.method
    table = found.table.set_index(["measure", "side"])["value"]
    assert table["found_in_24_months", "west"] == pytest.approx(0.9)


def test_what_is_proved_of_everybody_stands_beside_the_people_counted():
    pytest.importorskip("z3", reason="the extra proofs is not installed")
    rows = [("east", 1, 0)] * 40 + [("west", 1, 0)] * 40 + [("west", 0, 0)] * 40
    frame = pd.DataFrame(rows, columns=["side", "judgments_5y", "late_payments_24m"])
    scorer = ca.RulebookScorer(ca.Rulebook.from_toml(BOOK))
    frame["ok"] = (scorer.decide(frame) == "approved").astype(int)
    for immutable, words in (
        (["judgments_5y"], "nothing that can change helps whoever has judgments_5y"),
        ([], "some change of the rest leads to approval"),
    ):
        actions = ca.explain.Actions(immutable=immutable)
        (found,) = preclusion(evidence(frame, scorer=scorer, cutoff=None, actions=actions))
        assert words in found.claim
        assert found.table.iloc[0]["value"] == (1 if immutable else 0)
