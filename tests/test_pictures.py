"""The pictures of the pages hold the numbers that are computed now, and tell them in words."""

import importlib.util
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def marginals():
    spec = importlib.util.spec_from_file_location("marginals", PICTURES / "marginals.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def told():
    return pd.read_csv(PICTURES / "marginals.csv")


def test_the_numbers_are_those_that_are_computed_now(marginals, told):
    now = marginals.numbers().astype({"low_edge": "float64", "high_edge": "float64"})
    pd.testing.assert_frame_equal(told, now, rtol=0, atol=1e-6)


def test_every_picture_has_a_title_and_its_numbers_in_words(marginals, told):
    drawn = marginals.pictures(told)
    assert sorted(drawn) == sorted(path.name for path in PICTURES.glob("*.svg"))
    for name, text in drawn.items():
        there, now = (
            ElementTree.fromstring(one) for one in ((PICTURES / name).read_text("utf-8"), text)
        )
        assert there.find(f"{SVG}title").text == now.find(f"{SVG}title").text
        assert there.find(f"{SVG}desc").text == now.find(f"{SVG}desc").text
        assert "class_balanced (synthetic)" in there.find(f"{SVG}desc").text
        assert (PICTURES / name).stat().st_size < 60_000


def test_every_distribution_adds_up_to_everyone_and_no_band_is_of_few_real_people(told):
    bands = told[told["low_edge"].notna()]
    sums = bands.groupby(["quantity", "source"])["value"].sum()
    assert sums.between(1 - 1e-4, 1 + 1e-4).all()
    real = bands[bands["made"] == "real"]
    assert (real["value"] * real["n"] >= 5 - 1e-3).all()


def test_no_title_of_a_picture_names_a_country(marginals, told):
    for text in marginals.pictures(told).values():
        title = ElementTree.fromstring(text).find(f"{SVG}title").text
        assert not {"china", "taiwan", "states", "germany"} & set(title.lower().split())
