"""Does the score mean the same in each group? What is claimed, of whom, and what it hides."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit import metrics
from creditaudit.pages.schemas import validate_report
from made_tables import DAY, VERDICTS, claims, of

POINTS = ca.Roles(groups=["group"], decision="ok", favourable=1, outcome="paid", good=1,
                  score="points", higher_is="safer", score_range=(300, 900))  # fmt: skip
CHANCE = ca.Roles(groups=["group"], outcome="paid", good=1, score="p", higher_is="safer",
                  score_range=(0, 1))  # fmt: skip
PLAN = ca.Plan(reference={"group": "a"})


def people(gap=0.6, n=4_000, seed=3):
    """At the same score more of b pay, as the score was made for a."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"group": rng.choice(["a", "b", "tiny", None], n, p=[0.6, 0.39, 7e-4, 0.0093])}
    )
    b = frame["group"] == "b"
    frame["points"] = np.round(rng.normal(600 - 20 * b, 50, n)).clip(310, 890)
    logit = (frame["points"] - 520) / 40
    frame["p"] = (1 / (1 + np.exp(-logit))).round(2)
    frame["paid"] = (rng.random(n) < 1 / (1 + np.exp(-logit - gap * b))).astype(float)
    frame["ok"] = (frame["points"] >= 560).astype(int)
    return frame


def audited(frame, roles=POINTS, **given):
    tally = ca.Tally.from_frame(frame, roles, score_bins=given.pop("score_bins", 60))
    return ca.audit(
        ca.Evidence(tally=tally), title="A score", plan=given.pop("plan", PLAN), report_date=DAY
    )


@pytest.fixture(scope="module")
def report():
    return audited(people())


def test_the_gap_is_that_of_the_metric_in_percentage_points(report):
    (finding,) = of(report, "calibration")
    tally = ca.Tally.from_frame(people(), POINTS, score_bins=60)
    frame = metrics.same_score_disparity(tally, by="group", reference="a")
    row = frame[(frame["group"] == "b") & (frame["measure"] == "same_score")].iloc[0]
    assert finding.status == "beyond"
    assert finding.unit == "percentage points"
    assert finding.estimate == pytest.approx(100 * row["value"])
    assert finding.low == pytest.approx(100 * row["low"])
    assert finding.low_family < finding.low
    assert finding.tested == (row["p_value"],)
    assert finding.claim.startswith("group b: of people with the same score and a known outcome, ")
    assert "more of the group paid than of the reference at the same score" in finding.claim
    assert "Without regard to the score:" in finding.claim


def test_the_table_holds_both_groups_band_by_band(report):
    (finding,) = of(report, "calibration")
    table = finding.table
    assert list(table.columns) == ["points", "group", "n", "value", "low", "high"]
    assert table["group"].tolist() == ["a", "b"] * (len(table) // 2)
    assert 4 < len(table) <= 12
    frame = people()
    both = frame[frame["group"].isin(["a", "b"])]
    assert table["n"].sum() == len(both)
    assert (table["n"] >= 5).all()
    good = (table["n"] * table["value"]).groupby(table["group"]).sum()
    assert good["b"] == pytest.approx(both.loc[both["group"] == "b", "paid"].sum())


def test_points_are_compared_and_set_against_no_prediction(report):
    (finding,) = of(report, "calibration")
    assert any("The score is no probability" in limit for limit in finding.limits)
    assert any("People in one score bin are taken" in limit for limit in finding.limits)
    assert not any("score bin" in x for x in of(audited(people(), score_bins="exact"),
                                                "calibration")[0].limits)  # fmt: skip


def test_probabilities_are_also_set_against_what_happened():
    found = audited(people(), CHANCE)
    gap, predicted = of(found, "calibration")
    assert gap.status == "beyond"
    assert predicted.status == "descriptive"
    assert predicted.tested == ()
    table = predicted.table.set_index(["group", "measure"])
    tally = ca.Tally.from_frame(people(), CHANCE, score_bins=60)
    for measure, metric in (
        ("gap", metrics.calibration_gap),
        ("slope", metrics.calibration_slope),
        ("expected error", metrics.expected_calibration_error),
    ):
        own = metric(tally, by="group").set_index("group")
        for group in "ab":
            assert table.loc[(group, measure), "value"] == pytest.approx(own.loc[group, "value"])
    assert (table.loc[("b", "expected error"), "by_chance"]) > 0
    assert "of group b misses the share who paid by +" in predicted.claim
    assert "of which chance alone gives" in predicted.claim


def test_a_score_that_means_the_same_is_not_told_to_differ():
    (finding,) = of(audited(people(gap=0.0)), "calibration")
    assert finding.status == "cannot_tell"
    assert "it cannot be told whether the score means the same" in finding.claim


def test_in_a_lenders_file_only_known_outcomes_are_compared_and_what_that_hides_is_said():
    frame = people()
    frame["paid"] = frame["paid"].where(frame["ok"] == 1)
    (finding,) = of(audited(frame), "calibration")
    assert "The outcome is known for" in finding.claim
    assert "whatever the missing outcomes are, the gap is −" in finding.claim
    assert any("Only people who were approved have an outcome" in x for x in finding.limits)
    assert finding.confidence != "high"
    assert finding.n == (frame["group"].eq("b") & frame["paid"].notna()).sum()


def test_a_gap_at_some_scores_only_is_said_to_differ():
    frame = people(gap=0.0)
    low = (frame["group"] == "b") & (frame["points"] < 570)
    frame.loc[low, "paid"] = 0.0
    (finding,) = of(audited(frame), "calibration")
    assert "It is not the same at every score" in finding.claim


def test_small_groups_are_neither_named_nor_shown(report):
    for finding in report.findings:
        assert "tiny" not in finding.claim
        assert "tiny" not in finding.table.to_string()


def test_nothing_to_compare_cannot_be_told():
    frame = people()
    (finding,) = of(audited(frame[frame["group"] == "a"]), "calibration")
    assert finding.status == "cannot_tell"
    assert "nothing can be compared" in finding.claim
    apart = frame[frame["group"].isin(["a", "b"])].copy()
    apart["points"] = np.where(apart["group"] == "a", 700.0, 400.0)
    (finding,) = of(audited(apart), "calibration")
    assert finding.status == "cannot_tell"
    assert "cannot be told. Undefined: no score bin" in finding.claim


def test_no_claim_gives_a_cause_or_a_verdict_and_the_page_has_the_chart(report):
    for one in (report, audited(people(), CHANCE)):
        assert not VERDICTS.search(claims(one))
        validate_report(one.to_dict())
    page = report.to_html()
    assert "Share who paid, by points, group" in page
    assert len(page.encode()) < 150_000


def test_without_an_outcome_or_a_score_it_is_not_asked():
    frame = people()
    for roles in (
        ca.Roles(groups=["group"], decision="ok", favourable=1),
        ca.Roles(groups=["group"], outcome="paid", good=1),
    ):
        tally = ca.Tally.from_frame(frame, roles)
        found = ca.audit(ca.Evidence(tally=tally), title="Less", report_date=DAY)
        assert "calibration" in {one["audit"] for one in found.not_asked}
