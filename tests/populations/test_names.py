"""Invented names, shared by as many people as real ones are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.populations.names import (
    FIRM_NAMES,
    GIVEN_NAMES,
    SURNAMES,
    NamePool,
    ZipfMandelbrot,
    firm_names,
    load_name_pool,
    name_parameters,
)

POOL = load_name_pool()
PARAMETERS, TARGETS = name_parameters()
REACHED = {
    "surname_top_100": POOL.surnames.shares[:100].sum(),
    "surname_top_1": POOL.surnames.shares[0],
    "full_name_top_1": POOL.commonest,
}
GOLDEN = ["Votru Madra", "Drima Fetra", "Briti Witutru", "Brobi Tetebu"]
GOLDEN_FIRMS = ["Trolufu", "Neyabro", "Madriyora"]
LAWS = st.builds(
    ZipfMandelbrot, st.integers(1, 300), st.floats(0, 3), st.floats(-0.9, 50)
)  # fmt: skip


def uniforms(n: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.random(n), rng.random(n)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.measure)
def test_names_are_as_common_as_published_counts_say(target) -> None:
    assert REACHED[target.measure] == pytest.approx(target.value, abs=target.tolerance)


def test_every_number_has_a_source_or_is_marked_free() -> None:
    assert set(PARAMETERS) == {
        *("surnames", "surname_exponent", "surname_shift"),
        *("given_names", "given_exponent", "given_shift"),
    }
    assert all(bool(one.source) != one.free for one in PARAMETERS.values())


def test_shares_by_hand() -> None:
    law = ZipfMandelbrot(3, 1.0, 0.0)
    assert law.shares.tolist() == pytest.approx([6 / 11, 3 / 11, 2 / 11])
    assert law.collision == pytest.approx(49 / 121)
    assert law.ranks(np.array([0, 0.545, 0.546, 0.818, 0.819, 1 - 2**-53])).tolist() == [
        *(0, 0, 1, 1, 2, 2),
    ]


@given(LAWS)
def test_shares_add_up_to_one_and_fall_with_the_rank(law: ZipfMandelbrot) -> None:
    assert law.shares.sum() == pytest.approx(1)
    assert (np.diff(law.shares) <= 0).all()
    assert 1 / law.size - 1e-12 <= law.collision <= law.shares[0] + 1e-12


@given(LAWS, st.integers(1, 200))
def test_evenly_spread_numbers_give_each_name_its_share(law: ZipfMandelbrot, n: int) -> None:
    spread = (np.arange(n) + 0.5) / n
    counted = np.bincount(law.ranks(spread), minlength=law.size)
    assert (np.abs(counted - n * law.shares) <= 1 + 1e-9).all()


def test_namesakes_are_as_many_as_the_closed_form_says() -> None:
    n = 400_000
    names = POOL.draw(*uniforms(n)).to_numpy(zero_copy_only=False)
    _, counts = np.unique(names, return_counts=True)
    pairs = (counts * (counts - 1)).sum() / 2
    expected = n * (n - 1) / 2 * POOL.collision
    # Numbers of pairs vary more than Poisson because common names come in clumps.
    assert pairs == pytest.approx(expected, rel=0.02)


def test_effective_names_are_the_inverse_of_the_collision() -> None:
    assert POOL.effective_names * POOL.collision == pytest.approx(1)
    even = NamePool(ZipfMandelbrot(10, 0, 0), ZipfMandelbrot(20, 0, 0))
    assert even.effective_names == pytest.approx(200)
    assert even.commonest == pytest.approx(1 / 200)


@given(st.data())
def test_a_name_depends_on_nobody_else(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 60))
    first, second = uniforms(n, seed=data.draw(st.integers(0, 99)))
    whole = np.array(POOL.draw(first, second).to_pylist())
    order = np.array(data.draw(st.permutations(range(n))))
    assert POOL.draw(first[order], second[order]).to_pylist() == whole[order].tolist()
    part = data.draw(st.integers(0, n))
    assert POOL.draw(first[:part], second[:part]).to_pylist() == whole[:part].tolist()


def test_people_with_one_surname_number_share_a_surname() -> None:
    names = POOL.draw(np.full(3, 0.4), np.array([0.1, 0.5, 0.9])).to_pylist()
    assert len({name.split(" ")[0] for name in names}) == 1
    assert len(set(names)) == 3


def test_no_two_ranks_have_one_word() -> None:
    assert len(set(POOL.surname_words(np.arange(SURNAMES)).to_pylist())) == SURNAMES
    assert len(set(POOL.given_words(np.arange(GIVEN_NAMES)).to_pylist())) == GIVEN_NAMES


def test_common_names_do_not_look_alike() -> None:
    for words in (POOL.surname_words, POOL.given_words):
        first = [word[:2] for word in words(np.arange(10)).to_pylist()]
        assert len(set(first)) >= 8
    assert POOL.surname_words(np.array([0])) != POOL.given_words(np.array([0]))


def test_names_are_the_same_for_ever() -> None:
    first, second = (np.arange(4) + 0.5) / 4, (np.arange(4) + 0.5) / 4
    assert POOL.draw(first, second).to_pylist() == GOLDEN
    assert firm_names(np.array([0, 1, FIRM_NAMES - 1])).to_pylist() == GOLDEN_FIRMS


def test_a_pool_with_an_offset_has_the_same_shares_and_other_words() -> None:
    other = load_name_pool(offset=1000)
    assert other.collision == POOL.collision
    common = np.arange(100)
    here, there = (set(p.surname_words(common).to_pylist()) for p in (POOL, other))
    assert not here & there


def test_a_number_can_be_changed_for_a_sweep() -> None:
    assert load_name_pool(surname_exponent=2.5).collision > POOL.collision
    with pytest.raises(InputError, match="no number \\['height'\\]"):
        load_name_pool(height=1)


def test_more_names_than_words_are_refused() -> None:
    with pytest.raises(InputError, match="words for 6,400 names and 6,401"):
        load_name_pool(surnames=SURNAMES + 1)
    with pytest.raises(InputError, match="words for 518,400 names"):
        load_name_pool(given_names=GIVEN_NAMES + 1)


@pytest.mark.parametrize("law", [(0, 1, 0), (5, 1, -1), (5, float("nan"), 0)])
def test_what_is_no_law_of_names_is_refused(law) -> None:
    with pytest.raises(InputError, match="is no law of names"):
        ZipfMandelbrot(*law)


def test_firms_have_names_of_their_own() -> None:
    numbers = np.r_[np.arange(100_000), np.arange(500_000, 600_000), FIRM_NAMES - 1]
    assert len(set(firm_names(numbers).to_pylist())) == len(numbers)


@pytest.mark.parametrize("number", [-1, FIRM_NAMES])
def test_more_firms_than_words_are_refused(number: int) -> None:
    with pytest.raises(InputError, match="words for 41,472,000 firms"):
        firm_names(np.array([number]))


def test_nobody_has_no_name() -> None:
    nobody = np.array([])
    assert POOL.draw(nobody, nobody).to_pylist() == []
    assert firm_names(nobody).to_pylist() == []
