import pytest

from creditaudit.pages.cause_bars import REST_COLOUR, CauseBar, cause_axes, colour_of


def test_parts_add_up_and_what_is_below_nothing_goes_left():
    bar = CauseBar("hub", (("a", 0.04), ("b", -0.01), ("unexplained", 0.05), ("c", 0.0)))
    assert bar.whole == pytest.approx(0.08)
    assert bar.words == "a 4.0 · b −1.0 · unexplained 5.0 · c 0.0"
    ax = cause_axes([bar], "x")
    spans = [(one.get_x(), one.get_width()) for one in ax.patches]
    assert sum(spans, ()) == pytest.approx((0.0, 0.04, 0.0, -0.01, 0.04, 0.05))
    left, right = ax.get_xlim()
    assert left <= -0.01
    assert right >= 0.09


def test_every_cause_has_its_colour_in_every_bar():
    causes = ["a", "b", "unexplained", "c"]
    colours = [colour_of(cause, causes) for cause in causes]
    assert len(set(colours)) == 4
    assert colours[2] == REST_COLOUR


def test_names_are_no_mathematics_and_long_ones_are_cut():
    ax = cause_axes([CauseBar("$x_1$" * 40, (("$y$" * 20, 0.1), ("b", 0.2)))], "x")
    assert all(len(text.get_text()) <= 100 for text in ax.texts)
    assert not any(text.get_parse_math() for text in ax.texts)
