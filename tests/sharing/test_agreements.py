"""Hits above a threshold: by hand, and the same as equal keys where everything must agree."""

import numpy as np
import pytest

from creditaudit.errors import InputError
from creditaudit.sharing import agreement_by_chance, matching_thresholds, wrongful_hits


def test_two_keys_on_paper():
    found = matching_thresholds({"name": 0.01, "year": 0.1}, 0.9, list_size=10, population=1_000)
    assert len(found) == 4
    assert found["recall"].tolist() == pytest.approx([0.81, 0.90, 0.99, 1])
    assert found["u"].tolist() == pytest.approx([0.001, 0.01, 0.109, 1])
    assert found["threshold"].iloc[0] == pytest.approx(np.log2(90) + np.log2(9))
    assert found["threshold"].iloc[1] == pytest.approx(np.log2(90) + np.log2(0.1 / 0.9))
    assert found["wrongful"].iloc[0] == pytest.approx(990 * (1 - 0.999**10))
    assert found["per_listing"].iloc[0] == pytest.approx(found["wrongful"].iloc[0] / 10)
    assert set(found["kind"]) == {"sweep"}


def test_where_all_must_agree_it_is_the_closed_form_of_equal_keys():
    counts = [10] * 1_000
    found = matching_thresholds({"key": 9 / 9_999}, 0.99, list_size=50, population=1e6)
    equal = wrongful_hits(counts, list_size=50, population=1e6)
    assert found["wrongful"].iloc[0] == pytest.approx(equal["wrongful"])


def test_a_lower_threshold_finds_more_of_both():
    given = {"u": {"a": 0.02, "b": 0.2, "c": 0.5}, "m": {"a": 0.95, "b": 0.9, "c": 0.99}}
    found = matching_thresholds(**given, list_size=100, population=1e5)
    for name in ("recall", "u", "wrongful", "per_listing"):
        assert found[name].is_monotonic_increasing
    assert found[["recall", "u"]].iloc[-1].tolist() == pytest.approx([1, 1])


def test_a_missing_key_does_not_speak_against_a_hit():
    asked = {"u": {"name": 0.01, "year": 0.1}, "m": 0.9, "list_size": 10, "population": 1_000}
    name_alone = np.log2(90) - 1e-6
    whole, gaps = (matching_thresholds(**asked, missing=missing) for missing in ({}, {"year": 0.5}))
    above = [one[one["threshold"] >= name_alone].iloc[-1] for one in (whole, gaps)]
    assert above[1]["u"] == pytest.approx(0.01 * (0.5 + 0.5 * 0.1))
    assert above[1]["wrongful"] > 5 * above[0]["wrongful"]
    assert above[1]["recall"] == pytest.approx(0.9 * (0.5 + 0.5 * 0.9))


def test_chance_agreement_is_counted_in_the_society(small_world):
    found = agreement_by_chance(small_world, ["surname", "sex"]).set_index("key")
    frame = small_world.people.frame
    share = frame["sex"].value_counts(normalize=True)
    assert found.loc["sex", "value"] == pytest.approx((share**2).sum(), abs=1e-3)
    assert (found["low"] < found["value"]).all()
    assert (found["value"] < found["high"]).all()


def test_chances_that_cannot_be_are_errors():
    ask = {"list_size": 10, "population": 100}
    for u, m, words in (
        ({"a": 0.9}, 0.5, "need 0 < u < m < 1"), ({}, 0.9, "1 to 8"),
        ({"a": 0.1}, {"b": 0.9}, "about the keys"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            matching_thresholds(u, m, **ask)
    with pytest.raises(InputError, match="about the keys"):
        matching_thresholds({"a": 0.1}, 0.9, missing={"b": 0.1}, **ask)
