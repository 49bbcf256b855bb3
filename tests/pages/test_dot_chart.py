import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.pages.dot_chart import dot_axes, tick_numbers, tick_words
from creditaudit.pages.number_rows import NumberRow


def row(value, low=None, high=None, kind="estimate", **more):
    return NumberRow("a $name$", value, low, high, kind, str(value), **more)


def marks(ax):
    return [line.get_marker() for line in ax.lines if line.get_marker() not in ("None", None, "")]


def test_the_mark_tells_the_kind_of_number():
    ax = dot_axes([row(1.0), row(2.0, kind="theorem"), row(3.0, kind="sweep")], "x", "number")
    assert marks(ax) == ["o", "D", "s"]
    assert ax.lines[-2].get_markerfacecolor() == "white"


def test_a_sweep_is_dotted_and_an_estimate_is_not():
    ax = dot_axes([row(1.0, 0.5, 2.0), row(1.0, 0.5, 2.0, "sweep")], "x", "number")
    ranges = [line for line in ax.lines if list(line.get_xdata()) == [0.5, 2.0]]
    assert [line.is_dashed() for line in ranges] == [False, True]


def test_what_has_no_place_on_a_log_axis_ends_in_an_arrow():
    ax = dot_axes([row(0.0), row(20.0), row(0.05, 0.0, 0.2)], "x", "log")
    assert marks(ax) == ["<", "o", "o"]
    assert ax.get_xlim() == (0.01, 100.0)
    assert dot_axes([row(0.0), row(-1.0)], "x", "log") is None


def test_the_line_is_named_inside_the_axes():
    for at, side in ((0.0, "left"), (1.0, "center"), (2.0, "right")):
        ax = dot_axes([row(0.5), row(2.0)], "x", "number", line=(at, "one each"))
        (text,) = [text for text in ax.texts if text.get_text() == "one each"]
        assert text.get_horizontalalignment() == side


def test_further_marks_stand_beside_the_number():
    ax = dot_axes([row(1.0, marks=((">", 5.0), ("<", -2.0)))], "x", "number")
    assert marks(ax) == [">", "<", "o"]
    assert ax.get_xlim() == (-2.0, 6.0)


@pytest.mark.parametrize(
    ("ends", "scale", "words"),
    [
        ([8.2], "number", ["0", "2", "4", "6", "8", "10"]),
        ([0.02, 0.061], "percent", ["0 %", "2 %", "4 %", "6 %", "8 %"]),
        ([-0.02, 0.056], "number", ["−0.02", "0.00", "0.02", "0.04", "0.06"]),
        ([0.11], "percent", ["0.0 %", "2.5 %", "5.0 %", "7.5 %", "10.0 %", "12.5 %"]),
        ([], "number", ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ],
)
def test_ticks_are_round(ends, scale, words):
    ticks = tick_numbers(ends)
    assert [tick_words(at, ticks, scale) for at in ticks] == words


@given(st.lists(st.floats(-1e12, 1e12), max_size=5))
def test_ticks_hold_all_numbers_and_are_few(ends):
    ticks = tick_numbers(ends)
    assert 2 <= len(ticks) <= 8
    assert all(a < b for a, b in pairwise(ticks))
    slack = 1e-6 * (ticks[-1] - ticks[0])
    assert all(ticks[0] - slack <= x <= ticks[-1] + slack for x in [0.0, *ends])
    assert all(math.isfinite(at) for at in ticks)
