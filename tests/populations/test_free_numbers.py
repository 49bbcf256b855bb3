"""Free numbers are varied one at a time, on the same people with the same noise."""

import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.populations import load_pack, vary_free_numbers


def chance(people):
    return people.truth["true_pd"].mean()


def test_each_end_is_what_people_made_with_that_number_show():
    found = vary_free_numbers(
        chance, 2_000, seed=7, numbers=["tax_burden", "pd_ability"], columns=["tax_arrears"]
    )
    assert found["parameter"].tolist() == ["pd_ability", "tax_burden"]  # the most moving first
    told = load_pack("class_balanced").parameters["pd_ability"]
    assert found.loc[0, ["value", "low", "high"]].tolist() == [told.value, told.low, told.high]
    for end in ("low", "high"):
        pack = load_pack("class_balanced", pd_ability=getattr(told, end))
        people = ca.make_borrowers(2_000, seed=7, pack=pack, columns=["sex"])
        assert found.loc[0, f"at_{end}"] == chance(people)
    # Owing tax follows from the burden of debt and moves no chance of default.
    assert found.loc[1, "at_low"] == found.loc[1, "at_high"] == found.loc[1, "figure"]


def test_without_names_every_free_number_with_a_range_is_varied():
    calls = []
    people = ca.make_borrowers(10, seed=7, columns=["sex"])
    ranges = people.made["free_ranges"]
    assert sorted(ranges) == people.made["free_parameters"]
    single = [name for name, (_, low, _) in ranges.items() if low is not None]

    def figure(made):
        calls.append(made.made["pack"])
        return 0.0

    found = vary_free_numbers(figure, 10, seed=7, numbers=single[:3], columns=["sex"])
    assert sorted(found["parameter"]) == sorted(single[:3])
    assert len(calls) == 1 + 2 * 3


def test_a_number_that_is_not_free_is_answered_with_those_that_are():
    with pytest.raises(InputError, match=r"called \['nothing'\].*pd_ability"):
        vary_free_numbers(chance, 10, seed=7, numbers=["nothing"], columns=["sex"])


def test_a_report_about_synthetic_people_shows_the_range_of_every_free_number():
    for made in (ca.make_borrowers(3_000, seed=7), ca.make_firms(3_000, seed=7)):
        tally = ca.Tally.from_frame(made.frame, made.roles, by=[made.roles.groups[0]])
        report = ca.audit(
            ca.Evidence(tally=tally, about=made.made), title="Made up", report_date="2026-11-23"
        )
        (note,) = [one for one in report.context["notes"] if "chosen and not measured" in one]
        for name, (value, low, high) in made.made["free_ranges"].items():
            told = f"{name} (" if low is None else f"{name} {value:g} ({low:g} to {high:g})"
            assert told in note


def test_a_report_about_people_who_exist_has_no_such_note():
    real = ca.load_hmda_boston()
    tally = ca.Tally.from_frame(real.frame, real.roles, by=["race"])
    evidence = ca.Evidence(tally=tally, about=real.made)
    report = ca.audit(evidence, title="Boston", report_date="2026-11-23")
    assert not [one for one in report.context["notes"] if "chosen and not measured" in one]
