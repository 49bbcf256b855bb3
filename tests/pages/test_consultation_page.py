"""The page for a consultation, from its JSON alone."""

import re
from html.parser import HTMLParser

import pytest
from changed_rules import RULE, SHARES, changed, flips
from hostile_texts import HOSTILE, LONG, WIDE

from creditaudit.errors import InputError
from creditaudit.pages.consultation_page import LIMIT, render_consultation

VOID = {"meta"}


class Tags(HTMLParser):
    """Tags with their attributes, all closed in order, and the words of the page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += [] if self.open[-1:] == ["style"] else [data]


def said(page):
    return " ".join("".join(Tags(render_consultation(page)).words).split()).replace("\u00a0", " ")


def test_the_page_says_what_changes_for_whom_and_whether_a_consultation_was_mandatory():
    words = said(changed())
    assert "Rules: 1 tightened and 3 unchanged." in words
    assert "Of 10,000 invented people, 90 in 1,000 (80 to 100) would only lose" in words
    assert "and 0 in 1,000 (0 to 1.0) would only gain." in words
    assert "Consulting the public was mandatory for a text of this kind." in words
    assert "Synthetic people." in words
    assert "Points: -5 -> -10." in words
    assert "A gazette, art. 3; old file line 30 (V); new file line 31 (M)" in words
    assert "900 → 900" in words
    assert "few Fewer than 5 people.not shown–" in words
    assert "notice not searched stated: a letter." in words.replace("notice", "notice ").replace(
        "searched", "searched "
    ).replace("  ", " ")


@pytest.mark.parametrize(
    ("mandatory", "told"), [("no", "was not mandatory"), ("unknown", "is not known")]
)
def test_a_consultation_that_was_not_mandatory_or_is_not_known_is_said_so(mandatory, told):
    words = said(changed(mandatory=mandatory))
    assert told in words
    assert f"Mandatory consultation: {mandatory}" in words


def test_texts_alone_say_nothing_of_people():
    page = changed(people=None, flips=[], synthetic=False, source=None)
    page["rules"] = [{k: v for k, v in RULE.items() if not k.startswith(("fires", "no_", "new"))}
                     | {"new_line": 31, "new_mark": "M"}]  # fmt: skip
    words = said(page)
    assert "No people were given" in words
    assert "Who fares otherwise" not in words
    assert "Fires for" not in words


def test_measures_that_are_true_of_nobody_have_no_table():
    page = changed(flips=[*flips(None, None, 90), *flips("sex", "f", 90)])
    captions = re.findall(r"<caption>(.*?)</caption>", render_consultation(page))
    assert captions == ["Everyone", "Only lose: worse off in something here, better off in nothing"]
    nobody = changed(flips=flips("sex", "f", 90, {"only_loses": (0.0, 0.0, 0.1)}))
    assert "Nothing changes for anybody of a group that can be shown." in said(nobody)


def test_what_a_file_leaves_out_is_said_beside_what_changes():
    page = changed()
    words = said(page)
    assert "Old file: The annex was not read. New file: The annex was not read." in words
    assert "What a file leaves out counts as not there." in words
    page["old"] = page["old"] | {"notes": []}
    page["new"] = page["new"] | {"notes": []}
    assert "leaves out" not in said(page)


def test_other_grounds_of_refusal_are_pointed_out():
    page = changed()
    assert "do not refuse on the same ground" not in said(page)
    page["new"]["decision"] = "Under 800 points."
    assert "do not refuse on the same ground" in said(page)


def test_the_page_is_one_file_that_asks_for_nothing_and_can_be_read_aloud():
    text = render_consultation(changed())
    tags = Tags(text).tags
    assert not {"script", "link", "img", "iframe", "form"} & {tag for tag, _ in tags}
    policy = next(a for _, a in tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert ("html", {"lang": "en"}) in tags
    assert [tag for tag, _ in tags].count("h1") == 1
    for number in (1, 2):
        assert all(tag != f"h{number + 2}" for tag, _ in tags[: [t for t, _ in tags].index(
            f"h{number + 1}")])  # fmt: skip
    tables = [at for at, (tag, _) in enumerate(tags) if tag == "table"]
    assert all(tags[at + 1][0] == "caption" for at in tables)
    assert all("scope" in attrs for tag, attrs in tags if tag == "th")
    assert all(attrs.get("aria-hidden") == "true" for tag, attrs in tags if tag == "svg")
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    named = [attrs["href"] for tag, attrs in tags if tag == "a"]
    assert {name[1:] for name in named} <= set(ids)


def test_the_same_json_gives_the_same_page():
    assert render_consultation(changed()) == render_consultation(changed())


@pytest.mark.parametrize("text", [*HOSTILE, LONG, WIDE])
def test_hostile_texts_stay_texts(text):
    page = changed(rules=2, groups=(text, "m"), title=text, source=text)
    page["rules"][0] |= {"title": text, "what": text, "source": text, "where": text, "basis": text}
    page["rights"] = [{"right": text, "old": text, "new": text}]
    page["sources"][0] |= {"title": text, "url": text, "read": text, "publisher": text}
    html = render_consultation(page)
    tags = {tag for tag, _ in Tags(html).tags}
    assert not {"script", "img"} & tags
    assert not re.search("[\x00\x1b\u202e]", html)


@pytest.mark.parametrize(("rules", "groups"), [(400, 2), (60, 90), (900, 40)])
def test_a_long_comparison_stays_under_the_limit_and_says_what_it_left_out(rules, groups):
    page = changed(rules, tuple(f"g{at}" for at in range(groups)))
    for row in page["rules"]:
        row["what"] = "When: a condition of some length that differs in a word. " * 30
    text = render_consultation(page)
    assert len(text.encode()) <= LIMIT
    assert re.search(r"\d more (groups )?are in the JSON\.", text)


def test_what_can_never_fit_is_told():
    page = changed()
    columns = [f"column {at}" for at in range(400)]
    page["flips"] = [row for name in columns for row in flips(name, "a", 90)]
    with pytest.raises(InputError, match="Give fewer columns of groups"):
        render_consultation(page)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"$schema": "x"}, r"\$schema"),
        ({"people": True}, "people: found bool, expected int"),
        ({"mandatory": "perhaps"}, "mandatory: found 'perhaps'"),
        ({"rules": [RULE | {"change": "bent"}]}, r"rules\[0\]: change 'bent'"),
        ({"flips": flips(None, None, 9, {"pleased": (0, 0, 1)})}, "measure 'pleased'"),
        ({"flips": flips(None, None, 9, {"only_loses": (0.1, 0.2, 0.3)})}, "low <= value <= high"),
        ({"flips": flips(None, None, 9, {"only_loses": (2.0, 1.0, 3.0)})}, "from 0 to 1"),
    ],
)
def test_faults_of_the_json_are_told(changes, told):
    with pytest.raises(InputError, match=told):
        render_consultation(changed() | changes)


def test_shares_have_a_chart_on_one_axis():
    row = flips(None, None, 90, SHARES)[0]
    html = render_consultation(changed(flips=[row | {"high": 0.18}]))
    # The axis runs from 4 to 146 and ends at the widest range: .09 of .18 is its middle.
    assert 'cx="75.0"' in html
    assert 'H146.0" stroke="#0072b2"' in html
