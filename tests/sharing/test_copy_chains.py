import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from creditaudit.sharing import Import
from creditaudit.sharing.copy_chains import chains_of
from creditaudit.vocabulary import load_vocabulary

NAMES = tuple(load_vocabulary().agencies)


def line(source, importer, days=1, *, names=False, own_only=False):
    return Import(
        importer=NAMES[importer], source=NAMES[source], mark="F", every_days=float(days),
        provenance=names, own_only=own_only,
    )  # fmt: skip


class Copies:
    """Day-by-day oracle: agencies keep copies, and refresh them one after another."""

    def __init__(self, lines, origin):
        self.lines, self.origin = lines, origin
        self.error = True
        self.named, self.nameless = [False] * len(lines), [False] * len(lines)
        while self.step(range(len(lines))):
            pass

    def step(self, which):
        before = (list(self.named), list(self.nameless))
        for k in which:
            one = self.lines[k]
            own = self.error and one.source == self.origin
            behind = [] if one.own_only else [
                j for j, other in enumerate(self.lines) if other.importer == one.source
            ]  # fmt: skip
            told = own or any(self.named[j] for j in behind)
            # A refresh with provenance asks the origin.
            self.named[k] = one.provenance and told and self.error
            self.nameless[k] = any(self.nameless[j] for j in behind) or (
                told and not one.provenance
            )
        return before != (self.named, self.nameless)

    def ask_anew(self):
        live = [k for k, one in enumerate(self.lines) if one.every_days == 0]
        for k in live:
            self.named[k] = self.nameless[k] = False
        while self.step(live):
            pass

    def listing(self):
        return {
            one.importer for k, one in enumerate(self.lines) if self.named[k] or self.nameless[k]
        }

    def clear_days(self, phases):
        days = [one.every_days for one in self.lines]
        end = sum(days) + max(days, default=0) + 1
        events = sorted(
            (phases[k] * d + n * d, k)
            for k, d in enumerate(days) if d > 0
            for n in range(int(end / d) + 2)
        )  # fmt: skip
        holders = self.listing()
        self.error = False
        self.ask_anew()
        found = {name: 0.0 for name in holders if name not in self.listing()}
        for at, k in events:
            if at <= end:
                self.step([k])
                self.ask_anew()
                for name in holders - self.listing() - set(found):
                    found[name] = at
        return {name: found.get(name, np.inf) for name in holders}


@st.composite
def regimes(draw):
    size = draw(st.integers(2, 5))
    pairs = [(a, b) for a in range(size) for b in range(size) if a != b]
    used = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1, max_size=7))
    return [
        line(a, b, draw(st.sampled_from([0, 1, 3, 10])), names=draw(st.booleans()),
             own_only=draw(st.integers(0, 4)) == 0)
        for a, b in used
    ]  # fmt: skip


@given(regimes(), st.integers(0, 2**32))
@example([line(0, 1, 0), line(1, 2, 0), line(2, 1, 0), line(2, 3, 3)], 1)
@example([line(0, 1, 3, names=True), line(1, 0, 3)], 2)
@example([line(2, 1, 0), line(3, 2, 0), line(1, 3, 0), line(0, 3, 10)], 3)
@settings(max_examples=150)
def test_every_clear_day_is_that_of_a_simulation_step_by_step(lines, seed):
    chains = chains_of(lines, NAMES[0])
    days = [one.every_days for one in chains.lines]
    phases = np.random.default_rng(seed).uniform(0.01, 0.99, (3, len(lines)))
    found = chains.clear_days(days, phases)
    bound = chains.longest_days(days)
    for draw, row in enumerate(phases):
        wanted = Copies(lines, NAMES[0]).clear_days(row)
        assert set(wanted) == set(found)
        for name, day in wanted.items():
            assert found[name][draw] == pytest.approx(day), name
            assert day <= bound[name] + 1e-9
            assert (name in chains.endless) == np.isinf(day)


@given(regimes())
def test_the_cycle_that_is_told_is_one_of_imports(lines):
    chains = chains_of(lines, NAMES[0])
    pairs = {(one.source, one.importer) for one in lines if not one.own_only}
    ring = chains.cycle
    assert bool(ring) == bool(chains.never)
    assert all(pair in pairs for pair in zip(ring, (*ring[1:], *ring[:1]), strict=True))


def test_a_chain_is_as_long_as_the_sum_of_its_intervals():
    chains = chains_of([line(0, 1, 90), line(1, 2, 7), line(2, 3, 90)], NAMES[0])
    bound = chains.longest_days([90, 7, 90])
    assert [bound[NAMES[k]] for k in (1, 2, 3)] == [90, 97, 187]
    assert chains.never == frozenset()


def test_two_that_copy_from_each_other_never_forget_and_infect_all_behind_them():
    chains = chains_of([line(0, 1), line(1, 2), line(2, 1), line(2, 3)], NAMES[0])
    assert set(chains.endless) == {NAMES[1], NAMES[2], NAMES[3]}
    assert set(chains.cycle) == {NAMES[1], NAMES[2]}


def test_provenance_everywhere_clears_each_copy_at_its_own_next_refresh():
    lines = [line(a, b, 10, names=True) for a in range(4) for b in range(4) if a != b]
    chains = chains_of(lines, NAMES[0])
    phases = np.random.default_rng(3).uniform(size=(50, len(lines)))
    found = chains.clear_days([10] * len(lines), phases)
    own = [[k for k, one in enumerate(lines) if one.importer == NAMES[b]] for b in range(4)]
    for b in (1, 2, 3):
        assert np.allclose(found[NAMES[b]], (phases[:, own[b]] * 10).max(axis=1))


def test_one_import_that_drops_the_origin_is_enough_to_keep_it_for_ever():
    lines = [line(0, 1, names=True), line(1, 2, names=True), line(2, 1)]
    chains = chains_of(lines, NAMES[0])
    assert set(chains.endless) == {NAMES[1], NAMES[2]}
    with_all = [line(0, 1, names=True), line(1, 2, names=True), line(2, 1, names=True)]
    assert chains_of(with_all, NAMES[0]).endless == ()


def test_a_source_that_passes_on_its_own_findings_only_breaks_the_cycle():
    lines = [line(0, 1), line(1, 0), line(1, 2), line(2, 1, own_only=True)]
    assert chains_of(lines[2:], NAMES[1]).endless == ()
    assert set(chains_of(lines[:2], NAMES[0]).endless) == {NAMES[0], NAMES[1]}


def test_asking_each_time_keeps_no_copy_even_in_a_cycle():
    lines = [line(0, 1, 5), line(1, 2, 0), line(2, 1, 0)]
    chains = chains_of(lines[:2], NAMES[0])
    found = chains.clear_days([5, 0], np.full((1, 2), 0.5))
    assert found[NAMES[2]] == found[NAMES[1]] == 2.5
    assert chains_of(lines, NAMES[0]).endless == ()
    stored = [line(0, 1, 5), line(1, 2, 4), line(2, 1, 0)]
    assert set(chains_of(stored, NAMES[0]).endless) == {NAMES[1], NAMES[2]}
