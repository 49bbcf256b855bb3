"""Small tables of people, drawn at random, and what a publication says of them."""

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd

from creditaudit import Roles, Tally
from creditaudit.errors import RefusedError

COLUMNS = ("race", "sex", "area")
LEVELS = {"race": ["a", "b", "c", None], "sex": ["f", "m", None], "area": ["n", "s", "w", None]}
OTHER = "(other)"


@dataclass(frozen=True)
class Drawn:
    """People, how to count them, and their published tally."""

    people: pd.DataFrame
    roles: Roles
    by: list[tuple[str, ...]]
    score_bins: object
    min_cell: int
    tally: Tally
    published: Tally


def draw_people(rng: np.random.Generator, size: int, columns: int) -> pd.DataFrame:
    """Return people whose groups are uneven, so that some cells are small."""
    frame = pd.DataFrame(index=range(size))
    for name in COLUMNS[:columns]:
        shares = rng.dirichlet(np.full(len(LEVELS[name]), 0.7))
        shares[-1] /= rng.choice([1, 4, 1e9])
        levels = np.array(LEVELS[name], dtype=object)
        frame[name] = rng.choice(levels, size, p=shares / shares.sum())
    return _with_answers(frame, rng)


def draw_sparse(rng: np.random.Generator, columns: int) -> pd.DataFrame:
    """Return people of a table most of whose cells are of nobody, of a few or of enough people.

    Such tables let most be derived: what nobody is in leaves less room for the rest.
    """
    axes = [[x for x in LEVELS[name] if x is not None] for name in COLUMNS[:columns]]
    cells = list(product(*axes))
    few, enough = rng.integers(1, 5, len(cells)), rng.integers(5, 30, len(cells))
    n = np.select([(kind := rng.random(len(cells))) < 0.5, kind < 0.7], [0 * few, few], enough)
    n[rng.integers(len(cells))] += 20
    rows = [cell for cell, times in zip(cells, n, strict=True) for _ in range(times)]
    return _with_answers(pd.DataFrame(rows, columns=COLUMNS[:columns], dtype=object), rng)


def _with_answers(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    size = len(frame)
    frame["points"] = rng.integers(-1, rng.choice([4, 7]), size).astype(float)
    frame.loc[rng.random(size) < rng.choice([0, 0, 0.1]), "points"] = np.nan
    chance = 0.1 * frame["points"].fillna(0)
    frame["paid"] = (rng.random(size) < 0.3 + chance).astype(object)
    frame["ok"] = (rng.random(size) < 0.2 + 1.5 * chance).astype(object)
    if rng.random() < 0.3:
        frame.loc[~frame["ok"].astype(bool), "paid"] = None
    for name in ("paid", "ok"):
        frame.loc[rng.random(size) < rng.choice([0, 0, 0.03]), name] = None
    frame["year"] = rng.choice([2023, 2024], size)
    return frame


def draw(rng: np.random.Generator) -> Drawn | None:
    """Return a published tally of random people, or None where publishing was refused."""
    columns, sparse = int(rng.integers(1, 4)), rng.random() < 0.4
    if sparse:
        columns = 3
        people = draw_sparse(rng, columns)
    else:
        people = draw_people(rng, int(rng.choice([40, 150, 500, 2000, 6000])), columns)
    scored, more = rng.random() < (0.2 if sparse else 0.6), 0.3 if sparse else 1
    roles = Roles(
        groups=COLUMNS[:columns],
        **({"decision": "ok", "favourable": True} if rng.random() < 0.7 * more else {}),
        **({"outcome": "paid", "good": True} if rng.random() < 0.6 * more else {}),
        **({"score": "points", "higher_is": "safer"} if scored else {}),
        **({"period": "year"} if rng.random() < 0.2 * more else {}),
    )
    known = [g for k in range(1, columns + 1) for g in combinations(COLUMNS[:columns], k)]
    chosen = rng.permutation(len(known))[: rng.integers(1, len(known) + 1)]
    by = [known[at] for at in sorted(chosen)]
    score_bins = [None, [0, 1, 2, 4], [0, 2, 3], "exact"][rng.integers(1, 4)] if scored else None
    return published(people, roles, by, score_bins, int(rng.choice([3, 5])))


def published(people, roles, by, score_bins, min_cell, after=()) -> Drawn | None:
    """Return people counted and published, or None where that was refused."""
    tally = Tally.from_frame(people, roles, by=by, score_bins=score_bins)
    try:
        found = tally.publish(min_cell, after=after)
    except RefusedError:
        return None
    return Drawn(people, roles, by, score_bins, min_cell, tally, found)


def left_out(drawn: Drawn) -> pd.Series:
    """Return which people are left out: too few without a decision or outcome."""
    names = [name for name in (drawn.roles.outcome, drawn.roles.decision) if name]
    people = drawn.people
    if not names:
        return pd.Series(False, index=people.index)
    keys = people[names].astype(object).where(people[names].notna(), "none").astype(str)
    size = keys.groupby(names)[names[0]].transform("size")
    return (size < drawn.min_cell) & people[names].isna().any(axis=1)


def merged(drawn: Drawn) -> pd.DataFrame:
    """Return the people who are counted, with the levels that are published."""
    people = drawn.people[~left_out(drawn)].copy()
    for name, levels in drawn.published.published.other.items():
        gone = people[name].isin([x for x in levels if x is not None])
        gone |= people[name].isna() & (None in levels)
        people[name] = people[name].astype(object).mask(gone, OTHER)
    return people
