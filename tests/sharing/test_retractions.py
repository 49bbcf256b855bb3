from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import creditaudit as ca
from creditaudit.errors import InputError, RefusedError
from creditaudit.sharing import Import, retraction
from creditaudit.sharing.retractions import THEOREM

R = ca.SharingRegime


def chain(*days, **more):
    names = ("court", "bank", "tax", "police")
    lines = [
        Import(importer=b, source=a, mark="V", source_text="a text", every_days=float(d), **more)
        for a, b, d in zip(names, names[1:], days, strict=False)
    ]
    return replace(R.silos(names[: len(days) + 1]), name="chain", imports=tuple(lines))


def value(result, agency, measure):
    (row,) = result.frame.query("agency == @agency and measure == @measure").to_dict("records")
    return row


def test_one_copy_is_gone_after_half_its_interval_on_average():
    row = value(retraction(chain(90), "court"), "bank", "mean days until cleared")
    assert row["kind"] == "estimate"
    assert row["low"] < 45 < row["high"]
    assert row["high"] - row["low"] < 6


def test_a_chain_waits_for_each_copy_in_turn_and_the_waits_are_independent():
    """In law the days are a sum of independent uniform waits, one an import."""
    days = retraction(chain(90, 30, 60), "court", draws=4_000).clear_days()["police"]
    rng = np.random.default_rng(5)
    summed = (rng.uniform(size=(4_000, 3)) * [90, 30, 60]).sum(axis=1)
    assert stats.ks_2samp(days, summed).pvalue > 1e-3
    assert days.max() <= 180


def test_bounds_are_theorems_and_are_the_longest_paths():
    result = retraction(chain(90, 30, 60), "court")
    row = value(result, "police", "longest possible days")
    assert (row["value"], row["low"], row["high"], row["kind"]) == (180, 180, 180, "theorem")


def test_denial_days_count_each_measure_of_each_agency_up_to_the_horizon():
    regime = chain(90, 90)
    result = retraction(regime, "court", horizon=20)
    days = result.clear_days()
    wanted = days["bank"].clip(upper=20).mean() + days["tax"].clip(upper=20).mean()
    assert value(result, "all", "wrongful denial-days per error")["value"] == pytest.approx(wanted)
    nobody = retraction(replace(regime, denials=()), "court")
    assert value(nobody, "all", "wrongful denial-days per error")["value"] == 0


def test_a_full_mesh_never_forgets_and_that_is_a_theorem_whatever_the_intervals():
    result = retraction(R.full(), "court", every_days=30)
    assert set(result.never) == set(result.regime.agencies)
    rows = result.frame
    assert set(rows["kind"]) == {"theorem"}
    assert np.isinf(value(result, "bank", "longest possible days")["value"])
    denied = value(result, "all", "wrongful denial-days per error")
    assert denied["value"] == 8 * 365
    assert "no refresh can be the first to clear one" in THEOREM


def test_provenance_lets_the_same_mesh_forget_at_the_next_refresh():
    result = retraction(R.full(every_days=30), "court").with_provenance()
    assert result.never == ()
    row = value(result, "bank", "longest possible days")
    assert (row["value"], row["low"], row["high"], row["kind"]) == (30, 3, 300, "sweep")


def test_the_three_ways_stand_side_by_side():
    table = retraction(R.full(every_days=30), "court", draws=100).compared
    bound = table.query("agency == 'all' and measure == 'longest possible days'")
    assert bound.set_index("copies")["value"].to_dict() == {
        "as it stands": np.inf, "every copy names its origin": 30, "no copy does": np.inf,
    }  # fmt: skip


def test_numbers_from_free_intervals_leave_with_their_sweep_only():
    result = retraction(R.load("regime_us_fcra"), "bank", draws=200)
    (name,) = result.free["parameter"]
    found = result.swept()["bank", "mean days until cleared"]
    with pytest.raises(RefusedError):
        float(found)
    assert [one.name for one in found.parameters] == [name]
    kinds = result.frame.groupby("kind").size()
    assert set(kinds.index) == {"sweep"}
    for row in result.frame.to_dict("records"):
        assert row["low"] <= row["value"] <= row["high"]
        assert "goes from 7 to 90" in row["note"]


def test_an_agency_rests_only_on_the_intervals_behind_it():
    result = retraction(R.load("regime_de_schufa_2023"), "court")
    assert len(result.free) == 1
    hub = retraction(R.load("regime_court_hub"), "court", draws=50)
    assert len(hub.free) == 7
    swept = hub.swept()
    alone = swept["bank", "mean days until cleared"]
    assert [one.name for one in alone.parameters] == ["every_days of bank from court: list"]
    together = swept["all", "day by which half the copies are gone"]
    assert "as each of 7 refresh intervals goes from 1 to 365" in str(together)


def test_the_sweep_of_all_copies_has_both_corners():
    result = retraction(R.load("regime_court_hub"), "court", draws=400)
    free = result.free
    low = dict(zip(free["parameter"], free["low"], strict=True))
    high = dict(zip(free["parameter"], free["high"], strict=True))
    row = value(result, "all", "day by which half the copies are gone")
    key = ("all", "day by which half the copies are gone")
    assert row["low"] == result.numbers(low)[key]
    assert row["high"] == result.numbers(high)[key]


def test_intervals_with_different_ranges_move_together_from_least_to_greatest():
    hub = R.load("regime_court_hub")
    first = replace(hub.imports[0], low=5.0)
    mixed = replace(hub, imports=(first, *hub.imports[1:]))
    found = retraction(mixed, "court", draws=50).swept()["all", "longest possible days"]
    assert "as the place of 7 refresh intervals in their ranges" in str(found)
    assert (found.low, found.high) == (5, 365)


def test_copies_die_away_and_the_curve_meets_the_half_life():
    result = retraction(chain(90, 30), "court")
    half = value(result, "all", "day by which half the copies are gone")["value"]
    curve = result.decay([0, half - 1e-6, half, 120])
    assert curve["value"].tolist()[0] == 1
    assert curve["value"][1] > 0.5 - 1e-9 >= curve["value"][2] - 1e-9
    assert curve["value"][3] == 0
    assert set(curve["kind"]) == {"estimate"}
    swept = retraction(R.load("regime_court_hub"), "court", draws=300).decay([0, 10, 100])
    assert (swept["low"] <= swept["value"]).all()
    assert (swept["value"] <= swept["high"]).all()
    assert set(swept["kind"]) == {"sweep"}


def test_an_error_has_the_same_days_whoever_else_is_asked_about():
    regime = chain(90, 30)
    many = retraction(regime, ("court", range(100))).clear_days()
    few = retraction(regime, ("court", [7, 3])).clear_days()
    assert few.loc[7].tolist() == many.loc[7].tolist()
    assert few.index.tolist() == [7, 3]
    other = retraction(regime, ("court", [7]), seed=1).clear_days()
    assert other.loc[7].tolist() != many.loc[7].tolist()


def test_an_added_import_changes_no_other_draw():
    """Draws belong to an import and an error, so two regimes differ by their rules alone."""
    short, long = (retraction(chain(*days), "court").clear_days() for days in ((90,), (90, 30)))
    assert short["bank"].equals(long["bank"])


def test_slower_refreshes_never_clear_sooner_on_average():
    means = [retraction(chain(d, 30, d), "court").clear_days()["police"].mean() for d in (1, 9, 99)]
    assert means == sorted(means)


def test_nobody_who_imports_nothing_holds_a_copy():
    result = retraction(R.silos(), "court")
    assert result.holders == result.never == ()
    assert result.frame["value"].tolist() == [0]
    assert result.decay([0.0])["value"].tolist() == [0]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"error": "cort"}, "No agency 'cort'"),
        ({"error": ("court", [])}, "names no errors"),
        ({"error": "court", "horizon": 0}, "horizon=0"),
        ({"error": "court", "draws": 0}, "draws=0"),
        ({"error": "court"}, "7 imports of hub_court state no refresh interval"),
        ({"error": "court", "every_days": -1}, "state no refresh interval"),
        ({"error": "court", "every_days": 30, "seed": 1.5}, "whole number"),
    ],
)
def test_what_cannot_be_asked_says_why(given, told):
    with pytest.raises(InputError, match=told):
        retraction(R.hub("court"), **given)


def test_imports_that_cannot_carry_the_error_need_no_interval():
    assert retraction(R.hub("court"), "bank").holders == ()
