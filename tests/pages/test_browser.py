"""The page in a browser: what it asks for, how wide it is, what it prints."""

import re
import shutil
import subprocess

import pytest
from hostile_texts import HOSTILE, LONG, WIDE

from creditaudit.pages.report_page import render

pytestmark = pytest.mark.slow
WIDTHS = (1280, 390)


@pytest.fixture
def written(tmp_path):
    def write(report):
        path = tmp_path / "report.html"
        path.write_text(render(report), "utf-8")
        return path

    return write


@pytest.fixture
def printed(browser, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext (poppler-utils) on this computer, so print cannot be read")

    def pages(path):
        browser.open(path, 1280)
        file = tmp_path / "report.pdf"
        file.write_bytes(browser.pdf())
        text = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True).stdout
        return [plain(page) for page in text.decode().split("\f")]

    return pages


def plain(text):
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", ["sample", "hostile", "many", "long", "wide"])
def test_no_request_no_complaint_and_no_sideways_scroll(
    kind, width, browser, written, sample, hostile, enlarged
):
    reports = {"sample": lambda: sample, "hostile": lambda: hostile, "many": lambda: enlarged(60)}
    texts = {"long": LONG, "wide": WIDE}
    path = written(enlarged(8, texts[kind]) if kind in texts else reports[kind]())
    browser.open(path, width)
    assert browser.requested() == [path.as_uri()]
    assert browser.complaints() == []
    assert browser.value("document.documentElement.scrollWidth <= innerWidth")
    assert browser.value("document.compatMode") == "CSS1Compat"


def test_page_one_of_the_print_is_page_one_and_page_two_begins_the_next(
    browser, written, printed, sample
):
    path = written(sample)
    pages = printed(path)
    for words in browser.value(
        "[...document.querySelector('.sheet').querySelectorAll('h1,p,li,th,td,dd')]"
        ".map(e => e.innerText)"
    ):
        for line in words.split("\n"):
            # The copy of a PDF may cut a line in two at a column; words stay whole.
            assert all(plain(word) in pages[0] for word in line.split()), line
    assert "Nothingherecertifiesasystemasfairorlawful." in pages[0]
    assert pages[1].startswith("Scopeanddata")
    assert "Scopeanddata" not in pages[0]


@pytest.mark.parametrize(
    "text", [LONG, WIDE, *HOSTILE[2:6], "refused by this lender that year " * 40]
)
def test_page_one_stays_on_one_sheet_whatever_the_texts(text, browser, written, printed, enlarged):
    report = enlarged(60, text)
    report["plan"]["hash"] = report["provenance"]["tally_hash"] = "ab" * 64
    path = written(report)
    pages = printed(path)
    assert "Nothingherecertifiesasystemasfairorlawful." in pages[0]
    assert "And54morefindingsbelow." in pages[0]
    assert pages[1].startswith("Scopeanddata")


@pytest.mark.parametrize("findings", [0, 1, 3, 4, 6, 60])
@pytest.mark.parametrize("text", ["refused by this lender that year " * 40, WIDE])
def test_nothing_of_the_sheet_is_cut_off_in_print(findings, text, browser, written, enlarged):
    browser.open(written(enlarged(findings, text)), 688)
    browser.print_media(on=True)
    try:
        cut = "s => s.scrollHeight - s.clientHeight"
        assert browser.value(f"({cut})(document.querySelector('.sheet'))") <= 0
    finally:
        browser.print_media(on=False)


def test_folded_tables_are_open_in_print(printed, written, sample):
    assert "nobodyinthiscell" in "".join(printed(written(sample)))


def test_the_first_tab_reaches_the_skip_link_and_focus_can_be_seen(browser, written, sample):
    browser.open(written(sample), 1280)
    browser.tab()
    assert browser.value("document.activeElement.className") == "skip"
    assert browser.value("document.activeElement.getBoundingClientRect().left >= 0")
    style = "getComputedStyle(document.activeElement)"
    assert browser.value(f"{style}.outlineStyle + {style}.outlineWidth") == "solid3px"


def test_text_has_the_contrast_that_wcag_aa_asks_for(browser, written, sample):
    browser.open(written(sample), 1280)
    low = browser.value(
        """(() => {
          const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(x => x / 255)
              .map(x => x <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
            return .2126 * r + .7152 * g + .0722 * b; };
          const behind = e => { for (; e; e = e.parentElement) {
              const c = getComputedStyle(e).backgroundColor;
              if (c !== 'rgba(0, 0, 0, 0)') return c; } return 'rgb(255,255,255)'; };
          const out = [];
          for (const e of document.querySelectorAll('main *, header *, footer *')) {
            const s = getComputedStyle(e), own = [...e.childNodes].some(n => n.nodeType === 3
              && n.textContent.trim());
            if (!own || !e.getClientRects().length) continue;
            const svg = e instanceof SVGElement, a = light(svg ? s.fill : s.color);
            const b = light(behind(e)), [hi, lo] = a > b ? [a, b] : [b, a];
            if ((hi + .05) / (lo + .05) < 4.5) out.push(e.outerHTML.slice(0, 80));
          } return out; })()"""
    )
    assert low == []


def test_words_in_charts_do_not_leave_the_chart_or_each_other(browser, written, sample):
    for width in WIDTHS:
        browser.open(written(sample), width)
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
