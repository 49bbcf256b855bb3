"""The page for a consultation in a browser: what it asks for, how wide it is, what prints."""

import pytest
from changed_rules import changed
from hostile_texts import HOSTILE, LONG, WIDE

from creditaudit.pages.consultation_page import render_consultation

pytestmark = pytest.mark.slow


@pytest.fixture
def opened(browser, tmp_path):
    def open_at(page, width):
        path = tmp_path / "page.html"
        path.write_text(render_consultation(page), "utf-8")
        browser.open(path, width)
        return path

    return open_at


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("text", ["plain", LONG, WIDE, HOSTILE[0], HOSTILE[3], HOSTILE[5]])
def test_no_request_no_complaint_and_no_sideways_scroll(text, width, browser, opened):
    page = changed(rules=3, groups=(text, "m"), title=text)
    page["rules"][0] |= {"title": text, "what": text, "source": text}
    page["rights"][0]["old"] = text
    path = opened(page, width)
    assert browser.requested() == [path.as_uri()]
    assert browser.complaints() == []
    assert browser.value("document.documentElement.scrollWidth <= innerWidth")


def test_keys_reach_the_skip_link_and_every_table_that_scrolls(browser, opened):
    opened(changed(), 390)
    browser.tab()
    assert browser.value("document.activeElement.className") == "skip"
    seen = set()
    for _ in range(40):
        browser.tab()
        seen.add(browser.value("document.activeElement.getAttribute('aria-label')"))
    labels = browser.value(
        "[...document.querySelectorAll('.scroll')].map(e => e.getAttribute('aria-label'))"
    )
    assert set(labels) <= seen


def test_the_chart_stands_beside_its_numbers(browser, opened):
    opened(changed(), 1280)
    inside = (
        "[...document.querySelectorAll('.cells svg')].every(e => { const a = "
        "e.getBoundingClientRect(), b = e.closest('td').getBoundingClientRect(); "
        "return a.width > 100 && a.left >= b.left && a.right <= b.right + 1; })"
    )
    assert browser.value(inside)


def test_no_table_is_cut_off_in_print(browser, opened):
    opened(changed(rules=5), 688)
    browser.print_media(on=True)
    try:
        cut = "[...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)"
        assert browser.value(cut)
    finally:
        browser.print_media(on=False)
