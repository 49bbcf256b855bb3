"""The months of feedback on arrays equal the same lived person by person."""

import numpy as np
import pytest
from benchmarks.lived_one_by_one import one_by_one
from numpy.testing import assert_allclose, assert_array_equal

import creditaudit as ca
from creditaudit.populations import Society
from creditaudit.sharing.coefficients import feedback_numbers
from creditaudit.sharing.debtors import Debtors, debtors_of
from creditaudit.sharing.feedback_months import lived
from creditaudit.sharing.list_reach import reach_of
from creditaudit.sharing.retentions import Retention, retention_of

RETENTIONS = [
    Retention(name="two years", longest=24, paying_ends=True),
    Retention(name="no way out", longest=None, paying_ends=False),
    retention_of("cn_repair_2026", rule="general_shown"),
    retention_of("cn_pboc_report"),
]


@pytest.fixture(scope="module")
def some(small_world: Society) -> Debtors:
    whole = debtors_of(small_world)
    return Debtors(
        whole.income[:60], whole.debt[:60], whole.to_people[:60], whole.log_odds[:60] + 1, 1
    )


@pytest.mark.parametrize("retention", RETENTIONS, ids=lambda one: one.name)
@pytest.mark.parametrize("seed", [1, 2])
def test_arrays_equal_one_person_after_another(
    small_world: Society, some: Debtors, retention: Retention, seed: int
) -> None:
    drawn = np.random.default_rng(seed)
    names = feedback_numbers().parameters
    changes = {
        name: float(drawn.uniform(one.low, one.high))  # type: ignore[arg-type]
        for name, one in names.items()
        if name != "mistaken_month"
    }
    numbers = feedback_numbers({**changes, "listed_month": 0.3}).numbers
    reach = reach_of(small_world, ca.SharingRegime.full(), "court")
    ours = lived(some, [(1, reach)], retention, numbers, seed, 36)
    theirs = one_by_one(some, reach.total, True, retention, numbers, seed, 36)
    assert_array_equal(ours.listed.T, theirs["listed"])
    assert_array_equal(ours.falls, theirs["falls"])
    assert_array_equal(ours.recovered, theirs["recovered"])
    assert_allclose(ours.due, theirs["due"], rtol=1e-9)
    assert_allclose(ours.paid, theirs["paid"], rtol=1e-9)
    assert ours.listed.any()
