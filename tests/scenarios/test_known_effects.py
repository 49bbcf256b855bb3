"""Effects of a group on decisions: closed forms, sums, and what an auditor would make of it."""

from functools import cache

import numpy as np
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.scenarios import group_effects

N = 4_000
CONTROLS = {"late_payments_24m": "named by the policy", "utilisation": "named by the policy"}


@cache
def people(**knobs):
    return ca.make_borrowers(N, seed=11, bias=ca.Bias(**knobs))


class Oracle:
    """Points fall with the true log-odds of default; 0 is at a chance of one in ten."""

    def points(self, X):  # noqa: N803
        return np.log(0.1 / 0.9) - X["truth_true_log_odds"].to_numpy(float)


class Reads:
    """A rule of hand: late payments, income, and the group itself."""

    def __init__(self, group=0.0):
        self.group = group

    def points(self, X):  # noqa: N803
        late = 20 * X["late_payments_24m"].fillna(0).to_numpy(float)
        income = X["reported_income"].fillna(0).to_numpy(float) / 200
        return 600 + income - late - self.group * X["minority"].to_numpy(float)


READ = ["late_payments_24m", "reported_income", "minority"]


def test_the_knob_direct_moves_those_decisions_that_lie_within_it():
    made = people(direct=0.8)
    found = group_effects(made, Oracle(), cutoff=0, inputs=["truth_true_log_odds"])
    odds = made.replay(minority=0).truth["true_log_odds"].to_numpy()
    line = np.log(0.1 / 0.9)
    # Log-odds are higher by 0.8: whoever is less than that under the line is refused.
    wanted = -np.mean((odds <= line) & (odds + 0.8 > line))
    assert found.value("total_effect") == pytest.approx(wanted)
    assert wanted < -0.05
    assert found.value("direct_effect", "direct") == 0
    assert found.value("effect_through", "not in the vocabulary") == pytest.approx(wanted)


def test_without_any_knob_nothing_follows_from_the_group():
    found = group_effects(people(), Reads(), inputs=READ)
    truths = found.frame[found.frame["kind"] == "truth"]
    assert (truths["value"] == 0).all()


def test_what_the_scorer_reads_of_the_group_is_direct_and_nothing_else_is():
    found = group_effects(people(), Reads(group=10), inputs=READ)
    assert found.value("direct_effect", "direct") == found.value("total_effect") < 0
    assert found.value("effect_through", "direct") == found.value("total_effect")
    own = group_effects(people(opportunity=1), Reads(), inputs=READ)
    assert own.value("direct_effect", "direct") == 0
    assert own.value("total_effect") < 0


def test_paths_add_up_to_the_total_effect():
    found = group_effects(people(opportunity=1, linkage=0.5), Reads(group=5), inputs=READ)
    through = found.frame[found.frame["measure"] == "effect_through"]
    assert set(through["path"]) == {"direct", "bank", "employer"} or len(through) >= 2
    assert through["value"].sum() == pytest.approx(found.value("total_effect"))
    named = group_effects(
        people(opportunity=1, linkage=0.5), Reads(group=5), inputs=READ,
        paths={"late": ["late_payments_24m"]},
    )  # fmt: skip
    rest = named.value("effect_through", "other inputs") + named.value("effect_through", "late")
    assert rest + named.value("effect_through", "direct") == pytest.approx(
        named.value("total_effect")
    )


def test_two_paths_by_hand():
    """A person is approved unless late and poor: half of a change of both goes through each."""

    class Both:
        def points(self, X):  # noqa: N803
            late = X["late_payments_24m"].fillna(0).to_numpy(float) > 0
            poor = X["reported_income"].fillna(0).to_numpy(float) < 3_000
            return 600.0 - 1.0 * (late & poor)

    made = people(opportunity=1)
    found = group_effects(made, Both(), inputs=READ[:2], paths={
        "late": ["late_payments_24m"], "income": ["reported_income"]})  # fmt: skip
    other, member = made.replay(minority=0).frame, made.replay(minority=1).frame
    late = [(one["late_payments_24m"].fillna(0) > 0).to_numpy() for one in (other, member)]
    poor = [(one["reported_income"].fillna(0) < 3_000).to_numpy() for one in (other, member)]
    start = 1.0 * (late[0] & poor[0])
    alone = [start - (late[1] & poor[0]), start - (late[0] & poor[1])]
    both = start - (late[1] & poor[1])
    wanted = np.mean((alone[0] + both - alone[1]) / 2)
    assert found.value("effect_through", "late") == pytest.approx(wanted)


def test_holding_what_the_group_works_through_leaves_no_effect():
    found = group_effects(
        people(opportunity=1), Reads(), inputs=READ,
        held={"opportunity": ["opportunity"], "nothing": []},
    )  # fmt: skip
    assert found.value("effect_without", "opportunity") == 0
    assert found.value("effect_without", "nothing") == found.value("total_effect")


def test_an_auditor_who_adjusts_for_a_column_on_the_path_sees_less_than_there_is():
    made = people(opportunity=1)
    blind = group_effects(made, Reads(), inputs=READ, controls={
        "reported_income": "what a person can pay back"})  # fmt: skip
    row = blind.frame.set_index("measure").loc["adjusted_gap"]
    total = blind.frame.set_index("measure").loc["total_effect"]
    assert row["kind"] == "estimate"
    # Income carries the whole effect, and holding it equal takes it away.
    assert total["high"] < 0
    assert row["value"] > total["high"]
    assert "held equal: reported_income" in row["note"]
    raw = blind.frame.set_index("measure").loc["raw_gap"]
    assert raw["low"] <= blind.value("total_effect") <= raw["high"]


def test_a_fitted_card_names_its_own_inputs():
    made = people(opportunity=1)
    known = made.frame["default"].notna()
    inputs = ["late_payments_24m", "utilisation", "reported_income"]
    card = ca.ScorecardScorer(max_bins=4).fit(
        made.frame.loc[known, inputs], made.frame.loc[known, "default"].astype(int)
    )
    found = group_effects(made, card, cutoff=float(np.median(card.points(made.frame))),
                          controls=CONTROLS)  # fmt: skip
    assert "direct" not in set(found.frame.loc[found.frame["measure"] == "effect_through", "path"])
    assert found.value("total_effect") < 0
    assert "points in all" in repr(found)
    assert "no country" in found._repr_html_()


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"group": "tall"}, InputError, "must be one of minority"),
        ({"scorer": "none"}, InputError, "has no points"),
        ({"inputs": ["shoe_size"]}, MissingColumn, "shoe_size"),
        ({"paths": {"x": ["age"]}, "inputs": READ}, MissingColumn, "names inputs of the scorer"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_says_what_to_do(given, error, words):
    with pytest.raises(error, match=words):
        group_effects(people(), **{"scorer": Reads()} | given)


def test_a_row_that_is_not_there_names_those_that_are():
    found = group_effects(people(), Reads(), inputs=READ)
    with pytest.raises(InputError, match="Rows:"):
        found.value("total")
