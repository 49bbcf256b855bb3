"""Months under a regime: laws that hold for every person, and numbers that add up."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.populations import Society
from creditaudit.sharing.coefficients import feedback_numbers
from creditaudit.sharing.debtors import Debtors, debtors_of
from creditaudit.sharing.feedback_measures import half_life, measured
from creditaudit.sharing.feedback_months import Trail, lived
from creditaudit.sharing.feedbacks import feedback, repealed
from creditaudit.sharing.list_reach import ListReach, reach_of
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.retentions import Retention
from creditaudit.sharing.sweeps import Swept

SILOS, FULL = SharingRegime.silos(), SharingRegime.full()
TWO_YEARS = Retention(name="two years", longest=24, paying_ends=False)
UNTIL_PAID = Retention(name="until paid")


@pytest.fixture(scope="module")
def world() -> Society:
    return ca.make_society(1500, 150, seed=7, columns=["income", "minority"])


@pytest.fixture(scope="module")
def debtors(world: Society) -> Debtors:
    return debtors_of(world)


def trail(
    world: Society, debtors: Debtors, regime: SharingRegime, retention: Retention = TWO_YEARS,
    **numbers: float,
) -> Trail:  # fmt: skip
    reach = reach_of(world, regime, "court")
    found = feedback_numbers({"listed_month": 0.2, **numbers}).numbers
    return lived(debtors, [(1, reach)], retention, found, 7, 60)


def test_without_measures_a_list_changes_nothing_that_happens(
    world: Society, debtors: Debtors
) -> None:
    harmless = replace(FULL, denials=())
    under, never = trail(world, debtors, harmless), trail(world, debtors, FULL, listed_month=0.0)
    assert under.listed.any()
    assert not never.listed.any()
    assert_array_equal(under.first_fall, never.first_fall)
    assert_array_equal(under.falls, never.falls)
    assert_array_equal(under.paid, never.paid)
    assert not under.income_lost.any()


@pytest.mark.parametrize("other", [SharingRegime.hub("court"), FULL])
def test_first_falls_are_the_same_under_every_rule_without_ties(
    world: Society, debtors: Debtors, other: SharingRegime
) -> None:
    a, b = trail(world, debtors, SILOS), trail(world, debtors, other)
    assert_array_equal(a.first_fall, b.first_fall)
    assert a.falls.sum() < b.falls.sum()


def test_with_ties_people_fall_who_would_not_have(world: Society, debtors: Debtors) -> None:
    tied = FULL.with_tie("household", measure="post", p=0.5)
    numbers = {"income_per_measure": 0.15, "income_effect": 2.0}
    a, b = (trail(world, debtors, one, TWO_YEARS, **numbers) for one in (FULL, tied))
    assert b.touched.any()
    assert not a.touched.any()
    assert (b.first_fall != a.first_fall).any()


def test_more_lost_income_leaves_everybody_owing_as_much_or_more(
    world: Society, debtors: Debtors
) -> None:
    fixed = {"push": 0.0, "income_effect": 0.0, "reborrow": 0.0, "interest": 0.0}
    mild, harsh = (
        trail(world, debtors, FULL, UNTIL_PAID, income_per_measure=c, **fixed) for c in (0.02, 0.1)
    )
    assert_array_equal(mild.falls, harsh.falls)
    assert (mild.in_default <= harsh.in_default).all()
    assert (mild.listed <= harsh.listed).all()
    assert (mild.paid >= harsh.paid - 1e-6).all()
    assert mild.paid.sum() > harsh.paid.sum()


def test_more_pressure_alone_pays_everybody_as_much_or_more(
    world: Society, debtors: Debtors
) -> None:
    fixed = {"income_per_measure": 0.0, "income_effect": 0.0, "reborrow": 0.0, "interest": 0.0}
    weak, strong = (trail(world, debtors, FULL, UNTIL_PAID, push=p, **fixed) for p in (0.0, 0.2))
    assert (strong.paid >= weak.paid - 1e-6).all()
    assert strong.paid.sum() > weak.paid.sum()


def test_a_longer_term_keeps_everybody_listed_as_long_or_longer(
    world: Society, debtors: Debtors
) -> None:
    fixed = {"income_effect": 0.0, "reborrow": 0.0, "income_per_measure": 0.0, "push": 0.0}
    short, long = (
        trail(world, debtors, FULL, Retention(name=str(t), longest=t, paying_ends=False), **fixed)
        for t in (12, 48)
    )
    assert (short.listed <= long.listed).all()
    assert short.listed.sum() < long.listed.sum()


def test_money_paid_and_still_due_is_all_that_fell_due(world: Society, debtors: Debtors) -> None:
    lives = trail(world, debtors, FULL)
    assert (lives.paid <= lives.due + 1e-6).all()
    clear = ~lives.in_default[-1]
    assert_allclose(lives.paid[clear], lives.due[clear])
    assert_allclose(lives.totals["due"].sum(), lives.due.sum())
    assert_allclose(lives.totals["paid"].sum(), lives.paid.sum())


def one_debtor() -> Debtors:
    # Certain to default in the first month: log-odds of 60 a year.
    return Debtors(
        np.array([1000.0, 1000.0]), np.array([400.0, 0.0]), np.array([1.0, 0.0]),
        np.array([60.0, 60.0]), 1,
    )  # fmt: skip


def test_one_person_by_hand() -> None:
    numbers = feedback_numbers({
        "overdue": 1.0, "interest": 0.0, "needs": 0.5, "spare": 0.5, "willing": 0.4, "push": 0.0,
        "listed_month": 1.0, "income_per_measure": 0.0, "reborrow": 0.0,
    }).numbers  # fmt: skip
    reach = ListReach("court", ())
    lives = lived(one_debtor(), [(1, reach)], UNTIL_PAID, numbers, 1, 12)
    # 400 fall due in month 1; (1000 - 500) / 2 can be paid and 0.4 of it is: 100 a month.
    assert lives.in_default[:, 0].tolist() == [True] * 3 + [False] * 9
    assert lives.listed[:, 0].tolist() == [True] * 3 + [False] * 9
    assert (lives.first_listed[0], lives.recovered[0]) == (1, 4)
    assert lives.paid.tolist() == [400.0, 0.0]
    told = measured(lives, one_debtor(), np.array([True, True]))
    assert told["recovery_median"] == 3
    assert told["people_paid"] == 1.0
    assert told["paid_per_person"] == 200.0
    assert told["lock_in"] == 0.0


def test_a_term_from_payment_runs_on_after_it() -> None:
    numbers = feedback_numbers({
        "overdue": 1.0, "interest": 0.0, "listed_month": 1.0, "push": 0.0, "reborrow": 0.0,
        "income_per_measure": 0.0,
    }).numbers  # fmt: skip
    kept = Retention(name="after", longest=5, starts="payment", paying_ends=False)
    lives = lived(one_debtor(), [(1, ListReach("court", ()))], kept, numbers, 1, 12)
    # Paid in month 4, gone five months later.
    assert lives.listed[:, 0].tolist() == [True] * 8 + [False] * 4


def test_half_life_counts_months_after_the_repeal() -> None:
    gap = np.array([0.0, 0.2, 0.4, 0.3, 0.2, 0.1])
    assert half_life(gap, 3) == 2
    assert half_life(np.array([0.1, 0.1, 0.1]), 1) == np.inf
    assert np.isnan(half_life(np.zeros(3), 1))


def test_copies_come_and_go_half_a_refresh_later(world: Society, debtors: Debtors) -> None:
    late = SharingRegime.hub("court", every_days=122)
    reach = reach_of(world, late, "court")
    lags = {one.agency: one.lag for one in reach.arrivals}
    assert lags["court"] == 0
    assert lags["bank"] == 2
    history = np.zeros((10, 1), dtype=bool)
    history[3:5] = True
    counts = [reach.seeded(1).measures(history, month)[0][0] for month in range(1, 10)]
    assert counts == [0, 0, 0, 1, 1, 7, 7, 0, 0]


def test_an_imported_list_is_not_passed_on_when_only_own_findings_are(world: Society) -> None:
    chain = SharingRegime.silos(["court", "bank", "tax"])
    hub = SharingRegime.hub("court", ["court", "bank"]).imports[0]
    lines = (hub, replace(hub, importer="tax", source="bank", own_only=True))
    reach = reach_of(world, replace(chain, imports=lines), "court")
    assert [one.agency for one in reach.arrivals] == ["court", "bank"]


def test_copies_in_a_cycle_without_provenance_stay_for_good(world: Society) -> None:
    full, hub = SharingRegime.full(), SharingRegime.hub("court")
    for regime, stay in ((full, True), (full.with_provenance(), False), (hub, False)):
        reach = reach_of(world, regime, "court", copies="as_imported")
        lasting = [one.agency for one in reach.arrivals if not one.clears]
        assert lasting == ([a for a in full.agencies if a != "court"] if stay else [])
    history = np.zeros((6, 1), dtype=bool)
    history[1:3] = True
    seeded = reach_of(world, full, "court", copies="as_imported").seeded(1)
    assert [seeded.measures(history, m, np.array([1]))[0][0] for m in (1, 2, 5)] == [0, 8, 7]


def test_a_regime_read_from_a_text_is_swept_in_its_refreshes(world: Society) -> None:
    found = feedback(world, SharingRegime.load("regime_cn_joint_2016"), months=12, seeds=[3])
    refreshes = [name for name in found.free["parameter"] if "refreshes" in name]
    assert len(refreshes) == 1
    assert any("firm" in note for note in found.notes)
    assert len(found.free) == 14


def test_every_number_has_its_sweep_and_its_kind(world: Society) -> None:
    found = feedback(world, FULL, against=SILOS, months=12, seeds=[3, 4], by="minority",
                     numbers={"listed_month": 0.2})  # fmt: skip
    frame = found.frame
    assert isinstance(found["lock_in"], Swept)
    assert set(frame["kind"]) == {"sweep", "theorem"}
    sweeps = frame[frame["kind"] == "sweep"].dropna(subset="value")
    assert (sweeps["low"] <= sweeps["value"]).all()
    assert (sweeps["value"] <= sweeps["high"]).all()
    assert list(frame.columns[:2]) == ["minority", "measure"]
    same = frame.query("kind == 'theorem'")
    assert same["value"].tolist() == [0.0]
    # The coefficient that was set is not swept, and the others are.
    assert "listed_month" not in set(found.free["parameter"])
    assert len(found.free) == 12
    assert set(found.by_month["month"]) == set(range(1, 13))
    assert (found.sensitivity.groupby("measure").size() == 12).all()
    assert found.plot().get_ylabel()


def test_the_reversed_regime_is_compared_with_never_having_had_it(world: Society) -> None:
    found = feedback(world, FULL, months=24, reverse_at=12, seeds=[3],
                     numbers={"listed_month": 0.2, "income_per_measure": 0.1})  # fmt: skip
    assert found.against == repealed(FULL)
    gap = found.hysteresis
    at_end = gap.loc[gap["after"] == 12, "value"].item()
    assert found["hysteresis"].numbers()["estimate"] == pytest.approx(at_end)
    with pytest.raises(InputError, match="reverse_at"):
        _ = feedback(world, FULL, months=12, seeds=[3]).hysteresis


def test_shares_of_ties_are_swept_with_the_coefficients(world: Society) -> None:
    tied = FULL.with_tie("household", measure="post", p=0.3, low=0.1, high=0.6)
    found = feedback(world, tied, against=FULL, months=12, seeds=[3])
    assert any("household" in name for name in found.free["parameter"])
    # With ties nothing says that first falls are the same.
    assert set(found.frame["kind"]) == {"sweep"}


def test_each_number_has_the_people_it_is_about(world: Society) -> None:
    rows = feedback(world, FULL, months=24, seeds=[3]).frame.set_index("measure")
    early, ever = (
        rows.loc[name, "value"] * world.people.n for name in ("listed_early", "ever_listed")
    )
    assert rows.loc["lock_in", "n"] == pytest.approx(early)
    assert rows.loc["relisted", "n"] == pytest.approx(ever)
    assert rows.loc["ever_listed", "n"] == world.people.n
    assert 0 < early < ever < world.people.n


def test_how_many_seeds_is_as_good_as_which(world: Society) -> None:
    few = {"months": 12, "numbers": None}
    one, other = (feedback(world, FULL, seeds=seeds, **few) for seeds in (1, [0]))  # type: ignore[arg-type]
    assert one.frame.equals(other.frame)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"months": 6}, "months=6"), ({"seeds": True}, "seeds"),
     ({"against": "silos"}, "SharingRegime"), ({"reverse_at": 60}, "reverse_at"),
     ({"seeds": []}, "seed"),
     ({"agency": "railway"}, "none of the regime's"), ({"numbers": {"pus": 1}}, "pus")],
)  # fmt: skip
def test_what_cannot_be_run_is_said(world: Society, wrong: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        feedback(world, FULL, **wrong)  # type: ignore[arg-type]
