"""Can a solver find the terms of a few people in what was published of them?

Means are attacked before they are rounded, so the attacker knows more than is told. A sum is
recovered if all people and amounts that agree with the publication agree on it.
"""

import numpy as np
import pandas as pd
import pytest
from terms_attack import TermsAttack

from creditaudit import TermsRoles, TermsTally, terms_publishing
from creditaudit.errors import RefusedError
from creditaudit.terms_counting import NO_TERMS, UNRECORDED

COLUMNS = ("race", "sex")
LEVELS = {"race": ["a", "b", "c", None], "sex": ["f", "m", None]}
SEEDS = [range(20), pytest.param(range(20, 220), marks=pytest.mark.slow)]


@pytest.fixture
def report(request, record_testsuite_property):
    """Write what was measured into the JUnit report (``pytest --junitxml=FILE``)."""

    def write(what, value):
        record_testsuite_property(f"{request.node.name}: {what}", float(value))

    return write


def draw(rng):
    """Return random people with amounts, and their summary."""
    size = int(rng.choice([40, 120, 400, 1500]))
    frame = pd.DataFrame(index=range(size))
    for name in COLUMNS:
        shares = rng.dirichlet(np.full(len(LEVELS[name]), 0.7))
        shares[-1] /= rng.choice([1, 1e9])
        levels = np.array(LEVELS[name], dtype=object)
        frame[name] = rng.choice(levels, size, p=shares / shares.sum())
    frame["points"] = rng.normal(0, 1, size)
    frame.loc[rng.random(size) < rng.choice([0, 0.05]), "points"] = np.nan
    frame["ok"] = (rng.random(size) < rng.choice([0.5, 0.95])).astype(int)
    skewed = rng.random() < 0.5
    frame["limit"] = rng.gamma(1 if skewed else 9, 2, size).clip(0.1, 99)
    frame.loc[rng.random(size) < rng.choice([0, 0.03]), "limit"] = np.nan
    control = rng.random() < 0.6
    roles = TermsRoles(groups=COLUMNS, amount="limit", higher_is="better", decision="ok",
                       favourable=1, control="points" if control else None)  # fmt: skip
    by = [["race", "sex", ("race", "sex")], ["race", "sex"], [("race", "sex")]][rng.integers(3)]
    edges = [None, [0, 5, 10, 20]][rng.integers(2)]
    bands = [-2, -0.5, 0.5, 2] if control else None
    return frame, TermsTally.from_frame(frame, roles, by=by, bands=bands, edges=edges)


def exact(monkeypatch):
    """Publish sums as they are, all in one bin of the amount."""

    def told(table, whole):
        sums = table.sums.copy()
        offered = ~np.isin(table.codes[:, -1], (NO_TERMS, UNRECORDED))
        for row in np.flatnonzero(offered):
            same = (whole.codes[:, :-1] == table.codes[row, :-1]).all(axis=1)
            (cell,) = whole.sums[same & (whole.codes[:, -1] == 0)]
            sums[row, 3:] = cell[3:] * sums[row, 0] / cell[0]
        return type(table)(table.columns, table.codes, sums)

    monkeypatch.setattr(terms_publishing, "told", told)


@pytest.mark.parametrize("seeds", SEEDS, ids=len)
def test_no_terms_of_few_people_are_recovered(seeds, report, monkeypatch):
    exact(monkeypatch)
    published = small = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        frame, whole = draw(rng)
        min_cell = int(rng.choice([4, 5]))
        try:
            told = whole.publish(min_cell)
        except RefusedError:
            continue
        attack = TermsAttack(frame, whole, told)
        left_out = any("are left out" in said for said in told.published.sentences)
        assert attack.truth_agrees() or left_out, f"seed {seed}"
        targets = attack.small_cells(min_cell)
        assert attack.recovered(targets, rng) == [], f"seed {seed}"
        published, small = published + 1, small + len(targets)
    report("summaries published", published)
    report("small sets attacked", small)
    assert published > len(seeds) / 2
    assert small > published


def test_the_attacker_finds_the_terms_of_few_people_where_nothing_is_merged(monkeypatch):
    exact(monkeypatch)
    monkeypatch.setattr(terms_publishing, "_search", unmerged)
    monkeypatch.setattr(terms_publishing, "tells", lambda sums: np.zeros(len(sums), dtype=bool))
    frame = pd.DataFrame({"race": ["a"] * 30 + ["b"] * 2, "ok": 1})
    frame["limit"] = np.random.default_rng(1).gamma(9, 2, 32)
    roles = TermsRoles(groups=["race"], amount="limit", higher_is="better", decision="ok",
                       favourable=1)  # fmt: skip
    whole = TermsTally.from_frame(frame, roles)
    attack = TermsAttack(frame, whole, whole.publish())
    found = attack.recovered(attack.small_cells(5), np.random.default_rng(2))
    assert {"people of 2", "sum of 2"} <= set(found)


def unmerged(terms, cells, chain, least):
    """Return a search that merges nothing."""
    search, found = SEARCH(terms, cells, chain, 0.0)
    return search, found


SEARCH = terms_publishing._search


@pytest.mark.parametrize("seed", range(40))
def test_no_one_in_a_published_cell_can_tell_the_largest_amount(seed):
    """The p per cent rule with the amounts themselves, which the summary does not hold."""
    rng = np.random.default_rng(seed)
    frame, whole = draw(rng)
    try:
        told = whole.publish(4)
    except RefusedError:
        pytest.skip("Nothing could be published of this draw.")
    attack = TermsAttack(frame, whole, told)
    seen = attack._seen(told)
    people = frame[(frame["ok"] == 1) & frame["limit"].notna()]
    known = {name: [*whole.levels[name], None] for name in COLUMNS}
    for grouping in told.groupings:
        names = [*grouping, "band"]
        columns = np.column_stack([seen[name] for name in names])
        place = {tuple(c): tuple(s) for c, s in zip(
            attack.cells.tolist(), columns.tolist(), strict=True)}  # fmt: skip
        of = []
        for row in people.itertuples():
            codes = [known[name].index(getattr(row, name)) if pd.notna(getattr(row, name)) else -1
                     for name in COLUMNS]  # fmt: skip
            band = -1
            if whole.bands is not None:
                band = int(whole.bands.assign(np.array([row.points]))[0])
            amount = np.array([row.limit])
            bin_ = 0 if whole.edges is None else int(whole.edges.assign(amount)[0])
            of.append(place[(*codes, band, bin_)])
        for _, amounts in people["limit"].groupby(pd.Series(of, index=people.index)):
            first, second, *rest = sorted(amounts, reverse=True)
            assert sum(rest) >= terms_publishing.SHARE * first
            assert len(amounts) >= 4
            assert max(first - amounts.mean(), amounts.mean() - rest[-1]) > 0
            assert second <= first
