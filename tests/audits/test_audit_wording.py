import math
import re

import numpy as np
import pandas as pd
import pytest

from creditaudit import Roles
from creditaudit.audits.wording import (
    chance_sentence,
    group_name,
    p_words,
    people,
    reach_words,
    status_of,
    status_sentence,
)
from made_tables import CROSSED, LENDER, ROLES, VERDICTS, audited, claims, crossed, decided, lent

WEIGHED = Roles(groups=["group"], decision="approved", favourable=1, weight="w", cluster="branch")
REPORTS = {
    "decisions": lambda: audited(decided(a=(60, 40), b=(30, 70), c=(3, 1)), jurisdictions=["US"]),
    "chosen reference": lambda: audited(decided(a=(0, 40), b=(0, 70))),
    "lender": lambda: audited(lent(a=(60, 10, 30), b=(30, 9, 61)), LENDER),
    "crossed": lambda: audited(
        crossed({(r, s): (20 + len(r), 10) for r in ("a", "bb") for s in "fm"}), CROSSED
    ),
    "one group": lambda: audited(decided(a=(60, 40))),
    "nobody": lambda: audited(crossed({(r, s): (0, 9) for r in "ab" for s in "fm"}), CROSSED),
    "weighted and clustered": lambda: audited(
        decided(a=(60, 40), b=(30, 70)).assign(w=1.5, branch=range(200)), WEIGHED
    ),
    "many values": lambda: audited(
        decided(a=(60, 40), b=(30, 70)).replace({"approved": {0: "no", 1: "yes"}}),
        Roles(groups=["group"], decision="approved", favourable="yes"),
    ),
    "no groups": lambda: audited(decided(a=(60, 40)), Roles(decision="approved", favourable=1)),
}


@pytest.mark.parametrize("name", REPORTS)
def test_no_claim_gives_a_cause_a_verdict_or_a_number_that_is_none(name):
    said = claims(REPORTS[name]())
    assert said
    assert not VERDICTS.search(said)
    assert not re.search(r"\b(nan|inf|None)\b", said)
    assert not re.search(r"\s{2,}|\s[,.;]|\(\)", said.replace("\n", " "))


@pytest.mark.parametrize("name", REPORTS)
def test_every_claim_is_a_sentence(name):
    for finding in REPORTS[name]().findings:
        assert finding.claim.endswith(".")
        assert finding.claim == finding.claim.strip()


@pytest.mark.parametrize(
    ("low", "high", "status"),
    [
        (0.5, 0.79, "beyond"),
        (0.5, 0.8, "cannot_tell"),
        (0.79, 1.1, "cannot_tell"),
        (0.8, 1.25, "not_beyond"),
        (0.9, 1.26, "cannot_tell"),
        (1.25, 2, "cannot_tell"),
        (1.26, 2, "beyond"),
        (0.5, 2, "cannot_tell"),
        (1.3, math.inf, "beyond"),
        (0.0, math.inf, "cannot_tell"),
        (math.nan, math.nan, "cannot_tell"),
        (0.9, math.nan, "cannot_tell"),
    ],
)
def test_the_status_is_where_the_range_lies_about_the_line_and_its_mirror(low, high, status):
    assert status_of(low, high, 0.8) == status


def test_the_line_that_is_named_is_inside_the_range():
    rng = np.random.default_rng(7)
    for _ in range(500):
        low, ratio, high = np.sort(rng.uniform(0.4, 1.9, 3))
        line = rng.choice([0.8, 0.85, 0.9])
        status = status_of(low, high, line)
        said = status_sentence(status, ratio, low, high, line)
        named = float(re.search(r"the line at (\d+(\.\d+)?)", said)[1]) / 100
        assert min(abs(named - line), abs(named - 1 / line)) < 1e-3
        if status == "cannot_tell":
            assert low - 1e-3 <= named <= high + 1e-3
        elif status == "beyond":
            assert high < named + 1e-3 or low > named - 1e-3


def test_a_line_between_whole_numbers_is_not_rounded():
    assert "the line at 82.5" in status_sentence("beyond", 0.5, 0.4, 0.6, 0.825)
    assert "the line at 121.2" in status_sentence("beyond", 1.5, 1.4, 1.6, 0.825)


def test_a_range_without_an_upper_end_says_so():
    assert reach_words(0.5, math.inf) == "50 or more"
    assert reach_words(0.5, 0.75) == "50 to 75"


def test_chance_is_told_as_what_a_sample_could_show():
    assert chance_sentence(math.nan, 0.5) == ""
    assert chance_sentence(0.0001, 0.5).endswith("(adjusted p < 0.001).")
    assert "shows a ratio of 0.50 or further from 1 in 8 of 10 cases" in chance_sentence(0.3, 0.5)
    assert "would rarely show any gap" in chance_sentence(0.3, math.nan)
    assert p_words(0.0499) == "adjusted p = 0.050"


def test_groups_and_numbers_are_written_for_readers():
    assert group_name(("race", "sex"), ["black", None]) == "race black, sex missing"
    assert group_name(("yes",), [True]) == "yes True"
    assert group_name(("race",), [pd.NA]) == "race missing"
    assert people(12345) == "12,345"
    assert people(4.5) == "4.5"


def test_a_decision_column_of_several_values_leaves_a_note():
    frame = decided(a=(60, 40), b=(30, 70))
    frame.loc[::7, "approved"] = 2
    (note,) = audited(frame, ROLES).to_dict()["notes"]
    assert "more than two values" in note
