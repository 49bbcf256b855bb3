"""The numbers of a laid-out table under one way to write them, and where they do not fit."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from creditaudit.published_tables import legends
from creditaudit.published_tables import vocabularies as words
from creditaudit.published_tables.crossings import TOTAL, Key
from creditaudit.published_tables.grids import Grid
from creditaudit.published_tables.margins import Known, Place
from creditaudit.published_tables.parts import Column, Layout, share_sources
from creditaudit.published_tables.percentages import counts_of
from creditaudit.published_tables.questions import Answers
from creditaudit.published_tables.readings import (
    RAISED,
    Convention,
    Reading,
    is_fraction,
    read_cell,
)

Keys = dict[int, Key]


@dataclass(frozen=True)
class Share:
    """A per cent of the table: where it stands, its value, and its decimals."""

    place: Place
    value: Decimal
    decimals: int


@dataclass
class Interpretation:
    """Numbers with their keys; ``misfits`` are cells that hold none in this spelling."""

    convention: Convention
    numbers: list[Known] = field(default_factory=list)
    shares: dict[int, list[Share]] = field(default_factory=dict)
    misfits: dict[Place, str] = field(default_factory=dict)
    symbols: dict[str, list[Place]] = field(default_factory=dict)
    ranges: list[Place] = field(default_factory=list)
    rest: list[tuple[int, list[Known]]] = field(default_factory=list)
    derived: set[str] = field(default_factory=set)
    shared: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def values(self) -> tuple[object, ...]:
        """Return what tells two interpretations apart."""
        shares = tuple((s.place, s.value) for found in self.shares.values() for s in found)
        return tuple((n.place, n.low, n.high) for n in self.numbers), shares


class Interpreter:
    """Reads one grid in one layout."""

    def __init__(self, grid: Grid, layout: Layout, answers: Answers) -> None:
        self.grid, self.layout, self.answers = grid, layout, answers
        self.scale = int(answers.get("scale") or 1) if _whole(answers, "scale") else 1
        self.step = int(answers.get("rounding") or 0) if _whole(answers, "rounding") else 0

    def read(self, convention: Convention, rows: Keys, columns: Keys) -> Interpretation:
        """Return the numbers when they are written in one way and stand under these keys."""
        made = Interpretation(convention)
        for r, row in rows.items():
            for c, column in columns.items():
                key = (*row, *column)
                bounds = self._bounds((r, c), TOTAL in key, made)
                if bounds is not None:
                    made.numbers.append(Known((r, c), key, *bounds))
        for one in self.layout.columns:
            if one.part == "percent":
                made.shares[one.column] = list(self._shares(one, rows, made))
        self._from_shares(made, rows, columns)
        self._remainders(made, rows, columns)
        return made

    def _bounds(
        self, at: Place, is_total: bool, made: Interpretation
    ) -> tuple[float, float] | None:
        found = read_cell(self.grid.cells[at[0]][at[1]], made.convention)
        fault = self._fault(found)
        if fault:
            made.misfits[at] = fault
            return None if is_total else legends.UNKNOWN
        if found.kind == "number":
            assert found.value is not None
            if found.share is not None:
                share = Share(at, found.share, found.share_decimals)
                made.shares.setdefault(at[1], []).append(share)
            return self._scaled(found.value)
        if found.kind == "range":
            made.ranges.append(at)
            return found.low, found.high
        if is_total:
            return None
        symbol = found.text
        bounds = legends.answered(symbol, self.answers) or legends.told(symbol, self.layout.around)
        if bounds is None:
            made.symbols.setdefault(symbol, []).append(at)
            return legends.UNKNOWN
        if bounds[0] != bounds[1]:
            made.ranges.append(at)
        return bounds

    def _fault(self, found: Reading) -> str | None:
        if found.kind in ("word", "money", "unclear", "percent"):
            return f"{found.text!r} is no number of people."
        if found.mark and not (set(found.mark) <= set(RAISED) or self._noted(found.mark)):
            return f"{found.text!r} ends with {found.mark!r}, which no note explains."
        whole = found.value is None or self.scale > 1 or not is_fraction(found.value)
        if found.kind == "number" and not whole:
            return f"{found.text!r} is no whole number of people."
        return None

    def _noted(self, mark: str) -> bool:
        return mark.strip("[]()") in self.layout.marks

    def _scaled(self, value: Decimal) -> tuple[float, float]:
        if self.scale == 1 and self.step == 0:
            return int(value), int(value)
        if self.scale > 1:
            half = Decimal(self.scale) / 2 / 10 ** max(0, -int(value.as_tuple().exponent))
        else:
            half = Decimal(self.step) / 2
        middle = value * self.scale
        return max(0, math.ceil(middle - half)), math.floor(middle + half)

    def _shares(self, one: Column, rows: Keys, made: Interpretation) -> Iterator[Share]:
        answer = self.answers.get(f"{_letters(one)}:scale")
        found = [
            (r, reading)
            for r in rows
            if (reading := read_cell(self.grid.cells[r][one.column], made.convention)).numeric
        ]
        told = [(r, x) for r, x in found if x.kind in ("number", "percent")]
        bare = all(x.kind == "number" and x.value is not None and x.value <= 1 for _, x in told)
        if bare and answer is None and any(x.value for _, x in told):
            made.shared.add(one.column)
        for r, reading in found:
            at = (r, one.column)
            if reading.kind in ("number", "percent") and reading.value is not None:
                value, decimals = reading.value, reading.decimals
                if answer == "share":
                    value, decimals = value * 100, max(decimals - 2, 0)
                if value > 100:
                    made.misfits[at] = f"{reading.text!r} is over 100 per cent."
                elif reading.mark and self._fault(reading):
                    made.misfits[at] = f"{reading.text!r} ends with a mark no note explains."
                else:
                    yield Share(at, value, decimals)
            elif reading.kind in ("word", "unclear", "money"):
                made.misfits[at] = f"{reading.text!r} is no per cent."

    def _from_shares(self, made: Interpretation, rows: Keys, columns: Keys) -> None:
        """Turn per cents of totals into counts where there are no counts of the decision."""
        sources = share_sources(self.layout)
        if not sources:
            return
        whole = {n.key: n for n in made.numbers}
        for one in sources:
            found = {s.place[0]: s for s in made.shares.pop(one.column, [])}
            label = plain_label(one.labels[-1])
            for r, row in rows.items():
                front = columns_of(one, columns)
                total = whole.get((*row, *front, TOTAL))
                key = (*row, *front, label)
                if total is None or not total.exact:
                    continue
                if r not in found or one.column in made.shared:
                    made.numbers.append(Known((r, one.column), key, 0, total.high))
                    continue
                share = found[r]
                bounds = counts_of(share.value, share.decimals, int(total.low))
                if bounds is None:
                    made.misfits[share.place] = (
                        f"No number of {total.low:,.0f} people is {share.value} per cent."
                    )
                    continue
                made.numbers.append(Known((r, one.column), key, *bounds))
                if bounds[0] != bounds[1]:
                    made.ranges.append((r, one.column))
            made.derived.add(label)

    def _remainders(self, made: Interpretation, rows: Keys, columns: Keys) -> None:
        """Add those of a total who are in no decision shown, or ask."""
        known = {n.key: n for n in made.numbers}
        fronts = dict.fromkeys(n.key[len(next(iter(rows.values()))) : -1] for n in made.numbers)
        width = len(next(iter(rows.values()), ()))
        for front in fronts:
            leaves = dict.fromkeys(
                n.key[-1] for n in made.numbers if n.key[width:-1] == front and n.key[-1] != TOTAL
            )
            totals = [n for n in made.numbers if n.key[width:-1] == front and n.key[-1] == TOTAL]
            if not totals or not leaves:
                continue
            gaps = []
            for total in totals:
                parts = [known.get((*total.key[:-1], leaf)) for leaf in leaves]
                if all(part is not None and part.exact for part in parts) and total.exact:
                    gaps.append(total.low - sum(p.low for p in parts if p is not None))
                elif len(leaves) > 1:
                    continue
            lone = len(leaves) == 1 and self._is_decision(next(iter(leaves)), made)
            more = [gap for gap in gaps if gap > 0]
            if lone:
                name = f"not {next(iter(leaves))}"
            elif more and min(gaps) >= 0 and self.answers.get("totals") == "rest":
                name = "(not shown)"
            else:
                if len(more) >= 2 and min(gaps) >= 0 and self.step == 0:
                    made.rest.append((totals[0].place[1], totals))
                continue
            self._add_rest(made, name, list(leaves), totals, known)

    def _add_rest(
        self, made: Interpretation, name: str, leaves: list[str], totals: list[Known],
        known: dict[Key, Known],
    ) -> None:  # fmt: skip
        for total in totals:
            parts = [known[key] for leaf in leaves if (key := (*total.key[:-1], leaf)) in known]
            if len(parts) < len(leaves):
                continue
            low = total.low - sum(p.high for p in parts)
            high = total.high - sum(p.low for p in parts)
            if high < 0:
                made.misfits[total.place] = f"{total.high:,.0f} is less than a part of it."
                continue
            made.numbers.append(
                Known(total.place, (*total.key[:-1], name), max(low, 0), high, True)
            )
        made.derived.add(name)

    def _is_decision(self, label: str, made: Interpretation) -> bool:
        return words.is_decision(label) or words.is_outcome(label) or label in made.derived


def columns_of(one: Column, columns: Keys) -> Key:
    """Return the upper keys of a column of per cents, as deep as those of the counts."""
    depth = len(next(iter(columns.values())))
    return tuple(one.labels[:-1])[-(depth - 1) :] if depth > 1 else ()


def plain_label(label: str) -> str:
    """Return the decision in a heading such as "% approved" or "Approval rate (%)"."""
    bare = words.without_share(label)
    return bare or label


def _whole(answers: Answers, name: str) -> bool:
    value = answers.get(name)
    return value is not None and value.isdecimal()


def _letters(one: Column) -> str:
    from creditaudit.published_tables.sheet_cells import letters

    return letters(one.column)
