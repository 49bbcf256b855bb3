import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from creditaudit.charts import disparity_chart, plain_label, rate_chart, shorten
from creditaudit.errors import InputError, MissingColumn


def rates(labels=("white", "black"), values=(0.84, 0.68)):
    return pd.DataFrame(
        {
            "race": list(labels),
            "n": [1204, 340][: len(labels)],
            "value": list(values),
            "low": [None if v is None else v - 0.03 for v in values],
            "high": [None if v is None else v + 0.02 for v in values],
            "note": "",
        }
    )


def ratios(**over):
    row = {"race": "black", "reference": "white", "n": 9, "value": 0.81, "low": 0.76, "high": 0.86}
    return pd.DataFrame([row | over])


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_each_row_says_its_group_rate_range_and_people():
    axes = rate_chart(rates(), key="race")
    assert words(axes) == [
        "white",
        "84.0 % (81.0 to 86.0), n = 1,204",
        "black",
        "68.0 % (65.0 to 70.0), n = 340",
    ]


def test_the_reference_is_named_in_words_not_in_colour_alone():
    axes = rate_chart(rates(), key="race", reference="white")
    assert words(axes)[0] == "white (reference)"
    faces = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"]
    assert faces == ["white", "#0072B2"]


def test_an_undefined_rate_is_written_and_has_no_dot():
    axes = rate_chart(rates(values=(0.84, None)), key="race")
    assert words(axes)[3] == "undefined, n = 340"
    assert sum(line.get_marker() == "o" for line in axes.lines) == 1


def test_bounds_of_an_undefined_rate_are_drawn_dotted():
    frame = rates().assign(value=[0.84, np.nan], low=[0.81, 0.1], high=[0.86, 0.9])
    axes = rate_chart(frame, key="race")
    assert words(axes)[3] == "undefined (between 10.0 and 90.0 %), n = 340"
    assert any(line.is_dashed() for line in axes.lines)


def test_several_keys_make_one_label_and_a_missing_group_says_so():
    frame = rates().assign(sex=["women", None])
    assert words(rate_chart(frame, key=["race", "sex"]))[::2] == [
        "white, women",
        "black, (missing)",
    ]


@pytest.mark.parametrize(
    "label", ["$x$", "$\\frac{1}{0}$ $", "<script>", "a\x00b\nc", "شركة", "$" * 9]
)
def test_hostile_labels_are_drawn_as_they_are(label):
    axes = rate_chart(rates(labels=(label, "x")), key="race")
    assert words(axes)[0] == plain_label(label)
    axes.get_figure().canvas.draw()


def test_a_very_long_label_ends_in_an_ellipsis():
    assert words(rate_chart(rates(labels=("y" * 400, "x")), key="race"))[0].endswith("…")


def test_wide_characters_count_twice_when_shortened():
    assert shorten("中国最高人民法院", 6) == "中国…"
    assert shorten("abcdef", 6) == "abcdef"


def test_charts_with_the_same_span_have_the_same_axis():
    one = rate_chart(rates(values=(0.84, 0.8)), key="race", span=(0.2, 0.86))
    other = rate_chart(rates(values=(0.84, 0.25)), key="race", span=(0.2, 0.86))
    assert one.get_xlim() == other.get_xlim()


def test_the_axis_of_rates_stays_within_0_and_100():
    left, right = rate_chart(rates(values=(1.0, 0.01)), key="race").get_xlim()
    assert left == 0
    assert right == 1


def test_axes_that_are_given_are_drawn_into():
    axes = Figure().subplots()
    assert rate_chart(rates(), key="race", ax=axes) is axes
    axes = Figure().subplots()
    assert disparity_chart(ratios(), line=0.8, ax=axes) is axes


def test_the_line_and_its_inverse_are_drawn_and_labelled():
    axes = disparity_chart(ratios(), line=0.8)
    assert isinstance(axes, Axes)
    assert {"line 0.80", "1.25", "equal"} <= set(words(axes))
    assert axes.get_xscale() == "log"
    marked = {float(x) for line in axes.lines for x in np.ravel(line.get_xdata()) if x == x}
    assert {0.8, 1.25, 1.0} <= marked


def test_a_ladder_row_says_its_ratio_and_range():
    axes = disparity_chart(ratios(), line=0.8)
    assert words(axes)[-2:] == ["black", "0.81 (0.76 to 0.86)"]
    assert "white = 1" in axes.get_xlabel()


def test_rows_with_different_references_name_each():
    frame = pd.concat([ratios(), ratios(reference="asian")])
    assert "black / asian" in words(disparity_chart(frame, line=0.8))


def test_a_ratio_of_zero_ends_in_an_arrow():
    axes = disparity_chart(ratios(value=0.0, low=0.0, high=0.4), line=0.8)
    assert [line for line in axes.lines if line.get_marker() == "<"]
    assert "0.00 (0.00 to 0.40)" in words(axes)


def test_an_undefined_ratio_is_written():
    axes = disparity_chart(ratios(value=None, low=None, high=None), line=0.8)
    assert "undefined" in words(axes)


def test_a_missing_column_an_empty_frame_and_a_wrong_line_are_named():
    with pytest.raises(MissingColumn, match="'value'"):
        rate_chart(rates().drop(columns="value"), key="race")
    with pytest.raises(InputError, match="no rows"):
        rate_chart(rates().head(0), key="race")
    with pytest.raises(InputError, match="between 0 and 1"):
        disparity_chart(ratios(), line=1.25)


def test_the_frame_of_the_caller_is_not_changed():
    frame = rates()
    before = frame.copy()
    rate_chart(frame, key="race")
    pd.testing.assert_frame_equal(frame, before)


def test_charts_leave_matplotlib_unloaded_until_drawn_and_never_use_pyplot():
    code = (
        "import sys, pandas as pd; from creditaudit.charts import rate_chart\n"
        "assert 'matplotlib' not in sys.modules\n"
        "f = pd.DataFrame({'g': ['a'], 'n': [1], 'value': [.5], 'low': [.4], 'high': [.6]})\n"
        "rate_chart(f, key='g')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
