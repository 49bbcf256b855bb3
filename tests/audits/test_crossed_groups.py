from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from creditaudit import Evidence, Plan, Roles, Tally
from creditaudit.audits import intersections
from creditaudit.evidence import Family
from made_tables import CROSSED, VERDICTS, audited, crossed, of

RACES, SEXES = "abcd", "fm"
CELLS = pd.MultiIndex.from_product(
    [list(RACES), list(SEXES), [1, 0]], names=["race", "sex", "approved"]
)


def counted(approved, people):
    """Return the tally of people by race and sex, from counts in the order of the cells."""
    n = np.column_stack([approved, people - approved]).ravel()
    table = CELLS.to_frame(index=False).assign(n=n)
    return Tally.from_counts(table, CROSSED, by=[("race", "sex")])


def crossing(tally, **plan):
    """Return the finding within its own family, as a report would."""
    evidence = Evidence(tally=tally, plan=Plan(**plan))
    (first,) = intersections(evidence)
    (second,) = intersections(replace(evidence, family=Family(first.tested)))
    return second


@pytest.mark.parametrize("planted", [0, 3, 6])
@pytest.mark.parametrize("gap", [0.2, 0.4])
def test_the_group_that_was_made_worst_is_found(planted, gap):
    rate = np.full(8, 0.8)
    rate[planted] -= gap
    people = np.full(8, 1000)
    people[7] = 1100
    finding = crossing(counted(np.round(rate * people), people))
    race, sex = RACES[planted // 2], SEXES[planted % 2]
    assert finding.group == f"race {race}, sex {sex}"
    assert finding.reference == "race d, sex m"
    assert finding.estimate == pytest.approx(1 - gap / 0.8, abs=1e-3)
    assert "Of 7 crossed groups of race x sex, 1 is approved less often" in finding.claim
    assert f"Lowest: race {race}, sex {sex}," in finding.claim
    assert finding.p_adjusted < 0.001
    assert finding.status == ("beyond" if gap == 0.4 else "cannot_tell")


@pytest.mark.slow
def test_where_nothing_was_planted_it_stays_silent():
    draws, alarms, beyond = 200, 0, 0
    rng = np.random.default_rng(7)
    for _ in range(draws):
        people = rng.integers(30, 300, 8)
        finding = crossing(counted(rng.binomial(people, 0.6), people))
        alarms += "none can be told" not in finding.claim
        beyond += finding.status == "beyond"
    allowed = 0.05 + 3 * np.sqrt(0.05 * 0.95 / draws)
    assert alarms / draws <= allowed
    assert beyond / draws <= allowed


def test_a_group_told_to_be_better_off_is_not_called_the_lowest():
    people = np.full(8, 1000)
    people[0] = 1200
    approved = np.full(8, 600)
    approved[0] = 720
    approved[5] = 900
    finding = crossing(counted(approved, people))
    assert "none can be told to be approved less often than the reference" in finding.claim
    assert finding.estimate == pytest.approx(1)
    assert finding.status != "beyond"


def test_a_small_group_with_a_wider_gap_does_not_hide_one_that_is_told():
    people = np.array([2000, 1000, 1000, 1000, 1000, 1000, 1000, 8])
    approved = np.array([1600, 600, 800, 800, 800, 800, 800, 4])
    finding = crossing(counted(approved, people))
    assert finding.group == "race a, sex m"
    assert finding.table.iloc[1][["race", "sex"]].tolist() == ["d", "m"]  # the lowest seen


def test_the_table_shows_every_group_with_its_range_for_all_comparisons():
    people = np.full(8, 500)
    people[0] = 501
    finding = crossing(counted(np.array([400, 390, 380, 370, 360, 350, 340, 330]), people))
    table = finding.table
    assert list(table.columns) == [
        "race", "sex", "n", "approved", "refused", "value", "low", "high", "ratio", "ratio_low",
        "ratio_high", "p_adjusted", "note",
    ]  # fmt: skip
    assert pd.isna(table["ratio"].iloc[0])
    assert table["ratio"].iloc[1:].is_monotonic_increasing
    worst = table.iloc[1]
    assert (worst["ratio"], worst["ratio_low"], worst["ratio_high"]) == (
        finding.estimate, finding.low_family, finding.high_family,
    )  # fmt: skip
    assert (table["approved"] / table["n"]).to_numpy() == pytest.approx(table["value"])
    assert table["ratio"].iloc[1:].to_numpy() == pytest.approx(
        table["value"].iloc[1:] / table["value"].iloc[0]
    )


def test_a_long_table_keeps_the_lowest_and_says_what_it_leaves_out():
    cells = {(f"r{i:02d}", s): (60 + i, 40) for i in range(30) for s in "fm"}
    (finding,) = of(audited(crossed(cells), CROSSED), "intersections")
    assert len(finding.table) == 40
    assert "20 more rows, nearer to the reference, are not in the table." in finding.limits
    assert finding.table["ratio"].min() == finding.estimate


def test_people_of_whom_one_group_is_missing_are_shown_and_not_compared():
    cells = {("a", "f"): (60, 40), ("b", "f"): (50, 50), ("a", None): (10, 10)}
    (finding,) = of(audited(crossed(cells), CROSSED), "intersections")
    assert len(finding.tested) == 1
    assert finding.table["sex"].isna().sum() == 1


def test_three_columns_crossed_are_one_finding():
    cells = {("a", "f"): (60, 40), ("b", "f"): (50, 50), ("a", "m"): (50, 40), ("b", "m"): (50, 30)}
    frame = crossed(cells)
    frame["age"] = np.where(np.arange(len(frame)) % 2, "old", "young")
    roles = Roles(groups=["race", "sex", "age"], decision="approved", favourable=1)
    report = audited(frame, roles, by=["race", "sex", "age", ("race", "sex", "age")])
    (finding,) = of(report, "intersections")
    assert "race x sex x age" in finding.claim
    assert len(finding.tested) == 7
    assert not VERDICTS.search(finding.claim)


def test_a_reference_for_each_column_is_the_reference_of_the_crossing():
    cells = {("a", "f"): (60, 40), ("b", "f"): (50, 50), ("a", "m"): (90, 10), ("b", "m"): (50, 30)}
    frame = crossed(cells)
    (named,) = of(audited(frame, CROSSED, reference={"race": "a", "sex": "m"}), "intersections")
    assert named.reference == "race a, sex m"
    (half,) = of(audited(frame, CROSSED, reference={"race": "a"}), "intersections")
    assert any("as the plan names none" in limit for limit in half.limits)
