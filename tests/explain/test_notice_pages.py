"""A notice: everything a refused person is owed on one page."""

from html.parser import HTMLParser

import pandas as pd
import pytest
from paper_cards import APPLICANTS, CARD

from creditaudit.errors import InputError
from creditaudit.explain import notices


def test_a_notice_tells_the_reasons_in_order_with_score_reference_and_law():
    found = notices(CARD, APPLICANTS, background=APPLICANTS, cutoff=600)
    assert list(found) == ["d", "e", "f"]
    assert found["f"].to_text() == (
        "Why this application was refused\n"
        "Application: f. Score: 530 points. Applications are approved from 600 points on.\n"
        "\n"
        "The main reasons, compared with the average of applicants at or slightly above the "
        "cut-off:\n"
        "1. Late payments: 3 or more [R01]: 45.0 points\n"
        "2. Inquiries: 2 or more [R03]: 20.0 points\n"
        "3. Debt: 10 or more [R02]: 15.0 points\n"
        "\n"
        "How this was computed: closed form, against 2 applicants. Whether anybody reviewed the "
        "decision is not part of this computation.\n"
        "Law: 15 U.S.C. 1691(d)(2)-(3); 12 CFR 1002.9(a)(2), (b)(2); comments 9(b)(2)-1 to -8 "
        "(Statement of specific and accurate reasons for a refusal), as of 2026-11-22.\n"
        "Law: 15 U.S.C. 1681m(a), 1681g(f)(2)(B) (FCRA ss. 615(a), 609(f)) (Notice when a report "
        "was used; the score and its key factors), as of 2026-11-22.\n"
        "Nothing here is legal advice.\n"
    )
    assert str(found["f"]) == found["f"].to_text()


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.opened, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.opened.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_says_the_same_and_loads_nothing():
    people = APPLICANTS.rename(index={"f": "<f & co>"})
    page = notices(CARD, people, background=APPLICANTS, synthetic=True)["<f & co>"].to_html()
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert {tag for tag, _ in tags.opened} == {
        "html", "head", "meta", "title", "style", "body", "h1", "p", "ol", "li",
    }  # fmt: skip
    assert not any("src" in given or "href" in given for _, given in tags.opened)
    assert ("html", {"lang": "en"}) in tags.opened
    assert "&lt;f &amp; co&gt;" in page
    assert "<p>This person is synthetic: nobody was refused.</p>" in page
    assert page.count("<li>") == 3


def test_in_a_notebook_it_is_a_part_of_the_page():
    html = notices(CARD, APPLICANTS, background=APPLICANTS)["d"]._repr_html_()
    assert html.startswith("<h3>Why this application was refused</h3>")


def test_who_is_below_no_average_is_told_to_look_at_the_cut_off():
    # 610 points are under 620, and above the average of all applicants on every feature.
    people = APPLICANTS.loc[["a"]]
    text = notices(CARD, people, background=APPLICANTS, cutoff=650, reference="all_applicants")[
        "a"
    ].to_text()
    assert "No feature cost points against this reference" in text


def test_people_need_labels_of_their_own():
    twice = pd.concat([APPLICANTS.loc[["f"]]] * 2)
    with pytest.raises(InputError, match="same label"):
        notices(CARD, twice, background=APPLICANTS)
