"""What joined data tell of a trait: planted truths, and controls that must tell nothing."""

import numpy as np
import pandas as pd
import pytest

from creditaudit.errors import InputError, MissingColumn
from creditaudit.sharing import attribute_inference, leakage
from creditaudit.sharing.inferences import trait

SECTORS = {"speech": "telecom", "noise": "tax", "copy": "police", "z": "census"}


def people(n=2_000, seed=3):
    """``speech`` is a standard normal, one higher for people with z: AUC Phi(1 / sqrt 2) = .760."""
    rng = np.random.default_rng(seed)
    z = (rng.random(n) < 0.3).astype(int)
    return pd.DataFrame({
        "z": z, "speech": rng.normal(size=n) + z, "noise": rng.normal(size=n),
        "copy": np.where(rng.random(n) < 0.98, z, 1 - z),
    })  # fmt: skip


def test_the_auc_is_the_one_planted_and_mixing_the_trait_up_tells_nothing():
    found = attribute_inference(people(6_000), ["telecom"], ["z"], sectors=SECTORS)
    auc = found.of("z").iloc[0]
    assert auc["low"] - 0.02 <= 0.7602 <= auc["high"] + 0.005
    mixed = found.of("z", "auc_mixed").iloc[0]
    assert mixed["low"] <= 0.5 <= mixed["high"]
    gain = found.of("z", "gain").iloc[0]
    assert gain["value"] == pytest.approx(auc["value"] - 0.5)
    # On the people fitted on, memory flatters.
    assert found.of("z", "auc_fitted")["value"].iloc[0] > auc["value"]


def test_what_is_known_already_is_no_gain():
    given = people(3_000)
    found = attribute_inference(given, ["tax"], ["z"], sectors=SECTORS, own=["speech"])
    gain = found.of("z", "gain").iloc[0]
    assert gain["low"] <= 0 <= gain["high"] + 0.02
    assert gain["note"] == "over own columns alone"
    more = attribute_inference(given, ["police"], ["z"], sectors=SECTORS, own=["speech"])
    assert more.of("z", "gain")["low"].iloc[0] > 0.1


def test_joins_add_up_and_a_target_is_never_an_input():
    found = attribute_inference(people(), ["tax", "telecom", "census"], ["z"], sectors=SECTORS)
    assert found.of("z")["columns"].tolist() == [1, 2, 2]
    assert found.of("z")["value"].iloc[2] < 0.9
    again = attribute_inference(people(), ["tax", "telecom", "census"], ["z"], sectors=SECTORS)
    pd.testing.assert_frame_equal(found.frame, again.frame)
    assert "half of them left out" in repr(found)


def test_the_matrix_has_a_field_for_every_sector_but_the_owner():
    given = people().assign(calls=1.5)
    found = leakage(
        given, {"z": "census", "speech": "telecom"}, sectors=SECTORS | {"calls": "telecom"}
    )
    matrix = found.matrix
    assert set(matrix.index) == {"telecom", "tax", "police"}
    assert matrix.loc["police", "z"] > 0.95
    assert matrix.loc["tax", "z"] == pytest.approx(0.5, abs=0.06)
    assert np.isnan(matrix.loc["telecom", "speech"])
    assert "0.50 tells nothing" in found.chart().get_xlabel()
    assert "own" in found._repr_html_()


def test_traits_are_made_of_columns_by_the_rule_that_is_stated():
    frame = pd.DataFrame({
        "rare": [0, 0, 0, 1], "amount": [0.0, 0.0, 5.0, 9.0], "town": list("aaab"),
        "few": pd.array([1, None, 0, 0], dtype="Int8"), "kind": pd.Categorical(list("xyxz")),
        "one": 1,
    })  # fmt: skip
    assert trait(frame, "rare").said == "rare is 1"
    assert trait(frame, "amount").said == "amount is above 2.5"
    assert trait(frame, "town").said == "town is b"
    assert trait(frame, "kind").said == "kind is x"
    assert trait(frame, "few").known.tolist() == [True, False, True, True]
    with pytest.raises(InputError, match="nothing to infer"):
        trait(frame, "one")


def test_too_rare_a_trait_or_none_is_an_error():
    given = people(200).assign(z=lambda x: (x.index < 8).astype(int))
    with pytest.raises(InputError, match="z is 1: 4 people in half"):
        attribute_inference(given, ["tax"], ["z"], sectors=SECTORS)
    with pytest.raises(InputError, match="at least one secret"):
        leakage(given, {}, sectors=SECTORS)
    with pytest.raises(InputError, match="Targets: z"):
        attribute_inference(people(), ["tax"], ["z"], sectors=SECTORS).of("speech")


def test_a_society_gives_away_what_was_planted_and_dates_are_read(small_world):
    found = leakage(
        small_world, {"minority": "protected"}, most=2_000,
        holders={"tax": ["tax_arrears"], "census": ["birth_date"]},
    )  # fmt: skip
    assert found.matrix["minority"].between(0.4, 0.6).all()
    assert found.synthetic


def test_a_trait_that_is_not_there_is_named(small_world):
    with pytest.raises(MissingColumn, match="minorty"):
        attribute_inference(small_world, {"a": ["age"]}, ["minorty"])
