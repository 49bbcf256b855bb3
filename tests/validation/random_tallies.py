"""Small tables of people, drawn at random, and what is published of them."""

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
    """People, how they were counted, and the published tally."""

    people: pd.DataFrame
    roles: Roles
    by: list[tuple[str, ...]]
    score_bins: object
    min_cell: int
    tally: Tally
    published: Tally

    def left_out(self) -> pd.Series:
        """Return who is left out: people of whom too few lack a decision or outcome."""
        names = [name for name in (self.roles.outcome, self.roles.decision) if name]
        answers = self.people[names].astype(object)
        if not names:
            return pd.Series(False, index=self.people.index)
        spelled = answers.where(answers.notna(), "none").astype(str)
        size = spelled.groupby(names)[names[0]].transform("size")
        return (size < self.min_cell) & answers.isna().any(axis=1)

    def merged(self) -> pd.DataFrame:
        """Return the people who are counted, with the levels that are published."""
        people = self.people[~self.left_out()].copy()
        for name, levels in self.published.published.other.items():
            gone = people[name].isin([level for level in levels if level is not None])
            gone |= people[name].isna() & (None in levels)
            people[name] = people[name].astype(object).mask(gone, OTHER)
        return people


def publish(people, roles, by, score_bins, min_cell, after=()) -> Drawn | None:
    """Return people counted and published, or None where that was refused."""
    tally = Tally.from_frame(people, roles, by=by, score_bins=score_bins)
    try:
        found = tally.publish(min_cell, after=after)
    except RefusedError:
        return None
    return Drawn(people, roles, by, score_bins, min_cell, tally, found)


def draw(rng: np.random.Generator, *, scored: bool = False) -> Drawn | None:
    """Return random people published, or None where that was refused."""
    sparse = rng.random() < 0.4
    often = 0.3 if sparse else 1.0
    columns = 3 if sparse else int(rng.integers(1, 4))
    people = draw_sparse(rng) if sparse else draw_people(rng, columns)
    scored |= rng.random() < 0.6 * often
    roles = Roles(
        groups=COLUMNS[:columns],
        **({"decision": "ok", "favourable": True} if rng.random() < 0.7 * often else {}),
        **({"outcome": "paid", "good": True} if rng.random() < 0.6 * often else {}),
        **({"score": "points", "higher_is": "safer"} if scored else {}),
        **({"period": "year"} if rng.random() < 0.2 * often else {}),
    )
    score_bins = ([0, 1, 2, 4], [0, 2, 3], "exact")[rng.integers(3)] if scored else None
    by = draw_groupings(rng, columns)
    return publish(people, roles, by, score_bins, int(rng.choice([3, 5])))


def draw_again(rng: np.random.Generator, first: Drawn) -> tuple[Drawn | None, int]:
    """Return a second publication after a first one, and how many people came in between."""
    columns = len(first.roles.groups)
    newcomers = int(rng.choice([0, 0, 3, 20, 100, 1000]))
    people = first.people
    if newcomers:
        people = pd.concat([people, draw_people(rng, columns, newcomers)], ignore_index=True)
    score_bins = first.score_bins
    if isinstance(score_bins, list) and rng.random() < 0.5:
        score_bins = [0, 1, 2, 3, 4]
    min_cell = max(first.min_cell, int(rng.choice([3, 5])))
    by = draw_groupings(rng, columns)
    return publish(people, first.roles, by, score_bins, min_cell, first.published), newcomers


def draw_groupings(rng: np.random.Generator, columns: int) -> list[tuple[str, ...]]:
    """Return some of all groupings of so many columns, which may overlap and stand in cycles."""
    known = [g for k in range(1, columns + 1) for g in combinations(COLUMNS[:columns], k)]
    chosen = rng.permutation(len(known))[: rng.integers(1, len(known) + 1)]
    return [known[at] for at in sorted(chosen)]


def draw_people(rng: np.random.Generator, columns: int, size: int | None = None) -> pd.DataFrame:
    """Return people whose groups are uneven, so that some cells are small."""
    frame = pd.DataFrame(index=range(size or int(rng.choice([40, 150, 500, 2000, 6000]))))
    for name in COLUMNS[:columns]:
        shares = rng.dirichlet(np.full(len(LEVELS[name]), 0.7))
        shares[-1] /= rng.choice([1, 4, 1e9])
        levels = np.array(LEVELS[name], dtype=object)
        frame[name] = rng.choice(levels, len(frame), p=shares / shares.sum())
    return _with_answers(frame, rng)


def draw_sparse(rng: np.random.Generator) -> pd.DataFrame:
    """Return people of a table most of whose cells are of nobody, of a few or of enough people.

    Such tables let most be derived: a cell of nobody leaves less room for the rest.
    """
    cells = list(product(*([x for x in LEVELS[name] if x is not None] for name in COLUMNS)))
    few, enough = rng.integers(1, 5, len(cells)), rng.integers(5, 30, len(cells))
    kind = rng.random(len(cells))
    n = np.select([kind < 0.5, kind < 0.7], [0 * few, few], enough)
    n[rng.integers(len(cells))] += 20
    rows = [cell for cell, times in zip(cells, n, strict=True) for _ in range(times)]
    return _with_answers(pd.DataFrame(rows, columns=COLUMNS, dtype=object), rng)


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
