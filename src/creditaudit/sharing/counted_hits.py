"""How many people lists hit wrongly: counted over draws, beside what the closed form expects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from creditaudit import intervals
from creditaudit.metrics.influences import Mask
from creditaudit.sharing.namesakes import Namesakes
from creditaudit.sharing.searched_lists import Search, lists_drawn
from creditaudit.values import Codes, Floats

Row = tuple[Any, ...]
FORM = "closed form"
EXACT = "closed form, exact for these people and a list drawn from all of them"


@dataclass(frozen=True, eq=False)
class CountedHits:
    """One search by some keys, with lists drawn again and again.

    Attributes
    ----------
    search : Search
    who : int array
        Rows of people who can be on a list.
    sizes : mapping of str to int
        People on each list.
    groups : sequence of (column, group, bool array)
    seeds : sequence of int
    """

    search: Search
    who: Codes
    sizes: Mapping[str, int]
    groups: Sequence[tuple[str, Any, Mask]]
    seeds: Sequence[int]

    def rows(self, *, one_by_one: bool) -> Iterator[Row]:
        """Yield ``lists, by, group, measure, value, low, high, n, seeds, kind, note``.

        Parameters
        ----------
        one_by_one : bool
            Whether lists are also joined one after the other, and not only all at once.
        """
        if self._whole:
            value, low, high = Namesakes.of(self.search.patterns[0].sizes).effective()
            note = "" if np.isfinite(value) else "no two people alike: at least the low end"
            reach = value, low, high
            yield "", "", "", "effective_keys", *reach, float(self.people), 0, "estimate", note
        names = list(self.sizes)
        for joined in range(1 if one_by_one else len(names), len(names) + 1):
            kept = names[:joined]
            lists = " + ".join(kept) if len(names) > 1 else ""
            draws = self._all_draws if joined == len(names) else list(self._draws(kept))
            chance = self._chance(kept)
            on = float(np.mean([len(listed) for listed, _ in draws]))
            yield from self._everybody(lists, chance, draws, on)
            for by, group, mask in self._parts:
                yield from self._share(lists, by, group, mask, chance, draws)

    def shares(self) -> dict[tuple[str, Any], Floats]:
        """Return for each group, and ("", "") for everybody, the share hit in each draw."""
        return {
            (by, group): _shares(mask, self._all_draws) for by, group, mask in self._parts
        }  # fmt: skip

    @property
    def people(self) -> int:
        """Number of people."""
        return len(self.search.patterns[0].sizes)

    @property
    def _whole(self) -> bool:
        return len(self.search.patterns) == 1 and not self.search.empty

    @property
    def _form(self) -> tuple[str, str]:
        """What the closed form is: an average that is exact, or one that leaves something out."""
        exact = self._whole and len(self.sizes) == 1 and len(self.who) == self.people
        return ("theorem", EXACT) if exact else ("estimate", FORM)

    @property
    def _parts(self) -> list[tuple[str, Any, Mask]]:
        return [("", "", np.ones(self.people, dtype=bool)), *self.groups]

    @cached_property
    def _all_draws(self) -> list[tuple[Codes, Mask]]:
        return list(self._draws(list(self.sizes)))

    def _draws(self, names: list[str]) -> Iterator[tuple[Codes, Mask]]:
        sizes = {name: self.sizes[name] for name in names}
        for seed, drawn in lists_drawn(self.who, sizes, self.seeds):
            listed = np.unique(np.concatenate(list(drawn.values())))
            yield listed, self.search.hit_by(listed, np.random.default_rng([seed, 1_000]))

    def _chance(self, names: list[str]) -> Floats:
        """Return the chance of each person to be hit, were the lists drawn from everybody."""
        left = float(np.prod([1 - self.sizes[name] / self.people for name in names]))
        size = float(self.sizes[names[0]]) if len(names) == 1 else self.people * (1 - left)
        if not self._whole:
            return self.search.chance(size)
        known = Namesakes.of(self.search.patterns[0].sizes)
        return known.hit(size)[np.searchsorted(known.sizes, self.search.patterns[0].sizes)]

    def _everybody(
        self, lists: str, chance: Floats, draws: list[tuple[Codes, Mask]], on: float
    ) -> Iterator[Row]:
        n = float(self.people)
        expected = (n - on) * float(chance.mean())
        hits = np.array([float(hit.sum()) for _, hit in draws])
        spread = f"single lists: {hits.min():,.0f} to {hits.max():,.0f}"
        for measure, value in (
            ("wrongful_expected", expected), ("per_listing_expected", expected / on),
        ):  # fmt: skip
            yield lists, "", "", measure, value, value, value, n, 0, *self._form
        for measure, values, note in (
            ("wrongful_counted", hits, spread), ("per_listing_counted", hits / on, ""),
        ):  # fmt: skip
            reach = _mean(values)
            yield lists, "", "", measure, *reach, n, len(draws), "estimate", note

    def _share(
        self, lists: str, by: str, group: Any, mask: Mask, chance: Floats,
        draws: list[tuple[Codes, Mask]],
    ) -> Iterator[Row]:  # fmt: skip
        n = float(mask.sum())
        value = float(chance[mask].mean()) if n else float("nan")
        yield lists, by, group, "share_expected", value, value, value, n, 0, *self._form
        reach = _mean(_shares(mask, draws))
        yield lists, by, group, "share_counted", *reach, n, len(draws), "estimate", ""


def _shares(mask: Mask, draws: list[tuple[Codes, Mask]]) -> Floats:
    """Return of those of a group who are not listed the share hit, draw by draw."""
    hits = np.array([float((hit & mask).sum()) for _, hit in draws])
    clear = np.array([float(mask.sum() - mask[listed].sum()) for listed, _ in draws])
    nobody = np.full(len(draws), np.nan)
    return np.asarray(np.divide(hits, clear, out=nobody, where=clear > 0))


def _mean(values: Floats) -> tuple[float, float, float]:
    """Return the mean over draws with Student's range; no range of one draw."""
    value = float(values.mean())
    if len(values) < 2:
        return value, float("nan"), float("nan")
    error = float(values.std(ddof=1) / np.sqrt(len(values)))
    reach = error * float(intervals.critical(df=np.array(len(values) - 1.0)))
    return value, max(value - reach, 0.0), value + reach
