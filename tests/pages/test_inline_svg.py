import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from creditaudit.charts import disparity_chart, rate_chart
from creditaudit.pages.inline_svg import svg


def figure(labels=("white", "black")):
    frame = pd.DataFrame({"race": labels, "n": 40, "value": 0.5, "low": 0.4, "high": 0.6})
    return rate_chart(frame, key="race", reference="white").get_figure()


def ids(text):
    return re.findall(r'\bid="([^"]+)"', text)


def test_the_same_figure_gives_the_same_bytes():
    assert svg(figure(), "t", "d") == svg(figure(), "t", "d")


def test_it_is_named_and_described_for_a_screen_reader():
    root = ElementTree.fromstring(svg(figure(), "Share approved", "white 50 %", prefix="c1"))
    assert root.get("role") == "img"
    named = {child.get("id"): child.text for child in root if child.tag in ("title", "desc")}
    assert [named[name] for name in root.get("aria-labelledby").split()] == [
        "Share approved",
        "white 50 %",
    ]


def test_two_charts_in_one_page_share_no_id():
    one, two = svg(figure(), "t", "d", prefix="c1"), svg(figure(), "t", "d", prefix="c2")
    assert ids(one)
    assert not set(ids(one)) & set(ids(two))
    assert not set(ids(svg(figure(), "t", "d"))) & set(ids(svg(figure(), "t", "other")))


def test_every_reference_points_into_the_same_chart():
    text = svg(figure(), "t", "d")
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text)) <= {
        (name, "") for name in ids(text)
    }


def test_it_is_small_carries_no_metadata_and_loads_nothing():
    frame = pd.DataFrame({"g": [f"group {i}" for i in range(12)]})
    frame = frame.assign(
        reference="r", value=0.8, low=0.7, high=0.9, low_family=0.6, high_family=1.0
    )
    text = svg(disparity_chart(frame, line=0.8).get_figure(), "t", "d")
    assert len(text.encode()) < 15_000
    assert "metadata" not in text
    assert "http" not in text
    assert "Matplotlib" not in text


@pytest.mark.parametrize(
    "label", ["<script>alert(1)</script>", "a & b", "]]>", '"', "中国", "\x00"]
)
def test_hostile_words_stay_words(label):
    text = svg(figure((label, "x")), label.replace("\x00", ""), "d")
    assert "<script" not in text
    ElementTree.fromstring(text)


def test_text_stays_text_in_the_font_of_the_page():
    text = svg(figure(), "t", "d")
    assert ">black</text>" in text
    assert "font-family" not in text


def test_a_figure_of_the_caller_keeps_working_after_it():
    drawn = figure()
    svg(drawn, "t", "d")
    drawn.canvas.draw()
