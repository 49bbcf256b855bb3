"""Charts of shared data: every audit has its own, and no table, however broken, breaks the page."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_tables import ALL

from creditaudit.pages.report_page import LIMIT, render
from creditaudit.pages.shared_figures import DRAWN, shared_charts

CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.just(0.5),
    st.sampled_from(["recorded", "all", "lock_in", "reached_share", "$x$", "", "theorem"]),
)  # fmt: skip


def described(sample, findings):
    """Return the sample as a report on a synthetic society with these findings."""
    sample["evidence"]["held"] = ["society", "regimes"]
    sample["findings"] = [one | {"id": f"F{at:08x}"} for at, one in enumerate(findings)]
    return sample


def everything():
    return [one for make in ALL.values() for one in make()]


@pytest.mark.parametrize("audit", ALL)
def test_every_audit_of_shared_data_has_its_charts(audit):
    draws = shared_charts(audit, ALL[audit](), "synthetic people")
    charts = [draw(prefix=f"c{at}") for at, draw in enumerate(draws)]
    assert all(charts)
    for chart in charts:
        ElementTree.fromstring(chart.svg)
        assert chart.table["rows"]
        assert chart.caption


def test_other_audits_have_none():
    assert shared_charts("disparity", [], "people") == []
    assert set(DRAWN) == set(ALL)


@pytest.mark.parametrize("audit", ALL)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_whatever_the_cells_a_chart_is_drawn_or_left_out(audit, data):
    findings = ALL[audit]()
    for one in findings:
        rows = one["table"]["rows"]
        for _ in range(data.draw(st.integers(1, 3))):
            row = data.draw(st.sampled_from(rows))
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELLS)
    for draw in shared_charts(audit, findings, "people"):
        chart = draw(prefix="c0")
        if chart is not None:
            ElementTree.fromstring(chart.svg)
            assert "nan" not in chart.svg.lower()
            assert len(chart.svg) < 20_000


def test_the_page_has_the_charts_with_their_numbers_below(sample):
    page = render(described(sample, everything()))
    assert page.count("<svg") == 7
    assert page.count("The same numbers as a table</summary>") == 7
    assert page.count('role="img"') == 7
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    described_ids = set(re.findall(r'aria-labelledby="(c\d-t) (c\d-d)"', page))
    assert len(described_ids) == 7
    # Words of a chart are cells of the table that follows it.
    after = page[page.index("</svg>", page.index("2.50 (2.25 to 2.75)")) :]
    assert "<td>2.50 (2.25 to 2.75)</td>" in after[: after.index("</details>")]


def test_the_page_says_people_where_they_are_not_synthetic(sample):
    sample["synthetic"] = False
    page = render(described(sample, everything()))
    assert "against people" in page
    assert "synthetic people" not in page.lower()


def test_no_colour_of_them_is_red_or_green(sample):
    for colour in set(re.findall(r"#[0-9a-fA-F]{6}\b", render(described(sample, everything())))):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert not (green > red + 40 and green > blue + 40), colour
        assert not (red > 150 and green < 70 and blue < 70), colour


def test_a_long_report_keeps_its_charts_and_a_finding_for_every_question(sample):
    long = ALL["shared_lists"]()[0]
    long["table"]["rows"] *= 5
    more = [long | {"group": f"r{at}", "claim": "Long. " * 40} for at in range(70)]
    rest = [one for one in everything() if one["audit"] != "shared_lists"]
    page = render(described(sample, more + rest))
    assert len(page.encode()) <= LIMIT
    assert page.count("<svg") >= 6
    for audit in ALL:
        assert f"{audit}?</bdi></h3>" in page
    assert "Further findings, in short" in page


def test_hostile_names_stay_text(sample):
    findings = everything()
    for one in findings:
        one["group"] = one["group"] and f"<script>{one['group']}</script>"
    page = render(described(sample, findings))
    assert "<script" not in page
    assert "&lt;script&gt;hub" in page
