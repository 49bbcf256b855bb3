"""Which variants of a book are looked at: all where they are few, else the best of each step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError
from creditaudit.rulebooks.book_variants import Variant, Variants
from creditaudit.rulebooks.rulebook_changes import Change
from creditaudit.rulebooks.variant_measures import (
    Counted,
    Kind,
    Rate,
    Usefulness,
    inequalities,
)

Floats = npt.NDArray[np.float64]
Lines = Literal["same_rate"] | Sequence[float] | None
ALL_UP_TO = 2048
# How much usefulness the kept variants of a step may give up, in margins.
TOLERANCES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


@dataclass(frozen=True)
class Aim:
    """What is looked for.

    Attributes
    ----------
    use, rate, kind : str
        See `search_alternatives`.
    gain, loss : float
    within : float or None
        How far the share approved may be from that of the book.
    lines : "same_rate", sequence of float, or None
        Where the line of refusal may stand.
    margin : float
        The loss of usefulness up to which a variant is as good.
    """

    use: Usefulness
    rate: Rate
    kind: Kind
    gain: float
    loss: float
    within: float | None
    lines: Lines
    margin: float


@dataclass(frozen=True, eq=False)
class Candidate:
    """A variant with a line, and what it gives on the people it was looked for with.

    Attributes
    ----------
    variant : Variant
    line : float or None
    disparity, useful, approved : float
    """

    variant: Variant
    line: float | None
    disparity: float
    useful: float
    approved: float

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes, the line last."""
        return self.variant.changes


@dataclass(eq=False)
class Search:
    """Looks for variants that are less unequal and as useful, on some people.

    Attributes
    ----------
    variants : Variants
    people : Counted
    aim : Aim
    seen : list of Candidate
        What approves as many people as the aim allows; the book as it stands is the first.
    looked : int
        Variants looked at, with their lines.
    everything : bool
        Whether every combination of the changes was looked at.
    """

    variants: Variants
    people: Counted
    aim: Aim
    seen: list[Candidate] = field(default_factory=list)
    everything: bool = True
    looked: int = 0

    def run(self, moves: Sequence[Change], most_changes: int, beam: int) -> None:
        """Look at all combinations of up to ``most_changes`` moves, or at the best of each step."""
        self._look([self.variants.variant(())], start=True)
        number = sum(comb(len(moves), size) for size in range(1, most_changes + 1))
        if number <= ALL_UP_TO:
            sets = [s for n in range(1, most_changes + 1) for s in combinations(moves, n)]
            self._look([self.variants.variant(s) for s in sets if _apart(s)])
            return
        self.everything = False
        kept: list[tuple[Change, ...]] = [()]
        for _ in range(most_changes):
            ways = {
                tuple(sorted((*before, move), key=str))
                for before in kept
                for move in moves
                if _apart((*before, move))
            }
            found = self._look([self.variants.variant(way) for way in sorted(ways, key=str)])
            kept = self._kept(found, beam)
            if not kept:
                return

    def frontier(self) -> list[Candidate]:
        """Return what nothing else beats in both; the least unequal of those that decide alike."""
        order = sorted(self.seen, key=lambda c: (c.disparity, -c.useful, len(c.changes)))
        best, found = -np.inf, []
        for one in order:
            if one.useful > best + 1e-12:
                best = one.useful
                found.append(one)
        return found

    def _kept(self, found: Sequence[Candidate], beam: int) -> list[tuple[Change, ...]]:
        base = self.seen[0].useful
        kept: dict[tuple[Change, ...], None] = {}
        for tolerance in TOLERANCES:
            enough = [c for c in found if c.useful >= base - tolerance * self.aim.margin]
            for one in sorted(enough, key=lambda c: (c.disparity, -c.useful))[:2]:
                kept[one.variant.changes] = None
        return list(kept)[:beam]

    def _look(self, variants: Sequence[Variant], *, start: bool = False) -> list[Candidate]:
        pairs = [
            (variant, line) for variant in variants
            for line in ([self.variants.line] if start else self._lines(variant))
        ]  # fmt: skip
        found = []
        for part in _blocks(pairs, 256):
            found += self._measured(part)
        self.looked += 0 if start else len(found)
        if not start and self.aim.within is not None:
            base = self.seen[0].approved
            found = [one for one in found if abs(one.approved - base) <= self.aim.within]
        self.seen += found
        return found

    def _measured(self, pairs: Sequence[tuple[Variant, float | None]]) -> list[Candidate]:
        aim, weights = self.aim, self.people.w[None, :]
        approved = np.array([variant.approved(line) for variant, line in pairs])
        only = [variant for variant, _ in pairs]
        useful = self.people.useful(only, approved, weights, aim.use, aim.gain, aim.loss)[0]
        unequal = inequalities(self.people.rates(approved, weights, aim.rate), aim.kind)[0]
        share = self.people.approval(approved, weights)[0]
        return [
            Candidate(variant, line, float(unequal[i]), float(useful[i]), float(share[i]))
            for i, (variant, line) in enumerate(pairs)
        ]

    def _lines(self, variant: Variant) -> list[float | None]:
        if self.variants.line is None or self.aim.lines is None:
            return [self.variants.line]
        if self.aim.lines != "same_rate":
            return [float(line) for line in self.aim.lines]
        own = self.people.kind
        scores = np.where(variant.refused, -np.inf, variant.points)[own]
        values, place = np.unique(scores, return_inverse=True)
        weight = np.bincount(place, weights=self.people.w)
        share = np.cumsum(weight[::-1])[::-1] / weight.sum()
        possible = np.isfinite(values)
        if not possible.any():
            return [self.variants.line]
        apart = np.where(possible, np.abs(share - self.seen[0].approved), np.inf)
        return [float(values[int(apart.argmin())])]


def moves_of(
    variants: Variants, drop: bool | Sequence[str], points: Mapping[str, tuple[float, float]],
    steps: int,
) -> list[Change]:  # fmt: skip
    """Return the single changes that may be made.

    Raises
    ------
    InputError
        For a rule that changes no decision, or bounds that are none.
    """
    known = variants.rules
    named = list(known) if drop is True else list(drop or ())
    unknown = sorted({*named, *points} - set(known))
    if unknown:
        msg = (
            f"Rule {unknown[0]!r} changes no decision by an effect of its own. Rules that do: "
            f"{', '.join(known)}."
        )
        raise InputError(msg)
    found = [Change("drop", name) for name in named]
    for name, bounds in points.items():
        low, high = sorted(float(end) for end in bounds)
        rule = variants.scorer.book.rule(name)
        if rule.points is None or low * high < 0:
            msg = (
                f"points={{{name!r}: {tuple(bounds)}}}: bounds are two numbers of one sign, of a "
                "rule with points."
            )
            raise InputError(msg)
        now = float(str(rule.points.of(variants.scorer.reading)))
        values = dict.fromkeys(np.linspace(low, high, steps).round(6).tolist())
        found += [Change("points", name, value) for value in values if value != now]
    return found


def _apart(moves: Sequence[Change]) -> bool:
    """Whether no two changes are of the same rule."""
    return len({move.rule for move in moves}) == len(moves)


def _blocks(
    pairs: Sequence[tuple[Variant, float | None]], size: int
) -> Iterator[Sequence[tuple[Variant, float | None]]]:
    for start in range(0, len(pairs), size):
        yield pairs[start : start + size]
