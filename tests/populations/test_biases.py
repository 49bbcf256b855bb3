"""Each knob does what it says, of the size it says, and touches nothing else."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import roc_auc_score

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.populations.biases import EXPOSED, RANGES
from creditaudit.populations.persons import PEOPLE

N = 65_536
SIZES = {
    "opportunity": 0.5, "direct": 0.5, "label": 0.1, "proxy": 0.6, "measurement": 0.2,
    "selection": 1.0, "missingness": 0.3, "linkage": 0.2, "representation": 0.4,
}  # fmt: skip


@pytest.fixture(scope="module")
def plain():
    return ca.make_borrowers(N, seed=7)


@pytest.fixture(scope="module")
def turned():
    """The same people under one knob each, made when asked for."""
    made = {}

    def of(knob, size=None):
        size = SIZES[knob] if size is None else size
        if (knob, size) not in made:
            made[knob, size] = ca.make_borrowers(N, seed=7, bias=ca.Bias(**{knob: size}))
        return made[knob, size]

    return of


def exposed(people):
    return (people.truth["exposed"] == 1).to_numpy()


def share(people, values, within):
    """A share and four times its standard error."""
    members = np.asarray(values, dtype=float)[within]
    return members.mean(), 4 * np.sqrt(members.mean() * (1 - members.mean()) / len(members))


def test_no_bias_is_every_knob_at_zero_bit_for_bit(plain):
    zero = ca.make_borrowers(N, seed=7, bias=ca.Bias(**dict.fromkeys(RANGES, 0)))
    assert zero.fingerprint() == plain.fingerprint()
    assert zero.truth.equals(plain.truth)


@pytest.mark.parametrize("knob", RANGES)
def test_a_knob_moves_only_what_follows_from_it(plain, turned, knob):
    # Truth columns that are made of a node of another name.
    also = {"true_id": "record_of", "weight": "exposed"}
    may = PEOPLE.descendants(PEOPLE.entered_by(knob))
    people = turned(knob)
    moved = {
        name
        for table, other in ((plain.frame, people.frame), (plain.truth, people.truth))
        for name in table
        if not table[name].equals(other[name])
    }
    assert {also.get(name, name) for name in moved} <= may
    assert moved


def test_opportunity_lowers_opportunity_and_not_ability(plain, turned):
    people = turned("opportunity")
    members = exposed(people)
    shift = people.truth["opportunity"] - plain.truth["opportunity"]
    assert np.allclose(shift[members], -0.5, atol=2e-6)
    assert (shift[~members] == 0).all()
    assert people.truth["ability"].equals(plain.truth["ability"])
    assert people.frame["income"][members].mean() < 0.95 * plain.frame["income"][members].mean()


def test_direct_adds_to_the_log_odds_of_true_default(plain, turned):
    people = turned("direct")
    shift = people.truth["true_log_odds"] - plain.truth["true_log_odds"]
    assert np.allclose(shift[exposed(people)], 0.5, atol=2e-6)
    assert (shift[~exposed(people)] == 0).all()


def test_direct_and_total_effect_equal_those_of_a_regression():
    # On the linear predictor both are coefficients: of the group alone, and beside its causes.
    bias = ca.Bias(direct=0.5, opportunity=0.5)
    people = ca.make_borrowers(400_000, seed=7, bias=bias, columns=["minority", "job_loss"])
    truth, minority = people.truth, people.frame["minority"].to_numpy(float)
    on_file = np.isclose(truth["hidden_service"], 0) | (people.truth["debt_service"] == 0)
    causes = np.column_stack(
        [
            minority, truth["ability"], np.log(truth["income"]), truth["debt_service"],
            truth["hidden_service"], people.frame["job_loss"], on_file,
        ]
    )  # fmt: skip
    total = LinearRegression().fit(minority[:, None], truth["true_log_odds"]).coef_[0]
    direct = LinearRegression().fit(causes, truth["true_log_odds"]).coef_[0]
    nobody = people.replay(minority=0)
    everyone = people.replay(minority=1)
    around = nobody.replay(minority=1, hold=["burden"])
    effect = everyone.truth["true_log_odds"] - nobody.truth["true_log_odds"]
    alone = around.truth["true_log_odds"] - nobody.truth["true_log_odds"]
    assert alone.to_numpy() == pytest.approx(0.5, abs=3e-6)
    assert direct == pytest.approx(0.5, abs=0.01)
    # Standard error of the group's coefficient: residual 1.25, shares 0.2 and 0.8.
    assert total == pytest.approx(effect.mean(), abs=4 * 1.25 / np.sqrt(400_000 * 0.2 * 0.8))
    assert effect.mean() > 0.55


def test_label_turns_the_stated_share_of_those_who_paid(plain, turned):
    truth = turned("label").truth
    paid, members = (truth["label_true"] == 0).to_numpy(), exposed(turned("label"))
    read, error = share(turned("label"), truth["label_recorded"], paid & members)
    assert read == pytest.approx(0.1, abs=error)
    assert (truth["label_recorded"][paid & ~members] == 0).all()
    assert (truth["label_recorded"][~paid] == 1).all()
    frame, before = turned("label").frame, plain.frame
    assert [name for name in frame if not frame[name].equals(before[name])] == ["default"]


@pytest.mark.parametrize("size", [0, 0.3, 0.6, 0.9])
def test_a_proxy_tells_the_group_as_well_as_it_says(plain, turned, size):
    people = turned("proxy", size) if size else plain
    members = exposed(people)
    # Learnt from one half and tried on the other, or 31 regions would tell too much by chance.
    regions, half = people.frame["region"].astype(str), N // 2
    rates = pd.Series(members[:half]).groupby(regions[:half]).mean()
    guess = regions[half:].map(rates)
    assert roc_auc_score(members[half:], guess) == pytest.approx((1 + size) / 2, abs=0.01)


def test_measurement_shifts_the_reported_income_and_not_the_income(plain, turned):
    people, members = turned("measurement"), exposed(turned("measurement"))
    assert people.frame["income"].equals(plain.frame["income"])
    shift = np.log(people.frame["reported_income"] / plain.frame["reported_income"])
    stated = shift.notna().to_numpy()
    # Incomes are whole, so a small one moves by a little more or less.
    assert shift[members & stated].mean() == pytest.approx(-0.2, abs=1e-3)
    assert (shift[~members & stated] == 0).all()


def test_selection_lowers_the_odds_of_approval_of_the_exposed(turned):
    people, members = turned("selection"), exposed(turned("selection"))
    features = np.column_stack([people.frame["lender_points"] / 10, members])
    model = LogisticRegression(C=1e9, max_iter=1000).fit(features, people.frame["approved"])
    # Points are 15 wide on the logistic scale.
    assert model.coef_[0][0] == pytest.approx(10 / 15, abs=0.03)
    assert model.coef_[0][1] == pytest.approx(-1, abs=0.1)


def test_under_selection_the_lenders_file_shows_the_gap_the_wrong_way_round():
    people = ca.make_borrowers(N, seed=7, bias=ca.Bias(opportunity=0.5, selection=2))
    members = exposed(people)
    true = people.truth["true_pd"]
    known = people.frame["default"].astype("Float64")
    assert true[members].mean() - true[~members].mean() > 0.005
    assert known[members].mean() - known[~members].mean() < -0.005
    summary = people.truth_summary().set_index(["measure", "group"])["value"].to_dict()
    assert summary["default_rate", "exposed"] > summary["default_rate", "others"]


def test_selection_can_be_undone_with_the_propensity_that_is_shipped():
    people = ca.make_borrowers(N, seed=7, bias=ca.Bias(opportunity=0.5, selection=1))
    members, truth = exposed(people), people.truth
    known = (people.frame["approved"] == 1).to_numpy()
    weight, label = 1 / truth["approval_propensity"], truth["label_recorded"]
    for group in (members, ~members):
        of, true = known & group, truth["true_pd"][group].mean()
        estimate = np.average(label[of], weights=weight[of])
        error = np.sqrt(((weight * (label - estimate))[of] ** 2).sum()) / weight[of].sum()
        assert error < 0.015
        assert estimate == pytest.approx(true, abs=3 * error)
        assert label[of].mean() < true - 0.02


def test_missingness_takes_away_the_stated_share_of_incomes(turned):
    people, members = turned("missingness"), exposed(turned("missingness"))
    missing = people.frame["reported_income"].isna()
    got, error = share(people, missing, members)
    assert got == pytest.approx(0.05 + 0.95 * 0.3, abs=error)
    others, error = share(people, missing, ~members)
    assert others == pytest.approx(0.05, abs=error)


def test_linkage_gives_the_entries_of_somebody_of_the_same_name(plain, turned):
    people, members = turned("linkage"), exposed(turned("linkage"))
    own = people.frame["person_id"].to_numpy()
    other = people.truth["true_id"].to_numpy()
    wrong, error = share(people, other != own, members)
    # A few share their surname with nobody in their block.
    assert wrong == pytest.approx(0.2, abs=error + 0.005)
    assert (other[~members] == own[~members]).all()
    late = plain.frame["late_payments_24m"].to_numpy(float, na_value=np.nan)
    got = people.frame["late_payments_24m"].to_numpy(float, na_value=np.nan)
    both = (own != other) & ~np.isnan(got) & ~np.isnan(late[other])
    assert both.sum() > 1000
    assert np.array_equal(got[both], late[other][both])


def test_representation_leaves_people_out_and_ships_the_weight(turned):
    people, members = turned("representation"), exposed(turned("representation"))
    got, error = share(people, members, np.ones(N, dtype=bool))
    assert got == pytest.approx(0.2 * 0.6 / (1 - 0.2 * 0.4), abs=error)
    weight = people.truth["weight"]
    assert weight[members].sum() / weight.sum() == pytest.approx(0.2, abs=2 * error)


@pytest.mark.parametrize("group", EXPOSED)
def test_knobs_can_weigh_on_any_of_the_groups(group):
    people = ca.make_borrowers(20_000, seed=7, bias=ca.Bias(direct=1, group=group))
    members = (people.frame[group] == EXPOSED[group][0]).to_numpy()
    assert np.array_equal(members, exposed(people))
    odds = people.truth["true_log_odds"]
    assert odds[members].mean() - odds[~members].mean() == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("knob", RANGES)
def test_a_knob_outside_its_range_is_an_error_that_names_it(knob):
    low, high = RANGES[knob]
    for wrong in (low - 0.1, high + 0.1, float("nan"), "much", True):
        with pytest.raises(InputError, match=knob):
            ca.Bias(**{knob: wrong})
    assert getattr(ca.Bias(**{knob: high}), knob) == high


def test_every_fault_is_told_at_once():
    with pytest.raises(InputError, match=r"label=2 .*group='age'"):
        ca.Bias(label=2, group="age")


def test_the_ranges_in_the_words_are_those_that_hold():
    words = " ".join((ca.Bias.__doc__ or "").split())
    for knob, (low, high) in RANGES.items():
        assert f"{knob} : float from {low:g} to {high:g}" in words


def test_only_knobs_that_are_turned_are_shown():
    bias = ca.Bias(label=0.1, group="sex")
    assert repr(bias) == "Bias(label=0.1, group='sex')"
    assert bias.knobs == {"label": 0.1}
    assert bias.without("label") == ca.Bias(group="sex")
