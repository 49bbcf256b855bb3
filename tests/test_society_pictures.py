"""The pictures of a society hold the numbers that are computed now, and tell them in words."""

import importlib.util
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
FOLDER = PICTURES / "society"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawing():
    spec = importlib.util.spec_from_file_location("society_pictures", PICTURES / "society.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def told():
    return pd.read_csv(FOLDER / "society.csv")


def test_the_numbers_are_those_that_are_computed_now(drawing, told):
    now = drawing.numbers().astype({"n": "float64", "value": "float64"})
    pd.testing.assert_frame_equal(told, now, rtol=0, atol=1e-6, check_dtype=False)


def test_every_picture_has_a_title_and_its_numbers_in_words(drawing, told):
    drawn = drawing.pictures(told)
    assert sorted(drawn) == sorted(path.name for path in FOLDER.glob("*.svg"))
    for name, text in drawn.items():
        there, now = (
            ElementTree.fromstring(one) for one in ((FOLDER / name).read_text("utf-8"), text)
        )
        for part in ("title", "desc"):
            assert there.find(f"{SVG}{part}").text == now.find(f"{SVG}{part}").text
        assert "the society: " in there.find(f"{SVG}desc").text


def test_the_society_is_near_what_is_published(told):
    wide = told.pivot_table(index=["quantity", "at"], columns="source", values="value")
    ratio = wide["the society"] / wide["published"]
    assert ratio["household size"].between(0.96, 1.04).all()
    assert ratio["contacts"].between(0.9, 1.1).all()
    assert ratio["namesakes"].between(0.98, 1.2).all()
    assert ratio["employees"].loc[:200].between(0.75, 1.25).all()
