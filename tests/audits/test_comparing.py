import re

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from creditaudit import Evidence, Roles, Tally, intervals
from creditaudit.audits import run_audits
from creditaudit.errors import InputError
from made_tables import (
    CROSSED,
    DAY,
    LENDER,
    ROLES,
    audited,
    claims,
    crossed,
    decided,
    lent,
    of,
    rows,
)

FOUR = {("a", "f"): (70, 30), ("a", "m"): (90, 40), ("b", "f"): (40, 60), ("b", "m"): (55, 45)}


def rate_and_size(table, place):
    row = table.iloc[place]
    return row["approved"] / row["n"], row["n"]


def test_every_family_range_is_a_direct_bonferroni_and_every_p_a_direct_holm():
    report = audited(crossed(FOUR), CROSSED, reference={"race": "a", "sex": "f"})
    ratios = [f for f in report.findings if f.status != "descriptive"]
    tested, ranges = [], []
    tables = [(f.table, [(p, b)]) for f in of(report, "disparity")
              for b in [f.table.index[f.table.iloc[:, 0] == f.reference.split()[-1]][0]]
              for p in [1 - b]]  # fmt: skip
    (crossing,) = of(report, "intersections")
    cells = crossing.table.reset_index(drop=True)
    base = cells.index[(cells["race"] == "a") & (cells["sex"] == "f")][0]
    tables.append((cells, [(place, base) for place in cells.index if place != base]))
    for table, pairs in tables:
        for place, reference in pairs:
            p1, n1 = rate_and_size(table, place)
            p2, n2 = rate_and_size(table, reference)
            tested.append(float(intervals.score_p_value(p1, n1, p2, n2)))
            ranges.append((p1, n1, p2, n2))
    k = len(tested)
    assert report.to_dict()["comparisons"] == k == 2 + 3
    assert f"all {k} comparisons" in report.to_dict()["family"]
    adjusted = multipletests(tested, method="holm")[1]
    for finding in ratios:
        at = int(np.argmin(np.abs(np.array(tested) - finding.p_value)))
        assert finding.p_value == pytest.approx(tested[at], rel=1e-9)
        assert finding.p_adjusted == pytest.approx(adjusted[at], rel=1e-9)
        for level, ends in (
            (0.95, (finding.low, finding.high)),
            (1 - 0.05 / k, (finding.low_family, finding.high_family)),
        ):
            low, high = intervals.miettinen_nurminen(*ranges[at], kind="ratio", level=level)
            assert ends == (pytest.approx(float(low)), pytest.approx(float(high)))
        assert finding.low_family < finding.low
        assert finding.high_family > finding.high


def test_the_status_is_decided_by_the_range_for_all_comparisons():
    alone = audited(decided(a=(900, 100), b=(284, 146)), reference={"group": "a"})
    (finding,) = of(alone, "disparity")
    assert finding.status == "beyond"
    many = {f"g{i}": (500, 55) for i in range(20)}
    crowd = audited(decided(a=(900, 100), b=(284, 146), **many), reference={"group": "a"})
    same = next(f for f in of(crowd, "disparity") if f.group == "group b")
    assert (same.estimate, same.low, same.high) == (finding.estimate, finding.low, finding.high)
    assert same.high < 0.8 < same.high_family
    assert same.status == "cannot_tell"


def test_a_gap_in_favour_of_a_group_is_told_against_the_mirror_of_the_line():
    (finding,) = of(audited(decided(a=(300, 700), b=(900, 100)), reference={"group": "a"}),
                    "disparity")  # fmt: skip
    assert finding.status == "beyond"
    assert finding.estimate == pytest.approx(3)
    assert "beyond the line at 125" in finding.claim


def test_the_reference_is_the_group_with_most_people_and_the_limits_say_so():
    frame = decided(a=(20, 10), b=(60, 40))
    (chosen,) = of(audited(frame), "disparity")
    assert chosen.reference == "group b"
    assert "Reference group b: the group with most people, as the plan names none." in chosen.limits
    (named,) = of(audited(frame, reference={"group": "a"}), "disparity")
    assert named.reference == "group a"
    assert not any("most people" in limit for limit in named.limits)


def test_findings_come_furthest_from_the_reference_first():
    report = audited(decided(a=(80, 20), b=(70, 30), c=(30, 70), d=(50, 50)),
                     reference={"group": "a"})  # fmt: skip
    assert [f.group for f in of(report, "disparity")] == ["group c", "group d", "group b"]


def test_each_finding_shows_the_two_groups_it_compares():
    report = audited(decided(a=(80, 20), b=(70, 30), c=(30, 70)), reference={"group": "a"})
    for finding in of(report, "disparity"):
        assert list(finding.table["group"]) == ["a", finding.group[-1]]
        row = finding.table.iloc[1]
        base = finding.table.iloc[0]
        assert row["approved"] + row["refused"] == row["n"]
        assert finding.estimate == pytest.approx(
            (row["approved"] / row["n"]) / (base["approved"] / base["n"])
        )


@pytest.mark.parametrize("name", ["one group", "the other too small", "all too small"])
def test_with_one_group_alone_nothing_is_compared_and_none_is_named(name):
    groups = {
        "one group": {"large": (60, 40)},
        "the other too small": {"large": (60, 40), "dwarf": (2, 1)},
        "all too small": {"dwarf": (2, 1), "elf": (2, 0), "imp": (1, 1)},
    }[name]
    report = audited(decided(**groups))
    (finding,) = of(report, "disparity")
    assert finding.status == "cannot_tell"
    assert finding.estimate is None
    assert "nothing can be compared" in finding.claim
    assert report.to_dict()["comparisons"] == 0
    text = report.to_json() + report.to_html()
    assert not any(word in text for word in ("dwarf", "elf'", "imp'", '"elf"', '"imp"'))
    assert any("not shown" in limit for limit in finding.limits) == (name != "one group")


def test_all_approved_is_no_gap():
    report = audited(decided(a=(60, 0), b=(40, 0)))
    (finding,) = of(report, "disparity")
    assert finding.estimate == 1
    assert finding.p_value == 1
    assert finding.low < 1 < finding.high
    assert not re.search(r"\b(nan|inf)\b", claims(report))


def test_nobody_approved_leaves_the_ratio_undefined_and_says_why():
    report = audited(crossed({(r, s): (0, 20) for r in "ab" for s in "fm"}), CROSSED)
    for finding in (*of(report, "disparity"), *of(report, "intersections")):
        assert finding.status == "cannot_tell"
        assert finding.estimate is finding.low is finding.high is None
        assert "no ratio can be computed" in finding.claim
    assert not re.search(r"\b(nan|inf)\b", report.to_json() + report.to_html(), re.I)


def test_a_reference_of_whom_nobody_was_approved_gives_no_ratio():
    report = audited(decided(a=(0, 50), b=(10, 20)), reference={"group": "a"})
    (finding,) = of(report, "disparity")
    assert finding.estimate is None
    assert finding.status == "cannot_tell"
    assert "The rate of the reference is 0: nobody there was approved." in finding.claim


def test_of_three_people_none_approved_has_a_range_and_not_a_point():
    report = audited(decided(a=(30, 20), b=(0, 3)), min_cell=1, reference={"group": "a"})
    (finding,) = of(report, "disparity")
    assert finding.estimate == finding.low == 0
    assert finding.high > 0.9
    assert finding.status == "cannot_tell"
    row = finding.table.set_index("group").loc["b"]
    assert row["value"] == row["low"] == 0
    assert row["high"] == pytest.approx(0.5615, abs=1e-4)  # Wilson for 0 of 3


SMALL = "Zwergstaat"


WITH_SMALL = {"a": (50, 10, 40), "b": (60, 20, 30), SMALL: (2, 1, 1)}


@pytest.mark.parametrize("reference", [{}, {"group": "a"}], ids=str)
def test_a_group_under_the_minimum_is_shown_nowhere(reference):
    report = audited(lent(**WITH_SMALL), LENDER, reference=reference)
    for text in (report.to_json(), report.to_html()):
        assert SMALL not in text
    for finding in of(report, "disparity"):
        assert "1 group of fewer than 5 people: not shown." in finding.limits


def test_a_reference_under_the_minimum_is_compared_with_nobody():
    report = audited(lent(**WITH_SMALL), LENDER, reference={"group": SMALL})
    (finding,) = of(report, "disparity")
    assert finding.status == "cannot_tell"
    assert "nothing can be compared" in finding.claim
    # The plan names its own reference; nothing else does.
    assert SMALL not in str(report.to_dict() | {"plan": None})


def test_a_small_crossed_group_is_shown_nowhere():
    cells = FOUR | {("b", SMALL): (2, 1), ("a", SMALL): (30, 10)}
    report = audited(crossed(cells), CROSSED)
    (finding,) = of(report, "intersections")
    shown = list(zip(finding.table["race"], finding.table["sex"], strict=True))
    assert ("b", SMALL) not in shown
    assert ("a", SMALL) in shown
    assert f"race b, sex {SMALL}" not in report.to_json()
    assert any("1 group of fewer than 5 people" in limit for limit in finding.limits)


def test_people_without_a_group_are_shown_and_never_compared():
    frame = decided(a=(60, 40), b=(30, 70))
    frame = pd.concat([frame, rows((20, {"group": None, "approved": 1}))], ignore_index=True)
    report = audited(frame)
    assert [f.group for f in of(report, "disparity")] == ["group b"]
    assert all("missing" not in (f.reference or "") for f in report.findings)
    (missing,) = of(report, "blind_spots")
    assert missing.n == 20


def test_people_without_a_group_are_never_the_reference_even_as_the_most():
    frame = pd.concat(
        [decided(a=(6, 4), b=(3, 7)), rows((100, {"group": None, "approved": 1}))],
        ignore_index=True,
    )
    (finding,) = of(audited(frame), "disparity")
    assert finding.reference in ("group a", "group b")
    assert finding.confidence == "low"


@pytest.mark.parametrize("values", [(1, 2), (True, False), (1.5, 2.5), (1, 2.5)], ids=str)
def test_groups_of_any_type_with_missing_values_have_their_tables(values):
    frame = decided(a=(60, 40), b=(30, 70))
    frame["group"] = frame["group"].map(dict(zip("ab", values, strict=True))).astype(object)
    frame = pd.concat([frame, rows((20, {"group": None, "approved": 1}))], ignore_index=True)
    (finding,) = of(audited(frame, reference={"group": values[0]}), "disparity")
    assert finding.group == f"group {values[1]}"
    assert list(finding.table["n"]) == [100, 100]


def test_crossed_keys_keep_their_own_types_in_names():
    frame = crossed(FOUR)
    frame["race"] = frame["race"].map({"a": 1, "b": 2})
    frame["sex"] = frame["sex"].map({"f": 0.5, "m": 1.5})
    (finding,) = of(audited(frame, CROSSED, reference={"race": 1, "sex": 0.5}), "intersections")
    assert finding.reference == "race 1, sex 0.5"
    assert finding.group.startswith("race 2, sex ")


def test_weights_enter_rates_and_not_numbers_of_people():
    frame = decided(a=(60, 40), b=(30, 70)).assign(w=1.0)
    frame.loc[(frame["group"] == "b") & (frame["approved"] == 1), "w"] = 3.0
    roles = Roles(groups=["group"], decision="approved", favourable=1, weight="w")
    (finding,) = of(audited(frame, roles, reference={"group": "a"}), "disparity")
    assert finding.n == 100
    assert finding.estimate == pytest.approx((90 / 160) / 0.6)
    assert finding.table["approved"].tolist() == [60, 30]
    assert "Rates are weighted by w; the numbers of people are not." in finding.limits


def test_clusters_widen_the_range_and_the_method_says_so_everywhere():
    frame = crossed(FOUR)
    frame["branch"] = [f"b{i // 20}" for i in range(len(frame))]
    roles = Roles(groups=["race", "sex"], decision="approved", favourable=1, cluster="branch")
    plain, clustered = audited(frame, CROSSED), audited(frame, roles)
    for one, other in zip(plain.findings, clustered.findings, strict=True):
        assert one.estimate == other.estimate
        if one.status == "descriptive":
            continue
        assert "jackknife" in other.method
        assert "jackknife" not in one.method
    first, second = (of(r, "disparity")[0] for r in (plain, clustered))
    assert second.high_family - second.low_family > first.high_family - first.low_family


def test_a_period_is_summed_out():
    frame = decided(a=(60, 40), b=(30, 70))
    frame["year"] = np.arange(len(frame)) % 3
    roles = Roles(groups=["group"], decision="approved", favourable=1, period="year")
    with_period, without = audited(frame, roles), audited(frame.drop(columns="year"))
    # Whether the gap changes is asked of the periods, and widens the family, which the audit of
    # what could have been shown allows for.
    apart = ("drift", "power")
    both = ([f for f in one.findings if f.audit not in apart] for one in (with_period, without))
    parts = ("id", "estimate", "low", "high", "n", "table")
    one, other = ([{p: f.to_dict()[p] for p in parts} for f in found] for found in both)
    assert one == other


def test_a_plan_restricts_the_groups_reported_on():
    report = audited(crossed(FOUR), CROSSED, groups=["sex"])
    assert {f.group for f in report.findings if f.group} == {"sex f"}
    assert "race" not in {f.audit for f in report.findings}
    asked = {one["audit"] for one in report.not_asked}
    assert {"error_rates", "intersections", "cutoff_policy", "criteria_conflict"} <= asked
    assert not {"disparity", "blind_spots"} & asked


def test_an_unknown_reference_is_an_error_that_names_the_groups():
    with pytest.raises(InputError, match=r"reference='c' is not a group of 'group'.*'a', 'b'"):
        audited(decided(a=(60, 40), b=(30, 70)), reference={"group": "c"})


@pytest.mark.parametrize("name", ["approved", "refused", "ratio", "ratio_low"])
def test_a_group_named_like_a_result_column_is_an_error_that_says_so(name):
    frame = decided(a=(60, 40), b=(30, 70)).rename(columns={"approved": "said", "group": name})
    roles = Roles(groups=[name], decision="said", favourable=1)
    with pytest.raises(InputError, match=f"Column '{name}' has the name of a result column"):
        audited(frame, roles)


def test_two_columns_whose_names_and_values_join_to_one_text_have_two_ids():
    frame = decided(a=(60, 40), b=(30, 70)).rename(columns={"approved": "said"})
    frame["loan"] = frame["group"].map({"a": "kind x", "b": "kind y"})
    frame["loan kind"] = frame["group"].map({"a": "x", "b": "y"})
    roles = Roles(groups=["loan", "loan kind"], decision="said", favourable=1)
    report = audited(frame, roles, by=["loan", "loan kind"])
    assert len({f.id for f in report.findings}) == len(report.findings)
    report.to_json()


def test_the_gap_that_a_sample_would_show_is_of_its_own_size_and_allows_for_every_comparison():
    sizes = {"b": 200, "c": 400, "d": 100}
    groups = {name: (round(0.78 * n), n - round(0.78 * n)) for name, n in sizes.items()}
    report = audited(decided(a=(400, 100), **groups), reference={"group": "a"})
    for finding in of(report, "disparity"):
        size = np.array([float(sizes[finding.group[-1]])])
        rate = intervals.detectable_rate(
            np.array([0.8]), size, np.array([500.0]), level=1 - 0.05 / 3, lower=True
        )
        assert (
            f"A sample of this size shows a ratio of {rate[0] / 0.8:.2f} or further from 1 in 8 of "
            "10 cases." in finding.claim
        )


@pytest.mark.parametrize(
    ("without", "confidence"), [(0, "high"), (15, "high"), (100, "moderate"), (400, "low")]
)
def test_many_people_without_a_group_lower_the_confidence(without, confidence):
    frame = decided(a=(600, 400), b=(500, 500))
    more = rows((without, {"group": None, "approved": 1}))
    report = audited(pd.concat([frame, more], ignore_index=True) if without else frame)
    assert of(report, "disparity")[0].confidence == confidence


def test_a_small_sample_is_of_low_confidence_and_a_large_one_of_high():
    def of_size(times, origin="rows"):
        frame = decided(a=(60 * times, 40 * times), b=(50 * times, 50 * times))
        tally = Tally.from_frame(frame, ROLES)
        if origin == "counts":
            counts = frame.value_counts(["group", "approved"]).reset_index(name="n")
            tally = Tally.from_counts(counts, ROLES)
        report = run_audits(Evidence(tally=tally), title="x", report_date=DAY)
        return of(report, "disparity")[0].confidence

    frame = decided(a=(30, 20), b=(25, 25))
    assert of(audited(frame), "disparity")[0].confidence == "low"
    assert of_size(2) == "moderate"
    assert of_size(10) == "high"
    assert of_size(10, "counts") == "moderate"
