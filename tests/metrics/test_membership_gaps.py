"""Bounds and the points beside them, as frames."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import creditaudit as ca
from creditaudit.errors import InputError, MissingRole, NothingToCompare

RACE = {"black": "black", "white": "white"}
WIDE = {"approved": "yes", "refused": "no"}


def counted(*rows, cells="tract", **given):
    """Return memberships from (tract, yes, no, share of black people)."""
    table = pd.DataFrame(rows, columns=["tract", "yes", "no", "black"])
    table["white"] = 1 - table["black"]
    return ca.Memberships.from_counts(
        table, ca.Roles(), probabilities=RACE, name="race", cells=cells, count=WIDE, **given
    )


TRACTS = counted(("a", 80, 20, 0.1), ("b", 30, 70, 0.9))


def rates(memberships, method="bounds", **given):
    frame = ca.metrics.membership_rates(memberships, **given)
    return frame[frame["method"] == method].set_index("race")


def gap(memberships, method="bounds", **given):
    frame = ca.metrics.membership_disparity(memberships, reference="white", **given)
    return frame[frame["method"] == method].iloc[0]


def test_two_tracts_by_hand():
    """Black people: 20 to 40 of 100 approved. White people: 70 to 90 of 100."""
    found = rates(TRACTS)
    assert found["bound_low"].tolist() == pytest.approx([0.2, 0.7])
    assert found["bound_high"].tolist() == pytest.approx([0.4, 0.9])
    assert found["value"].isna().all()
    assert found["n"].tolist() == pytest.approx([100, 100])
    assert (found["low"] < found["bound_low"]).all()
    assert (found["high"] > found["bound_high"]).all()
    ratio, difference = gap(TRACTS), gap(TRACTS, kind="difference")
    assert [ratio["bound_low"], ratio["bound_high"]] == pytest.approx([20 / 90, 40 / 70])
    assert [difference["bound_low"], difference["bound_high"]] == pytest.approx([-0.7, -0.3])
    odds = gap(TRACTS, kind="odds_ratio")
    assert odds["bound_low"] == pytest.approx((0.2 / 0.8) / (0.9 / 0.1))
    for one in (ratio, difference, odds):
        assert one["low"] < one["bound_low"]
        assert one["high"] > one["bound_high"]
        assert "among people of the same tract" in one["note"]


def test_points_stand_beside_the_bounds_and_say_what_they_assume():
    """Weighted: (8 + 27) of (10 + 90). Assigned: the people of the second tract."""
    weighted = rates(TRACTS, "weighted")
    assert weighted["value"].tolist() == pytest.approx([0.35, 0.75])
    assert weighted["note"].str.contains("does not go with the group").all()
    assigned = rates(TRACTS, "assigned at 80 %")
    assert assigned["value"].tolist() == pytest.approx([0.3, 0.8])
    assert assigned["n"].tolist() == [100, 100]
    assert assigned["note"].str.contains("too large a gap").all()
    none = rates(TRACTS, "assigned at 95 %", thresholds=[0.95])
    assert none["value"].isna().all()
    assert none["note"].str.contains("200 people belong to none").all()
    assert gap(TRACTS, "weighted")["value"] == pytest.approx(0.35 / 0.75)
    assert gap(TRACTS, "assigned at 50 %")["value"] == pytest.approx(0.3 / 0.8)


def test_assigned_people_have_the_ranges_of_any_two_rates():
    table = pd.DataFrame({"race": ["black", "white"], "yes": [30, 80], "no": [70, 20]})
    tally = ca.Tally.from_counts(table, ca.Roles(groups=["race"]), count=WIDE)
    asked = ca.metrics.disparity(tally, by="race", reference="white").iloc[0]
    found = gap(TRACTS, "assigned at 80 %")
    assert [found["low"], found["high"]] == pytest.approx([asked["low"], asked["high"]])


def test_certain_groups_have_the_gap_of_a_tally():
    certain = counted(("a", 300, 100, 0.0), ("b", 240, 160, 1.0))
    table = pd.DataFrame({"race": ["white", "black"], "yes": [300, 240], "no": [100, 160]})
    tally = ca.Tally.from_counts(table, ca.Roles(groups=["race"]), count=WIDE)
    asked = ca.metrics.disparity(tally, by="race", reference="white").iloc[0]
    for method in ("bounds", "weighted", "assigned at 50 %"):
        found = gap(certain, method)
        assert [found["low"], found["high"]] == pytest.approx(
            [asked["low"], asked["high"]], abs=0.004
        )
    found = gap(certain)
    assert found["bound_low"] == pytest.approx(0.8)
    assert found["bound_high"] == pytest.approx(0.8)


@given(st.integers(0, 2**32 - 1), st.floats(-0.3, 0.3))
def test_the_bounds_hold_the_truth_and_the_weighted_point_errs_as_told(seed, within):
    """People of known groups; members of a tract approved more or less often than the others."""
    rng = np.random.default_rng(seed)
    share = rng.choice([0.2, 0.5, 0.8], 3, replace=False)
    rows, truth = [], np.zeros((2, 2))
    for tract, p in enumerate(share):
        size = np.array([round(200 * p), 200 - round(200 * p)])
        approved = np.round(size * np.clip(0.7 - 0.4 * p + within * np.array([1, 0]), 0, 1))
        truth += np.array([approved, size])
        rows.append((tract, approved.sum(), size.sum() - approved.sum(), size[0] / 200))
    memberships = counted(*rows)
    (own, other), total = truth
    found = gap(memberships, kind="difference")
    actual = own / total[0] - other / total[1]
    assert found["bound_low"] - 1e-12 <= actual <= found["bound_high"] + 1e-12
    point = gap(memberships, "weighted", kind="difference")["value"]
    if within < -0.05:  # members are approved less often than others of their tract
        assert point > actual
    if within > 0.05:
        assert point < actual


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(1, 9)), min_size=3,
                max_size=5))  # fmt: skip
def test_cells_put_together_never_narrow_the_bounds(drawn):
    rows = [(at, yes, no, p / 10) for at, (yes, no, p) in enumerate(drawn)]
    yes, no = (sum(row[at] for row in rows[:2]) for at in (1, 2))
    people = [row[1] + row[2] for row in rows[:2]]
    mean = (people[0] * rows[0][3] + people[1] * rows[1][3]) / sum(people)
    fine, coarse = counted(*rows), counted(("both", yes, no, mean), *rows[2:])
    small = sum(row[1] + row[2] for row in rows if row[1] + row[2] < 10)
    if not small:
        one, other = rates(fine), rates(coarse)
        assert (other["bound_low"] <= one["bound_low"] + 1e-9).all()
        assert (other["bound_high"] >= one["bound_high"] - 1e-9).all()


def test_an_error_is_that_of_the_memberships_unless_given():
    off = counted(("a", 80, 20, 0.1), ("b", 30, 70, 0.9), error=0.05)
    plain, wide = gap(TRACTS), gap(off)
    assert wide["bound_low"] < plain["bound_low"]
    assert wide["bound_high"] > plain["bound_high"]
    assert "may be off by up to 0.05" in wide["note"]
    assert gap(TRACTS, error=0.05)["bound_low"] == wide["bound_low"]
    assert gap(off, error=0)["bound_low"] == plain["bound_low"]


def test_people_without_probabilities_widen_the_bounds():
    table = pd.DataFrame({
        "tract": ["a", "b", "c"], "yes": [80, 30, 40], "no": [20, 70, 10],
        "black": [0.1, 0.9, None], "white": [0.9, 0.1, None],
    })  # fmt: skip
    found = rates(ca.Memberships.from_counts(
        table, ca.Roles(), probabilities=RACE, name="race", cells="tract", count=WIDE
    ))  # fmt: skip
    # All 40 more approved are black, none of the 10 refused are; and the other way round.
    assert found.loc["black", "bound_high"] == pytest.approx(80 / 140)
    assert found.loc["black", "bound_low"] == pytest.approx(20 / 110)


def test_small_cells_have_no_bounds_at_the_shares_found():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"black": rng.beta(1, 2, 400)})
    frame["white"] = 1 - frame["black"]
    frame["yes"] = (rng.random(400) < 0.95 - 0.9 * frame["black"]).astype(int)
    memberships = ca.Memberships.from_frame(
        frame, ca.Roles(decision="yes", favourable=1), probabilities=RACE, name="race"
    )
    found = rates(memberships)
    assert found[["bound_low", "bound_high"]].isna().all(axis=None)
    assert found["note"].str.contains("would be too narrow and are not shown").all()
    assert (found["high"] - found["low"] > 0.2).all()
    # The same people in bands of probability, which are large enough.
    frame["band"] = frame["black"].round(1)
    banded = rates(ca.Memberships.from_frame(
        frame, ca.Roles(decision="yes", favourable=1), probabilities=RACE, name="race",
        cells="band",
    ))  # fmt: skip
    assert banded["bound_low"].notna().all()
    assert banded["low"].tolist() == pytest.approx(found["low"].tolist(), abs=0.05)
    assert banded["high"].tolist() == pytest.approx(found["high"].tolist(), abs=0.05)


def test_a_ratio_without_an_upper_end_is_null():
    found = gap(counted(("a", 30, 70, 0.5)))
    assert found["bound_low"] == 0
    assert np.isnan(found["bound_high"])
    assert np.isnan(found["high"])


def test_error_rates_need_every_outcome():
    """Of 100 people 60 good and approved, 20 good and refused, 5 bad and approved, 15 neither."""
    table = pd.DataFrame({"tract": ["a"], "black": [0.3], "white": [0.7], "tp": [60], "fn": [20],
                          "fp": [5], "tn": [15]})  # fmt: skip
    memberships = ca.Memberships.from_counts(
        table, ca.Roles(), probabilities=RACE, name="race", cells="tract",
        count={name: name for name in ("tp", "fn", "fp", "tn")},
    )  # fmt: skip
    found = rates(memberships, metric="true_positive_rate")
    # 30 black people: all approved and good; or 20 good and refused, and 10 bad.
    assert found.loc["black", ["bound_low", "bound_high"]].tolist() == pytest.approx([0, 1])
    # 70 white people: 20 good and refused, 20 bad, so at least 30 good and approved; or 60 of
    # these and 10 bad.
    assert found.loc["white", "bound_low"] == pytest.approx(30 / 50)
    assert found.loc["white", "bound_high"] == pytest.approx(1)
    assert rates(memberships, metric="precision").loc["white", "bound_high"] == pytest.approx(1)


def test_missing_outcomes_are_an_error_that_says_what_can_be_asked():
    frame = pd.DataFrame({"yes": [1, 1, 0], "paid": [1, 0, None], "black": 0.3, "white": 0.7})
    roles = ca.Roles(decision="yes", favourable=1, outcome="paid", good=1)
    memberships = ca.Memberships.from_frame(frame, roles, probabilities=RACE, name="race")
    with pytest.raises(InputError, match=r"outcomes of 1 people.*or for precision"):
        ca.metrics.membership_rates(memberships, "false_negative_rate")
    assert len(ca.metrics.membership_rates(memberships, "precision"))
    with pytest.raises(MissingRole, match="true_positive_rate needs outcome"):
        ca.metrics.membership_rates(TRACTS, "true_positive_rate")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"metric": "auc"}, "metric='auc' must be one of 'approval_rate'"),
        ({"error": 1.5}, r"error=1\.5 must be a number from 0 to 1"),
        ({"thresholds": [0.4]}, r"thresholds=\[0\.4\] must lie from 0\.5"),
        ({"reference": "green"}, r"'green' is none of the groups \['black', 'white'\]"),
        ({"kind": "sum"}, "kind='sum' must be one of"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_told(given, said):
    with pytest.raises(InputError, match=said):
        ca.metrics.membership_disparity(TRACTS, **given)


def test_it_takes_memberships_and_two_groups():
    with pytest.raises(InputError, match="memberships= is a DataFrame"):
        ca.metrics.membership_rates(pd.DataFrame())
    with pytest.raises(NothingToCompare, match="Only one group has people"):
        ca.metrics.membership_disparity(counted(("a", 8, 2, 0.0)))


def test_the_reference_is_the_group_with_most_people_expected():
    found = ca.metrics.membership_disparity(counted(("a", 80, 20, 0.1), ("b", 30, 70, 0.6)))
    assert set(found["reference"]) == {"white"}
