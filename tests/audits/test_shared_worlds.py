"""Audits of a society: whom joined data single out, and who is taken for someone else."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.audits import mistaken_identity, mistaken_people, singling_out
from creditaudit.errors import InputError
from creditaudit.pages.schemas import validate_report
from creditaudit.populations import Society
from made_tables import DAY

R = ca.SharingRegime


@pytest.fixture(scope="module")
def world():
    return ca.make_society(people=6_000, firms=600, seed=7, bias=ca.Bias(proxy=0.9))


def hand_made(frame, groups=("side",), synthetic=True):
    """A society of people alone, for truths that can be seen on paper."""
    people = ca.Population(frame, ca.Roles(groups=list(groups)), made={"synthetic": synthetic})
    firms = ca.Population(frame.head(0), ca.Roles(groups=list(groups)))
    empty = pd.DataFrame()
    catalog = pd.DataFrame({"column": [], "of": [], "sector": [], "agency": []})
    events = pd.DataFrame({"agency": [], "entity": []})
    return Society(
        people, firms, empty, events, empty, catalog, empty, empty, {"synthetic": synthetic}
    )


def by_scope(findings, start):
    return [one for one in findings if one.claim.startswith(start)]


def test_the_difference_in_people_alone_is_the_one_planted():
    # East: 300 people in pairs, 100 alone. West: 400 in pairs.
    age = np.r_[
        np.repeat(np.arange(150), 2), np.arange(1_000, 1_100), np.repeat(np.arange(300, 500), 2)
    ]
    frame = pd.DataFrame({"age": age, "side": ["east"] * 400 + ["west"] * 400})
    given = ca.Evidence(society=hand_made(frame), plan=ca.Plan(reference={"side": "west"}))
    curve, gap, told = singling_out(given)
    assert curve.estimate == pytest.approx(100 * 100 / 800)
    assert curve.status == "descriptive"
    assert (gap.estimate, gap.status, gap.n) == (pytest.approx(25), "beyond", 400)
    assert gap.high - gap.low == pytest.approx(
        2 * 1.96 * 100 * np.sqrt(0.25 * 0.75 / 399), rel=1e-3
    )
    assert "25 are alone in age, against 0 in the reference group, side west" in gap.claim
    # Ages of the two sides do not overlap: trees tell them apart.
    assert told.estimate > 40


def test_people_of_one_kind_are_told_apart_no_better_than_by_chance(world):
    plan = ca.Plan(groups=["registration"])
    _, gap, told = singling_out(ca.Evidence(society=world, plan=plan))
    assert told.low < 0 < told.high
    assert gap.low < 0 < gap.high
    assert "synthetic people" in told.claim
    planted = singling_out(ca.Evidence(society=world, plan=ca.Plan(groups=["minority"])))
    assert planted[-1].status == "beyond"
    assert "handed out anew by chance" in planted[-1].claim


@pytest.mark.slow
def test_groups_that_differ_in_nothing_are_rarely_told_apart():
    rng = np.random.default_rng(4)
    alarms = []
    for _ in range(40):
        frame = pd.DataFrame(
            {"age": rng.integers(0, 900, 600), "side": rng.choice(["e", "w"], 600)}
        )
        found = singling_out(ca.Evidence(society=hand_made(frame)))
        alarms += [one.status == "beyond" for one in found[1:]]
    # One in twenty of 80, and three standard errors.
    assert len(alarms) == 80
    assert sum(alarms) <= 9


def test_what_follows_from_the_wiring_says_so(world):
    plan = ca.Plan(groups=[])
    given = ca.Evidence(society=world, regimes=[R.silos(), R.full()], plan=plan)
    _, silos, full = singling_out(given)
    assert (silos.estimate, full.estimate) == (1, 8)
    assert "stays with the agency that recorded it" in silos.claim
    assert all("follows from the rule alone" in one.claim for one in (silos, full))
    named = ca.Evidence(society=world, regimes={"mine": R.hub("court")}, plan=plan)
    told = singling_out(named)[1].claim
    assert "By the agreements of mine, list of court ends at 8 of 8" in told
    single = ca.Evidence(society=world, regimes=R.silos(), plan=plan)
    assert len(singling_out(single)) == 2
    with pytest.raises(InputError, match="regime"):
        singling_out(ca.Evidence(society=world, regimes={"x": 3}))
    with pytest.raises(InputError, match="make_society"):
        singling_out(ca.Evidence(society=pd.DataFrame({"a": [1]})))


def test_namesakes_of_the_listed_are_the_ones_who_are_hit():
    # 600 people share ten names, sixty a name; 400 have a name of their own.
    names = np.r_[np.repeat([f"Ra {k}" for k in range(10)], 60), [f"P{i} Li" for i in range(400)]]
    frame = pd.DataFrame({
        "person_name": names, "birth_date": pd.Timestamp("1990-05-05"),
        "side": ["east"] * 600 + ["west"] * 400,
    })  # fmt: skip
    given = ca.Evidence(society=hand_made(frame), plan=ca.Plan(reference={"side": "west"}))
    whole, common, east = mistaken_identity(given)
    # A list of ten: six of them in the ten names, each hits 59 others, some of them twice.
    hits = 990 * 0.6 * (1 - np.prod([(999 - 59 - k) / (999 - k) for k in range(10)]))
    assert whole.estimate * 10 == pytest.approx(hits, rel=1e-9)
    assert common.claim.startswith("surname one of the 10 commonest")
    assert "It is arithmetic" in common.claim
    assert (east.group, east.unit) == ("side east", "per 100,000 people")
    assert east.estimate == pytest.approx(100_000 * hits / 990 / 0.6, rel=1e-9)
    assert "side west" in east.reference
    assert set(whole.table["kind"]) == {"estimate", "sweep"}
    swept = whole.table[whole.table["kind"] == "sweep"]
    assert (swept["low"] < swept["hits"]).all()
    assert (swept["hits"] < swept["high"]).all()


def test_what_is_exact_is_not_tested(world, monkeypatch):
    given = ca.Evidence(society=world, plan=ca.Plan(groups=["sex"]))
    found = mistaken_identity(given)
    assert {one.status for one in found} == {"descriptive"}
    assert {(one.p_value, one.tested, one.low) for one in found} == {(None, (), None)}
    assert "synthetic people" in found[0].claim
    assert "nothing is tested" in found[-1].claim
    # More lists drawn change the check beside it, and no number that is told.
    monkeypatch.setattr(mistaken_people, "DRAWS", 2)
    again = mistaken_identity(given)
    assert [one.claim for one in again] == [one.claim for one in found]
    assert [one.estimate for one in again] == [one.estimate for one in found]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "none, as no two people here are alike in these"),
        (0.00694, "1 for about 140 true listings"),
        (0.398, "0.4 for each true listing"),
        (38.9, "39 for each true listing"),
    ],
)
def test_hits_for_each_listing_are_told_in_two_figures(share, words):
    assert mistaken_people._for_each(share) == words


def test_names_of_real_people_are_not_searched_and_their_lack_is_said(world):
    frame = world.people.frame[["person_name", "birth_date", "sex"]]
    (real,) = mistaken_identity(ca.Evidence(society=hand_made(frame, ["sex"], synthetic=False)))
    (unnamed,) = mistaken_identity(ca.Evidence(society=hand_made(frame[["sex"]], ["sex"])))
    assert "synthetic people only" in real.claim
    assert "have no names here" in unnamed.claim
    assert {real.status, unnamed.status} == {"cannot_tell"}
    (nothing,) = singling_out(ca.Evidence(society=hand_made(frame.assign(x=1)[["x", "sex"]].rename(
        columns={"sex": "kind"}), ["kind"])))  # fmt: skip
    assert "none of the columns" in nothing.claim


def test_the_report_asks_both_and_the_page_shows_them(world):
    given = ca.Evidence(society=world, about=world.made, plan=ca.Plan(groups=["minority"]))
    report = ca.audit(given, title="A society", report_date=DAY)
    validate_report(report.to_dict())
    asked = {one.audit for one in report.findings}
    assert {"singling_out", "mistaken_identity"} <= asked
    page = report.to_html()
    assert "Whom do joined data single out?" in page
    assert "Who is taken for someone else?" in page


def test_without_a_society_both_are_listed_with_letters():
    tally = ca.Tally.from_counts(
        pd.DataFrame({"g": ["a", "a", "b", "b"], "ok": [0, 1, 0, 1], "n": [50, 50, 50, 50]}),
        ca.Roles(groups=["g"], decision="ok", favourable=1), by=["g"], count="n",
    )  # fmt: skip
    report = ca.audit(ca.Evidence(tally=tally), title="Counts", report_date=DAY)
    questions = [one["question"] for one in report.not_asked]
    assert "Whom do joined data single out?" in questions
    assert "Who is taken for someone else?" in questions
