"""Lists drawn from synthetic people, and who else would be found on them by the same key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.metrics.influences import Mask
from creditaudit.sharing.packed_keys import PackedKey, packed
from creditaudit.sharing.quasi_identifiers import Bands
from creditaudit.values import Codes, Floats

MOST_KEYS = 6


@dataclass(frozen=True, eq=False)
class Pattern:
    """What a part of the entries of a list holds.

    Attributes
    ----------
    share : float
        Of the entries.
    key : PackedKey
        What is compared, of everybody.
    sizes : int array of shape (n,)
        How many people are alike.
    """

    share: float
    key: PackedKey
    sizes: Codes


@dataclass(frozen=True, eq=False)
class Search:
    """People, and what entries of a list hold of them.

    Attributes
    ----------
    patterns : tuple of Pattern
        One where every entry holds every key; otherwise one a set of keys that may be there.
    empty : float
        Share of entries that hold no key, and are not searched by.
    """

    patterns: tuple[Pattern, ...]
    empty: float

    @classmethod
    def of(
        cls, frame: pd.DataFrame, keys: Sequence[str], bands: Bands, missing: Mapping[str, float]
    ) -> "Search":
        """Return the search by some keys, of which entries lack some by chance.

        Raises
        ------
        InputError
            If a share is none, or too many keys may be missing.
        """
        lacking = {name: float(missing.get(name, 0)) for name in keys}
        open_keys = [name for name, share in lacking.items() if share > 0]
        if len(open_keys) > MOST_KEYS or any(not 0 <= x <= 1 for x in lacking.values()):
            msg = (
                f"missing={dict(missing)!r} must hold a share of 0 to 1 for at most {MOST_KEYS} "
                "keys."
            )
            raise InputError(msg)
        made, empty = [], 0.0
        for gone in product((False, True), repeat=len(open_keys)):
            absent = {name for name, one in zip(open_keys, gone, strict=True) if one}
            share = float(np.prod([
                lacking[name] if name in absent else 1 - lacking[name] for name in open_keys
            ]))  # fmt: skip
            kept = [name for name in keys if name not in absent]
            if share == 0:
                continue
            if not kept:
                empty = share
                continue
            key = packed(frame, kept, bands).renumbered()
            made.append(Pattern(share, key, key.sizes_of_people()))
        return cls(tuple(made), empty)

    def hit_by(self, listed: Codes, rng: np.random.Generator) -> Mask:
        """Return who is found on a list and not on it: somebody listed is alike.

        Parameters
        ----------
        listed : int array
            Rows of those on the list.
        rng : Generator
            Which entries lack which keys.
        """
        people = len(self.patterns[0].sizes)
        found = np.zeros(people, dtype=bool)
        reached = np.cumsum([one.share for one in self.patterns])
        part = np.searchsorted(reached, rng.random(len(listed)), side="right")
        for place, one in enumerate(self.patterns):
            entries = listed[part == place]
            if len(entries):
                alike = np.zeros(one.key.size, dtype=bool)
                alike[one.key.values[entries]] = True
                found |= alike[one.key.values]
        found[listed] = False
        return found

    def chance(self, size: float) -> Floats:
        """Return for each person the chance that an entry about somebody else is alike."""
        people = len(self.patterns[0].sizes)
        total = np.zeros(people)
        for one in self.patterns:
            total += one.share * (one.sizes - 1) / (people - 1)
        return np.asarray(-np.expm1(size * np.log1p(-np.minimum(total, 1 - 1e-15))))


def lists_drawn(
    who: Codes, sizes: Mapping[str, int], seeds: Sequence[int]
) -> Iterator[tuple[int, dict[str, Codes]]]:
    """Yield for each seed the rows on each list, drawn from some people without repeats."""
    for seed in seeds:
        yield (
            seed,
            {
                name: np.random.default_rng([seed, place]).choice(who, size, replace=False)
                for place, (name, size) in enumerate(sizes.items())
            },
        )


def listable(frame: pd.DataFrame, list_from: Any) -> Codes:
    """Return the rows of people who can be on a list.

    Raises
    ------
    InputError
        If it is neither a column of 0 and 1 nor one truth value a person.
    """
    if list_from is None:
        return np.arange(len(frame))
    if isinstance(list_from, str):
        if list_from not in frame.columns:
            msg = f"list_from={list_from!r} is no column of the people."
            raise InputError(msg)
        marked = frame[list_from].to_numpy(dtype=np.float64, na_value=0) > 0
    else:
        marked = np.asarray(list_from)
        if marked.shape != (len(frame),) or marked.dtype != bool:
            msg = "list_from= must be a column, or one truth value a person."
            raise InputError(msg)
    return np.flatnonzero(marked)
