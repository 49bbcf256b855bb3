"""The same seed gives the same people, however they are made; with no knob, groups are alike."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations import borrower_batches, causal_graph
from creditaudit.populations.borrowers import COLUMNS
from creditaudit.populations.storage import fingerprint
from creditaudit.vocabulary import SECTORS

N = 140_000
SOME = ["person_id", "sex", "region", "income", "late_payments_24m", "approved", "default"]


@pytest.fixture(scope="module")
def people():
    return ca.make_borrowers(100_000, seed=7)


@pytest.fixture(scope="module")
def whole():
    return fingerprint(borrower_batches(N, seed=7, columns=SOME))


@pytest.mark.parametrize("rows", [50_000, 99_991, 262_144])
@pytest.mark.parametrize("workers", [1, 2, 7])
def test_rows_and_workers_change_nothing(whole, rows, workers):
    batches = borrower_batches(N, seed=7, columns=SOME, rows=rows, workers=workers)
    assert fingerprint(batches) == whole


def test_batches_have_the_length_asked_for():
    lengths = [len(b) for b in borrower_batches(N, seed=7, columns=["sex"], rows=50_000)]
    assert lengths == [50_000, 50_000, 40_000]


def test_fewer_people_are_the_first_of_more(people):
    fewer = ca.make_borrowers(70_001, seed=7)
    pd.testing.assert_frame_equal(fewer.frame, people.frame[:70_001])
    pd.testing.assert_frame_equal(fewer.truth, people.truth[:70_001])


def test_people_can_be_made_from_any_of_them_on(people):
    parts = list(borrower_batches(100_000, seed=7, columns=["income"], start=66_000))
    later = np.concatenate([part.column("income").to_numpy() for part in parts])
    assert np.array_equal(later, people.frame["income"][66_000:])


def test_fewer_columns_hold_the_same_values(people):
    some = ca.make_borrowers(1000, seed=7, columns=SOME)
    assert list(some.frame) == SOME
    pd.testing.assert_frame_equal(some.frame, people.frame[SOME][:1000])
    pd.testing.assert_frame_equal(some.truth, people.truth[:1000])


def test_another_seed_gives_other_people(people):
    others = ca.make_borrowers(1000, seed=8)
    assert (others.frame["income"] != people.frame["income"][:1000]).mean() > 0.99


def test_the_frame_and_the_batches_have_one_fingerprint(people):
    assert people.fingerprint() == fingerprint(borrower_batches(100_000, seed=7))


def test_these_people_have_not_changed_since_they_were_first_made():
    # A change here changes everybody's people: raise the version and say so in the changelog.
    assert (
        ca.make_borrowers(1000, seed=7, columns="all").fingerprint()
        == "e0a95e3a615573484a12675c91b0683d"
    )


def test_columns_come_from_the_ten_sectors_with_their_catalog(people):
    assert len(COLUMNS) >= 40
    assert list(people.catalog["column"]) == list(people.frame) == list(COLUMNS)
    assert set(people.catalog["sector"]) == set(SECTORS)


def test_roles_are_ready_for_an_audit(people):
    roles = people.roles
    assert (roles.decision, roles.favourable) == ("approved", 1)
    assert (roles.outcome, roles.good) == ("default", 0)
    assert (roles.score, roles.higher_is) == ("lender_points", "safer")
    assert roles.groups == ("minority", "sex", "registration", "disability")
    assert ca.make_borrowers(10, seed=7, columns=["sex", "approved"]).roles.outcome is None


def test_a_report_on_them_says_that_they_are_synthetic(people):
    tally = ca.Tally.from_frame(people.frame, people.roles, by=["minority"])
    report = ca.audit(ca.Evidence(tally=tally, about=people.made), title="Made up")
    assert report.to_dict()["synthetic"] is True
    assert people.synthetic


def test_refused_people_have_no_outcome(people):
    refused = people.frame["approved"] == 0
    assert np.array_equal(people.frame["default"].isna(), refused)
    known = people.frame["default"][~refused]
    assert (known == people.truth["label_recorded"][~refused]).all()


def test_with_no_knob_the_truth_is_what_was_recorded(people):
    truth = people.truth
    assert (truth["label_true"] == truth["label_recorded"]).all()
    assert (truth["true_id"] == people.frame["person_id"]).all()
    assert (truth["weight"] == 1).all()


def test_default_is_as_likely_as_the_truth_says(people):
    truth = people.truth
    rate, error = truth["label_true"].mean(), np.sqrt(0.1 * 0.9 / len(truth))
    assert rate == pytest.approx(truth["true_pd"].mean(), abs=4 * error)
    assert 0.09 < rate < 0.11
    assert np.allclose(truth["true_pd"], 1 / (1 + np.exp(-truth["true_log_odds"])), atol=1e-6)


def test_the_truth_ranks_defaults_as_well_as_a_good_score_does(people):
    summary = people.truth_summary().set_index("measure")
    assert summary.loc["auc_of_true_pd", "low"] > 0.75
    assert summary.loc["auc_of_true_pd", "high"] < 0.85


@pytest.mark.parametrize("group", ["minority", "sex", "registration", "disability", "region"])
def test_with_no_knob_groups_are_alike(people, group):
    # Standardised differences between a group and the rest, for everything that matters.
    matters = people.truth[["ability", "opportunity", "true_log_odds"]].assign(
        approved=people.frame["approved"], income=np.log(people.frame["income"])
    )
    if group == "region":
        matters = matters.drop(columns="approved")  # the lender avoids some regions by habit
    for column in matters:
        values = matters[column].astype(float)
        means = values.groupby(people.frame[group], observed=True).agg(["mean", "size"])
        far = (means["mean"] - values.mean()) / values.std() * np.sqrt(means["size"])
        assert far.abs().max() < 4.5, column


def test_everyone_stays_in_the_bounds_of_the_score(people):
    assert people.frame["lender_points"].between(300, 850).all()


def test_nobody_is_in_the_file_who_has_none(people):
    frame = people.frame
    off = frame["on_file"] == 0
    assert 0.1 < off.mean() < 0.3
    for column in ("months_on_book", "late_payments_24m", "utilisation", "inquiries_6m"):
        assert frame.loc[off, column].isna().all()
    assert (frame.loc[off, "debt"] == 0).all()
    assert (people.truth.loc[off, "hidden_service"] >= people.truth.loc[off, "debt_service"]).all()


def test_debts_outside_the_file_are_hidden_from_the_lender(people):
    frame, truth = people.frame, people.truth
    stated = frame["reported_income"].notna() & (frame["on_file"] == 1)
    seen = truth["debt_service"] * truth["income"] / frame["reported_income"]
    assert np.allclose(frame["debt_to_income"][stated], seen[stated], atol=1e-3)
    assert (truth["hidden_service"] > 0).mean() > 0.1


def test_batches_carry_the_truth_when_asked(people):
    (batch,) = borrower_batches(500, seed=7, columns=["sex"], truth=True)
    assert batch.schema.names[0] == "sex"
    assert all(name.startswith("truth_") for name in batch.schema.names[1:])
    assert np.array_equal(batch.column("truth_true_pd"), people.truth["true_pd"][:500])


def test_stored_types_are_small_and_do_not_depend_on_the_values(people):
    few = ca.make_borrowers(3, seed=7)
    assert few.frame.dtypes.equals(people.frame.dtypes)
    assert people.frame["income"].dtype == "float32"
    assert people.frame["late_payments_24m"].dtype == "Int16"
    assert people.frame["default"].dtype == "Int8"
    assert list(people.frame["sex"].cat.categories) == ["female", "male"]


def test_the_graph_of_causes_can_be_read():
    graph = causal_graph().set_index("node")
    assert graph.loc["true_log_odds", "knobs"] == "direct"
    assert graph.loc["debt_to_income", "sector"] == "bank"
    assert graph.loc["ability", "parents"] == ""


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"n": 0}, "n=0 must be a whole number, 1 or more"),
        ({"n": 2.5}, "n=2.5"),
        ({"seed": "7"}, "seed='7'"),
        ({"workers": 0}, "workers=0"),
        ({"pack": "china"}, "no calibration pack 'china'. Packs: "),
    ],
)
def test_what_cannot_be_made_is_an_error_that_says_why(given, fault):
    with pytest.raises(InputError, match=fault):
        ca.make_borrowers(**{"n": 10, "seed": 7, **given})


def test_an_unknown_column_is_answered_with_what_can_be_made():
    with pytest.raises(MissingColumn, match="Did you mean 'income'"):
        ca.make_borrowers(10, seed=7, columns=["incone"])


def test_bad_arguments_of_batches_are_told_before_the_first_batch():
    with pytest.raises(InputError, match="rows=0"):
        borrower_batches(10, seed=7, rows=0)
