import re
from html.parser import HTMLParser

import pytest

from creditaudit.errors import InputError
from creditaudit.pages import wording
from creditaudit.pages.report_page import LIMIT, render

VOID = {"meta", "br", "wbr", "path", "use", "link", "img", "input"}


class Page(HTMLParser):
    """Tags with their attributes, and the text under each id."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.errors, self.words = [], [], [], []
        self.feed(text)
        self.errors += self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"/{tag}")

    def handle_data(self, data):
        if "style" not in self.open[-1:]:
            self.words.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def said(text):
    return " ".join("".join(Page(text).words).split())


def sheet(text):
    return said(text[text.index('<section class="sheet"') : text.index('<section id="scope"')])


def test_the_same_report_gives_the_same_bytes(sample):
    assert render(sample) == render(sample)


def test_rendering_does_not_change_the_report(sample):
    before = repr(sample)
    render(sample)
    assert repr(sample) == before


def test_page_one_says_what_it_must(sample):
    words = sheet(render(sample))
    for expected in (
        "Example Lender, 2025 (invented numbers)",
        "Example Audit Office",
        "23 November 2026",
        "Access level 2 of 5: decisions with groups, person by person",
        "Synthetic people.",
        "57 approvals for every 100",
        "Comparisons run: 6; hidden by the author: 1; not asked: 3.",
        "What we could not check",
        "What would change our mind",
        "The four-fifths line is a statistic, not credit law.",
        "creditaudit verify audit.json --data decisions.csv",
        sample["provenance"]["tally_hash"],
        sample["plan"]["hash"],
        "Nothing here certifies a system as fair or lawful.",
    ):
        assert expected in words


def test_the_finding_rated_most_severe_leads(sample):
    sample["findings"][-1]["severity"] = "high"
    page = render(sample)
    lead = page[page.index('<p class="lead">') :].replace("\u00a0", " ")
    assert sample["findings"][-1]["claim"] in lead[:400]


def test_page_one_shows_six_findings_and_counts_the_rest(enlarged):
    words = sheet(render(enlarged(60)))
    assert "Findings, by severity and status: 6 of 60" in words
    assert "And 54 more findings below." in words
    assert len(re.findall(r"\bF[0-9a-f]{8}\b", words)) == 6


def test_every_section_is_there_in_order(sample):
    headings = re.findall(r'<h2 id="[^"]+">([^<]+)', render(sample))
    assert headings == [
        "Scope and data",
        "Access level",
        "Findings",
        "What was hidden",
        "Questions not asked",
        "Law",
        "Recompute it",
    ]


def test_hidden_findings_letters_notes_and_law_are_told(sample):
    words = said(render(sample))
    assert f"{sample['hidden'][0]['id']} Who is approved less often?" in words
    assert "Dear Sir or Madam," in words
    assert sample["notes"][0] in words
    for entry in sample["law"]:
        assert entry["can_support"] in words
        assert entry["cannot_support"] in words
    assert "replaced (applied until 2026-07-20)" in words
    assert "seen in a public page; own knowledge" in words


def test_every_claim_limit_and_cell_is_on_the_page(sample):
    words = said(render(sample)).replace("\u00a0", " ")
    for finding in sample["findings"]:
        assert finding["claim"] in words
        assert all(limit in words for limit in finding["limits"])
        for row in finding["table"]["rows"]:
            assert all(cell in words for cell in row if isinstance(cell, str))


def test_the_page_is_well_formed_and_has_landmarks(sample):
    page = Page(render(sample))
    assert page.errors == []
    assert page.all("html") == [{"lang": "en"}]
    for landmark in ("h1", "header", "nav", "main", "footer", "title"):
        assert len(
            [tag for tag in page.tags if tag[0] == landmark and tag[1].get("id", "")[:1] != "c"]
        )
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}


def test_ids_are_unique_and_every_link_leads_somewhere(sample, enlarged):
    for report in (sample, enlarged(200)):
        page = Page(render(report))
        ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
        assert len(ids) == len(set(ids))
        links = {
            attrs["href"][1:] for tag, attrs in page.tags if tag in ("a", "use") and "href" in attrs
        }
        links |= {
            name for _, attrs in page.tags for name in attrs.get("aria-labelledby", "").split()
        }
        assert links <= set(ids)


def test_tables_have_captions_scopes_and_a_region_that_takes_focus(sample):
    text = render(sample)
    page = Page(text)
    assert text.count("<table") == text.count("<caption>")
    assert all(attrs.get("scope") in ("col", "row") for attrs in page.all("th"))
    regions = [attrs for attrs in page.all("div") if attrs.get("role") == "region"]
    assert len(regions) == text.count("<table")
    assert all(attrs["tabindex"] == "0" and attrs["aria-label"] for attrs in regions)


def test_long_tables_fold(sample):
    assert render(sample).count("<details>") == 1


def test_nothing_is_loaded_and_nothing_runs(sample, hostile):
    for report in (sample, hostile):
        page = Page(render(report))
        tags = {tag for tag, _ in page.tags}
        assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "image"}
        assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on") or a == "src"]
        assert all(attrs["href"].startswith("#") for _, attrs in page.tags if "href" in attrs)
        policy = next(attrs["content"] for attrs in page.all("meta") if "http-equiv" in attrs)
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    text = render(sample)
    assert "http://" not in text
    assert "https://" not in text
    assert "url(" not in text


def test_hostile_texts_are_escaped_everywhere(hostile):
    text = render(hostile)
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text
    assert "\x00" not in text
    assert Page(text).errors == []


def test_a_column_named_like_a_count_keeps_its_name(sample):
    table = sample["findings"][0]["table"]
    table["columns"][0] = "value"
    assert '<th scope="col" class="w"><bdi>value</bdi></th>' in render(sample)


@pytest.mark.parametrize("findings", [0, 1, 60, 300])
def test_the_page_stays_small(enlarged, findings):
    page = render(enlarged(findings))
    assert len(page.encode()) <= LIMIT
    assert page.count("<svg") <= 8


@pytest.mark.parametrize(
    "text", ["refused in that year " * 60, "中国最高人民法院" * 60, "W" * 3000, "x"]
)
def test_the_page_stays_small_with_long_texts(enlarged, text):
    assert len(render(enlarged(60, text)).encode()) <= LIMIT


def test_what_was_left_out_is_said(enlarged):
    assert "Charts are drawn for the first 8 sets of numbers" in said(render(enlarged(60)))
    words = said(render(enlarged(300)))
    assert "Further findings, in short" in words
    report = enlarged(60)
    table = report["findings"][0]["table"]
    table["rows"] = table["rows"] * 100
    assert "more rows are in the JSON of this report" in said(render(report))


def test_a_report_without_findings_says_so(sample):
    sample |= {"findings": [], "hidden": [], "not_asked": [], "law": [], "notes": []}
    sample["evidence"]["disputes"] = []
    words = said(render(sample))
    assert "No question could be answered from this evidence." in words
    assert "The author hid no finding." in words
    assert "Nobody has disputed these data so far." in words


def test_optional_fields_may_be_null(sample):
    sample |= {"author": None, "synthetic": False, "family": ""}
    sample["evidence"] |= dict.fromkeys(
        ("origin", "people", "source", "about", "citation", "licence")
    )
    sample["plan"] = {"hash": "ab" * 16}
    sample["roles"] = {}
    sample["law"][0]["at_decision"] = None
    sample["law"][0]["note"] = None
    page = render(sample)
    assert 'class="synthetic"' not in page
    assert "None" not in said(page)


def test_a_law_id_without_an_entry_is_printed_plainly(sample):
    sample["law"] = []
    words = said(render(sample))
    assert "us_four_fifths" in words
    assert "No law was named" in words


def test_a_broken_report_is_refused_before_it_is_drawn(sample):
    del sample["title"]
    with pytest.raises(InputError, match="missing 'title'"):
        render(sample)


def test_charts_carry_the_numbers_as_text(sample):
    descriptions = re.findall(r"<desc[^>]*>([^<]*)", render(sample))
    assert any("white 82.4 % (80.9 to 83.9)" in text for text in descriptions)
    assert any("American Indian 0.57 (0.45 to 0.71)" in text for text in descriptions)


def test_no_colour_is_red_or_green(sample):
    colours = set(re.findall(r"#[0-9a-fA-F]{6}\b", render(sample)))
    for colour in colours:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert not (green > red + 40 and green > blue + 40), colour
        assert not (red > 150 and green < 70 and blue < 70), colour


@pytest.mark.parametrize(
    ("unit", "numbers", "expected"),
    [
        ("ratio", (0.81, 0.76, 0.86), "0.81 (0.76 to 0.86)"),
        ("ratio", (None, None, None), "undefined"),
        ("ratio", (0.5, 0.1, None), "0.50 (0.10 to no limit)"),
        ("share", (0.057, 0.05, 0.066), "5.7 (5.0 to 6.6)\u00a0%"),
        ("people", (1234.0, None, None), "1,234"),
        ("points", (-12.5, -20.0, -5.0), "-12.5 (-20 to -5)"),
    ],
)
def test_sizes_in_words(unit, numbers, expected):
    finding = dict(zip(("estimate", "low", "high"), numbers, strict=True))
    assert wording.size(finding | {"unit": unit, "status": "cannot_tell"}) == expected


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({"decision": "d", "favourable": 1},
         "column d: 1 means approved; every other value is a refusal"),
        (
            {"decision": "d", "favourable": 1, "unfavourable": [0, 2]},
            "column d: 1 means approved; 0 or 2 means refused; any other value is no decision",
        ),
        ({"score": "s", "higher_is": "safer", "score_range": [300, 850]},
         "column s: higher is safer; from 300 to 850"),
        ({"weight": "w"}, "column w: how many people a row stands for"),
    ],
)  # fmt: skip
def test_roles_in_words(roles, expected):
    assert [text for _, text in wording.roles_in_words(roles)] == [expected]


def test_text_is_clipped_between_words():
    assert wording.clip("one two three four", 11) == "one two …"
    assert wording.clip("x" * 30, 10).endswith("…")
    assert wording.clip("short", 10) == "short"


def test_an_opening_is_whole_sentences_while_they_fit():
    text = "First one (0.5 to 0.9). Second one here. Third."
    assert wording.opening(text, 45) == "First one (0.5 to 0.9). Second one here."
    assert wording.opening(text, 30) == "First one (0.5 to 0.9)."
    assert wording.opening(text, 13) == "First one …"


def test_ranges_take_one_column_and_numbers_are_short():
    columns = [
        "race",
        "n",
        "value",
        "low",
        "high",
        "ratio",
        "ratio_low",
        "ratio_high",
        "p_adjusted",
    ]
    rows = [["a", 10.5, 0.5, 0.25, 0.75, 0.81234, 0.7, None, 1e-9], ["b", 7, *[None] * 7]]
    heads, cells = wording.told_table(columns, rows, "intersections")
    assert [head for head, _ in heads] == [
        "race", "People", "Rate", "95\u00a0% range", "Ratio", "Range, all comparisons",
        "Adjusted p",
    ]  # fmt: skip
    assert cells[0] == [
        "a", "10.5", "50.0\u00a0%", "25.0 to 75.0\u00a0%", "0.81", "0.70 to no limit", "< 0.001",
    ]  # fmt: skip
    assert cells[1] == ["b", "7", "–", "–", "–", "–", "–"]


def test_a_long_claim_is_a_heading_and_the_rest():
    assert wording.headed("One two. Three four.", 10) == {"head": "One two.", "rest": "Three four."}
    assert wording.headed("x" * 40, 10) == {"head": "x" * 40, "rest": ""}


@pytest.mark.parametrize("link", [" ", ": "])
def test_the_reference_is_marked_however_a_finding_names_it(sample, link):
    for finding in sample["findings"]:
        finding["reference"] = finding["reference"] and finding["reference"].replace(": ", link)
    assert render(sample).count("(reference)</text>") == 5
