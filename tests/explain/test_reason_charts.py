"""Charts of reasons: what is drawn is what stands in the frame, and in words."""

import numpy as np
import pandas as pd
import pytest
from paper_cards import APPLICANTS, CARD

from creditaudit.errors import InputError, MissingColumn
from creditaudit.explain import (
    Attributions,
    attributions,
    in_words,
    reason_chart,
    reason_frame,
    reasons,
    recourse,
    recourse_chart,
    recourse_frame,
    waterfall,
    waterfall_frame,
)
from creditaudit.pages.inline_svg import svg

SIDES = pd.Series(["east", "east", "west", "west", "east", "west"], index=list("abcdef"))


@pytest.fixture(scope="module")
def shares():
    return attributions(CARD, APPLICANTS, background=APPLICANTS, scale="points")


def test_a_waterfall_starts_at_the_base_and_ends_at_the_score(shares):
    frame = waterfall_frame(shares, "f")
    assert frame["step"].iloc[0] == "base"
    assert frame["end"].iloc[0] == pytest.approx(shares.base)
    assert frame["end"].iloc[-1] == pytest.approx(530)
    inner = frame.iloc[1:-1]
    assert (np.diff(np.abs(inner["value"])) <= 1e-9).all()
    assert np.allclose(inner["start"].iloc[1:], inner["end"].iloc[:-1])
    assert inner["start"].iloc[0] == pytest.approx(shares.base)


def test_bars_are_drawn_from_where_the_one_before_ended(shares):
    frame = waterfall_frame(shares, "f")
    ax = waterfall(frame, cutoff=600)
    drawn = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    wanted = frame.iloc[1:-1][["start", "end"]].to_numpy()
    assert np.allclose(np.sort(drawn, axis=1), np.sort(wanted, axis=1))
    assert [label.get_text() for label in ax.get_yticklabels()] == list(frame["step"])
    assert "cut-off 600" in [text.get_text() for text in ax.texts]


def test_what_does_not_fit_stands_together(shares):
    frame = waterfall_frame(shares, "f", most=1)
    assert frame["step"].tolist()[2] == "2 other features"
    assert frame["end"].iloc[-1] == pytest.approx(530)


def test_reasons_of_groups_are_counted_by_hand():
    found = reasons(CARD, APPLICANTS, background=APPLICANTS, cutoff=600)
    refused = SIDES.loc[["d", "e", "f"]]
    frame = reason_frame(found, refused, rank=1)
    first = found[found["rank"] == 1].set_index("person")["feature"]
    for row in frame.itertuples():
        own = refused.index[refused == row.group]
        assert row.value == np.mean([first.get(one) == row.reason for one in own])
        assert row.low <= row.value <= row.high
    ax = reason_chart(frame, group="group")
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == frame["value"].tolist()


def test_a_curve_ends_at_the_share_with_a_way():
    ways = recourse(CARD, APPLICANTS, cutoff=600)
    refused = ways[ways["person"].isin(["d", "e", "f"])]
    frame = recourse_frame(refused, SIDES)
    for side, rows in frame.groupby("group"):
        own = refused[refused["person"].map(SIDES) == side]
        assert rows["value"].iloc[-1] == np.mean(own["status"] == "found")
        assert (np.diff(rows["value"]) >= 0).all()
        cheapest = own["cost"].min()
        assert rows.loc[rows["at"] == cheapest, "value"].item() >= 1 / len(own)
    ax = recourse_chart(frame)
    assert len(ax.lines) == 2
    assert "in the end" in ax.get_legend().get_texts()[0].get_text()


def test_of_a_rulebook_the_days_are_on_the_axis():
    ways = pd.DataFrame({"person": list("ab"), "status": ["found", "undecided"],
                         "cost": [1.0, np.nan], "wait_high": [366.0, np.nan]})  # fmt: skip
    frame = recourse_frame(ways, SIDES)
    assert frame["at"].tolist() == [0, 366]
    assert frame["value"].tolist() == [0, 0.5]
    assert "50 % undecided" in in_words(frame)
    assert "50 % undecided" in recourse_chart(frame).get_legend().get_texts()[0].get_text()


def test_every_chart_has_its_numbers_in_words(shares):
    frame = waterfall_frame(shares, "f")
    said = in_words(frame)
    assert said.startswith("base ")
    assert said.endswith("score 530.0.")
    page = svg(waterfall(frame).figure, "From base to score", said)
    assert "score 530.0" in page
    found = reasons(CARD, APPLICANTS, background=APPLICANTS, cutoff=600)
    assert "east: " in in_words(reason_frame(found, SIDES))


def test_what_cannot_be_drawn_says_what_to_pass(shares):
    with pytest.raises(InputError, match="names 0 of the people"):
        waterfall_frame(shares, "nobody")
    with pytest.raises(MissingColumn, match="made for this chart"):
        waterfall(pd.DataFrame({"x": [1]}))
    with pytest.raises(InputError, match="nothing to draw"):
        reason_chart(pd.DataFrame(columns=["group", "reason", "value"]), group="group")
    found = reasons(CARD, APPLICANTS, background=APPLICANTS, cutoff=600)
    with pytest.raises(InputError, match="have no group"):
        reason_frame(found, SIDES.loc[["a"]])
    with pytest.raises(InputError, match="No chart of reasons"):
        in_words(pd.DataFrame({"x": [1]}))
    assert isinstance(shares, Attributions)
