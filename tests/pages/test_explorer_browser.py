"""The threshold explorer in a browser: its numbers, its keys, its address, its width."""

import itertools
import time

import pytest
from explorer_reference import (
    OPEN_ENDED,
    RATES,
    expected,
    expected_ratio,
    hostile,
    published,
)
from hostile_texts import HOSTILE, LONG, WIDE

from creditaudit.pages.explorer_page import render_explorer

pytestmark = pytest.mark.slow
WIDTHS = (1280, 390)
EVERY_SETTING = """(() => {
  const slider = document.getElementById('cutoff'), rate = document.getElementById('rate');
  const found = [];
  for (const option of [...rate.options].map(o => o.value)) {
    rate.value = option;
    rate.dispatchEvent(new Event('change'));
    for (let at = 0; at <= Number(slider.max); at++) {
      slider.value = at;
      slider.dispatchEvent(new Event('input'));
      found.push([option, at, [...document.querySelectorAll('#rows tr')].map(row => {
        const cells = [...row.querySelectorAll('td')];
        return [row.querySelector('bdi').textContent, {...cells[2].dataset}, {...cells[4].dataset}];
      })]);
    }
  }
  return found;
})()"""


class Address:
    """A file with a fragment."""

    def __init__(self, path, fragment):
        self.path, self.fragment = path, fragment

    def as_uri(self):
        return self.path.as_uri() + self.fragment


@pytest.fixture
def visit(browser, tmp_path):
    numbers = itertools.count()

    def opened(counts, width=1280, fragment=""):
        # A new name each time: an address that differs in its fragment only is not loaded again.
        path = tmp_path / f"explorer{next(numbers)}.html"
        path.write_text(render_explorer(counts), "utf-8")
        browser.open(Address(path, fragment), width)
        return path

    return opened


def press(browser, key, code):
    for kind in ("keyDown", "keyUp"):
        browser._call(
            "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code
        )


def text(browser, name):
    return browser.value(f"document.getElementById('{name}').textContent")


def address(browser, wanted):
    """Return the fragment once it is the one wanted, or after two seconds."""
    for _ in range(40):
        if browser.value("decodeURIComponent(location.hash)") == wanted:
            break
        time.sleep(0.05)
    return browser.value("decodeURIComponent(location.hash)")


def choose(browser, name, value):
    browser.value(
        f"(() => {{ const e = document.getElementById('{name}'); e.value = '{value}';"
        f"e.dispatchEvent(new Event('{'input' if name == 'cutoff' else 'change'}')); }})()"
    )


@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_every_rate_at_every_cut_off_is_the_one_computed_in_python(
    seed, exact, higher_is, browser, visit
):
    counts = published(seed=seed, exact=exact, higher_is=higher_is)
    visit(counts, fragment="#reference=black")
    settings = browser.value(EVERY_SETTING)
    assert len(settings) == len(RATES) * len(counts["edges"])
    for rate, at, rows in settings:
        rates, ratios = expected(counts, at, rate), expected_ratio(counts, at, "black")
        assert [name for name, *_ in rows] == counts["groups"]
        for name, shown, ratio in rows:
            agree(shown, rates[name], ("least", "most", "low", "high"))
            agree(ratio, ratios[name], ("least", "most"))
    assert browser.complaints() == []


@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_bands_that_reach_beyond_the_edges_and_to_people_without_a_score(
    seed, higher_is, browser, visit
):
    counts = published(seed=seed, higher_is=higher_is, bins=OPEN_ENDED) | {"unscored": True}
    visit(counts, fragment="#reference=black")
    for rate, at, rows in browser.value(EVERY_SETTING):
        rates, ratios = expected(counts, at, rate), expected_ratio(counts, at, "black")
        for name, shown, ratio in rows:
            agree(shown, rates[name], ("least", "most", "low", "high"))
            agree(ratio, ratios[name], ("least", "most"))
    choose(browser, "cutoff", 1)
    assert "inside the published band under 337.5" in text(browser, "split")
    assert "merged with people without a score" in text(browser, "split")
    choose(browser, "cutoff", 12)
    assert "inside the published band 412.5 or over" in text(browser, "split")
    assert browser.complaints() == []


def agree(shown, wanted, names):
    if wanted is None:
        assert set(shown.values()) == {""}
        return
    assert [float(shown[name]) for name in names] == pytest.approx(list(wanted), abs=1e-12)
    value = shown["value"]
    assert (value != "") == (wanted[0] == wanted[1])
    assert value == "" or float(value) == pytest.approx(wanted[0], abs=1e-12)


def test_counts_without_outcomes_offer_approval_rates_only(browser, visit):
    counts = published(outcome=False)
    visit(counts, fragment="#rate=precision")
    settings = browser.value(EVERY_SETTING)
    assert [rate for rate, *_ in settings] == ["approval_rate"] * len(counts["edges"])
    for rate, at, rows in settings:
        for name, shown, _ in rows:
            agree(shown, expected(counts, at, rate)[name], ("least", "most", "low", "high"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", ["plain", "split", "hostile", "many"])
def test_no_request_no_complaint_and_no_sideways_scroll(kind, width, browser, visit):
    counts = {
        "plain": published(),
        "split": published(),
        "hostile": hostile(),
        "many": published(groups=[f"group {at}" for at in range(60)]),
    }[kind]
    fragment = "#cutoff=325&rate=precision&reference=white" if kind == "split" else ""
    path = visit(counts, width, fragment)
    assert browser.requested() == [path.as_uri()]
    assert browser.value("document.documentElement.scrollWidth <= innerWidth")
    assert browser.value("document.compatMode") == "CSS1Compat"
    assert browser.value("document.querySelectorAll('img,#rates script').length") == 0
    browser.value(EVERY_SETTING)
    assert browser.complaints() == []
    assert browser.value("document.documentElement.scrollWidth <= innerWidth")


def test_the_policy_stops_other_scripts_and_requests(browser, visit):
    visit(published())
    browser.value(
        "(() => { window.stopped = [];"
        "addEventListener('securitypolicyviolation', e => stopped.push(e.effectiveDirective));"
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        "document.body.append(s); new Image().src = 'https://example.org/x.png'; })()"
    )
    for _ in range(40):
        if browser.value("stopped.length") == 2:
            break
        time.sleep(0.05)
    assert set(browser.value("stopped")) == {"script-src-elem", "img-src"}
    assert browser.value("window.ran") is None


def test_the_keyboard_moves_the_cut_off(browser, visit):
    visit(published(), fragment="#cutoff=350")
    assert text(browser, "number") == "350"
    for _ in range(3):
        browser.tab()
        if browser.value("document.activeElement.id") == "cutoff":
            break
    assert browser.value("document.activeElement.id") == "cutoff"
    style = "getComputedStyle(document.activeElement)"
    assert browser.value(f"{style}.outlineStyle + {style}.outlineWidth") == "solid3px"
    press(browser, "ArrowRight", 39)
    assert text(browser, "number") == "362.5"
    press(browser, "ArrowLeft", 37)
    press(browser, "ArrowLeft", 37)
    assert text(browser, "number") == "337.5"
    press(browser, "Home", 36)
    assert text(browser, "number") == "300"
    press(browser, "End", 35)
    assert text(browser, "number") == "450"
    slider = "document.getElementById('cutoff')"
    words = browser.value(f"{slider}.getAttribute('aria-valuetext')")
    assert words == "450; approved: 450 or higher"


def test_the_buttons_move_one_step_and_stop_at_the_ends(browser, visit):
    visit(published(), fragment="#cutoff=437.5")
    for wanted in ("450", "450"):
        browser.value("document.getElementById('higher').click()")
        assert text(browser, "number") == wanted
    browser.value("document.getElementById('lower').click()")
    assert text(browser, "number") == "437.5"


def test_a_setting_is_in_the_address_and_comes_back(browser, visit):
    groups = [*HOSTILE, "white & black=#", LONG]
    visit(published(groups=groups))
    choose(browser, "cutoff", 4)
    choose(browser, "rate", "false_negative_rate")
    choose(browser, "reference", groups.index("white & black=#"))
    wanted = "#cutoff=350&rate=false_negative_rate&reference=white+&+black=#"
    assert address(browser, wanted) == wanted
    fragment = browser.value("location.hash")
    assert text(browser, "setting") == fragment
    before = browser.value("document.getElementById('rows').innerHTML")
    visit(published(groups=groups), fragment=fragment)
    assert browser.value("document.getElementById('rows').innerHTML") == before
    assert browser.value("document.getElementById('asked').hidden")
    browser.value("void (location.hash = '#cutoff=300&rate=precision')")
    browser.value("dispatchEvent(new HashChangeEvent('hashchange'))")
    assert text(browser, "number") == "300"
    assert browser.value("document.getElementById('rate').value") == "precision"


@pytest.mark.parametrize(
    ("fragment", "problem"),
    [
        ("#cutoff=326", "a cut-off that"),
        ("#cutoff=x", "a cut-off that"),
        ("#cutoff=", "a cut-off that"),
        ("#rate=toString", "a rate that"),
        ("#cutoff=1e9&rate=r&reference=g", "a cut-off and a rate and a reference group that"),
    ],
)
def test_an_address_that_cannot_be_shown_says_so(fragment, problem, browser, visit):
    visit(published(), fragment=fragment)
    assert problem in text(browser, "asked")
    assert not browser.value("document.getElementById('asked').hidden")
    shown = browser.value("document.getElementById('setting').textContent")
    assert address(browser, shown) == shown
    assert browser.complaints() == []


def on_paper():
    return published() | {
        "groups": ["a", "b", "c"],
        "edges": [0, 10, 20, 30],
        "bins": [[0, 1], [2, 2]],
        "cells": [["a", 0, 2, 2, 0], ["a", 1, 4, 0, 0], ["b", 0, 3, 5, 2], ["b", -3, 2, 0, 0]],
    }


def test_the_sentence_reads_the_setting(browser, visit):
    visit(on_paper(), fragment="#cutoff=20&reference=b")
    assert text(browser, "said") == (
        "By race, at cut-off 20, 17 of every 100 people with a score are approved in b "
        "(the reference) and 50 in a; undefined in one group."
    )
    assert text(browser, "split").startswith("No published band with people in it is split here")
    assert browser.value("document.getElementById('said').getAttribute('aria-live')") == "polite"
    choose(browser, "cutoff", 1)
    choose(browser, "rate", "false_negative_rate")
    assert text(browser, "said") == (
        "By race, at cut-off 10, 0 to 60 of every 100 good payers are refused in b "
        "(the reference) and 0 to 33 in a; undefined in one group."
    )
    assert text(browser, "split") == (
        "This cut-off lies inside the published band 0 to 20. The 14 people there may be approved "
        "or refused, so rates run from the least to the greatest possible."
    )
    assert "known for 90.0\xa0% of the people with a score" in text(browser, "known")
    row = "document.querySelectorAll('#rows tr')[1].innerText.split('\\t')"
    assert browser.value(row) == [
        "b (reference)", "0 to 3", "5", "0.0 to 60.0\xa0%", "0.0 to 88.2\xa0%", "1.00", "83.3\xa0%",
    ]  # fmt: skip


def test_a_precision_that_may_be_undefined_says_so(browser, visit):
    counts = on_paper() | {"cells": [["a", 0, 2, 1, 0], ["b", 0, 3, 0, 0]]}
    visit(counts, fragment="#cutoff=10&rate=precision&reference=a")
    rates = browser.value(
        "[...document.querySelectorAll('#rows tr')].map(r => r.cells[3].innerText)"
    )
    assert rates == [
        "0.0 to 100.0\xa0%, or undefined",
        "100.0\xa0%, or undefined",
        "undefined",
    ]


def test_of_many_groups_the_sentence_names_three(browser, visit):
    visit(published(groups=[f"group {at}" for at in range(20)]), fragment="#reference=group 3")
    words = text(browser, "said")
    assert words.count("group ") == 3
    assert "in group 3 (the reference)" in words
    assert "(the lowest)" in words
    assert words.endswith("(the highest); undefined in one group.")


@pytest.mark.parametrize("width", WIDTHS)
def test_words_in_charts_do_not_leave_the_chart_or_each_other(width, browser, visit):
    for counts in (published(), published(groups=[*HOSTILE, LONG, WIDE])):
        visit(counts, width, "#cutoff=325&rate=precision")
        clashes = browser.value(
            """[...document.querySelectorAll('figure svg')].flatMap(svg => {
              const box = svg.getBoundingClientRect();
              const all = [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect());
              const out = all.filter(r => r.left < box.left - 1 || r.right > box.right + 1);
              all.forEach((r, i) => all.slice(i + 1).forEach(q => {
                if (r.left < q.right && q.left < r.right && r.top + 3 < q.bottom
                    && q.top + 3 < r.bottom) out.push(r); }));
              return out.map(r => r.left); })"""
        )
        assert clashes == []


def test_charts_and_table_have_names_and_scopes(browser, visit):
    visit(published())
    named = browser.value(
        "[...document.querySelectorAll('figure svg')].map(s => s.getAttribute('aria-labelledby')"
        ".split(' ').map(id => document.getElementById(id).textContent))"
    )
    assert [title for title, _ in named] == [
        "Approved, of people with a score, by race",
        "Ratio of approval rates, with lines at 0.80 and 1.25",
    ]
    assert all("white " in description for _, description in named)
    scopes = browser.value("[...document.querySelectorAll('th')].map(th => th.scope)")
    assert set(scopes) == {"col", "row"}
    assert "cut-off" in text(browser, "caption")
    labels = browser.value(
        "[...document.querySelectorAll('input,select')].map(e => e.labels[0].textContent)"
    )
    assert labels == ["Cut-off", "Rate", "Reference group"]


def test_without_scripts_there_is_a_table(browser, visit):
    browser._call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        visit(published())
        document = browser._call("DOM.getDocument")["root"]["nodeId"]
        shown = {}
        for selector in ("noscript table", "#explorer[hidden]"):
            found = browser._call("DOM.querySelector", nodeId=document, selector=selector)
            shown[selector] = found["nodeId"] > 0
        assert all(shown.values())
    finally:
        browser._call("Emulation.setScriptExecutionDisabled", value=False)


def test_print_keeps_the_setting_and_drops_the_slider(browser, visit):
    visit(published(), fragment="#cutoff=325")
    browser.print_media(on=True)
    try:
        for selector, seen in ((".slide", False), ("#number", True), ("#rates svg", True)):
            rects = f"document.querySelector('{selector}').getClientRects().length > 0"
            assert browser.value(rects) is seen
        assert browser.pdf().startswith(b"%PDF")
    finally:
        browser.print_media(on=False)
