"""The same people, had something been otherwise: only what follows from it differs."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations.persons import PEOPLE

N = 70_000
BIAS = ca.Bias(opportunity=1, direct=0.5, measurement=0.3, label=0.2)
COLUMNS = ["minority", "sex", "education", "income", "reported_income", "approved", "default"]


@pytest.fixture(scope="module")
def people():
    return ca.make_borrowers(N, seed=7, bias=BIAS, columns=COLUMNS)


@pytest.fixture(scope="module")
def nobody(people):
    return people.replay(minority=0)


def moved(one, other):
    return {name for name in one.frame if not one.frame[name].equals(other.frame[name])}


def test_replaying_what_is_true_anyway_changes_nothing(people):
    same = people.replay(minority=people.frame["minority"])
    assert same.fingerprint() == people.fingerprint()
    assert same.truth.equals(people.truth)


def test_only_what_follows_from_an_intervention_differs(people, nobody):
    assert (nobody.frame["minority"] == 0).all()
    assert nobody.truth["ability"].equals(people.truth["ability"])
    assert moved(people, nobody) <= PEOPLE.descendants(["minority"])
    others = (people.frame["minority"] == 0).to_numpy()
    pd.testing.assert_frame_equal(people.frame[others], nobody.frame[others])


def test_noise_is_common_so_a_higher_risk_never_saves_anyone(people, nobody):
    everyone = people.replay(minority=1)
    assert (everyone.truth["true_pd"] >= nobody.truth["true_pd"]).all()
    assert (everyone.truth["label_true"] >= nobody.truth["label_true"]).all()


def test_a_mask_says_for_whom(people, nobody):
    where = np.arange(N) % 3 == 0
    some = people.replay(minority=0, where=where)
    pd.testing.assert_frame_equal(some.frame[where], nobody.frame[where])
    pd.testing.assert_frame_equal(some.frame[~where], people.frame[~where])


def test_a_quantity_can_be_given_one_value_a_person(people):
    wanted = np.arange(N, dtype=float) / N
    got = people.replay(ability=wanted)
    assert np.array_equal(got.truth["ability"], wanted)
    assert got.frame["income"].corr(people.frame["income"]) > 0.9


def test_what_is_held_keeps_its_value(people, nobody):
    held = nobody.replay(minority=1, hold=["opportunity"])
    assert held.truth["opportunity"].equals(nobody.truth["opportunity"])
    assert held.frame["income"].equals(nobody.frame["income"])
    # The direct path is open, and so is the way through the reported income.
    odds = held.truth["true_log_odds"] - nobody.truth["true_log_odds"]
    assert odds.to_numpy() == pytest.approx(0.5, abs=2e-6)
    assert not held.frame["reported_income"].equals(nobody.frame["reported_income"])


def test_an_edge_can_be_held_by_itself(people, nobody):
    closed = nobody.replay(minority=1, hold=[("exposed", "true_log_odds")])
    burden = closed.truth["true_log_odds"] - nobody.truth["true_log_odds"]
    everyone = people.replay(minority=1)
    whole = everyone.truth["true_log_odds"] - nobody.truth["true_log_odds"]
    assert (whole - burden).to_numpy() == pytest.approx(0.5, abs=2e-6)
    assert closed.frame["income"].equals(everyone.frame["income"])


def test_paths_of_a_sum_add_up_to_the_whole(people, nobody):
    # The log-odds are a sum of a direct term and a burden, so the two paths are the total effect.
    def odds(replayed):
        return replayed.truth["true_log_odds"] - nobody.truth["true_log_odds"]

    whole = odds(people.replay(minority=1))
    direct = odds(nobody.replay(minority=1, hold=["burden"]))
    through = odds(nobody.replay(minority=1, hold=[("exposed", "true_log_odds")]))
    assert (direct + through).to_numpy() == pytest.approx(whole.to_numpy(), abs=3e-6)


def test_a_replay_can_be_replayed_back(people, nobody):
    back = nobody.replay(minority=people.frame["minority"])
    assert back.fingerprint() == people.fingerprint()


def test_the_last_setting_wins_and_releases_what_was_held(people, nobody):
    held = nobody.replay(minority=1, hold=["income", "opportunity"])
    freed = held.replay(opportunity=people.truth["opportunity"])
    assert freed.frame["income"].equals(nobody.frame["income"])
    assert freed.truth["opportunity"].equals(people.truth["opportunity"])


def test_the_same_people_can_be_seen_under_other_knobs(people):
    clean = ca.make_borrowers(N, seed=7, columns=COLUMNS)
    assert people.replay(bias=ca.Bias()).fingerprint() == clean.fingerprint()
    assert people.replay(bias=ca.Bias()).made["bias"] == {}


def test_levels_are_set_by_their_word(people):
    women = people.replay(sex="female")
    assert (women.frame["sex"] == "female").all()
    assert moved(people, women) == {"sex"}


def test_what_was_set_is_on_record(nobody):
    assert nobody.made["set_by_hand"] == ["minority"]
    assert nobody.synthetic


def test_rows_stay_the_same_when_replayed_in_parts_of_any_size(people):
    fewer = ca.make_borrowers(66_000, seed=7, bias=BIAS, columns=COLUMNS)
    where = np.arange(N) % 2 == 0
    whole = people.replay(minority=1, where=where, hold=["opportunity"])
    part = fewer.replay(minority=1, where=where[:66_000], hold=["opportunity"])
    pd.testing.assert_frame_equal(part.frame, whole.frame[:66_000])


@pytest.mark.parametrize(
    ("given", "error", "fault"),
    [
        ({"minorty": 0}, MissingColumn, "Did you mean 'minority'"),
        ({"sex": "f"}, InputError, "no level"),
        ({"ability": "high"}, InputError, "must be a number"),
        ({"minority": [0, 1]}, InputError, "one for each of 70000"),
        ({"minority": 0, "where": [True]}, InputError, "one True or False"),
        ({"minority": 0, "where": np.ones(N)}, InputError, "one True or False"),
        ({"minority": 0, "hold": ["wages"]}, MissingColumn, "wages"),
        ({"minority": 0, "hold": [("sex", "income")]}, InputError, "no edge"),
        ({"minority": 0, "hold": [("a", "b", "c")]}, InputError, "pairs"),
    ],
)
def test_what_cannot_be_set_is_an_error_that_says_why(people, given, error, fault):
    with pytest.raises(error, match=fault):
        people.replay(**given)


def test_real_people_cannot_be_replayed():
    frame = pd.DataFrame({"sex": ["f", "m"]})
    real = ca.Population(frame, ca.Roles(groups=["sex"]))
    for ask in (lambda: real.replay(sex="f"), real.truth_summary):
        with pytest.raises(InputError, match="make_borrowers"):
            ask()
