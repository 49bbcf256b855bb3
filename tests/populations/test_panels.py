"""Months follow from months, entries follow from states, and mistakes are known as such."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.populations import make_panel
from creditaudit.populations.panels import EVENT_COLUMNS, STATES
from creditaudit.vocabulary import load_vocabulary

N, MONTHS = 70_000, 13
START = np.datetime64("2025-01-01")


@pytest.fixture(scope="module")
def people():
    return ca.make_borrowers(N, seed=7, columns=["approved"], bias=ca.Bias(label=0.2))


@pytest.fixture(scope="module")
def panel(people):
    return make_panel(people, months=MONTHS)


@pytest.fixture(scope="module")
def states(panel):
    """One row a person, one column a month, as codes."""
    return panel.frame["state"].cat.codes.to_numpy().reshape(-1, MONTHS)


def test_everyone_with_credit_has_every_month(people, panel):
    granted = np.flatnonzero(people.frame["approved"] == 1)
    assert panel.frame["person_id"].unique().tolist() == granted.tolist()
    assert (panel.frame.groupby("person_id")["month"].agg(list).map(len) == MONTHS).all()
    assert len(panel.truth) == len(panel.frame)


def test_fewer_months_and_fewer_people_are_the_first_of_more(people, panel):
    fewer = ca.make_borrowers(66_000, seed=7, columns=["approved"], bias=ca.Bias(label=0.2))
    part = make_panel(fewer, months=5)
    kept = (panel.frame["person_id"] < 66_000) & (panel.frame["month"] <= 5)
    expected = panel.frame[kept].reset_index(drop=True)
    pd.testing.assert_frame_equal(part.frame, expected)
    known = panel.events
    early = (known["entity"] < 66_000) & (known["date"] < np.datetime64("2025-06-01"))
    columns = list(EVENT_COLUMNS[1:])
    pd.testing.assert_frame_equal(
        part.events[columns], known.loc[early, columns].reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(part.macro, panel.macro[:5])


def test_states_follow_each_other_as_they_may(states):
    current, late_30, late_60, late_90, cured = range(5)
    may = {
        current: {current, late_30},
        late_30: {current, late_60},
        late_60: {cured, late_90},
        late_90: {cured, late_90},
        cured: {cured, current, late_30},
    }
    for before, after in pairwise(states.T):
        for state, following in may.items():
            assert set(after[before == state]) <= following
    assert set(states[:, 0]) == {current, late_30}
    assert len(STATES) == len(may)


def test_true_entries_say_what_the_states_say(panel, states):
    true = panel.events[panel.events["finding"] == "true"]
    late = ((states >= 1) & (states <= 3)).sum()
    assert (true["event"] == "missed_payment").sum() == late
    before = np.column_stack([np.zeros(len(states)), states[:, :-1]])
    assert (true["event"] == "default").sum() == ((states == 3) & (before != 3)).sum()
    assert (true["event"] == "repair").sum() == ((states == 4) & (before != 4)).sum()


def test_a_cured_person_is_current_again_after_six_months(states):
    runs = [row for row in states.tolist() if 4 in row]
    text = ["".join(map(str, row)) for row in runs]
    assert not any("4444444" in one for one in text)
    assert any("4444440" in one for one in text)


def test_about_as_many_default_in_a_year_as_the_truth_says(people, panel, states):
    granted = people.frame["approved"] == 1
    rate = (states[:, :12] == 3).any(axis=1).mean()
    # The economy moves everyone at once, so a year may lie well above or below.
    assert rate == pytest.approx(people.truth["true_pd"][granted].mean(), rel=0.35)


def test_the_riskier_people_default_in_the_panel_too(people, panel, states):
    granted = (people.frame["approved"] == 1).to_numpy()
    defaulted = (states[:, :12] == 3).any(axis=1)
    risk = people.truth["true_log_odds"].to_numpy()[granted]
    assert risk[defaulted].mean() > risk[~defaulted].mean() + 0.6


def test_the_label_knob_enters_the_stated_share_of_those_who_paid_all_year(people, panel, states):
    granted = np.flatnonzero(people.frame["approved"] == 1)
    paid = (states[:, :12] == 0).all(axis=1)
    exposed = (people.truth["exposed"].to_numpy() == 1)[granted]
    events = panel.events
    year = events["date"] < START + np.timedelta64(365, "D")
    wrong = events[year & (events["event"] == "default") & (events["finding"] == "mistaken")]
    entered = np.isin(granted, wrong["entity"])
    share, n = entered[paid & exposed].mean(), (paid & exposed).sum()
    assert share == pytest.approx(0.2, abs=4 * np.sqrt(0.16 / n))
    assert not entered[~exposed].any()


def test_only_mistakes_are_corrected(panel):
    events = panel.events
    corrected = set(events.loc[events["event"] == "correction", "entity"])
    mistaken = set(events.loc[events["finding"] == "mistaken", "entity"])
    assert corrected
    assert corrected <= mistaken


def test_ability_keeps_its_spread_and_forgets_slowly(people, panel):
    ability = panel.truth["ability"].to_numpy().reshape(-1, MONTHS)
    granted = (people.frame["approved"] == 1).to_numpy()
    first = people.truth["ability"].to_numpy()[granted]
    assert np.corrcoef(first, ability[:, 0])[0, 1] == pytest.approx(0.98, abs=0.01)
    assert np.corrcoef(first, ability[:, -1])[0, 1] == pytest.approx(0.98**13, abs=0.02)
    assert ability[:, -1].std() == pytest.approx(1, abs=0.05)


def test_a_bad_economy_raises_the_risk_of_everyone(people, panel):
    odds = panel.truth["log_odds"].to_numpy().reshape(-1, MONTHS)
    ability = panel.truth["ability"].to_numpy().reshape(-1, MONTHS)
    calm = (odds + ability).mean(axis=0)
    economy = panel.macro["economy"].to_numpy()
    assert np.polyfit(economy, calm, 1)[0] == pytest.approx(0.25, abs=0.08)


def test_the_log_speaks_the_words_of_the_vocabulary(panel):
    vocabulary = load_vocabulary()
    for name in panel.events:
        assert vocabulary[name].of == "event"
        assert not vocabulary[name].outside(panel.events[name]).any()
    assert panel.events["event_id"].is_monotonic_increasing
    assert panel.made["synthetic"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [({"months": 0}, "months=0"), ({"months": 2.5}, "months=2.5"), ({"start": "soon"}, "a day")],
)
def test_what_cannot_be_made_is_an_error_that_says_why(people, given, fault):
    with pytest.raises(InputError, match=fault):
        make_panel(people, **given)


def test_real_people_have_no_panel():
    real = ca.Population(pd.DataFrame({"sex": ["f"]}), ca.Roles(groups=["sex"]))
    with pytest.raises(InputError, match="make_borrowers"):
        make_panel(real)
