"""The result: its summary with ranges, its sectors, its repr, and the way to shap."""

import numpy as np
import pandas as pd
import pytest
from explained_people import applicants, card

from creditaudit.errors import InputError, MissingColumn
from creditaudit.explain import Attributions, attributions

PEOPLE, _ = applicants(40, seed=1)
SECTORS = {
    "income": "employer", "late": "bank", "region": "census", "age": "census", "job": "employer",
    "debt": "bank",
}  # fmt: skip


def made(values, **given):
    settings = {
        "base": 600.0, "gap": 0.0, "backend": "closed form", "method": "interventional",
        "scale": "points", "n_background": 3,
    }  # fmt: skip
    return Attributions(values=pd.DataFrame(values), **(settings | given))


def test_sizes_and_means_are_told_with_their_ranges_largest_first():
    found = made({"late": [1.0, -1, 1, -1], "debt": [4.0, 2, 4, 2]}).frame
    assert found["feature"].tolist() == ["debt", "debt", "late", "late"]
    assert found["measure"].tolist() == ["mean_size", "mean"] * 2
    assert found["value"].tolist() == [3, 3, 1, 0]
    # Standard deviation of the mean of late: sqrt(4/3) / 2.
    half = 1.959964 * np.sqrt(4 / 3) / 2
    assert found["low"].tolist() == pytest.approx([3 - half, 3 - half, 1, -half], abs=1e-6)
    assert found["high"].tolist() == pytest.approx([3 + half, 3 + half, 1, half], abs=1e-6)
    assert set(found["n"]) == {4}
    assert list(found.columns) == ["feature", "measure", "value", "low", "high", "n", "note"]


def test_a_mean_size_is_never_below_nothing():
    found = made({"late": [0.0, 0, 0, 1]}).frame
    assert found.loc[0, "low"] == 0


def test_the_bootstrap_is_near_the_normal_range_and_its_seed_repeats_it():
    rng = np.random.default_rng(7)
    attributed = made({"late": rng.normal(2, 3, 500)})
    normal, drawn = attributed.frame, attributed.summary(ranges="bootstrap", seed=1)
    assert drawn["low"].tolist() == pytest.approx(normal["low"].tolist(), abs=0.05)
    assert drawn["high"].tolist() == pytest.approx(normal["high"].tolist(), abs=0.05)
    assert drawn.equals(attributed.summary(ranges="bootstrap", seed=1))
    assert not drawn.equals(attributed.summary(ranges="bootstrap", seed=2))


def test_one_person_has_no_range_and_says_so():
    found = made({"late": [2.0]}).frame
    assert found["low"].isna().all()
    assert set(found["note"]) == {"one person: no range"}


def test_an_unknown_range_is_refused():
    with pytest.raises(InputError, match='must be "normal" or "bootstrap"'):
        made({"late": [2.0, 3]}).summary(ranges="jackknife")


@pytest.mark.parametrize("as_frame", [True, False])
def test_sectors_add_up_their_features_and_keep_the_score(as_frame):
    catalog = pd.DataFrame({"column": list(SECTORS), "sector": list(SECTORS.values())})
    found = attributions(card(), PEOPLE, scale="points")
    summed = found.by_sector(catalog if as_frame else SECTORS)
    assert list(summed.values.columns) == ["employer", "bank", "census"]
    assert np.allclose(summed.output, card().points(PEOPLE))
    bank = found.values["late"] + found.values["debt"]
    assert np.allclose(summed.values["bank"], bank)
    assert "Sums of the values of features" in summed.notes[-1]


def test_a_feature_without_a_sector_is_named():
    with pytest.raises(MissingColumn, match="'job' not found"):
        attributions(card(), PEOPLE).by_sector({k: v for k, v in SECTORS.items() if k != "job"})


def test_shap_gets_the_same_numbers():
    found = attributions(card(), PEOPLE, scale="points")
    theirs = found.to_shap()
    assert np.array_equal(theirs.values, found.values)
    assert np.array_equal(theirs.base_values, np.full(40, found.base))
    assert theirs.feature_names == list(PEOPLE.columns)
    assert theirs.data.shape == (40, 6)
    assert found.by_sector(SECTORS).to_shap().data is None


def test_it_says_what_it_is_in_words_and_in_html():
    found = made({"<b>": [1.0, 2.0]}, notes=("Few & far.",), gap=2e-9)
    words = "interventional against 3 people, points, base 600, by closed form; largest gap"
    assert words in repr(found)
    assert repr(found).startswith("Attributions(2 people, 1 features")
    html = found._repr_html_()
    assert "Few &amp; far." in html
    assert "&lt;b&gt;" in html
    assert "path-dependent, points" in repr(
        made({"late": [1.0]}, method="path_dependent", n_background=None)
    )
