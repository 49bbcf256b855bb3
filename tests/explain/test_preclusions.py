"""Who has no way back: by hand, by an integer programme, and never merged with undecided."""

import time

import numpy as np
import pandas as pd
import pytest
from explained_people import applicants
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_cards import APPLICANTS, CARD
from test_ways_back import LIMITED, by_milp, random_card, random_people

from creditaudit.errors import InputError, MissingColumn
from creditaudit.explain import Actions, level_ways, preclusion, recourse
from creditaudit.scorers import BoostingScorer

SECTORS = {"late": "bureau", "debt": "bank", "inquiries": "bureau"}
NARROW = Actions(immutable=["late"], direction={"debt": "up"})


def values(found, measure, sector=None):
    rows = found[found["measure"] == measure]
    return rows["value"].tolist() if sector is None else rows.loc[
        rows["sector"] == sector, "value"
    ].tolist()  # fmt: skip


def test_shares_and_sectors_are_worked_out_on_paper():
    people = APPLICANTS.assign(side=["a", "a", "a", "a", "a", "b"])
    found = preclusion(
        CARD, people, actions=NARROW, cutoff=600, groups="side", catalog=SECTORS
    )  # fmt: skip
    # d, e and f have 560, 560 and 530; inquiries give each 20 and debt nothing, as it only goes up.
    assert values(found, "none") == [1, 1]
    assert values(found, "found") == values(found, "undecided") == [0, 0]
    assert values(found, "alone_found", "bureau") == [0, 0]
    # Late payments freed give d 30, e 60, f 60; debt freed gives d 30, e nothing, f 30.
    assert values(found, "freed_found", "bureau") == [1, 1]
    assert values(found, "freed_found", "bank") == [0.5, 0]
    assert values(found, "several_bind") == [0, 0]
    assert found.loc[found["measure"] == "none", "n"].tolist() == [2, 1]
    assert list(found.columns) == [
        "side", "sector", "measure", "value", "low", "high", "n", "note",
    ]  # fmt: skip


def test_whom_no_one_sector_lets_go_is_bound_by_several():
    fixed = Actions(immutable=list(SECTORS))
    found = preclusion(CARD, APPLICANTS.loc[["f"]], actions=fixed, cutoff=615,
                       catalog={name: name for name in SECTORS})  # fmt: skip
    # 530 and 60, 30 or 20 more.
    assert values(found, "several_bind") == [1]
    assert set(values(found, "freed_found")) == {0}


def test_one_sector_alone_can_be_enough():
    found = preclusion(CARD, APPLICANTS, cutoff=600, catalog=SECTORS)
    # d needs 40: late and inquiries give 50, debt 30. e: 80, 0. f needs 70: 80, 30.
    assert values(found, "found") == [1]
    assert values(found, "alone_found", "bureau") == [1]
    assert values(found, "alone_found", "bank") == [0]
    freed = found[found["measure"].str.startswith("freed")]
    assert freed["value"].isna().all()
    assert set(freed["note"]) == {"nobody without a way"}
    assert set(freed["n"]) == {0}


def test_ranges_are_wilsons():
    people = pd.concat([APPLICANTS] * 3, ignore_index=True)
    row = preclusion(CARD, people, actions=Actions(immutable=["late"]), cutoff=600).iloc[0]
    # Of nine, d and its copies reach 610; e and f stay at 580.
    p, n, z = 6 / 9, 9, 1.959963984540054
    middle, reach = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert (row["measure"], row["value"], row["n"]) == ("none", pytest.approx(p), 9)
    assert row["low"] == pytest.approx((middle - reach) / (1 + z * z / n))
    assert row["high"] == pytest.approx((middle + reach) / (1 + z * z / n))


def test_none_is_where_an_integer_programme_has_no_solution_for_200_people():
    rng = np.random.default_rng(11)
    made, people = random_card(rng), random_people(rng, 400)
    cutoff = float(np.quantile(made.points(people), 0.6))
    refused = people[made.points(people) < cutoff].iloc[:200].reset_index(drop=True)
    assert len(refused) == 200
    wanted = np.isinf(by_milp(made, LIMITED, refused, cutoff))
    # One group a person shows who has none, and not only how many.
    labels = pd.DataFrame({"who": range(200)})
    found = preclusion(made, refused, actions=LIMITED, cutoff=cutoff, groups=labels)
    assert np.array_equal(np.array(values(found, "none")) == 1, wanted)
    assert 5 < wanted.sum() < 195


def test_forty_thousand_refused_take_under_a_tenth_of_a_second():
    rng = np.random.default_rng(7)
    made, people = random_card(rng), random_people(rng, 50_000)
    cutoff = float(np.quantile(made.points(people), 0.9))
    refused = people[made.points(people) < cutoff].iloc[:40_000].assign(side="a")
    preclusion(made, refused.iloc[:10], cutoff=cutoff)
    start = time.process_time()
    found = preclusion(made, refused, actions=LIMITED, cutoff=cutoff, groups="side")
    assert time.process_time() - start < 0.1
    assert found["n"].tolist() == [40_000] * 3


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.booleans())
def test_shares_are_those_of_recourse_under_the_same_actions(seed, integer):
    rng = np.random.default_rng(seed)
    made = random_card(rng, features=3, bins=4, integer=integer)
    people = random_people(rng, 12, features=3, bins=4)
    cutoff = float(np.quantile(made.points(people), 0.7))
    actions = Actions(step={"f0": 1, "f2": 1}, direction={"f1": "up"})
    refused = people[made.points(people) < cutoff]
    sectors = {"f0": "x", "f1": "x", "f2": "y"}
    found = preclusion(made, people, actions=actions, cutoff=cutoff, catalog=sectors)

    def shares(can, whom=refused):
        return (recourse(made, whom, actions=can, cutoff=cutoff)["status"] == "found").mean()

    if not len(refused):
        assert found["value"].isna().all()
        return
    assert sum(values(found, s)[0] for s in ("none", "found", "undecided")) == pytest.approx(1)
    assert values(found, "found") == [pytest.approx(shares(actions))]
    alone = Actions(immutable=["f2"], step={"f0": 1}, direction={"f1": "up"})
    assert values(found, "alone_found", "x") == [pytest.approx(shares(alone))]
    ways = recourse(made, refused, actions=actions, cutoff=cutoff)
    shut = refused[(ways["status"] == "none").to_numpy()]
    if len(shut):
        free_x, free_y = Actions(step={"f2": 1}), Actions(step={"f0": 1}, direction={"f1": "up"})
        assert values(found, "freed_found", "x") == [pytest.approx(shares(free_x, shut))]
        assert values(found, "freed_found", "y") == [pytest.approx(shares(free_y, shut))]


def test_undecided_is_neither_none_nor_found(monkeypatch):
    monkeypatch.setattr(level_ways, "_FEW", 0)
    monkeypatch.setattr(level_ways, "_MANY", 0)
    frame, bad = applicants(500)
    scorer = BoostingScorer(categorical=["region", "job"], max_iter=12).fit(frame, bad)
    people, _ = applicants(40, seed=6)
    cutoff = float(np.quantile(scorer.points(people), 0.92))
    actions = Actions(
        immutable=["age", "region", "job"],
        levels={"income": [10.0, 30.0, 60.0], "late": [0.0, 1.0], "debt": [2.0, 10.0]},
    )
    given = {"actions": actions, "cutoff": cutoff, "background": frame}
    ways = recourse(scorer, people, **given)["status"][scorer.points(people) < cutoff]
    own = dict.fromkeys(frame.columns, "bank") | {"late": "bureau"}
    found = preclusion(scorer, people, **given, catalog=own)
    for status in ("none", "found", "undecided"):
        assert values(found, status) == [pytest.approx((ways == status).mean())]
    assert values(found, "undecided")[0] > 0
    bound = sum(values(found, f"alone_{one}", "bureau")[0] for one in ("found", "undecided"))
    assert bound < 1
    with pytest.raises(InputError, match="background="):
        preclusion(scorer, people, cutoff=cutoff)


def test_groups_are_crossed_and_a_missing_one_is_a_group():
    people = APPLICANTS.assign(side=["a", None, "a", None, "a", "b"], sex=list("mfmfmf"))
    found = preclusion(CARD, people, groups=["side", "sex"], cutoff=600)
    rows = found[found["measure"] == "none"]
    told = dict(
        zip(zip(rows["side"].fillna("?"), rows["sex"], strict=True), rows["n"], strict=True)
    )
    assert told == {("a", "m"): 1, ("b", "f"): 1, ("?", "f"): 1}


def test_nobody_refused_is_said():
    found = preclusion(CARD, APPLICANTS, cutoff=0)
    assert found["value"].isna().all()
    assert set(found["note"]) == {"nobody refused"}
    assert list(found.columns) == ["measure", "value", "low", "high", "n", "note"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"groups": "sex"}, "'sex' not found"),
        ({"groups": pd.DataFrame({"sex": ["f"]})}, "1 rows and 1 columns, for 6 people"),
        ({"groups": []}, "0 columns"),
        ({"groups": pd.DataFrame({"n": [1] * 6})}, "Rename them"),
        ({"catalog": {"late": "bureau"}}, "Add the sector of each feature"),
        ({"cutoff": float("nan")}, "finite number of points"),
        ({"actions": Actions(immutable=["latte"])}, "'latte' not found"),
    ],
    ids=str,
)
def test_questions_that_cannot_be_read_say_why(asked, words):
    with pytest.raises((InputError, MissingColumn), match=words):
        preclusion(CARD, APPLICANTS, **asked)
