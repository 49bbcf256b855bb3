"""What sectors are worth: planted truths, the laws of a game, and who may be an input."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.sharing import coalition_games, information_value
from creditaudit.sharing.packed_keys import unique_share
from creditaudit.sharing.sector_worths import FOUR
from valued_tables import SECTORS, planted, valued, worth

BOOSTED = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=8)


def test_values_add_up_to_all_less_none():
    for found in (worth(), valued(base=["bank"]), valued(scorer=BOOSTED, refits=0)):
        total = found.shapley.sum()
        for metric in found.metrics:
            assert total[metric] == pytest.approx(
                found.grand[metric] - found.empty[metric], abs=1e-9
            )


def test_values_are_the_means_over_every_order_of_joining():
    found = worth()
    shown = found.pareto().set_index("coalition")["auc"]

    def auc(members):
        return shown[" + ".join(one for one in found.sectors if one in members) or "none of them"]

    orders = list(permutations(found.sectors))
    for sector in found.sectors:
        gains = [
            auc(order[: order.index(sector) + 1]) - auc(order[: order.index(sector)])
            for order in orders
        ]
        assert found.shapley.loc[sector, "auc"] == pytest.approx(np.mean(gains), abs=1e-12)
    first, last = found.first_in["auc"], found.last_in["auc"]
    assert first["tax"] == pytest.approx(auc(["tax"]) - 0.5, abs=1e-12)
    assert last["tax"] == pytest.approx(
        found.grand["auc"] - auc(["bank", "social", "police"]), abs=1e-12
    )
    assert found.to_incumbent["auc"]["tax"] == pytest.approx(
        auc(["bank", "tax"]) - auc(["bank"]), abs=1e-12
    )
    assert np.isnan(found.to_incumbent["auc"]["bank"])


def test_fits_are_those_of_a_plain_loop():
    found = valued(refits=0)
    people, frame = found.people, found.people.frame
    columns = ["ability", "copy", "street", "toss"]
    x = frame[columns].astype(float)
    x = (x - x.iloc[people.fitted].mean()) / x.iloc[people.fitted].std(ddof=0)
    for members, coalition in ((columns, -1), (columns[:2], 3), (columns[2:], 12)):
        model = LogisticRegression().fit(x[members].iloc[people.fitted], people.bad[people.fitted])
        risk = model.predict_proba(x[members].iloc[people.tested])[:, 1]
        true = people.judged[people.tested]
        own = found.games.game[coalition, :, 0]
        assert own[0] == pytest.approx(roc_auc_score(true, risk), abs=1e-6)
        assert own[1] == pytest.approx(brier_score_loss(true, risk), abs=1e-6)
        order = np.argsort(risk, kind="stable")
        approved = np.zeros(len(risk))
        wanted = 0.6 * len(risk)
        approved[order[: int(wanted)]] = 1.0
        approved[order[int(wanted)]] = wanted % 1
        group = (frame["group"] == "b").to_numpy()[people.tested]
        gap = approved[~group].mean() - approved[group].mean()
        profit = np.where(true == 0, approved, -4 * approved).mean()
        good = true == 0
        wrong = approved[~group & good].mean() - approved[group & good].mean()
        assert own[2:5] == pytest.approx([profit, gap, wrong], abs=1e-9)


def test_a_worthless_sector_that_costs_a_group_approvals_is_named():
    found = valued(planted(16_000), draws=200, refits=3)
    named = found.named.set_index("sector")
    # It takes about .01 away, which is the margin.
    assert named.loc["social", "worth"] in ("takes", "little")
    assert named.loc["social", "gap"] == "against the group"
    assert "social adds less than 0.01 of auc and moves approvals against" in found.claim
    assert found.shapley.loc["social", "approval_gap"] > 0.1
    assert found.shapley.loc["social", "wrongful_refusal_gap"] > 0.1
    assert "against group b" in named.loc["social", "says"]
    assert named.loc["bank", "worth"] == "adds"


def test_a_valuable_sector_that_costs_no_group_approvals_is_named():
    # Outcomes are recorded right here, so that ability is all there is to find.
    found = valued(
        planted(40_000, 2), outcome="true", sectors={"ability": "bank", "toss": "police"},
        refits=3, draws=100, tested=0.5, most_people=40_000,
    )  # fmt: skip
    named = found.named.set_index("sector")
    assert tuple(named.loc["bank", ["worth", "gap"]]) == ("adds", "within the margin")
    assert tuple(named.loc["police", ["worth", "gap"]]) == ("little", "within the margin")
    assert found.claim.endswith("percentage points).")


def test_a_copy_is_named_redundant_and_the_original_is_not():
    redundant = worth().named.set_index("sector")["redundant"]
    assert redundant["tax"]
    assert not redundant[["bank", "social", "police"]].any()
    pair = worth().interactions.set_index(["sector", "other", "metric"])
    assert pair.loc[("bank", "tax", "auc"), "high"] < 0


def test_base_columns_are_in_every_coalition():
    found = valued(base=["bank"])
    whole, apart = valued(base=[]), found.alone
    assert found.sectors == ("tax", "social", "police")
    assert found.grand["auc"] == pytest.approx(whole.grand["auc"], abs=1e-6)
    assert found.empty["auc"] == pytest.approx(0.5 + whole.first_in.loc["bank", "auc"])
    pd.testing.assert_series_equal(
        apart["auc"], whole.first_in.loc[list(found.sectors), "auc"], check_names=False
    )
    pd.testing.assert_frame_equal(found.to_incumbent, found.first_in)


def test_exposure_is_the_share_of_people_alone_with_their_values():
    found = worth()
    frame = found.people.frame
    assert found.empty["exposure"] == 0
    assert found.grand["exposure"] == unique_share(frame, list(SECTORS))
    shown = found.pareto().set_index("coalition")["exposure"]
    assert shown["tax + police"] == unique_share(frame, ["copy", "toss"])
    assert shown["bank + social"] == unique_share(frame, ["ability", "street"])


def test_a_gap_is_always_beside_what_data_are_worth():
    found = valued(metrics=["auc"], refits=0)
    assert found.metrics == ("auc", "approval_gap", "exposure")
    assert list(found.shapley.columns) == ["auc", "approval_gap", "exposure"]
    with pytest.raises(InputError, match="Name the column of a group"):
        information_value(
            planted(), LogisticRegression(), sectors=SECTORS, outcome="bad", refits=0
        )  # fmt: skip


def test_the_same_people_are_tested_however_rows_are_ordered():
    mixed = planted().sample(frac=1, random_state=3)
    a, b = worth().people, valued(mixed, refits=3).people
    for name in ("tested", "fitted"):
        ids = [one.frame["person_id"].to_numpy()[getattr(one, name)] for one in (a, b)]
        assert set(ids[0]) == set(ids[1])
    more = valued(planted(4_000, 1).iloc[:3_000], refits=0).people
    kept = set(more.frame["person_id"].iloc[more.tested])
    assert kept == {one for one in a.frame["person_id"].iloc[a.tested] if one < 3_000}


def test_results_are_the_same_for_any_number_of_workers():
    given = {"sectors": {"ability": "bank", "street": "social"}, "scorer": BOOSTED}
    one = valued(**given)
    with parallel_config(backend="threading"):
        two = valued(workers=2, **given)
    pd.testing.assert_frame_equal(one.frame, two.frame)


def test_protected_columns_and_those_known_afterwards_are_never_inputs(small_world):
    found = information_value(
        small_world, LogisticRegression(max_iter=500), base=["employer"],
        sectors=["bank", "census"], refits=0, draws=20,
    )  # fmt: skip
    inputs = set(found.people.columns.all)
    assert not inputs & {
        "minority", "sex", "age", "disability", "registration", "migrant", "marital_status",
        "birth_date", "person_id", "person_name", "household_id", "employer_id",
        "approved", "default", "lender_points", "interest_rate", "amount_granted",
    }  # fmt: skip
    why = found.left_out.set_index("column")["why"]
    assert why["age"] == "protected"
    assert why["interest_rate"] == "known only after the decision"
    assert {"education", "region"} <= inputs
    assert found.claim.startswith("Synthetic people, this model: ")
    assert found.people.fitted_to == "what was recorded of each person"
    assert found.people.judged_by == "what is true of each person"


def test_a_population_and_its_society_give_the_same(small_world):
    given = {"sectors": ["court", "tax"], "base": ["bank"], "refits": 0, "draws": 20}
    scorer = ca.ScorecardScorer()
    a = information_value(small_world, scorer, **given)
    b = information_value(small_world.people, scorer, **given)
    pd.testing.assert_frame_equal(a.frame, b.frame)


def test_sectors_can_be_given_either_way_round():
    turned = {"bank": ["ability"], "tax": ["copy"], "social": ["street"], "police": ["toss"]}
    pd.testing.assert_frame_equal(valued(sectors=turned, refits=0).frame, valued(refits=0).frame)


def test_the_same_fits_can_be_measured_on_another_group():
    frame = planted().assign(side=np.where(planted()["toss"] == 1, "odd", "even"))
    found = valued(frame, refits=2)
    other = found.for_group("side", "even")
    again = valued(frame, refits=2, group="side", reference="even")
    pd.testing.assert_frame_equal(other.frame, again.frame)
    assert other.group == "side odd"
    with pytest.raises(InputError, match="is an input"):
        found.for_group("toss")


def test_a_group_that_is_an_input_of_its_sector_is_left_out():
    found = valued(group="toss", reference=0, refits=0, sectors={
        "ability": "bank", "street": "social", "toss": "social",
    })  # fmt: skip
    assert "toss" not in found.people.columns.all
    assert found.left_out["column"].tolist() == ["toss"]


def test_the_price_is_gap_over_accuracy():
    price = worth().price.set_index("sector")
    shapley = worth().shapley
    assert price.loc["bank", "gap_per_point"] == pytest.approx(
        shapley.loc["bank", "approval_gap"] / shapley.loc["bank", "auc"]
    )
    assert price.loc["bank", "low"] < price.loc["bank", "gap_per_point"]
    assert np.isnan(price.loc["social", "gap_per_point"])
    assert price.loc["social", "note"] == "adds no auc that can be told from none"


def test_gains_of_recipients_add_up_and_so_does_exposure():
    found = worth()
    shown = found.private_and_exposed("auc")
    coalitions = found.pareto().set_index("coalition")
    for _, row in shown.iterrows():
        own = coalitions.loc[row["joined"]]
        assert row["gain"] == pytest.approx(found.grand["auc"] - own["auc"], abs=1e-12)
        assert row["exposed_before"] == own["exposure"]
    assert shown["gain_sum"].iloc[-1] == pytest.approx(shown["gain"].sum())
    assert (shown["exposure_sum"].diff().dropna() >= 0).all()
    # Everybody holds everything: as many copies of a column as there are sectors.
    assert shown["copies"].iloc[-1] == len(found.sectors)
    # One recipient: its own column has one holder, the three others have two.
    assert shown["copies"].iloc[0] == pytest.approx(1.75)


def test_frame_has_every_number_with_its_range():
    frame = worth().frame
    assert list(frame.columns) == [
        "sector", "measure", "metric", "value", "low", "high", "error_people", "error_refit", "n",
        "note",
    ]  # fmt: skip
    assert set(frame["measure"]) == set(FOUR)
    told = frame.dropna(subset=["value"])
    assert (told["low"] <= told["value"]).all()
    assert (told["value"] <= told["high"]).all()
    exact = told[told["metric"] == "exposure"]
    assert (exact["low"] == exact["high"]).all()
    assert (valued(refits=0).frame.query("metric == 'auc'")["note"] == "for these fits alone").all()


def test_one_model_for_all_coalitions_is_mended_and_says_how_far_off_it_is(monkeypatch):
    names = [f"x{i}" for i in range(5)]
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.normal(size=(3_000, 5)), columns=names)
    risk = 1 / (1 + np.exp(-frame["x0"] - frame["x1"] * frame["x2"]))
    frame = frame.assign(
        bad=(rng.random(3_000) < risk).astype(int), side=rng.integers(2, size=3_000)
    )
    given = {
        "sectors": {name: f"s{name}" for name in names}, "group": "side", "outcome": "bad",
        "metrics": ["auc", "approval_gap"], "refits": 0, "draws": 20,
    }  # fmt: skip
    exact = information_value(frame, BOOSTED, **given)
    assert exact.surrogate_error is None
    monkeypatch.setattr(coalition_games, "EXACT", 4)
    found = information_value(frame, BOOSTED, **given)
    error = found.surrogate_error.set_index("metric")
    assert error.loc["auc", "n"] == 16
    assert 0 < error.loc["auc", "rms"] <= error.loc["auc", "largest"] < 0.05
    assert found.shapley["auc"].sum() == pytest.approx(
        found.grand["auc"] - found.empty["auc"], abs=1e-9
    )
    # Ends are fitted, so they are those of the exact way.
    for measure in ("first_in", "last_in"):
        pd.testing.assert_frame_equal(getattr(found, measure), getattr(exact, measure))
    off = (found.shapley["auc"] - exact.shapley["auc"]).abs()
    assert off.max() < 2 * error.loc["auc", "largest"]
    assert (found.frame.query("measure == 'shapley' and metric == 'auc'")["note"] != "").all()
    with pytest.raises(InputError, match="takes no missing values"):
        information_value(frame, LogisticRegression(), **given)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"metrics": ["acu"]}, "There are no metrics"),
        ({"metrics": ["approval_gap"]}, "no number of what data are worth"),
        ({"metrics": "auc"}, "list of names"),
        ({"sectors": {"abillity": "bank"}}, "abillity"),
        ({"sectors": ["court"]}, "no columns of it"),
        ({"base": "bank"}, "lists of names"),
        ({"group": "grup"}, "Did you mean 'group'"),
        ({"reference": "z"}, "none of the groups"),
        ({"outcome": "ability"}, "1 for bad"),
        ({"scorer": LogisticRegression}, "scikit-learn classifier"),
        ({"share": 1.0}, "between 0 and 1"),
        ({"draws": 5}, "20 or more"),
        ({"refits": 1}, "2 or more"),
        ({"incumbent": ["court"]}, "list of sectors among"),
        ({"key": "nobody"}, "nobody"),
    ],
)  # fmt: skip
def test_wrong_questions_are_answered_with_what_to_do(wrong, words):
    with pytest.raises((InputError, MissingColumn), match=words):
        valued(**wrong)


def test_a_scorer_that_cannot_be_fitted_is_named():
    with pytest.raises(InputError, match="cannot be fitted on"):
        valued(scorer=LogisticRegression(C=-1.0))


def test_too_few_people_are_told():
    with pytest.raises(InputError, match="it takes 10 of each"):
        valued(planted().iloc[:40])


def test_the_chart_has_a_point_for_each_coalition():
    ax = worth().chart()
    assert len(ax.lines) == 1 + 16
    assert {text.get_text() for text in ax.texts} == {"all sectors", "none of them"}
    assert "<table" in worth()._repr_html_()
    assert "bank" in repr(worth())


@pytest.mark.slow
def test_ranges_hold_what_fits_on_other_people_give():
    """Over 40 samples, each with fits of its own; the truth is the mean over all of them."""
    for scorer in (LogisticRegression(), BOOSTED):
        found = [
            valued(planted(2_000, seed), scorer, seed=seed, refits=3, draws=100)
            for seed in range(100, 140)
        ]
        for measure in ("shapley", "last_in"):
            values = np.array([one.numbers(measure).value for one in found])
            ends = [one.numbers(measure).range() for one in found]
            low, high = (np.array([end[k] for end in ends]) for k in (0, 1))
            held = ((low <= values.mean(axis=0)) & (values.mean(axis=0) <= high))[..., :5]
            assert held.mean() >= 0.93
            assert held.mean(axis=0).min() >= 0.8


def test_a_scorer_that_names_directions_is_fitted_on_sectors_that_lack_the_feature():
    scorer = ca.BoostingScorer(monotone={"ability": "descending"}, max_iter=10)
    found = valued(frame=planted(1_000), scorer=scorer, refits=0, draws=20)
    assert found.shapley.loc["bank", "auc"] > 0
