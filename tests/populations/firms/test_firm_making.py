"""The same seed gives the same firms; with no knob, kinds of owners are alike."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations import firm_graph
from creditaudit.populations.firms.distress import altman_scores
from creditaudit.populations.identifiers import check_credit_codes, check_employer_numbers

N = 60_000
BLOCKS = ["identity_points", "finance_points", "governance_points", "compliance_points"]


@pytest.fixture(scope="module")
def firms():
    return ca.make_firms(N, seed=7)


def test_fewer_firms_are_the_first_of_more(firms):
    fewer = ca.make_firms(1000, seed=7)
    pd.testing.assert_frame_equal(fewer.frame, firms.frame[:1000])
    pd.testing.assert_frame_equal(fewer.truth, firms.truth[:1000])


def test_fewer_columns_hold_the_same_values(firms):
    some = ca.make_firms(500, seed=7, columns=["tax_rating", "firm_id"])
    pd.testing.assert_frame_equal(some.frame, firms.frame[["tax_rating", "firm_id"]][:500])
    assert some.roles.decision is None


def test_another_seed_gives_other_firms(firms):
    others = ca.make_firms(1000, seed=8)
    assert (others.frame["assets"] != firms.frame["assets"][:1000]).mean() > 0.99


def test_these_firms_have_not_changed_since_they_were_first_made():
    # A change here changes everybody's firms: raise the version and say so in the changelog.
    made = ca.make_firms(1000, seed=7, columns="all")
    assert made.fingerprint() == "6674c710613f2440d612f956a4136521"


def test_roles_are_ready_for_an_audit(firms):
    roles = firms.roles
    assert (roles.decision, roles.outcome, roles.good) == ("firm_approved", "firm_default", 0)
    assert (roles.score, roles.higher_is) == ("tax_points", "safer")
    assert roles.groups == ("ownership", "size_class", "firm_region")
    assert list(firms.catalog["column"]) == list(firms.frame)


def test_audits_run_on_firms_as_on_people(firms):
    tally = ca.Tally.from_frame(firms.frame, firms.roles, by=["ownership"], score_bins=20)
    report = ca.audit(ca.Evidence(tally=tally, about=firms.made), title="Made-up firms")
    assert report.to_dict()["synthetic"] is True
    assert {f.group for f in report.findings if f.audit == "disparity"}


def test_the_true_chance_ranks_defaults_as_well_as_a_good_score_does(firms):
    truth = firms.truth
    assert 0.75 < roc_auc_score(truth["label_true"], truth["true_pd"]) < 0.9
    assert roc_auc_score(1 - truth["label_true"], truth["firm_points"]) > 0.7


def test_a_scorer_fitted_on_what_is_on_file_comes_near_the_truth(firms):
    frame = firms.frame
    granted = frame["firm_approved"] == 1
    columns = [
        "leverage", "ebit_to_assets", "sales_to_assets", "equity_to_liabilities",
        "working_capital_to_assets", "firm_late_payments_24m", "firm_judgments_5y",
    ]  # fmt: skip
    x = frame[columns].astype(float)
    x = (x - x.mean()) / x.std()
    fitted = LogisticRegression().fit(
        x.fillna(0)[granted], frame["firm_default"][granted].astype(int)
    )
    ranked = fitted.predict_proba(x.fillna(0))[:, 1]
    assert roc_auc_score(firms.truth["label_true"], ranked) > 0.7


@pytest.mark.parametrize("group", ["ownership", "firm_region", "size_class"])
def test_with_no_knob_groups_are_alike(firms, group):
    # Standardised differences between a group and the rest, for everything that matters.
    matters = firms.truth[["quality", "true_log_odds"]].copy()
    if group != "size_class":
        matters = matters.assign(
            approved=firms.frame["firm_approved"], points=firms.truth["public_credit_points"],
            block=firms.frame["social_responsibility_points"], assets=np.log(firms.frame["assets"]),
        )  # fmt: skip
    for column in matters:
        values = matters[column].astype(float)
        means = values.groupby(firms.frame[group], observed=True).agg(["mean", "count"])
        far = (means["mean"] - values.mean()) / values.std() * np.sqrt(means["count"])
        assert far.abs().max() < 4.5, column


def test_the_planted_favour_is_in_one_block_and_in_no_other(firms):
    favoured = ca.make_firms(N, seed=7, bias=ca.FirmBias(ownership=30))
    tied = (firms.frame["ownership"] == "politically_tied").to_numpy()
    column = "social_responsibility_points"
    gain = (favoured.frame[column] - firms.frame[column]).astype(float)
    assert gain[tied].mean() == pytest.approx(30, abs=0.1)
    assert (gain[~tied].dropna() == 0).all()
    pd.testing.assert_frame_equal(favoured.truth[BLOCKS], firms.truth[BLOCKS])
    moved = {name for name in firms.frame if not favoured.frame[name].equals(firms.frame[name])}
    assert moved == {column, "public_credit_rating"}


def test_the_favour_shows_in_the_ratings_of_firms_that_are_no_better(firms):
    favoured = ca.make_firms(N, seed=7, bias=ca.FirmBias(ownership=40))
    frame = favoured.frame
    best = frame["public_credit_rating"] == "excellent"
    share = best[frame["public_credit_rating"].notna()].groupby(frame["ownership"]).mean()
    assert share["politically_tied"] > 4 * share["private"]
    assert abs(share["private"] - share["foreign"]) < 0.02


def test_the_same_firms_can_be_replayed_with_something_set_by_hand(firms):
    some = ca.make_firms(3000, seed=7)
    better = some.replay(quality=1)
    assert (better.truth["quality"] == 1).all()
    assert better.truth["true_pd"].mean() < some.truth["true_pd"].mean()
    assert better.frame["firm_region"].equals(some.frame["firm_region"])
    assert (
        some.replay(bias=ca.FirmBias(label=1, group="private"))
        .truth["label_recorded"][some.frame["ownership"] == "private"]
        .all()
    )


def test_accounts_add_up(firms):
    frame = firms.frame[firms.frame["leverage"].notna()]
    capital = frame["registered_capital"] / frame["assets"]
    assert np.allclose(frame["leverage"] + capital + frame["retained_earnings_to_assets"], 1,
                       atol=2e-4)  # fmt: skip
    own = (1 - frame["leverage"]) / frame["leverage"]
    assert np.allclose(frame["equity_to_liabilities"], own, rtol=1e-3, atol=1e-3)
    assert (frame["working_capital_to_assets"] >= -frame["leverage"] - 1e-3).all()


def test_the_score_in_the_truth_is_the_published_one(firms):
    told = altman_scores(firms.frame)["z_private"]
    known = told.notna()
    assert np.allclose(told[known], firms.truth["z_private"][known], atol=5e-3)
    assert firms.truth["label_true"][known & (told < 1.23)].mean() > 0.1


def test_concealed_debts_move_out_of_sight_and_the_risk_stays(firms):
    hides = ca.make_firms(N, seed=7, bias=ca.FirmBias(concealment=0.5))
    tied = (firms.frame["ownership"] == "politically_tied").to_numpy()
    seen = hides.frame["leverage"] / firms.frame["leverage"]
    assert np.allclose(seen[tied].dropna(), 0.5, atol=1e-3)
    assert (seen[~tied].dropna() == 1).all()
    more = hides.frame["unreported_loans"] - firms.frame["unreported_loans"]
    assert (more[tied] > 0).all()
    assert hides.frame["firm_approved"][tied].mean() > firms.frame["firm_approved"][tied].mean()


def test_lenience_leaves_breaches_unfound_and_conduct_as_it_was(firms):
    spared = ca.make_firms(N, seed=7, bias=ca.FirmBias(lenience=0.6, group="state"))
    state = (firms.frame["ownership"] == "state").to_numpy()
    ratio = spared.frame["penalties"][state].sum() / firms.frame["penalties"][state].sum()
    assert ratio == pytest.approx(0.4, abs=0.05)
    assert spared.frame["firm_late_filings"].equals(firms.frame["firm_late_filings"])
    assert spared.frame["penalties"][~state].equals(firms.frame["penalties"][~state])


def test_refused_firms_have_no_outcome(firms):
    refused = firms.frame["firm_approved"] == 0
    assert np.array_equal(firms.frame["firm_default"].isna(), refused)


def test_tax_ratings_follow_from_points_age_revenue_and_spread(firms):
    frame = firms.frame
    rating, points = frame["tax_rating"], frame["tax_points"]
    assert (points[rating == "A"] >= 90).all()
    assert (frame["age_years"][rating == "A"] >= 3).all()
    assert points[rating == "C"].between(40, 69.99).all()
    assert (points.isna() == (frame["age_years"] < 1)).all()
    own = (points < 40) | (frame["tax_evasion_found"] == 1)
    assert (rating[own | (frame["rated_d_firms"] > 0)] == "D").all()
    shown = (frame["no_revenue"] == 1) & (points >= 70) & (rating != "D")
    assert (rating[shown] == "M").all()


def test_under_the_rules_of_2025_a_late_return_counts_once_a_month():
    from creditaudit.populations import load_firm_pack

    old = ca.make_firms(20_000, seed=7, columns=["tax_points", "firm_late_filings"])
    pack = load_firm_pack("class_balanced", tax_rules=2025, complete_share=0, insurance_points=0)
    new = ca.make_firms(20_000, seed=7, pack=pack, columns=["tax_points"])
    gain = (new.frame["tax_points"] - old.frame["tax_points"]).dropna()
    assert (gain >= 0).all()
    assert (gain[old.frame["firm_late_filings"] == 0] == 0).all()
    assert gain.mean() > 1


def test_codes_are_valid_and_nobodys():
    frame = ca.make_firms(2000, seed=7, columns="all").frame
    assert (check_credit_codes(frame["credit_code"], synthetic=True) == "").all()
    assert (check_employer_numbers(frame["employer_number"]) == "").all()
    assert frame["credit_code"].is_unique
    assert frame["firm_name"].is_unique


def test_the_graph_of_causes_can_be_read():
    graph = firm_graph().set_index("node")
    assert graph.loc["social_responsibility_points", "knobs"] == "ownership"
    assert graph.loc["tax_rating", "sector"] == "tax"
    assert graph.loc["quality", "parents"] == ""


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"n": 0}, "n=0 must be a whole number"),
        ({"seed": "7"}, "seed='7'"),
        ({"pack": "china"}, "no calibration pack of firms 'china'"),
        ({"bias": ca.Bias(label=0.1)}, "must be a FirmBias"),
    ],
)
def test_what_cannot_be_made_is_an_error_that_says_why(given, fault):
    with pytest.raises(InputError, match=fault):
        ca.make_firms(**{"n": 10, "seed": 7, **given})


def test_owners_are_people_and_need_a_society():
    with pytest.raises(MissingColumn, match="owner_id"):
        ca.make_firms(10, seed=7, columns=["owner_id"])
