"""Cut-offs by group: by hand, against a linear programme, and what every rule must keep to."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import creditaudit as ca
from creditaudit import Roles, Tally, cutoffs
from creditaudit.errors import InputError, MissingRole
from creditaudit.thresholds import cutoff_costs, delayed_impact
from creditaudit.thresholds.criteria import CRITERIA

RATES = ["approval_rate", "tpr", "fpr"]
EQUAL = {
    "max_profit": [], "single": [], "demographic_parity": ["approval_rate"],
    "equal_opportunity": ["tpr"], "equalized_odds": ["tpr", "fpr"],
}  # fmt: skip


def roles(higher_is="safer", **more):
    return Roles(
        groups=["race"], outcome="paid", good=1, score="points", higher_is=higher_is, **more
    )


def counted(*cells, higher_is="safer", bins="exact"):
    """Return the tally of ``(race, points, paid, n)``."""
    frame = pd.DataFrame(cells, columns=["race", "points", "paid", "n"])
    return Tally.from_counts(frame, roles(higher_is), count="n", score_bins=bins)


# a: 4 good at 30, 3 good and 1 bad at 20, 1 good and 3 bad at 10.
# b: 1 good at 30, 1 good and 1 bad at 20, 2 good and 3 bad at 10.
SMALL = [
    ("a", 30, 1, 4), ("a", 20, 1, 3), ("a", 20, 0, 1), ("a", 10, 1, 1), ("a", 10, 0, 3),
    ("b", 30, 1, 1), ("b", 20, 1, 1), ("b", 20, 0, 1), ("b", 10, 1, 2), ("b", 10, 0, 3),
]  # fmt: skip


@pytest.fixture
def small():
    return counted(*SMALL)


def row(found, group):
    return found.table.set_index("race").loc[group]


def test_each_group_has_its_own_most_profitable_cut_off(small):
    found = cutoffs(small, by="race", criterion="max_profit", gain=1, loss=2)
    # a: 4, then 4 + 3 - 2 = 5, then 5 + 1 - 6 = 0. b: 1, then 1 + 1 - 2 = 0.
    assert found.table["cutoff_high"].tolist() == [20, 30]
    assert found.table["cutoff_low"].tolist() == [20, 30]
    assert found.profit == 6
    assert found.share_of_max == 1
    assert row(found, "a")[RATES].tolist() == [8 / 12, 7 / 8, 1 / 4]
    assert row(found, "b")[RATES].tolist() == [1 / 8, 1 / 4, 0]
    assert found.n == 20


def test_one_cut_off_for_all_is_the_best_over_everyone(small):
    found = cutoffs(small, by="race", criterion="single", gain=1, loss=2)
    # At 30: 5. At 20: 5 + 4 - 4 = 5. Of equals the one that approves most people.
    assert found.table["cutoff_high"].tolist() == [20, 20]
    assert found.profit == 5
    assert found.share_of_max == 5 / 6


def test_the_same_approval_rate_is_reached_by_a_draw_between_two_cut_offs(small):
    found = cutoffs(small, by="race", criterion="demographic_parity", gain=1, loss=2)
    # Rates on the hulls: a 0, 1/3, 2/3, 1; b 0, 1/8, 3/8, 1. Profit is 4 + 0 at 1/3 with b drawn
    # 1/6 at 30 and 5/6 at 20: 1/6; at 3/8 a has 4 + 1/8 and b 0; at 2/3 b is far in the red.
    assert found.table["approval_rate"].tolist() == pytest.approx([1 / 3, 1 / 3])
    b = row(found, "b")
    assert (b["cutoff_low"], b["cutoff_high"]) == (20, 30)
    assert b["p_high"] == pytest.approx(1 / 6)
    assert b["tpr"] == pytest.approx((1 / 6) * 1 / 4 + (5 / 6) * 2 / 4)
    assert found.profit == pytest.approx(4 + 1 / 6)
    assert found.violation == 0


def test_the_same_share_of_good_payers_is_approved(small):
    found = cutoffs(small, by="race", criterion="equal_opportunity", gain=1, loss=2)
    # At 1/2: a 4, b 0. Beyond, b loses 3 bad payers for 2 good ones.
    assert found.table["tpr"].tolist() == pytest.approx([1 / 2, 1 / 2])
    assert found.table["cutoff_high"].tolist() == [30, 20]
    assert found.table["fpr"].tolist() == pytest.approx([0, 1 / 4])
    assert found.profit == pytest.approx(4)


def test_equal_odds_come_down_to_the_group_the_score_serves_least(small):
    found = cutoffs(small, by="race", criterion="equalized_odds", gain=1, loss=2)
    # The hull of b is (0, 1/4), (1/4, 1/2), (1, 1), under that of a throughout: at its corner
    # (1/4, 1/2) there are 6 good payers and 2 bad ones, 2; at (0, 1/4) 3 and 0, 3.
    assert found.profit == pytest.approx(3)
    assert found.table["tpr"].tolist() == pytest.approx([1 / 4, 1 / 4])
    a = row(found, "a")
    # a would have 1/2 at no bad payers; half of its people are in a lottery at rate 0.
    assert (a["cutoff_high"], a["lottery"], a["lottery_rate"]) == (30, pytest.approx(0.5), 0)
    assert found.table["fpr"].tolist() == [0, 0]


def test_a_score_that_tells_nothing_gives_a_draw_between_everyone_and_nobody():
    tally = counted(("a", 1, 1, 8), ("a", 1, 0, 2), ("b", 1, 1, 5), ("b", 1, 0, 5))
    found = cutoffs(tally, by="race", criterion="max_profit", loss=3)
    assert found.table["cutoff_high"].tolist() == [-math.inf, math.inf]
    assert found.table["approval_rate"].tolist() == [1, 0]
    parity = cutoffs(tally, by="race", criterion="demographic_parity", loss=1.5)
    assert parity.profit == pytest.approx(13 - 1.5 * 7)


def test_without_draws_each_group_takes_the_nearest_cut_off(small):
    found = cutoffs(
        small, by="race", criterion="demographic_parity", gain=1, loss=2, randomise=False
    )
    # Nearest 1/3: a exactly, b 3/8.
    assert found.table["approval_rate"].tolist() == pytest.approx([1 / 3, 3 / 8])
    assert found.violation == pytest.approx(1 / 24)
    assert found.profit == 4
    assert (found.table["p_high"] == 1).all()
    assert (found.table["lottery"] == 0).all()


def test_where_higher_is_riskier_a_score_below_the_cut_off_is_approved():
    mirrored = [(race, -points, paid, n) for race, points, paid, n in SMALL]
    tally = counted(*mirrored, higher_is="riskier")
    best = cutoffs(tally, by="race", criterion="max_profit", gain=1, loss=2)
    # a approves -30 and -20, so below -10; b approves -30, so below -20.
    assert best.table["cutoff_high"].tolist() == [-10, -20]
    assert best.profit == 6
    drawn = row(cutoffs(tally, by="race", criterion="demographic_parity", gain=1, loss=2), "b")
    # The stricter cut-off is now the lower one.
    assert (drawn["cutoff_low"], drawn["cutoff_high"]) == (-20, -10)
    assert drawn["p_high"] == pytest.approx(5 / 6)
    assert "below cutoff_high is approved with p_high" in " ".join(best.notes)
    careful = cutoffs(tally, by="race", criterion="max_profit", loss=1000)
    assert careful.table["approval_rate"].tolist() == pytest.approx([1 / 3, 1 / 8])


def test_the_columns_are_those_promised(small):
    found = cutoffs(small, by="race")
    assert list(found.table) == [
        "race", "cutoff_low", "cutoff_high", "p_high", "lottery", "lottery_rate", *RATES
    ]  # fmt: skip
    assert found.frame is found.table
    assert found.criterion == "equal_opportunity"
    assert (found.gain, found.loss) == (1.0, 4.0)
    html = found._repr_html_()
    assert "equal_opportunity" in html
    assert "may itself be unlawful" in html
    assert ca.cutoffs is cutoffs


@st.composite
def tables(draw, edges=None):
    """People of two or three groups with good and bad payers in each, weighted or not."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups = ["a", "b", "c"][: draw(st.integers(2, 3))]
    n = draw(st.integers(6, 60))
    frame = pd.DataFrame({
        "race": rng.choice(groups, n),
        "points": rng.integers(0, draw(st.integers(1, 12)), n) * 10.0,
        "paid": rng.random(n) < draw(st.floats(0.2, 0.8)),
    })  # fmt: skip
    both = pd.DataFrame([(g, 10.0 * at, bool(at)) for g in groups for at in (0, 1)],
                        columns=frame.columns)  # fmt: skip
    frame = pd.concat([frame, both], ignore_index=True).astype({"paid": int})
    frame["w"] = rng.lognormal(size=len(frame)) if draw(st.booleans()) else 1.0
    return frame


def paths(frame, higher_is):
    """Return for each group the weights of (bad, good) approved at each cut-off, and in all."""
    sign = 1 if higher_is == "safer" else -1
    found = {}
    for race, part in frame.groupby("race"):
        cuts = [math.inf, *sorted(sign * part["points"].unique(), reverse=True)]
        sums = [
            [part["w"][(part["paid"] == paid) & (sign * part["points"] >= cut)].sum()
             for paid in (0, 1)]
            for cut in cuts
        ]  # fmt: skip
        found[race] = np.array(sums)
    return found


def programme(frame, criterion, gain, loss, higher_is):
    """Return the greatest profit over all draws among all cut-offs, by linear programming."""
    curves = list(paths(frame, higher_is).values())
    money = [gain * c[:, 1] - loss * c[:, 0] for c in curves]
    starts = np.cumsum([0, *map(len, curves)])
    equal, right = [], []
    for g in range(len(curves)):
        line = np.zeros(starts[-1])
        line[starts[g] : starts[g + 1]] = 1
        equal.append(line)
        right.append(1.0)
        for name in EQUAL[criterion] if g else []:
            line = np.zeros(starts[-1])
            for at, sign in ((0, 1), (g, -1)):
                rate = {
                    "approval_rate": curves[at].sum(axis=1) / curves[at][-1].sum(),
                    "tpr": curves[at][:, 1] / curves[at][-1, 1],
                    "fpr": curves[at][:, 0] / curves[at][-1, 0],
                }[name]
                line[starts[at] : starts[at + 1]] += sign * rate
            equal.append(line)
            right.append(0.0)
    best = linprog(-np.concatenate(money), A_eq=np.array(equal), b_eq=right, method="highs")
    return -best.fun


def applied(table, frame, higher_is):
    """Return the rates of the rule in a table, person by person, and its profit's parts."""
    rules = table.set_index("race").loc[frame["race"]].reset_index(drop=True)

    def decided(cut):
        points = frame["points"]
        return (points >= cut) if higher_is == "safer" else (points < cut)

    drawn = rules["p_high"] * decided(rules["cutoff_high"])
    drawn += (1 - rules["p_high"]) * decided(rules["cutoff_low"])
    approved = (1 - rules["lottery"]) * drawn + rules["lottery"] * rules["lottery_rate"]
    rows = []
    for race in table["race"]:
        masks = [frame["race"] == race]
        masks += [masks[0] & (frame["paid"] == paid) for paid in (1, 0)]
        rows.append([np.average(approved[m], weights=frame["w"][m]) for m in masks])
    weighted = approved * frame["w"]
    return np.array(rows), weighted[frame["paid"] == 1].sum(), weighted[frame["paid"] == 0].sum()


@settings(max_examples=60)
@given(
    frame=tables(),
    criterion=st.sampled_from(CRITERIA),
    loss=st.sampled_from([0.0, 0.5, 1.0, 4.0]),
    higher_is=st.sampled_from(["safer", "riskier"]),
    randomise=st.booleans(),
)
def test_a_rule_is_what_its_table_says_person_by_person(
    frame, criterion, loss, higher_is, randomise
):
    tally = Tally.from_frame(frame, roles(higher_is, weight="w"), score_bins="exact")
    found = cutoffs(tally, by="race", criterion=criterion, loss=loss, randomise=randomise)
    rates, good, bad = applied(found.table, frame, higher_is)
    np.testing.assert_allclose(rates, found.table[RATES], atol=1e-9)
    assert found.profit == pytest.approx(good - loss * bad, abs=1e-8)
    gaps = [np.ptp(found.table[name]) for name in EQUAL[criterion]]
    assert found.violation == pytest.approx(max(gaps, default=0), abs=1e-11)
    assert (found.table["cutoff_low"] <= found.table["cutoff_high"]).all()
    assert found.table[["p_high", "lottery", "lottery_rate"]].stack().between(0, 1).all()
    if randomise:
        assert found.violation < 1e-9
    else:
        assert (found.table["cutoff_low"] == found.table["cutoff_high"]).all()
        assert (found.table["lottery"] == 0).all()


@settings(max_examples=80)
@given(
    frame=tables(),
    criterion=st.sampled_from([name for name in CRITERIA if name != "single"]),
    loss=st.sampled_from([0.0, 0.5, 1.0, 4.0]),
    higher_is=st.sampled_from(["safer", "riskier"]),
)
def test_no_rule_under_the_criterion_is_more_profitable(frame, criterion, loss, higher_is):
    tally = Tally.from_frame(frame, roles(higher_is, weight="w"), score_bins="exact")
    found = cutoffs(tally, by="race", criterion=criterion, loss=loss)
    best = programme(frame, criterion, 1.0, loss, higher_is)
    assert found.profit == pytest.approx(best, rel=1e-7, abs=1e-7)


@settings(max_examples=40)
@given(frame=tables(), loss=st.sampled_from([0.5, 1.0, 4.0]))
def test_each_further_demand_costs_profit(frame, loss):
    tally = Tally.from_frame(frame, roles(weight="w"), score_bins="exact")
    profit = {
        name: cutoffs(tally, by="race", criterion=name, loss=loss).profit for name in CRITERIA
    }
    slack = 1e-9 * len(frame)
    for name in ("single", "demographic_parity", "equal_opportunity"):
        assert profit["max_profit"] >= profit[name] - slack
    assert profit["equal_opportunity"] >= profit["equalized_odds"] - slack
    assert min(profit.values()) >= 0


@settings(max_examples=40)
@given(frame=tables(), loss=st.sampled_from([0.5, 1.0, 4.0]))
def test_the_single_cut_off_is_the_best_of_all_of_them(frame, loss):
    tally = Tally.from_frame(frame, roles(weight="w"), score_bins="exact")
    found = cutoffs(tally, by="race", criterion="single", loss=loss)
    money = frame["w"] * np.where(frame["paid"] == 1, 1.0, -loss)
    cuts = [math.inf, *frame["points"].unique()]
    assert found.profit == pytest.approx(
        max(money[frame["points"] >= cut].sum() for cut in cuts), abs=1e-9
    )
    assert found.table["cutoff_high"].nunique() == 1


@settings(max_examples=40)
@given(
    frame=tables(),
    criterion=st.sampled_from(["demographic_parity", "equal_opportunity", "equalized_odds"]),
)
def test_no_cut_off_is_nearer_the_common_rate_than_the_one_taken(frame, criterion):
    tally = Tally.from_frame(frame, roles(weight="w"), score_bins="exact")
    drawn = cutoffs(tally, by="race", criterion=criterion).table.iloc[0]
    taken = cutoffs(tally, by="race", criterion=criterion, randomise=False).table
    for at, sums in enumerate(paths(frame, "safer").values()):
        rates = {
            "approval_rate": sums.sum(axis=1) / sums[-1].sum(),
            "tpr": sums[:, 1] / sums[-1, 1],
            "fpr": sums[:, 0] / sums[-1, 0],
        }
        off = np.max([np.abs(rates[name] - drawn[name]) for name in EQUAL[criterion]], axis=0)
        own = max(abs(taken[name][at] - drawn[name]) for name in EQUAL[criterion])
        assert own == pytest.approx(off.min(), abs=1e-9)


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
def test_cut_offs_of_bins_are_edges_or_approve_all_or_none(criterion, higher_is):
    rng = np.random.default_rng(3)
    n = 400
    frame = pd.DataFrame({"race": rng.choice(["a", "b"], n), "points": rng.normal(50, 25, n)})
    sign = 1 if higher_is == "safer" else -1
    frame["paid"] = (rng.normal(50, 20, n) < 50 + sign * (frame["points"] - 45)).astype(int)
    frame["w"] = 1.0
    tally = Tally.from_frame(frame, roles(higher_is), score_bins=[20, 35, 50, 65, 80])
    found = cutoffs(tally, by="race", criterion=criterion, loss=1.5)
    beyond = np.nextafter(80, math.inf)
    ends = {-math.inf, math.inf, 20, 35, 50, 65, beyond}
    assert {*found.table["cutoff_low"], *found.table["cutoff_high"]} <= ends
    rates, good, bad = applied(found.table, frame, higher_is)
    np.testing.assert_allclose(rates, found.table[RATES], atol=1e-9)
    assert found.profit == pytest.approx(good - 1.5 * bad)


def test_the_rates_are_those_the_tally_has_at_that_cut_off():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"race": rng.choice(["a", "b"], 500), "points": rng.normal(50, 25, 500)})
    frame["paid"] = (rng.normal(50, 20, 500) < frame["points"]).astype(int)
    tally = Tally.from_frame(frame, roles(), score_bins=[20, 35, 50, 65, 80])
    found = cutoffs(tally, by="race", criterion="single")
    decided = tally.at_cutoff(found.table["cutoff_high"][0])
    for column, metric in zip(RATES, ("approval_rate", "true_positive_rate", "false_positive_rate"),
                              strict=True):  # fmt: skip
        expected = getattr(ca.metrics, metric)(decided, by="race")["value"]
        assert found.table[column].tolist() == pytest.approx(expected.tolist())


def test_a_thousand_times_the_people_have_the_same_cut_offs():
    many = counted(*[(race, points, paid, 1000 * n) for race, points, paid, n in SMALL])
    for criterion in CRITERIA:
        few_found, found = (cutoffs(t, by="race", criterion=criterion, loss=2)
                            for t in (counted(*SMALL), many))  # fmt: skip
        pd.testing.assert_frame_equal(found.table, few_found.table)
        assert found.profit == pytest.approx(1000 * few_found.profit)


def test_people_without_a_score_or_an_outcome_are_not_part():
    frame = pd.DataFrame(SMALL, columns=["race", "points", "paid", "n"])
    frame = frame.loc[frame.index.repeat(frame.pop("n"))].reset_index(drop=True)
    whole = Tally.from_frame(frame, roles(), score_bins="exact")
    more = pd.DataFrame(
        {"race": ["a", "b", "c"], "points": [None, 20, 20], "paid": [1, None, None]}
    )
    tally = Tally.from_frame(pd.concat([frame, more]), roles(), score_bins="exact")
    one, other = (cutoffs(t, by="race", loss=2) for t in (whole, tally))
    pd.testing.assert_frame_equal(one.table, other.table)
    assert other.n == one.n == 20
    said = " ".join(other.notes)
    assert (
        "20 of 23 people have a score and an outcome; 2 have no outcome and 1 have no score" in said
    )
    assert "Nobody with a score and an outcome in c" in said
    assert "Complete cases" not in " ".join(one.notes)


def test_a_missing_group_is_a_group_of_its_own():
    tally = counted(*SMALL, (None, 30, 1, 3), (None, 10, 0, 3))
    found = cutoffs(tally, by="race", criterion="demographic_parity", loss=2)
    assert found.table["race"].isna().tolist() == [False, False, True]
    assert found.table["approval_rate"].max() == pytest.approx(found.table["approval_rate"].min())


def test_where_declined_people_have_no_outcomes_it_is_refused_with_the_reason():
    frame = pd.DataFrame(SMALL, columns=["race", "points", "paid", "n"]).astype({"paid": object})
    frame["granted"] = frame["points"] >= 20
    frame.loc[~frame["granted"], "paid"] = None
    given = roles(decision="granted", favourable=True)
    tally = Tally.from_counts(frame, given, count="n", score_bins="exact")
    for asked in (cutoffs, cutoff_costs, delayed_impact):
        with pytest.raises(InputError, match="Declined people have no outcomes"):
            asked(tally, by="race")
    # One refused person with an outcome is a partial answer.
    frame.loc[4, "paid"] = 0
    tally = Tally.from_counts(frame, given, count="n", score_bins="exact")
    assert "Complete cases: 14 of 20" in cutoffs(tally, by="race").notes[0]


def test_a_rate_that_a_group_lacks_cannot_be_made_equal():
    tally = counted(*SMALL, ("c", 20, 0, 2))
    with pytest.raises(InputError, match=r"speaks of good payers.*group c"):
        cutoffs(tally, by="race", criterion="equal_opportunity")
    found = cutoffs(tally, by="race", criterion="demographic_parity", loss=2)
    assert math.isnan(row(found, "c")["tpr"])
    costs = cutoff_costs(tally, by="race", loss=2).set_index("criterion")
    assert "speaks of good payers" in costs.loc["equalized_odds", "note"]
    assert costs["profit"].isna().tolist() == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"criterion": "fairness"}, "'max_profit', 'single', 'demographic_parity'"),
        ({"gain": 0}, "gain=0 must be a finite number, above 0"),
        ({"loss": -1}, "loss=-1 must be a finite number, 0 or more"),
        ({"loss": math.inf}, "loss=inf must be a finite number"),
        ({"gain": "1"}, "gain='1' must be a finite number"),
        ({"gain": True}, "gain=True must be"),
    ],
)
def test_wrong_arguments_are_named(small, wrong, words):
    with pytest.raises(InputError, match=words):
        cutoffs(small, by="race", **wrong)


def test_a_tally_without_score_or_outcome_says_what_is_missing(people):
    frame = people.dropna()
    no_score = Roles(groups=["race"], outcome="defaulted", good=0)
    with pytest.raises(MissingRole, match="cutoffs needs score"):
        cutoffs(Tally.from_frame(frame, no_score), by="race")
    no_outcome = Roles(groups=["race"], score="points", higher_is="safer")
    with pytest.raises(MissingRole, match="delayed_impact needs outcome"):
        delayed_impact(Tally.from_frame(frame, no_outcome, score_bins="exact"), by="race")
    with pytest.raises(InputError, match="no grouping that holds"):
        cutoffs(counted(*SMALL), by="sex")
    with pytest.raises(InputError, match="Nobody here has both"):
        cutoffs(counted(("a", 10, None, 5), ("a", None, 1, 5)), by="race")


def test_an_infinite_score_cannot_be_cut_above():
    with pytest.raises(InputError, match="no cut-off stands above them"):
        cutoffs(counted(*SMALL, ("a", math.inf, 0, 1)), by="race")
    low = counted(*SMALL, ("a", -math.inf, 0, 1))
    found = cutoffs(low, by="race", criterion="max_profit", loss=0.01)
    assert row(found, "a")["cutoff_high"] == 10


def test_a_group_column_named_like_a_result_is_an_error():
    frame = pd.DataFrame({"tpr": ["a", "b"], "points": [1, 2], "paid": [0, 1]})
    given = Roles(groups=["tpr"], outcome="paid", good=1, score="points", higher_is="safer")
    with pytest.raises(InputError, match="'tpr' has the name of a result column"):
        cutoffs(Tally.from_frame(frame, given, score_bins="exact"), by="tpr")


def test_nothing_to_gain_leaves_the_share_undefined():
    found = cutoffs(counted(("a", 1, 0, 5), ("b", 1, 0, 5)), by="race", criterion="single")
    assert found.profit == 0
    assert math.isnan(found.share_of_max)
    assert found.table["cutoff_high"].tolist() == [math.inf, math.inf]


def lenders(n=4000, seed=1):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"race": rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1])})
    ability = rng.normal(size=n) - 0.6 * (frame["race"] == "b")
    frame["points"] = np.round(500 + 60 * ability)
    frame["paid"] = (rng.random(n) < 1 / (1 + np.exp(-1.2 * ability - 1))).astype(int)
    frame["branch"] = rng.integers(0, 40, n)
    frame["w"] = rng.lognormal(sigma=0.3, size=n)
    return frame


def test_costs_are_those_of_the_cut_offs_one_by_one():
    tally = Tally.from_frame(lenders(), roles(), score_bins="exact")
    costs = cutoff_costs(tally, by="race", loss=2)
    assert list(costs) == [
        "criterion", "n", "profit", "share_of_max", "low", "high", "approval_rate",
        "approval_gap", "tpr_gap", "fpr_gap", "by_draw", "note",
    ]  # fmt: skip
    assert tuple(costs["criterion"]) == CRITERIA
    for one in costs.itertuples():
        found = cutoffs(tally, by="race", criterion=one.criterion, loss=2)
        assert one.profit == pytest.approx(found.profit)
        assert one.share_of_max == pytest.approx(found.share_of_max)
        for name, column in (("approval_gap", "approval_rate"), ("tpr_gap", "tpr")):
            assert getattr(one, name) == pytest.approx(np.ptp(found.table[column]), abs=1e-11)
        assert one.low <= one.share_of_max <= one.high
        draws = (found.table["p_high"] < 1).any() or (found.table["lottery"] > 0).any()
        assert (one.by_draw > 0) == draws
    assert costs.loc[0, ["low", "high", "by_draw"]].tolist() == [1, 1, 0]
    assert "bootstrap range" in costs["note"][1]
    assert cutoff_costs(tally, by="race", loss=2).equals(costs)


def test_ranges_are_as_wide_as_those_of_resampled_people():
    frame, reps = lenders(), 300
    tally = Tally.from_frame(frame, roles(weight="w"), score_bins="exact")
    parity, best = (cutoffs(tally, by="race", criterion=name, loss=2).table
                    for name in ("demographic_parity", "max_profit"))  # fmt: skip
    rng, shares = np.random.default_rng(0), []
    for _ in range(reps):
        drawn = frame.sample(len(frame), replace=True, random_state=rng).reset_index(drop=True)
        profits = []
        for table in (parity, best):
            _, good, bad = applied(table, drawn, "safer")
            profits.append(good - 2 * bad)
        shares.append(profits[0] / profits[1])
    row = cutoff_costs(tally, by="race", loss=2).set_index("criterion").loc["demographic_parity"]
    expected = np.quantile(shares, 0.975) - np.quantile(shares, 0.025)
    assert row["high"] - row["low"] == pytest.approx(expected, rel=0.2)


def test_clusters_have_jackknife_ranges():
    tally = Tally.from_frame(lenders(), roles(cluster="branch"), score_bins="exact")
    costs = cutoff_costs(tally, by="race", loss=2)
    assert "jackknife" in costs["note"][0]
    assert ((costs["low"] < costs["share_of_max"]) & (costs["share_of_max"] < costs["high"]))[
        1:
    ].all()


def test_delayed_impact_by_hand():
    tally = counted(
        ("a", 30, 1, 6), ("a", 20, 1, 3), ("a", 20, 0, 1), ("a", 10, 0, 10),
        ("b", 30, 1, 1), ("b", 30, 0, 4), ("b", 20, 0, 5),
    )  # fmt: skip
    # One cut-off for all makes 7 - 4 at 30 and 10 - 10 at 20, so it is 30.
    found = delayed_impact(tally, by="race", criterion="single", loss=1).set_index("race")
    assert found["approval_rate"].tolist() == pytest.approx([6 / 20, 5 / 10])
    assert found["value"].tolist() == pytest.approx([75, (75 - 4 * 150) / 5])
    # a, at 20: 9 of 10 pay: (9 * 75 - 150) / 10 a head, half as much over the 20 people.
    best = delayed_impact(tally, by="race", criterion="max_profit", loss=1).set_index("race")
    assert best.loc["a", "value"] == pytest.approx(52.5)
    assert best.loc["a", "group_change"] == pytest.approx(26.25)
    assert best.loc["a", "best_rate"] == pytest.approx(0.5)
    # After 10 people 525 points are up; each further person takes 150: 3.5 people more.
    assert best.loc["a", "harm_rate"] == pytest.approx(13.5 / 20)
    # b loses points from the first person on, and the best cut-off approves nobody.
    assert best.loc["b", ["approval_rate", "best_rate", "harm_rate"]].tolist() == [0, 0, 0]
    assert math.isnan(best.loc["b", "value"])
    assert "Nobody is approved." in best.loc["b", "note"]


def test_where_approving_everyone_helps_there_is_no_rate_of_harm():
    tally = counted(("a", 2, 1, 9), ("a", 1, 1, 1), ("b", 2, 1, 5), ("b", 1, 0, 1))
    found = delayed_impact(tally, by="race").set_index("race")
    assert math.isnan(found.loc["a", "harm_rate"])
    assert "Even with everyone approved" in found.loc["a", "note"]
    strict = delayed_impact(tally, by="race", gain_points=1, loss_points=100).set_index("race")
    assert strict.loc["b", "harm_rate"] == pytest.approx((5 + 0.05) / 6)
    for name in ("gain_points", "loss_points"):
        with pytest.raises(InputError, match=f"{name}=0 must be"):
            delayed_impact(tally, by="race", **{name: 0})


def test_ranges_of_the_change_hold_the_change():
    tally = Tally.from_frame(lenders(), roles(), score_bins="exact")
    found = delayed_impact(tally, by="race", criterion="equal_opportunity")
    assert (found["low"] < found["value"]).all()
    assert (found["value"] < found["high"]).all()
    assert (found["harm_rate"].dropna() > found.loc[found["harm_rate"].notna(), "best_rate"]).all()


def test_without_groups_there_is_one_cut_off(small):
    tally = small.project(None)
    found = cutoffs(tally, criterion="max_profit", gain=1, loss=2)
    assert found.table["cutoff_high"].tolist() == [20]
    assert found.profit == 5
    assert not any("unlawful" in note for note in found.notes)
