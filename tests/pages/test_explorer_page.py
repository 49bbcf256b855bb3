import base64
import copy
import hashlib
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from explorer_reference import (
    OPEN_ENDED,
    RATES,
    bounds,
    every_way,
    expected,
    hostile,
    published,
)
from hostile_texts import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from creditaudit import metrics
from creditaudit.errors import InputError
from creditaudit.intervals import wilson
from creditaudit.pages.explorer_page import LIMIT, render_explorer
from creditaudit.roles import Roles
from creditaudit.tally import Tally

VOID = {"meta", "input"}


class Tags(HTMLParser):
    """Tags with their attributes, tags that do not close, and the words of the page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += [] if self.open[-1:] in (["script"], ["style"]) else [data]


def said(text):
    return " ".join("".join(Tags(text).words).split())


def held(text):
    return json.loads(re.search(r'id="held">(.*?)</script>', text, re.DOTALL)[1])


TRIPLE = st.lists(st.integers(0, 2), min_size=3, max_size=3)


@given(TRIPLE, TRIPLE, TRIPLE, TRIPLE, st.sampled_from(RATES))
def test_the_extremes_of_a_rate_are_at_the_vertices(approved, refused, split, loose, rate):
    cells = [(approved, ["yes"]), (refused, ["no"]), (split, ["no", "yes"])]
    cells.append((loose, ["no", "none"]))
    found, wanted = bounds(rate, cells), bounds(rate, cells, every_way)
    assert (found is None) == (wanted is None)
    assert found is None or found[:2] == wanted[:2]


@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
@pytest.mark.parametrize("exact", [False, True])
def test_unmerged_bins_mean_what_a_tally_means(higher_is, exact):
    rng = np.random.default_rng(3)
    scores = rng.choice([290.0, *np.arange(300, 460, 12.5), np.nan], 400)
    people = pd.DataFrame(
        {"race": rng.choice(["a", "b"], 400), "points": scores, "good": rng.integers(0, 2, 400)}
    )
    roles = Roles(groups=["race"], score="points", higher_is=higher_is, outcome="good", good=1)
    edges = [300 + 12.5 * at for at in range(13)]
    tally = Tally.from_frame(people, roles, score_bins="exact" if exact else edges)
    assert tally.bins is not None
    values, size = tally.bins.values.tolist(), len(tally.bins)
    codes = tally.bins.assign(scores)
    places = [-3 if at >= size else int(at) for at in codes]
    counts = published(higher_is=higher_is, exact=exact) | {
        "groups": ["a", "b"],
        "edges": values,
        "bins": [[at, at] for at in range(size)],
        "cells": [
            [race, at, int(good), 1 - int(good), 0]
            for race, at, good in zip(people["race"], places, people["good"], strict=True)
        ],
    }
    # At the last edge a tally refuses to decide; the page shows bounds there.
    for at, cutoff in enumerate(values if exact else values[:-1]):
        decided = tally.at_cutoff(cutoff)
        for rate in RATES:
            frame = getattr(metrics, rate)(decided, "race").astype(object)
            for row, found in zip(
                frame.to_dict("records"), expected(counts, at, rate).values(), strict=True
            ):
                if found is None:
                    assert pd.isna(row["value"])
                else:
                    assert found[0] == found[1]
                    wanted = [row["value"], row["low"], row["high"]]
                    assert list(found[1:2] + found[2:]) == pytest.approx(wanted, abs=1e-12)


def test_counts_that_can_be_checked_on_paper():
    counts = published() | {
        "groups": ["a", "b"],
        "edges": [0, 10, 20, 30],
        "bins": [[0, 1], [2, 2]],
        "cells": [["a", 0, 2, 1, 0], ["a", 1, 3, 0, 0], ["b", 1, 4, 0, 0], ["b", -1, 9, 9, 9]],
        "merges": [],
    }
    assert expected(counts, 1, "approval_rate")["a"][:2] == (0.5, 1)
    assert expected(counts, 1, "precision")["a"][:2] == (0.75, 1)
    assert expected(counts, 2, "approval_rate")["b"][:2] == (1, 1)
    assert expected(counts, 2, "false_positive_rate")["b"] is None
    words = said(render_explorer(counts))
    assert "Nothing had to be merged." in words
    assert "37 people by race" in words


def test_the_page_without_scripts_shows_one_cut_off():
    counts = published() | {
        "groups": ["a", "b", "c"],
        "edges": [0, 10, 20, 30],
        "bins": [[0, 1], [2, 2]],
        "cells": [["a", 0, 2, 2, 0], ["a", 1, 4, 0, 0], ["b", 0, 9, 0, 1], ["b", 1, 10, 0, 0]],
    }
    text = render_explorer(counts)
    words = said(text[text.index("<noscript>") : text.index("</noscript>") + 11])
    assert "at cut-off 20 (approved: points 20 or higher)" in words
    low, high = wilson(np.array([0.5]), np.array([8]))
    assert f"a4850.0 %{100 * low[0]:.1f} to {100 * high[0]:.1f} %" in words
    assert "c00undefined–" in words
    riskier = said(render_explorer(counts | {"higher_is": "riskier"}))
    assert "at cut-off 20 (approved: points below 20)" in riskier


@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
@pytest.mark.parametrize("unscored", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_table_without_scripts_has_the_same_bounds(seed, unscored, higher_is):
    counts = published(seed=seed, higher_is=higher_is, bins=OPEN_ENDED) | {"unscored": unscored}
    text = render_explorer(counts)
    found = expected(counts, held(text)["start"], "approval_rate")
    for name, wanted in found.items():
        row = re.search(rf"<bdi>{re.escape(name)}</bdi></th>(.*?)</tr>", text)[1]
        rate, span = re.findall("<td>(.*?)</td>", row)[2:]
        if wanted is None:
            assert (rate, span) == ("undefined", "–")
            continue
        least, most, low, high = (f"{100 * x:.1f}" for x in wanted)
        assert rate == f"{least if least == most else f'{least} to {most}'}\u00a0%"
        assert span == f"{low} to {high}\u00a0%"


def test_the_same_counts_give_the_same_bytes_and_stay_as_they_were():
    counts = published()
    before = copy.deepcopy(counts)
    assert render_explorer(counts) == render_explorer(counts)
    assert counts == before


def test_the_policy_allows_this_one_script_and_nothing_else():
    for counts in (published(), hostile()):
        text = render_explorer(counts)
        script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy = next(attrs["content"] for _, attrs in Tags(text).tags if "http-equiv" in attrs)
        assert policy == (
            f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
        )
        assert "\r" not in text
        assert "<!--" not in script


def test_nothing_is_loaded():
    for counts in (published(), hostile()):
        text = render_explorer(counts)
        page = Tags(text)
        assert page.open == []
        assert not {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "form"}
        names = {name for _, attrs in page.tags for name in attrs}
        assert not [name for name in names if name.startswith("on") or name in ("src", "style")]
        assert [attrs["href"] for _, attrs in page.tags if "href" in attrs] == ["#main"]
        assert "https://" not in text
        assert re.findall(r"http://\S+", text) == ['http://www.w3.org/2000/svg",']
        for word in ("innerHTML", "eval(", "fetch(", "url("):
            assert word not in text


def test_hostile_texts_stay_text():
    text = render_explorer(hostile())
    assert [tag for tag, _ in Tags(text).tags].count("script") == 2
    assert "\u202e" not in text
    assert "\x00" not in text
    assert held(text)["groups"][0] == HOSTILE[0]


def test_the_page_says_what_it_must():
    counts = published()
    words = said(render_explorer(counts))
    for expected_words in (
        "Synthetic people.",
        "a statistic, not credit law",
        "Without a range for chance",
        "Nothing here certifies a system as fair or lawful.",
        "The smallest cell it was allowed to show: 5 people.",
        "Points 312.5 to 350 are one band",
        "creditaudit threshold explorer, 23 November 2026",
        "Data: Example Lender, decisions of 2025",
        counts["fingerprint"],
    ):
        assert expected_words in words
    without = said(render_explorer(published(outcome=False) | {"source": None, "synthetic": False}))
    assert "These counts hold no outcomes" in without
    assert "Good payers" not in without
    assert "Synthetic people" not in without
    assert "Data:" not in without


def test_the_reference_at_the_start_is_the_largest_named_group():
    counts = published()
    counts["cells"] += [["missing", 0, 900, 0, 0], ["black", 0, 800, 0, 0]]
    assert held(render_explorer(counts))["reference"] == 0
    rest = counts | {"groups": ["missing"], "cells": [["missing", 0, 900, 0, 0]]}
    assert held(render_explorer(rest))["reference"] == 0


def test_the_page_starts_where_about_half_are_approved():
    counts = published() | {"edges": [0, 1, 2, 3, 4], "bins": [[at, at] for at in range(4)]}
    counts["cells"] = [["black", at, 5, 0, 0] for at in range(4)]
    assert held(render_explorer(counts))["start"] == 2
    counts["cells"] = [["black", 3, 5, 0, 0], ["white", -2, 5, 0, 0]]
    assert held(render_explorer(counts))["start"] == 0


def test_the_page_stays_small_and_says_what_it_left_out():
    many = [f"Band {at} was merged, because a cell had fewer than 5 people." for at in range(900)]
    text = render_explorer(published() | {"merges": many})
    assert len(text.encode()) <= LIMIT
    assert re.search(r"\d+ more are in the published tally", said(text))
    bins = [[at, at] for at in range(110)]
    groups = [f"{race}, {sex}" for race in "abcdefgh" for sex in ("female", "male")]
    wide = published(bins=bins, groups=groups) | {"edges": list(range(300, 851, 5))}
    assert len(render_explorer(wide | {"merges": many}).encode()) <= LIMIT


def test_counts_that_do_not_fit_are_refused():
    bins = [[at, at] for at in range(110)]
    wide = published(bins=bins, groups=[f"group {at}" for at in range(300)])
    with pytest.raises(InputError, match=r"300 groups and 110 published bins\. Publish"):
        render_explorer(wide | {"edges": list(range(300, 851, 5))})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"$schema": "creditaudit.explorer/2"}, r"\$schema: expected"),
        ({"title": None}, "title: found NoneType, expected str"),
        ({"min_cell": True}, "min_cell: found bool, expected int or float"),
        ({"report_date": "2026-02-30"}, "report_date: found '2026-02-30'"),
        ({"higher_is": "better"}, "higher_is: found 'better'"),
        ({"groups": ["a", "a"], "cells": []}, "a label is there twice"),
        ({"groups": [], "cells": []}, "groups: expected at least one text"),
        ({"edges": [1, 1, 2]}, "edges: expected rising finite numbers"),
        ({"edges": [1, float("inf")]}, "edges: expected rising finite numbers"),
        ({"bins": [[0, 13]], "cells": []}, r"bins\[0\]: found \[0, 13\]"),
        ({"bins": [[-2, 1]], "cells": []}, r"bins\[0\]: found \[-2, 1\], .* from -1 to 12"),
        ({"unscored": 1}, "unscored: found int, expected bool"),
        ({"bins": [[2, 1]], "cells": []}, r"bins\[0\]: found \[2, 1\]"),
        ({"cells": [["black", 0, 1, 2]]}, r"cells\[0\]: found"),
        ({"cells": [["black", 0, 1, -2, 0]]}, r"cells\[0\]: found"),
        ({"cells": [["green", 0, 1, 2, 0]]}, "'green' is none of the groups"),
        ({"cells": [["black", 6, 1, 2, 0]]}, "bin 6, expected -3 to 5"),
        ({"merges": [3]}, "merges: expected sentences"),
    ],
)
def test_faults_are_named(change, words):
    with pytest.raises(InputError, match=words):
        render_explorer(published() | change)


def test_a_missing_field_is_named_and_faults_are_counted():
    counts = published() | {"higher_is": "better", "merges": [1]}
    with pytest.raises(InputError, match="2 faults"):
        render_explorer(counts)
    del counts["bins"]
    with pytest.raises(InputError, match=r"1 fault\.\n  bins: found nothing"):
        render_explorer(counts)
