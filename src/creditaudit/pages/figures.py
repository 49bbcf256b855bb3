"""The charts of a report page, drawn from the tables of its findings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pandas as pd

from creditaudit.charts import disparity_chart, plain_label, rate_chart, rate_words, ratio_words
from creditaudit.pages.inline_svg import svg
from creditaudit.pages.wording import key_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROWS = 12
RATE_WORDS = {
    "disparity": "share approved",
    "error_rates": "share of good payers refused",
    "intersections": "share approved",
    "calibration": "share who paid",
}
RATIO_WORDS = {
    "disparity": "ratio of approval rates",
    "error_rates": "ratio of shares refused",
    "intersections": "ratio of approval rates",
}


class Drawn(NamedTuple):
    """A chart on the page: the audit or the finding it stands with, and what stands beside it.

    A table is given where the chart gathers several findings; else the table of its finding is
    below it.
    """

    place: str
    svg: str
    title: str = ""
    caption: str = ""
    table: dict[str, Any] | None = None


def rates_svg(
    finding: Mapping[str, Any], *, among: Sequence[Mapping[str, Any]] = (), prefix: str
) -> str | None:
    """Return the chart of a finding's table, or None when it holds no rates.

    The axis is wide enough for all findings of ``among``, so that their charts can be compared.
    """
    frame = _rates(finding)
    if frame is None:
        return None
    rows, keys = finding["table"]["rows"], key_columns(finding["table"]["columns"])
    records = frame.to_dict("records")
    frames = [other for other in map(_rates, among) if other is not None]
    known = [x for other in frames for x in _known(other)]
    span = (min(known), max(known)) if known else None
    what = RATE_WORDS.get(finding["audit"], "share")
    # A finding names its groups "race white"; the chart has "white", under the name of the key.
    named = {
        ", ".join(f"{key}{link}{plain_label(row[key])}" for key in keys): _label(row, keys)
        for row in records
        for link in (" ", ": ")
    }
    reference = named.get(finding["reference"], finding["reference"])
    axes = rate_chart(frame, key=keys, reference=reference, span=span, words=what)
    said = [
        f"{_label(row, keys)} {rate_words(row['value'], row['low'], row['high'])}"
        for row in records
    ]
    title = f"{what.capitalize()}, by {', '.join(map(plain_label, keys))}"
    return inline(axes, title, said_of(said, len(rows)), prefix)


def ladder_svg(findings: Sequence[Mapping[str, Any]], *, line: Any, prefix: str) -> str | None:
    """Return the chart of several ratios of one audit, or None when there are fewer than two."""
    shown = [f for f in findings if f["unit"] == "ratio" and f["group"] is not None]
    shown = [f for f in shown if any(f[name] is not None for name in ("estimate", "low", "high"))]
    if line is None or len(shown) < 2:
        return None
    part = shown[:ROWS]
    names = {"value": "estimate"} | {n: n for n in ("low", "high", "low_family", "high_family")}
    frame = pd.DataFrame(
        [
            [f["group"], f["reference"] or "reference", *(f[n] for n in names.values())]
            for f in part
        ],
        columns=pd.Index(["group", "reference", *names]),
        dtype=object,
    )
    what = RATIO_WORDS.get(shown[0]["audit"], "ratio")
    axes = disparity_chart(frame, line=float(line), words=what)
    said = [
        f"{plain_label(f['group'])} {ratio_words(f['estimate'], f['low'], f['high'])}" for f in part
    ]
    title = (
        f"{what.capitalize()}, each group against its reference, with the line {float(line):.2f}"
    )
    return inline(axes, title, said_of(said, len(shown)), prefix)


def inline(axes: "Axes", title: str, description: str, prefix: str) -> str:
    """Return the figure of these axes as an inline SVG with its text alternative."""
    return svg(cast("Figure", axes.figure), title, description, prefix=prefix)


def said_of(rows: Sequence[str], total: int) -> str:
    """Return the rows of a chart as one text, and that the table has more where it has."""
    more = f" The table has all {total}." if total > len(rows) else ""
    return "; ".join(rows) + "." + more


def _label(row: Mapping[Any, Any], keys: Sequence[str]) -> str:
    return ", ".join(plain_label(row[name]) for name in keys)


def _rates(finding: Mapping[str, Any]) -> pd.DataFrame | None:
    columns, rows = finding["table"]["columns"], finding["table"]["rows"]
    keys = key_columns(columns)
    by_score = finding["audit"] == "calibration" and finding["group"] is not None
    if finding["unit"] != "ratio" and not by_score:
        return None
    if not rows or not keys or len(set(columns)) < len(columns):
        return None
    if not {"n", "value", "low", "high"} <= set(columns[len(keys) :]):
        return None
    frame = pd.DataFrame(rows[:ROWS], columns=pd.Index(columns), dtype=object)
    return frame if all(isinstance(x, int | float) and 0 <= x <= 1 for x in _known(frame)) else None


def _known(frame: pd.DataFrame) -> list[Any]:
    return [x for name in ("value", "low", "high") for x in frame[name] if x is not None]
