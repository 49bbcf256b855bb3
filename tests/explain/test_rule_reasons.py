"""Rulebooks: rules as players, and the rule that fired as the reason."""

import numpy as np
import pandas as pd
import pytest
from explained_people import applicants, boosted

from creditaudit.errors import InputError
from creditaudit.explain import attributions, notices, reasons
from creditaudit.rulebooks import Rulebook, RulebookScorer

BOOK = """
format = 1

[book]
id = "xx_made"
title = "Made up"
about = "Made up for a test."
jurisdiction = "US"
issuer = "Nobody"
issuer_type = "state"
use = "general"
confidence = "F"
looked_at = 2026-11-22
in_force = 2016-01-01
currency = "USD"
on_missing = "false"

[scale]
base = 1000
mark = "F"

[decision]
rests_on = "assumption"
text = "Below 900."
refuse_below = 900
refuse_listed = ["black"]

[[sources]]
id = "own"
title = "Own"
kind = "own"
mark = "F"
read = "all of it"

[[lists]]
id = "black"
title = "List"
source = "own"
mark = "F"

[[rules]]
id = "late"
title = "Late payments"
when = "late >= 1"
points = -60
source = "own"
mark = "F"
reason = {text = "Payments came late", code = "L1"}

[[rules]]
id = "debt"
title = "Debt"
when = "owed > '1000 USD'"
points = -70
source = "own"
mark = "F"

[[rules]]
id = "paid"
title = "Paid on time"
when = "late == 0"
points = 20
source = "own"
mark = "F"

[[rules]]
id = "judgment"
title = "Unpaid judgment"
text = "A judgment was not paid."
when = "judgments >= 1"
list = "black"
source = "own"
mark = "F"

[columns.late]
type = "count"
unit = "payments"
domain = [0, 100]
description = "Late payments."

[columns.owed]
type = "money"
unit = "currency"
domain = [0, 1e9]
description = "Debt."

[columns.judgments]
type = "count"
unit = "judgments"
domain = [0, 100]
description = "Unpaid judgments."
"""
PEOPLE = pd.DataFrame(
    {"late": [0, 2, 1, 0, 3], "owed": [0.0, 0, 5000, 0, 5000], "judgments": [0, 0, 0, 1, 1]},
    index=list("vwxyz"),
)


@pytest.fixture(scope="module")
def scorer():
    return RulebookScorer(Rulebook.from_toml(BOOK))


def test_rules_are_players_and_add_up_to_the_points(scorer):
    found = attributions(scorer, PEOPLE, scale="points")
    assert (found.backend, found.method, found.base) == ("rules", "absent_rules", 1000)
    assert found.values.loc["x"].to_dict() == {"late": -60, "debt": -70, "paid": 0, "judgment": 0}
    assert found.output.tolist() == scorer.points(PEOPLE).tolist() == [1020, 940, 870, 1020, 870]
    assert found.gap < 1e-9


def test_features_of_a_book_can_be_players_against_a_background(scorer):
    found = attributions(scorer, PEOPLE, background=PEOPLE, scale="points")
    assert found.backend == "coalitions"
    assert set(found.values.columns) == {"late", "owed", "judgments"}
    assert found.base == pytest.approx(np.mean([1020, 940, 870, 1020, 870]))


def test_the_rule_that_fired_is_the_reason(scorer):
    found = reasons(scorer, PEOPLE)
    rows = {
        person: list(zip(rows["feature"], rows["points_lost"], strict=True))
        for person, rows in found.groupby("person")
    }
    # v and w are approved; y is refused for the list alone.
    assert rows["x"] == [("debt", 70), ("late", 60)]
    assert [name for name, _ in rows["y"]] == ["judgment"]
    assert [name for name, _ in rows["z"]] == ["judgment", "debt", "late"]
    assert np.isnan(rows["z"][0][1])
    assert set(rows) == set("xyz")


def test_a_rule_speaks_in_its_own_words_and_code(scorer):
    found = reasons(scorer, PEOPLE).set_index(["person", "feature"])
    assert found.loc[("x", "late"), ["text", "code"]].tolist() == ["Payments came late", "L1"]
    assert found.loc[("x", "debt"), ["text", "code"]].tolist() == ["Debt", "debt"]
    assert found.loc[("y", "judgment"), "text"] == "A judgment was not paid."
    assert found["method"].iloc[0] == "rules that fired, xx_made as of 2016-01-01"
    assert "us_reg_b_reasons" in found["law"].iloc[0]
    assert set(found["reference"]) == {"no rule fires"}


def test_a_notice_of_a_listing_says_that_it_decides_by_itself(scorer):
    found = notices(scorer, PEOPLE)
    assert list(found) == ["x", "y", "z"]
    assert "1. A judgment was not paid. [judgment]: decides by itself" in found["y"].to_text()
    assert "The rules decide." in found["y"].to_text()


def test_a_book_decides_by_itself_and_not_by_a_cut_off(scorer):
    with pytest.raises(InputError, match="Leave cutoff= out"):
        reasons(scorer, PEOPLE, cutoff=900)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scale": "logit"}, "has no predict_proba"),
        ({"players": {"late": "x", "owed": "x"}}, "players of a rulebook are its rules"),
        ({"backend": "patterns"}, "Rules are the players"),
        ({"method": "path_dependent"}, "Pass background=|needs background="),
    ],
    ids=str,
)
def test_what_a_book_has_not_is_refused(scorer, given, words):
    with pytest.raises(InputError, match=words):
        attributions(scorer, PEOPLE, **{"scale": "points"} | given)


def test_a_model_has_no_rules():
    people, _ = applicants(3)
    with pytest.raises(InputError, match='a rulebook also has "absent_rules"'):
        attributions(boosted(), people, method="absent_rules")
