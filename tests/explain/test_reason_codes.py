"""Reasons, worked out on paper for each reference, and the rules around them."""

import numpy as np
import pandas as pd
import pytest
from explained_people import applicants, boosted, card
from paper_cards import APPLICANTS, CARD, feature, table
from sklearn.linear_model import LogisticRegression

from creditaudit.errors import InputError, MissingColumn
from creditaudit.explain import attributions, key_factors, reasons
from creditaudit.scorers import BoostingScorer, wrap


def told(frame):
    """Return feature and points lost of each person, in order."""
    return {
        person: list(zip(rows["feature"], rows["points_lost"].round(6), strict=True))
        for person, rows in frame.groupby("person")
    }


# The applicants near the cut-off are b and c: 45, 35 and 30 points on average.
# All applicants have 30, 35 and 20 on average; the best bins give 60, 50 and 30.
PAPER = {
    "near_cutoff": {
        "d": [("inquiries", 20), ("late", 15), ("debt", 15)],
        "e": [("late", 45), ("inquiries", 20)],
        "f": [("late", 45), ("inquiries", 20), ("debt", 15)],
    },
    "all_applicants": {
        "d": [("debt", 15), ("inquiries", 10)],
        "e": [("late", 30), ("inquiries", 10)],
        "f": [("late", 30), ("debt", 15), ("inquiries", 10)],
    },
    "below_max": {
        "d": [("late", 30), ("debt", 30), ("inquiries", 20)],
        "e": [("late", 60), ("inquiries", 20)],
        "f": [("late", 60), ("debt", 30), ("inquiries", 20)],
    },
}


@pytest.mark.parametrize("reference", PAPER)
def test_reasons_are_those_worked_out_on_paper(reference):
    found = reasons(CARD, APPLICANTS, background=APPLICANTS, cutoff=600, reference=reference)
    assert told(found) == PAPER[reference]
    assert set(found["reference"]) == {reference}
    assert list(found.columns) == [
        "person", "rank", "feature", "points_lost", "text", "code", "method", "reference", "law",
    ]  # fmt: skip


def test_a_reason_says_what_the_card_says_with_code_method_and_law():
    found = reasons(CARD, APPLICANTS, background=APPLICANTS, cutoff=600)
    first = found[found["person"] == "d"].iloc[0]
    assert (first["rank"], first["text"], first["code"]) == (1, "Inquiries: 2 or more", "R03")
    assert first["method"] == "closed form, against 2 applicants"
    assert "us_reg_b_reasons@2026-11-22" in first["law"]
    assert "circular" not in first["law"]


def test_law_is_that_of_the_decision_date():
    given = {"background": APPLICANTS, "product": "consumer_credit"}
    then = reasons(CARD, APPLICANTS, decision_date="2023-01-10", **given)["law"].iloc[0]
    assert then.split("; ")[:2] == [
        "us_reg_b_reasons@2023-01-10", "us_cfpb_circular_2022_03@2023-01-10",
    ]  # fmt: skip
    union = reasons(CARD, APPLICANTS, jurisdictions=["EU"], decision_date="2024-06-01", **given)
    assert "eu_c_634_21@2024-06-01" in union["law"].iloc[0]
    assert "eu_c_203_22" not in union["law"].iloc[0]


def test_people_at_the_cut_off_are_approved_and_have_no_reasons():
    at = reasons(CARD, APPLICANTS, background=APPLICANTS, cutoff=610)
    assert set(at["person"]) == set("def")
    nobody = reasons(CARD, APPLICANTS, background=APPLICANTS, cutoff=500)
    assert len(nobody) == 0
    assert list(nobody.columns) == list(at.columns)


def test_the_losses_of_a_person_add_up_to_what_they_lack():
    found = attributions(CARD, APPLICANTS, background=APPLICANTS.loc[["b", "c"]], scale="points")
    assert (-found.values.loc["d"]).sum() == pytest.approx(610 - 560)


def test_enquiries_are_told_as_one_more_if_they_cost_points_and_were_left_out():
    given = {"background": APPLICANTS, "reference": "below_max"}
    one = told(reasons(CARD, APPLICANTS, k=1, **given))
    assert one["f"] == [("late", 60), ("inquiries", 20)]
    none = told(reasons(CARD, APPLICANTS, k=1, inquiries=[], **given))
    assert none["f"] == [("late", 60)]
    other = told(reasons(CARD, APPLICANTS, k=1, inquiries=["debt"], **given))
    assert other["f"] == [("late", 60), ("debt", 30)]


def test_a_family_speaks_once_by_the_member_that_cost_most():
    both = {"late": "behaviour", "debt": "behaviour"}
    found = told(reasons(CARD, APPLICANTS, background=APPLICANTS, families=both))
    # In d they cost the same: the first on the card speaks.
    assert found["d"] == [("inquiries", 20), ("late", 15)]
    assert found["f"] == [("late", 45), ("inquiries", 20)]


def test_ties_follow_the_order_of_the_card_whatever_the_order_of_columns():
    twins = table(*(feature(name, [1], [20, 0, 0]) for name in ("b", "a", "c")), start=570.0)
    people = pd.DataFrame({"a": [2.0], "c": [2.0], "b": [2.0]})
    found = reasons(twins, people, reference="below_max", k=2)
    assert found["feature"].tolist() == ["b", "a"]


def test_a_missing_value_is_a_reason_in_words():
    people = APPLICANTS.loc[["f"]].assign(late=np.nan)
    found = reasons(CARD, people, background=APPLICANTS)
    assert "Late payments: missing" in found["text"].tolist()


def test_texts_and_codes_can_be_given_and_wrong_names_are_refused():
    given = {"background": APPLICANTS}
    found = reasons(
        CARD, APPLICANTS, texts={"late": "Payments came late"}, codes={"late": "14"}, **given
    )
    late = found[found["feature"] == "late"]
    assert set(late["text"]) == {"Payments came late"}
    assert set(late["code"]) == {"14"}
    for name in ("texts", "codes", "families"):
        with pytest.raises(MissingColumn, match=r"'latte' not found.*Did you mean 'late'"):
            reasons(CARD, APPLICANTS, **{name: {"latte": "x"}}, **given)
    with pytest.raises(MissingColumn, match="inquiries= names features"):
        reasons(CARD, APPLICANTS, inquiries=["asked"], **given)


@pytest.mark.parametrize("reference", ["near_cutoff", "all_applicants", "below_max"])
def test_a_card_that_was_fitted_gives_the_reasons_that_it_gives_itself(reference):
    people, _ = applicants(300, seed=3)
    background, _ = applicants(900, seed=4)
    cutoff = float(np.median(card().points(people)))
    ours = reasons(card(), people, background=background, cutoff=cutoff, reference=reference)
    refused = people[card().points(people) < cutoff]
    theirs = card().table.reasons(
        refused, reference=reference, background=background, cutoff=cutoff
    )
    columns = ["person", "rank", "feature", "text"]
    assert ours[columns].to_numpy().tolist() == theirs[columns].to_numpy().tolist()
    assert np.allclose(ours["points_lost"], theirs["points_lost"])


def test_boosted_trees_are_compared_with_applicants_near_the_cut_off():
    training, bad = applicants(800)
    scorer = BoostingScorer(categorical=["region", "job"], max_iter=5).fit(training, bad)
    people, _ = applicants(60, seed=3)
    points = scorer.points(training)
    cutoff = float(np.median(points))
    found = reasons(scorer, people, background=training, cutoff=cutoff)
    near = training[(points >= cutoff) & (points < cutoff + 20)]
    wanted = attributions(scorer, people, background=near, scale="points").values
    for row in found.itertuples():
        assert row.points_lost == pytest.approx(-wanted.loc[row.person, row.feature])
    first = found[found["rank"] == 1].set_index("person")["points_lost"]
    assert np.allclose(first, (-wanted).max(axis=1)[first.index])
    assert found["text"].iloc[0].startswith(found["feature"].iloc[0] + ": ")
    assert found["method"].iloc[0] == f"patterns, against {len(near)} applicants"
    with pytest.raises(InputError, match="depend on the other features"):
        reasons(scorer, people, background=training, cutoff=cutoff, reference="below_max")


def test_the_best_of_a_linear_model_is_the_best_among_applicants():
    frame = pd.DataFrame({"late": [0.0, 1, 2, 3] * 10, "owns": [0.0, 0, 1, 1] * 10})
    model = wrap(LogisticRegression().fit(frame, [0, 0, 0, 1] * 10), base_points=0, base_odds=1)
    found = reasons(model, frame.iloc[[3]], background=frame, cutoff=50, reference="below_max")
    slope = model.scale.factor * model.model.coef_[0]
    assert found["points_lost"].iloc[0] == pytest.approx(3 * slope[0])


def test_key_factors_are_for_everybody_and_cite_the_duty_to_show_a_score():
    found = key_factors(CARD, APPLICANTS)
    assert told(found)["b"] == [("debt", 30)]
    assert "a" not in told(found)
    assert found["law"].iloc[0].startswith("us_fcra_notice@")
    trees = wrap(boosted())
    background, _ = applicants(50, seed=4)
    assert set(key_factors(trees, background, background=background)["reference"]) == {
        "all_applicants"
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reference": "below_mean"}, "must be one of near_cutoff, all_applicants, below_max"),
        ({"k": 0}, "at least 1"),
        ({"background": None}, "compares with applicants"),
        ({"cutoff": 700}, "No applicant in the background has from 700 to under 720"),
        ({"width": 0}, "must be a number of points above 0"),
        ({"jurisdictions": ["Atlantis"]}, "No law entry"),
        ({"scorer": boosted()}, r"Pass creditaudit\.scorers\.wrap\(model\)"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_what_gives_no_reasons_says_what_to_do(given, words):
    how = {"scorer": CARD, "background": APPLICANTS} | given
    with pytest.raises(InputError, match=words):
        reasons(how.pop("scorer"), APPLICANTS, **how)


def test_a_function_has_to_say_how_near_is_near():
    class Plain:
        def points(self, frame):
            return 600 - 10 * frame["late"].to_numpy()

    with pytest.raises(InputError, match="Pass width=, in points"):
        reasons(Plain(), APPLICANTS[["late"]], background=APPLICANTS)
    found = reasons(Plain(), APPLICANTS[["late"]], background=APPLICANTS, width=5)
    assert found["points_lost"].tolist() == [20, 20, 40, 40]


def test_near_the_cut_off_works_on_every_kind_of_table():
    import pyarrow as pa

    usual = reasons(CARD, APPLICANTS, background=APPLICANTS)
    arrow = reasons(CARD, APPLICANTS, background=pa.Table.from_pandas(APPLICANTS))
    assert usual.equals(arrow)
    array = wrap(LogisticRegression().fit(APPLICANTS.to_numpy(), [0, 0, 0, 1, 1, 1]))
    found = reasons(
        array, APPLICANTS.to_numpy(), background=APPLICANTS.to_numpy(), cutoff=495, width=500
    )
    assert set(found["feature"]) <= {"x0", "x1", "x2"}
