"""Audits that fit a model again: multiplicity, proxies, what each input adds."""

from functools import cache
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

import creditaudit as ca
from creditaudit.audits import arbitrary_decisions
from creditaudit.audits.questions import REGISTERED
from made_tables import DAY

ROLES = ca.Roles(groups=["group"], decision="ok", favourable=1, outcome="paid", good=1)
INPUTS = ["ability", "street", "noise"]


@cache
def people(n=3_000, seed=5):
    """Ability tells default and not the group; the street tells the group and not default."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b"], n, p=[0.6, 0.4])
    frame = pd.DataFrame({"group": group, "ability": rng.normal(0, 1, n),
                          "noise": rng.normal(0, 1, n)})  # fmt: skip
    frame["street"] = rng.normal(1.0 * (group == "b"), 1)
    frame["paid"] = (rng.random(n) < expit(1 + 1.5 * frame["ability"])).astype(int)
    frame["ok"] = (frame["ability"] > -0.5).astype(int)
    return frame


def evidence(scorer=None, frame=None, inputs=INPUTS):
    frame = people() if frame is None else frame
    scorer = LogisticRegression() if scorer is None else scorer
    scorer.fit(frame[inputs], 1 - frame["paid"])
    return ca.Evidence(
        tally=ca.Tally.from_frame(frame, ROLES), frame=frame, scorer=scorer,
        plan=ca.Plan(reference={"group": "a"}),
    )  # fmt: skip


def asked(name, given):
    return REGISTERED[name].answer(given)


def test_a_line_hangs_less_on_the_sample_than_a_deep_tree():
    line, tree = (
        asked("multiplicity", evidence(one))[0].table.set_index(["group", "measure"])["value"]
        for one in (LogisticRegression(), DecisionTreeClassifier(min_samples_leaf=5))
    )
    assert line["a", "two fits differ"] < 0.05 < 0.15 < tree["a", "two fits differ"]
    for found in (line, tree):
        worst = "ambiguity: any fit differs from the model"
        assert found["a", worst] > found["a", "discrepancy: the fit that differs most"]


def test_pairs_that_differ_by_hand():
    fits = np.array([[1.0, 1, 0], [1, 0, 0], [1, 0, 0.5]])
    found = arbitrary_decisions.Refits(fits, np.array([1.0, 1, 1]))
    # Second person: two of three pairs. Third: |0 - 0|, |0 - .5|, |0 - .5|.
    assert found.differ().tolist() == pytest.approx([0, 2 / 3, 1 / 3])
    assert found.mean(np.ones(3, dtype=bool)).value == pytest.approx(1 / 3)
    assert found.from_model().max(axis=0).tolist() == [0, 1, 1]


def test_a_group_near_the_cut_off_in_every_fit_hangs_more_on_the_sample():
    frame = people().copy()
    frame["ability"] *= np.where(frame["group"] == "b", 0.3, 2.0)
    frame["ability"] -= 0.4
    (found,) = asked("multiplicity", evidence(frame=frame))
    assert found.group == "group b"
    assert found.status == "beyond"
    assert found.estimate > 0


def test_the_range_over_twenty_fits_holds_what_many_more_show(monkeypatch):
    (few,) = asked("multiplicity", evidence())
    monkeypatch.setattr(arbitrary_decisions, "REFITS", 120)
    (many,) = asked("multiplicity", evidence())
    assert few.low < many.estimate < few.high
    assert many.high - many.low < few.high - few.low


def test_a_report_fits_once_for_both_of_its_passes(monkeypatch):
    monkeypatch.setattr(arbitrary_decisions, "REFITS", 4)
    fits = []
    made = arbitrary_decisions.refit
    monkeypatch.setattr(arbitrary_decisions, "refit", lambda *given: fits.append(1) or made(*given))
    # Other questions are fitted again too, and are not asked here.
    only = [REGISTERED["multiplicity"]]
    monkeypatch.setattr("creditaudit.audits.run.all_audits", lambda: only)
    for times in (1, 2):
        ca.audit(evidence(), title="A model", report_date=DAY)
        assert len(fits) == times
        assert not arbitrary_decisions._FIRST


def test_inputs_that_carry_the_group_tell_as_many_pairs_as_they_should():
    (found,) = asked("proxies", evidence())
    table = found.table.set_index("input")
    truth = NormalDist().cdf(1 / np.sqrt(2))
    assert table.loc["street", "low"] < truth < table.loc["street", "high"] + 0.01
    # Trees learn a straight line from 3,000 people with some loss: at least so much is there.
    assert truth - 0.05 < table.loc["all inputs", "value"] < truth + 0.02
    assert found.status == "beyond"
    assert "street" in found.claim.split("Alone, of 100 pairs: ")[1][:10]
    for name in ("ability", "noise"):
        assert table.loc[name, "low"] < 0.5 < table.loc[name, "high"]


def test_inputs_that_do_not_carry_the_group_are_seldom_said_to():
    alarms = []
    for seed in range(8):
        frame = people(500, 100 + seed)
        (found,) = asked("proxies", evidence(frame=frame, inputs=["ability", "noise"]))
        alarms.append(found.status == "beyond")
    assert sum(alarms) <= 2


def test_a_model_that_reads_the_group_itself_is_told():
    frame = people().assign(group=(people()["group"] == "b").astype(int))
    scorer = LogisticRegression().fit(frame[["ability", "group"]], 1 - frame["paid"])
    given = ca.Evidence(tally=ca.Tally.from_frame(frame, ROLES), frame=frame, scorer=scorer)
    (found,) = asked("proxies", given)
    assert "group itself is among the inputs" in found.claim
    assert found.table["input"].tolist() == ["all inputs", "ability"]


def test_what_tells_default_adds_accuracy_and_what_does_not_adds_none():
    (found,) = asked("input_effects", evidence())
    table = found.table.set_index("input")
    assert table.loc["ability", "auc_low"] > 0.15
    for name in ("street", "noise"):
        assert abs(table.loc[name, "auc_added"]) < 0.01
    assert found.status == "descriptive"
    assert found.tested == ()


def test_a_record_shaped_by_the_group_adds_to_the_gap():
    frame = people().copy()
    frame["paid"] = np.where((frame["street"] > 0.5) & (frame.index % 2 == 0), 0, frame["paid"])
    (found,) = asked("input_effects", evidence(frame=frame))
    table = found.table.set_index("input")
    assert table.index[0] == "street"
    assert table.loc["street", "gap_high"] < 0, "with the street the group is approved less often"


@pytest.mark.parametrize("name", ["multiplicity", "input_effects"])
def test_a_model_that_can_only_be_asked_is_not_fitted_again(name):
    class Points:
        def points(self, X):  # noqa: N803
            return X["ability"]

    given = ca.Evidence(tally=ca.Tally.from_frame(people(), ROLES), frame=people(), scorer=Points())
    (found,) = asked(name, given)
    assert "cannot be fitted again" in found.claim
    assert found.status == "cannot_tell"
