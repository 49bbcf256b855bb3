"""Who is taken for somebody on a list: closed form and count, groups, unions, missing keys."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn, RefusedError
from creditaudit.sharing import linkage_error

ROLES = ca.Roles(groups=["side"])


def named(names, synthetic=True, **columns):
    frame = pd.DataFrame({"person_name": names, **columns})
    frame["side"] = columns.get("side", "all")
    return ca.Population(frame, ROLES, made={"synthetic": synthetic})


def one(found, measure, step=1, **where):
    rows = found.frame[(found.frame["measure"] == measure) & (found.frame["step"] == step)]
    for name, value in where.items():
        rows = rows[rows[name] == value]
    (row,) = rows.to_dict("records")
    return row


def test_five_people_on_paper():
    # Three share a name. Listing one of the three hits two others; listing another hits nobody.
    found = linkage_error(
        named(["Mo Ra", "Mo Ra", "Mo Ra", "Ta Li", "Be Su"]), ["person_name"], list_size=1,
        seeds=range(300),
    )  # fmt: skip
    expected = one(found, "wrongful_expected")
    assert expected["value"] == pytest.approx(3 / 5 * 2)
    assert expected["kind"] == "theorem"
    counted = one(found, "wrongful_counted")
    assert counted["low"] <= 1.2 <= counted["high"]
    assert counted["note"] == "single lists: 0 to 2"
    assert one(found, "effective_keys")["value"] == pytest.approx(10 / 3)


def test_a_society_counts_what_the_closed_form_says():
    """Where more than 1,000 people are hit, the two are within 5 per cent of each other."""
    world = ca.make_society(people=65_000, firms=500, seed=7)
    found = linkage_error(
        world, ["surname", "birth_year", "region"], list_size=800, by="common_surname"
    )
    checked = 0
    for step in (1, 2, 3):
        expected = one(found, "wrongful_expected", step, by="")["value"]
        counted = one(found, "wrongful_counted", step, by="")["value"]
        if counted > 1_000:
            assert counted == pytest.approx(expected, rel=0.05)
            checked += 1
    assert checked == 2
    common = one(found, "share_counted", 2, group="one of the 10 commonest")
    another = one(found, "share_counted", 2, group="another")
    assert common["low"] > 2 * another["high"]
    keys = found.of("effective_keys")["value"]
    assert keys.is_monotonic_increasing


def test_ranges_over_draws_hold_the_closed_form():
    people = named(np.repeat([f"Ra {k}" for k in range(60)], np.arange(1, 61) // 6 + 1))
    truth = one(linkage_error(people, ["person_name"], list_size=9, seeds=[0]), "wrongful_expected")
    held = 0
    for start in range(0, 2_000, 20):
        found = linkage_error(people, ["person_name"], list_size=9, seeds=range(start, start + 20))
        row = one(found, "wrongful_counted")
        held += row["low"] <= truth["value"] <= row["high"]
    # 95 per cent of 100, within three standard errors.
    assert held >= 88


def test_lists_searched_together_hit_whom_one_of_them_hits(small_world):
    found = linkage_error(
        small_world, ["surname"], list_size={"court": 40, "tax": 30, "customs": 20}, seeds=range(5)
    )
    rows = found.frame[found.frame["measure"] == "wrongful_counted"]
    assert rows["lists"].tolist() == ["court", "court + tax", "court + tax + customs"]
    assert rows["value"].is_monotonic_increasing
    assert found.list_size == 90
    assert found.of("wrongful_counted")["lists"].tolist() == ["court + tax + customs"]
    expected = found.frame[found.frame["measure"] == "wrongful_expected"]["value"].to_numpy()
    assert rows["value"].to_numpy() == pytest.approx(expected, rel=0.1)


def test_a_missing_key_acts_as_if_it_agreed(small_world):
    keys = ["surname", "birth_year"]
    shares = [0, 0.3, 1]
    hits = [
        one(linkage_error(small_world, keys, list_size=50, missing={"birth_year": share}),
            "wrongful_counted", 2)["value"]
        for share in shares
    ]  # fmt: skip
    assert hits[0] < hits[1] < hits[2]
    alone = linkage_error(small_world, ["surname"], list_size=50)
    assert hits[2] == pytest.approx(one(alone, "wrongful_counted")["value"])
    some = linkage_error(small_world, keys, list_size=50, missing={"birth_year": 0.3})
    assert hits[1] == pytest.approx(one(some, "wrongful_expected", 2)["value"], rel=0.1)
    assert "effective_keys" not in set(some.frame[some.frame["step"] == 2]["measure"])


def test_entries_without_any_key_are_not_searched_by(small_world):
    found = linkage_error(small_world, ["surname"], list_size=50, missing={"surname": 0.5})
    whole = linkage_error(small_world, ["surname"], list_size=50)
    half, full = (one(f, "wrongful_counted")["value"] for f in (found, whole))
    assert 0.4 * full < half < 0.9 * full
    assert half == pytest.approx(one(found, "wrongful_expected")["value"], rel=0.15)


def test_a_list_of_one_group_hits_its_namesakes_which_the_closed_form_cannot_know():
    names = ["Mo Ra"] * 50 + [f"P{i} X" for i in range(50)]
    people = named(names, side=["east"] * 50 + ["west"] * 50, listed=[1] * 10 + [0] * 90)
    found = linkage_error(people, ["person_name"], list_size=5, list_from="listed", by="side")
    assert one(found, "wrongful_counted", by="")["value"] == 45
    assert one(found, "wrongful_expected", by="")["value"] < 50
    assert one(found, "wrongful_expected", by="")["kind"] == "estimate"
    assert one(found, "share_counted", group="east")["value"] == 1
    assert one(found, "share_counted", group="west")["value"] == 0
    flags = np.arange(100) < 10
    again = linkage_error(people, ["person_name"], list_size=5, list_from=flags, by="side")
    pd.testing.assert_frame_equal(found.frame, again.frame)


def test_growth_is_a_sweep_over_lists_and_populations(small_world):
    found = linkage_error(small_world, ["surname", "birth_year"], list_size=40, seeds=[1])
    grown = found.growth([40], [4_000, 4e6])
    assert grown["kind"].tolist() == ["theorem", "sweep"] * 2
    assert (grown["low"] <= grown["per_listing"]).all()
    assert (grown["per_listing"] <= grown["high"]).all()
    wide = grown[grown["kind"] == "sweep"].set_index("keys").loc["surname + birth_year"]
    here = one(found, "per_listing_expected", 2)["value"]
    # Names that grow in number with people: as many hits for each listing as here, or fewer.
    assert wide["low"] <= here * 1.01
    per = grown.set_index(["keys", "population"])["per_listing"]
    assert per["surname + birth_year", 4e6] == pytest.approx(
        1_000 * per["surname + birth_year", 4_000], rel=0.1
    )
    assert per["surname", 4_000] == pytest.approx(
        one(found, "per_listing_expected", 1)["value"], rel=1e-6
    )
    axes = found.chart()
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert "synthetic people" in axes.get_xlabel()
    # No line of a sweep without its range.
    assert len(axes.collections) == len(grown["keys"].unique())
    assert np.isnan(one(found, "wrongful_counted", 1)["low"])


def test_names_of_real_people_are_never_searched(small_world):
    with pytest.raises(RefusedError, match="synthetic people only"):
        linkage_error(named(["Mo Ra"] * 9, synthetic=False), ["person_name"], list_size=2)
    with pytest.raises(RefusedError, match="wrongful_hits"):
        linkage_error(small_world.people.frame, ["person_name"], list_size=2)


def test_what_is_not_there_is_an_error_that_names_what_is(small_world):
    for given, error, words in (
        ({"keys": ["name"]}, MissingColumn, "birth_year"),
        ({"keys": []}, InputError, "at least one key"),
        ({"seeds": []}, InputError, "empty"),
        ({"seeds": [1, 1]}, InputError, "more than once"),
        ({"seeds": True}, InputError, "seeds=True"),
        ({"list_size": 5_000}, InputError, "among 4,000 people"),
        ({"list_from": "listed"}, InputError, "no column"),
        ({"list_from": [1, 2]}, InputError, "one truth value a person"),
        ({"list_from": "listed_court"}, InputError, "can be on it"),
        ({"by": "tribe"}, MissingColumn, "common_surname"),
        ({"missing": {"surname": 2}}, InputError, "share of 0 to 1"),
    ):  # fmt: skip
        asked = {"keys": ["surname"], "list_size": 900, "seeds": [0]} | given
        with pytest.raises(error, match=words):
            linkage_error(small_world, **asked)
    found = linkage_error(small_world, ["surname"], list_size=9, seeds=[0])
    with pytest.raises(InputError, match="Measures: effective_keys"):
        found.of("wrong")
    assert "wrongful hits for one true listing" in repr(found)
    assert "<table" in found._repr_html_()
