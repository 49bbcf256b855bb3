"""A person's noise depends on the seed, the name and the person, and on nothing else."""

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from creditaudit.errors import InputError
from creditaudit.populations.randomness import BLOCK, Noise, entity_uniforms, whole_seed

words = st.integers(0, 2**63 - 1)
names = st.text(min_size=1, max_size=20)


def checksum(values):
    return sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]


@given(seed=words, name=names, block=st.integers(0, 2**40), size=st.integers(1, 5000))
def test_fewer_numbers_are_the_first_of_more(seed, name, block, size):
    noise = Noise(seed, block)
    whole = noise.bits(name, 5000)
    assert np.array_equal(noise.bits(name, size), whole[:size])
    assert np.array_equal(noise.uniform(name, size=size), (whole[:size] + 0.5) / 2**32)


@given(st.lists(st.tuples(words, names, words, words), min_size=2, max_size=5, unique=True))
def test_streams_with_another_key_or_counter_share_nothing(streams):
    drawn = [
        tuple(Noise(seed, block, month).bits(name, 16)) for seed, name, block, month in streams
    ]
    assert len(set(drawn)) == len(drawn)


def test_the_bits_are_those_of_philox_with_this_key_and_this_counter():
    # By hand: the key is the BLAKE2b hash of "7|income", the counter is (0, 0, block, month).
    from hashlib import blake2b

    key = int.from_bytes(blake2b(b"7|income", digest_size=16).digest(), "little")
    raw = np.random.Philox(key=key, counter=3 * 2**128 + 5 * 2**192).random_raw(2)
    words = [int(word) for word in raw]
    halves = [half for word in words for half in (word % 2**32, word // 2**32)]
    assert Noise(7, block=3, month=5).bits("income", 4).tolist() == halves


def test_the_bits_have_not_changed_since_they_were_first_published():
    assert checksum(Noise(7, 0).bits("ability")) == "1a64eb8b144c26ba"
    # Rounded, since the last bit of the logarithm may differ between machines.
    assert checksum(np.rint(Noise(7, 0).normal("ability") * 1e6)) == "5e7e3e82ce8f177b"
    drawn = entity_uniforms(np.arange(-500, 500), 7, "employer_pay")
    assert checksum(drawn) == "765074b89ad63a30"


def test_a_block_ends_before_the_counter_word_of_the_block_is_reached():
    # Philox counts up the first word once for four numbers of 64 bits.
    assert BLOCK // 2 // 4 < 2**64
    assert not set(Noise(7, 0).bits("x").tolist()[:8]) & set(Noise(7, 1).bits("x").tolist()[:8])


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_uniform_numbers_are_uniform_and_never_an_end(dtype):
    drawn = np.concatenate([Noise(7, b).uniform("u", dtype=dtype) for b in range(4)])
    assert drawn.dtype == dtype
    assert drawn.min() > 0
    assert drawn.max() < 1
    assert kstest(drawn, "uniform").pvalue > 1e-4


def test_the_smallest_and_the_largest_bits_stay_inside_the_interval(monkeypatch):
    ends = np.array([0, 2**32 - 1], dtype=np.uint32)
    monkeypatch.setattr(Noise, "bits", lambda *_: ends)
    for dtype in ("f4", "f8"):
        low, high = Noise(7, 0).uniform("u", dtype=dtype)
        assert 0 < low < 1e-6
        assert 1 - 1e-6 < high < 1
    assert np.abs(Noise(7, 0).normal("u")).max() == pytest.approx(6.337, abs=0.01)


def test_normal_numbers_are_standard_normal():
    drawn = np.concatenate([Noise(7, b).normal("z") for b in range(4)])
    assert kstest(drawn, "norm").pvalue > 1e-4
    assert np.corrcoef(drawn[:-1], drawn[1:])[0, 1] == pytest.approx(0, abs=0.01)


def test_nodes_blocks_and_months_are_unrelated():
    columns = [Noise(7, b, m).normal(n) for b in (0, 1) for m in (0, 1) for n in ("x", "y")]
    off = np.corrcoef(columns)[np.triu_indices(8, 1)]
    assert np.abs(off).max() < 5 / np.sqrt(BLOCK)


def test_what_belongs_to_an_entity_is_the_same_wherever_it_is_asked_for():
    ids = np.array([5, 9, 5, -1])
    drawn = entity_uniforms(ids, 7, "pay")
    assert drawn[0] == drawn[2]
    assert len(set(drawn)) == 3
    assert np.array_equal(entity_uniforms(ids[::-1], 7, "pay"), drawn[::-1])
    assert not np.isin(entity_uniforms(ids, 8, "pay"), drawn).any()
    assert not np.isin(entity_uniforms(ids, 7, "sector"), drawn).any()


def test_entities_numbered_in_a_row_are_uniform_and_unrelated():
    drawn = entity_uniforms(np.arange(200_000), 7, "pay")
    assert 0 < drawn.min() < drawn.max() < 1
    assert kstest(drawn, "uniform").pvalue > 1e-4
    assert np.corrcoef(drawn[:-1], drawn[1:])[0, 1] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("seed", [0.5, "7", None, True])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(InputError, match="whole number"):
        whole_seed(seed)
    assert whole_seed(np.int64(7)) == 7
