import json
import tomllib
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from creditaudit import Evidence, Plan, Roles, Rulebook, SharingRegime, Tally
from creditaudit.errors import InputError
from creditaudit.evidence import LEVELS, Family
from made_tables import CROSSED, ROLES, crossed, decided


class Scorer:
    def points(self, X):  # noqa: N803
        return X


class Classifier:
    def predict_proba(self, X):  # noqa: N803
        return X


ROWS = Tally.from_frame(decided(a=(6, 4), b=(3, 7)), ROLES)
COUNTS = Tally.from_counts(
    pd.DataFrame({"group": ["a", "a"], "approved": [1, 0], "n": [6, 4]}), ROLES
)
FRAME = pd.DataFrame({"income": [1, 2]})


@pytest.mark.parametrize(
    ("held", "level"),
    [
        ({"rulebook": Rulebook.load("cn_rongcheng_2016")}, 0),
        ({"tally": COUNTS}, 1),
        ({"tally": ROWS}, 2),
        ({"tally": COUNTS, "frame": FRAME}, 3),
        ({"frame": FRAME}, 3),
        ({"tally": ROWS, "frame": FRAME, "scorer": Scorer()}, 4),
        ({"scorer": Classifier()}, 4),
        ({"society": "world"}, 5),
        ({"tally": ROWS, "regimes": SharingRegime.silos()}, 5),
    ],
)
def test_the_access_level_follows_from_what_is_held(held, level):
    evidence = Evidence(**held)
    assert evidence.level == level
    assert evidence.held == [name for name in ("tally", "frame", "scorer", "rulebook", "society",
                                               "regimes") if name in held]  # fmt: skip
    assert LEVELS[level]


def test_holding_nothing_is_an_error_that_says_what_to_pass():
    with pytest.raises(InputError, match=r"holds nothing\. Pass at least one of tally"):
        Evidence()
    with pytest.raises(InputError, match="holds nothing"):
        Evidence(about={"name": "x"}, plan=Plan(line=0.9))


def test_evidence_of_the_wrong_types_is_told_all_at_once():
    with pytest.raises(InputError) as error:
        Evidence(tally=FRAME, frame=[1], scorer="model", about="Boston", plan={"line": 0.8})
    said = str(error.value)
    for part in ("Tally.from_frame", "pandas DataFrame", "neither points(X)", "about=", "ca.Plan"):
        assert part in said


def test_a_need_is_lacking_until_it_is_held():
    nothing = Evidence(rulebook=Rulebook.load("cn_rongcheng_2016"))
    for need in ("tally", "frame", "scorer", "society", "regimes", "decision", "outcome", "score",
                 "groups", "intersections"):  # fmt: skip
        assert nothing.lacks(need)
    assert not nothing.lacks("rulebook")
    counts = Evidence(tally=ROWS)
    assert not counts.lacks("tally")
    assert not counts.lacks("decision")
    assert not counts.lacks("groups")
    assert counts.lacks("outcome")
    assert counts.lacks("score")
    assert counts.lacks("intersections")


def test_groups_are_lacking_when_only_strata_were_kept():
    frame = crossed({("a", "f"): (6, 4), ("b", "m"): (3, 7)}).assign(county="north")
    roles = Roles(groups=["race"], strata=["county"], decision="approved", favourable=1)
    assert Evidence(tally=Tally.from_frame(frame, roles, by=["county"])).lacks("groups")
    with_strata = Evidence(tally=Tally.from_frame(frame, roles, by=[("race", "county")]))
    assert with_strata.groups == ["race"]
    assert not with_strata.lacks("groups")
    assert with_strata.lacks("intersections")


def test_crossings_are_groupings_of_two_groups_to_report_on():
    tally = Tally.from_frame(crossed({("a", "f"): (6, 4), ("b", "m"): (3, 7)}), CROSSED)
    assert Evidence(tally=tally).crossings == [("race", "sex")]
    only = Evidence(tally=tally, plan=Plan(groups=["sex"]))
    assert only.groups == ["sex"]
    assert only.lacks("intersections")
    assert Evidence(tally=tally, plan=Plan(groups=[])).lacks("groups")


@pytest.mark.parametrize("part", [{"groups": ["rase"]}, {"reference": {"rase": "white"}}])
def test_a_plan_that_names_a_column_the_tally_lacks_is_an_error(part):
    with pytest.raises(InputError, match=r"\['rase'\], which the tally lacks. It has \['group'\]"):
        Evidence(tally=ROWS, plan=Plan(**part))


def test_every_fault_of_a_plan_is_told_at_once():
    with pytest.raises(InputError) as error:
        Plan(
            groups="race", reference="white", line=1.2, min_cell=0, jurisdictions="US", product=7,
            decision_date="1990",
        )  # fmt: skip
    said = str(error.value)
    for part in ("groups='race'", "reference='white'", "line=1.2", "min_cell=0",
                 "jurisdictions='US'", "product=7", "decision_date='1990'"):  # fmt: skip
        assert part in said


@pytest.mark.parametrize(
    "given",
    [
        {"line": "0.8"},
        {"line": True},
        {"line": 0},
        {"line": 1},
        {"line": float("nan")},
        {"min_cell": 2.5},
        {"min_cell": True},
        {"min_cell": "5"},
        {"groups": [1]},
        {"groups": 7},
        {"jurisdictions": None},
        {"reference": {"race": None}},
        {"reference": {"race": ["white", "black"]}},
        {"decision_date": "1990-02-30"},
        {"decision_date": "19900101"},
        {"decision_date": 1990},
    ],
    ids=str,
)
def test_a_plan_of_the_wrong_types_is_an_input_error(given):
    with pytest.raises(InputError, match="Plan cannot be used as given"):
        Plan(**given)


def test_the_hash_of_a_plan_changes_with_its_content_and_with_nothing_else():
    plans = [
        Plan(),
        Plan(groups=["race"]),
        Plan(groups=["race", "sex"]),
        Plan(groups=["sex", "race"]),
        Plan(reference={"race": "white"}),
        Plan(reference={"race": "black"}),
        Plan(line=0.9),
        Plan(min_cell=10),
        Plan(jurisdictions=["US"]),
        Plan(product="mortgage"),
        Plan(decision_date="1990-12-31"),
    ]
    hashes = [plan.to_dict()["hash"] for plan in plans]
    assert len(set(hashes)) == len(plans)
    same = [
        Plan.from_dict(plans[3].to_dict()),
        Plan(groups=("sex", "race", "sex"), line=np.float64(0.8), min_cell=np.int64(5)),
    ]
    assert {plan.to_dict()["hash"] for plan in same} == {hashes[3]}


def test_a_plan_in_toml_gives_plain_json():
    plan = Plan.from_dict(tomllib.loads('decision_date = 1990-12-31\nreference.race = "white"'))
    assert plan.decision_date == "1990-12-31"
    assert json.loads(json.dumps(plan.to_dict()))["reference"] == {"race": "white"}
    assert (
        Plan(decision_date=date(1990, 12, 31)).to_dict()
        == Plan(decision_date="1990-12-31").to_dict()
    )
    with pytest.raises(InputError, match="decision_date="):
        Plan(decision_date=datetime(1990, 12, 31, 8))


def test_a_plan_keeps_numpy_values_as_json_can_write_them():
    plan = Plan(reference={"race": np.int64(1)}, line=np.float32(0.5))
    assert json.loads(json.dumps(plan.to_dict()))["reference"] == {"race": 1}


def test_a_plan_does_not_change_with_the_mapping_it_was_made_from():
    given = {"race": "white"}
    plan = Plan(reference=given)
    before = plan.to_dict()["hash"]
    given["race"] = "black"
    assert plan.to_dict()["hash"] == before


def test_unknown_entries_of_a_plan_are_an_error_that_names_the_known():
    with pytest.raises(InputError, match=r"Unknown plan entries \['lines'\]\. Known: \['decision_"):
        Plan.from_dict({"lines": 0.8})
    with pytest.raises(InputError, match="mapping of names to values, found a list"):
        Plan.from_dict([("line", 0.8)])


def test_the_family_corrects_as_bonferroni_and_holm_do():
    p_values = (0.01, 0.04, 0.03, 0.2)
    family = Family(p_values)
    assert family.size == 4
    assert family.level == pytest.approx(1 - 0.05 / 4)
    holm = multipletests(p_values, method="holm")[1]
    assert [family.adjusted(p) for p in p_values] == pytest.approx(holm)


def test_a_comparison_that_could_not_be_tested_still_widens_the_ranges():
    family = Family((0.01, float("nan"), 0.03))
    assert family.size == 3
    assert family.adjusted(0.01) == pytest.approx(0.02)
    assert np.isnan(family.adjusted(float("nan")))
    assert np.isnan(family.adjusted(0.5))


def test_a_family_of_nothing_corrects_nothing():
    assert Family(()).level == pytest.approx(0.95)
