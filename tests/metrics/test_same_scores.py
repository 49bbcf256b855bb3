"""People with the same score: by hand, against statsmodels and a jackknife of rows, and bounds."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from creditaudit import Roles, Tally, intervals, metrics
from creditaudit.errors import InputError, MissingRole, NothingToCompare
from creditaudit.metrics.same_scores import compare_scores
from creditaudit.metrics.score_bands import band_cuts, band_labels

ROLES = {"groups": ["group"], "outcome": "paid", "good": 1, "score": "points",
         "higher_is": "safer"}  # fmt: skip


def made(*cells):
    """Return people from ``(group, points, good, bad)``."""
    rows = [
        (group, points, paid)
        for group, points, good, bad in cells
        for paid, times in ((1, good), (0, bad))
        for _ in range(times)
    ]
    return pd.DataFrame(rows, columns=["group", "points", "paid"])


def applicants(seed=1, n=3000, gap=0.0, spread=30):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"group": rng.choice(["a", "b"], n, p=[0.7, 0.3])})
    b = frame["group"] == "b"
    frame["points"] = np.round(rng.normal(600 - 20 * b, spread, n))
    frame["paid"] = (rng.random(n) < 1 / (1 + np.exp(-(frame["points"] - 560) / 30 - gap * b))) * 1
    frame["branch"], frame["w"] = rng.integers(0, 40, n), rng.lognormal(size=n)
    return frame


def counted(frame, score_bins="exact", **more):
    return Tally.from_frame(frame, Roles(**ROLES | more), score_bins=score_bins)


def told(frame, score_bins="exact", **more):
    found = metrics.same_score_disparity(
        counted(frame, score_bins, **more), by="group", reference="a"
    )
    return found.set_index("measure")


# At 10 points 8 of 10 and 5 of 10 paid, at 20 points 18 of 20 and 4 of 5. With n1 n0 / N of 5 and
# 4: (5 * -0.3 + 4 * -0.1) / 9.
BY_HAND = [("a", 10, 8, 2), ("b", 10, 5, 5), ("a", 20, 18, 2), ("b", 20, 4, 1)]


def test_the_difference_is_the_one_worked_out_on_paper():
    found = told(made(*BY_HAND))
    assert found.loc["same_score", "value"] == pytest.approx((5 * -0.3 + 4 * -0.1) / 9)
    assert found.loc["any_score", "value"] == pytest.approx(9 / 15 - 26 / 30)
    assert found["n"].tolist() == [15, 15]
    assert found["n_reference"].tolist() == [30, 30]
    one = compare_scores(counted(made(*BY_HAND)), "group", "a").each[0]
    assert one.rates[0] - one.rates[1] == pytest.approx(one.value)
    assert one.rates[1] == pytest.approx((5 * 0.8 + 4 * 0.9) / 9)


def test_the_raw_difference_is_that_of_base_rates():
    frame = applicants()
    raw = metrics.disparity(counted(frame), "base_rate", by="group", reference="a",
                            kind="difference").iloc[0]  # fmt: skip
    found = told(frame).loc["any_score"]
    for name in ("n", "value", "low", "high", "p_value"):
        assert found[name] == pytest.approx(raw[name])


def test_the_test_is_that_of_cochran_mantel_and_haenszel():
    frame = applicants(gap=0.3)
    tables = [
        pd.crosstab(rows["group"], rows["paid"]).reindex(["b", "a"], columns=[1, 0], fill_value=0)
        for _, rows in frame.groupby("points")
    ]
    both = [table.to_numpy() for table in tables if table.sum(axis=1).min() > 0]
    expected = StratifiedTable(both).test_null_odds(correction=False).pvalue
    assert told(frame).loc["same_score", "p_value"] == pytest.approx(expected, rel=1e-9)


def test_other_groups_of_scores_leave_the_gap_where_it_is():
    frame = applicants(gap=0.5)
    values = [told(frame, bins).loc["same_score", "value"]
              for bins in ("exact", np.arange(400, 810, 10), np.arange(400, 805, 5))]  # fmt: skip
    assert np.ptp(values) < 0.005
    # Wide bins mix scores, and with them the groups' own distributions.
    assert told(frame, [400, 800]).loc["same_score", "value"] == pytest.approx(
        told(frame).loc["any_score", "value"]
    )


def test_weights_that_are_all_alike_change_nothing_and_others_widen():
    frame = applicants(gap=0.3)
    plain = told(frame).loc["same_score"]
    alike = told(frame.assign(w=2.5), weight="w").loc["same_score"]
    for name in ("value", "low", "high", "p_value"):
        assert alike[name] == pytest.approx(plain[name])
    wide = told(frame, np.arange(400, 820, 20), weight="w").loc["same_score"]
    narrow = told(frame, np.arange(400, 820, 20)).loc["same_score"]
    assert wide["high"] - wide["low"] > 1.2 * (narrow["high"] - narrow["low"])


def test_clusters_are_jackknifed_from_the_rows():
    frame = applicants(n=800, gap=0.3)
    tally = counted(frame, np.arange(400, 820, 20), cluster="branch")
    one = compare_scores(tally, "group", "a").each[0]

    def gap(rows):
        cut = np.digitize(rows["points"], np.arange(400, 820, 20))
        cells = rows.groupby([cut, "group"])["paid"].agg(["sum", "size"]).unstack()
        cells = cells.dropna()
        (a, b), (n, m) = (cells[part][["b", "a"]].to_numpy().T for part in ("sum", "size"))
        return ((a * m - b * n) / (n + m)).sum() / (n * m / (n + m)).sum()

    assert one.value == pytest.approx(gap(frame))
    from creditaudit.cells import REPLICATE

    replicates = tally.select(("group",), [REPLICATE])
    assert one.df == len(np.unique(replicates.column(REPLICATE))) - 1
    reach = intervals.critical(df=np.array(one.df)) * one.error
    assert one.range() == pytest.approx((one.value - reach, one.value + reach))


def test_a_group_on_its_own_scores_cannot_be_compared():
    found = told(made(("a", 10, 8, 2), ("b", 20, 5, 5))).loc["same_score"]
    assert np.isnan(found["value"])
    assert found["n"] == 0
    assert found["note"] == "Undefined: no score bin has people of both with an outcome."


def test_a_lenders_file_is_about_those_whose_outcome_is_known():
    frame = applicants(gap=0.3)
    frame["ok"] = (frame["points"] >= 580) * 1
    known = frame[frame["ok"] == 1]
    frame["paid"] = frame["paid"].where(frame["ok"] == 1)
    roles = {"decision": "ok", "favourable": 1}
    found, only = told(frame, **roles).loc["same_score"], told(known, **roles).loc["same_score"]
    for name in ("n", "value", "low", "high", "p_value"):
        assert found[name] == pytest.approx(only[name])
    assert "about those whose outcome is known" in found["note"]
    assert found["bound_low"] < only["value"] < found["bound_high"]
    assert "bound_low" not in told(known, **roles)


def test_bounds_are_attained_by_some_filling_of_missing_outcomes():
    cells = [("a", 10, 2, 1), ("b", 10, 1, 2), ("a", 20, 2, 0), ("b", 20, 1, 1)]
    frame = made(*cells)
    frame["paid"] = frame["paid"].astype(float)
    hidden = [0, 3, 6, 9]
    ways = []
    for fill in product((0, 1), repeat=len(hidden)):
        whole = frame.copy()
        whole.loc[hidden, "paid"] = fill
        ways.append(told(whole).loc["same_score", "value"])
    frame.loc[hidden, "paid"] = np.nan
    found = told(frame).loc["same_score"]
    assert found["bound_low"] == pytest.approx(min(ways))
    assert found["bound_high"] == pytest.approx(max(ways))


def test_a_score_that_points_the_other_way_has_the_same_gap():
    frame = applicants(gap=0.3)
    turned = told(frame.assign(points=-frame["points"]), higher_is="riskier").loc["same_score"]
    assert turned["value"] == pytest.approx(told(frame).loc["same_score", "value"])


def test_a_gap_at_low_scores_only_is_not_the_same_at_every_score():
    even = [("a", p, 800, 200) for p in (10, 20, 30)] + [("b", p, 400, 100) for p in (20, 30)]
    assert told(made(*even, ("b", 10, 200, 300))).loc["same_score", "p_same"] < 1e-6
    assert told(made(*even, ("b", 10, 400, 100))).loc["same_score", "p_same"] > 0.99


def test_bands_hold_enough_people_of_both_and_are_named_by_edges():
    found = compare_scores(counted(applicants(), np.arange(400, 810, 10)), "group", "a")
    pair = found.pair(found.each[0].place)
    for least in (1, 40, 10_000):
        cuts = band_cuts(pair, least)
        n = np.add.reduceat(pair.n[..., :2].sum(axis=-1), cuts, axis=1)
        assert len(cuts) <= 6
        assert (n >= least).all() or len(cuts) == 1
        labels = band_labels(found.starts, cuts)
        assert len(labels) == len(cuts)
    assert labels == ["any"]
    starts = np.array([-np.inf, 0, 1, np.nextafter(2, 3)])
    assert band_labels(starts, np.array([0, 2])) == ["under 1", "1 or over"]
    assert band_labels(starts, np.array([0, 2, 3])) == ["under 1", "1 to 2", "over 2"]


def test_no_edge_between_exact_scores_is_anybodys_score_to_the_last_digit():
    frame = made(*((g, p, 20, 20) for g in "ab" for p in (512.3401, 547.9113, 601.2207)))
    found = compare_scores(counted(frame), "group", "a")
    cuts = band_cuts(found.pair(1), 5)
    assert band_labels(found.starts, cuts) == ["under 540", "540 to under 600", "600 or over"]


def test_the_lowest_published_bin_is_left_out_where_it_may_hold_people_without_a_score():
    frame = applicants(n=400)
    frame.loc[:2, "points"] = np.nan
    published = counted(frame, np.arange(400, 820, 20)).publish(min_cell=10)
    assert published.bins.unscored
    found = metrics.same_score_disparity(published, by="group", reference="a")
    assert found["note"].str.contains("some of them may have no score").all()


def test_what_cannot_be_asked_names_the_fix():
    with pytest.raises(MissingRole, match="needs score"):
        metrics.same_score_disparity(
            Tally.from_frame(applicants(), Roles(groups=["group"], outcome="paid", good=1)),
            by="group",
        )
    with pytest.raises(InputError, match="by= must name"):
        metrics.same_score_disparity(counted(applicants()), by=None)
    with pytest.raises(NothingToCompare, match="Only one group"):
        metrics.same_score_disparity(counted(made(("a", 10, 3, 3))), by="group")
