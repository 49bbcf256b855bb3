import pytest

from creditaudit.pages.join_curve import StepLine, step_axes


def test_lines_hold_their_shares_with_the_numbers_at_the_dots():
    lines = [StepLine("alone", (0.25, 0.5)), StepLine("few", (0.5, 1.0))]
    ax = step_axes(["census", "$shop$"], lines, "share")
    drawn = [list(line.get_ydata()) for line in ax.lines if len(line.get_xdata()) == 2]
    assert drawn == [[0.25, 0.5], [0.5, 1.0]]
    words = {text.get_text() for text in ax.texts}
    assert {"25.0", "50.0", "100.0", "alone", "few"} <= words
    assert [label.get_text() for label in ax.get_xticklabels()] == ["census", "+ $shop$"]
    assert not any(label.get_parse_math() for label in ax.get_xticklabels())


@pytest.mark.parametrize("steps", [2, 8])
def test_names_of_steps_fit(steps):
    names = ["a very long name of a sector"] * steps
    ax = step_axes(names, [StepLine("alone", (0.5,) * steps)], "share")
    assert sum(len(label.get_text()) for label in ax.get_xticklabels()) <= 64
