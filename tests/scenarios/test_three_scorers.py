"""Three ways to decide on the same people: what each does is what its decisions say."""

from functools import cache

import numpy as np
import pytest

import creditaudit as ca
from creditaudit.report import Report
from creditaudit.scenarios.three_scorers import (
    PLANTED,
    SEED,
    SEEN,
    WAYS,
    real_people,
    synthetic_people,
)


@cache
def compared(kind):
    return real_people() if kind == "real" else synthetic_people(4_000)


def test_the_list_refuses_who_is_on_it_and_nobody_else():
    others = ca.load_hmda_boston().frame.iloc[1::2].reset_index(drop=True)
    listed = (others["phist"] == "yes") | (others["chist"].astype(int) >= 5)
    assert (compared("real").decisions["list"] == (~listed).astype(int)).all()


def test_learned_scorers_approve_the_share_that_was_asked_for():
    real, made = compared("real").decisions, compared("synthetic").decisions
    lender = ca.load_hmda_boston().frame["approved"].mean()
    for way in ("scorecard", "boosting"):
        assert real[way].mean() == pytest.approx(lender, abs=0.02)
        assert made[way].mean() == pytest.approx(0.7, abs=0.01)


def test_the_ratios_are_those_of_the_decisions():
    for kind in ("real", "synthetic"):
        found = compared(kind)
        group = found.decisions.columns[0]
        told = found.frame[found.frame["measure"] == "disparity"].set_index("way")["value"]
        rates = found.decisions.groupby(group, observed=True)[list(WAYS)].mean()
        low, high = ("black", "white") if kind == "real" else (1, 0)
        expected = rates.loc[low] / rates.loc[high]
        assert np.allclose(told.to_numpy(), expected[list(WAYS)].to_numpy())


def test_a_bias_in_the_record_is_picked_up_by_what_learns_and_not_by_the_list():
    found = compared("synthetic").frame.set_index(["way", "measure"])
    assert found.loc[("List", "disparity"), "low"] > 0.9
    for way in ("Scorecard", "Boosting"):
        assert found.loc[(way, "disparity"), "high"] < 0.8
        assert found.loc[(way, "error_rates"), "low"] > 2


def test_good_payers_are_told_by_the_truth_and_not_by_the_record():
    people = ca.make_borrowers(4_000, seed=SEED, bias=PLANTED, columns=[*SEEN, "minority"])
    truth = people.truth["label_true"].to_numpy()[1::2]
    assert (compared("synthetic").decisions["defaults"] == truth).all()
    assert (truth != people.truth["label_recorded"].to_numpy()[1::2]).any()


def test_the_report_names_the_way_of_every_finding_and_says_what_was_put_in():
    report = compared("synthetic").report()
    again = Report.from_dict(report.to_dict())
    assert len({one.id for one in again.findings}) == len(again.findings) == 6
    assert {one.claim.split(":")[0] for one in again.findings} == {
        "List", "Scorecard", "Boosting",
    }  # fmt: skip
    assert any("Put into the record on purpose" in one for one in report.context["notes"])
    assert report.context["synthetic"] is True
    assert compared("real").report().context["synthetic"] is False
    assert "copy those decisions" in compared("real").report().to_html()
