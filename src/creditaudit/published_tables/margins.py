"""Do the totals agree with what they add up? And what they tell of cells that are not told."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from creditaudit.published_tables.crossings import TOTAL, Key
from creditaudit.published_tables.sheet_cells import address

Bounds = tuple[float, float]
Place = tuple[int, int]


@dataclass
class Known:
    """A number of the table: where it stands, its keys, its lowest and highest value.

    ``derived`` says that it was made from a total, so that the total cannot speak for it.
    """

    place: Place
    key: Key
    low: float
    high: float
    derived: bool = False

    @property
    def exact(self) -> bool:
        """Whether there is one value."""
        return self.low == self.high


@dataclass
class Checked:
    """What the totals say.

    Attributes
    ----------
    cells : dict
        Bounds of each cell that is no total, by its key.
    faults : list of (total, cells it adds up, sum)
        Totals that cannot be the sum of their cells.
    agreed : int
        Totals that are the sum of their cells, both told exactly.
    settled : list of Place
        Cells that follow from the totals alone.
    whole : list of Known
        Totals that hold nobody but the people of their cells.
    """

    cells: dict[Key, Known]
    faults: list[tuple[Known, list[Known], Bounds]] = field(default_factory=list)
    agreed: list[Known] = field(default_factory=list)
    settled: list[Place] = field(default_factory=list)
    doubled: list[tuple[Known, Known]] = field(default_factory=list)
    alone: list[Known] = field(default_factory=list)
    whole: list[Known] = field(default_factory=list)

    @property
    def score(self) -> tuple[int, int]:
        """The fewer faults the better, then the more totals that agree."""
        return -len(self.faults) - len(self.doubled), len(self.agreed)


def parts_of(total: Known, cells: Iterable[Known]) -> list[Known]:
    """Return the cells that a total adds up."""
    return [
        cell
        for cell in cells
        if all(a in (TOTAL, b) for a, b in zip(total.key, cell.key, strict=True))
    ]


def check_margins(numbers: Iterable[Known], *, nobody_else: bool = False) -> Checked:
    """Return what the totals say about the cells.

    A total may hold people of kinds that are not shown. So a row or column of totals bounds cells
    only where two of its totals, told exactly, are the sums of their cells.

    Parameters
    ----------
    numbers : iterable of Known
        Cells and totals; what is summed out of a total's key is `TOTAL`.
    nobody_else : bool
        Whether the user says that no total holds people of kinds that are not shown.
    """
    cells: dict[Key, Known] = {}
    totals: list[Known] = []
    found = Checked(cells)
    for one in numbers:
        if TOTAL in one.key:
            totals.append(one)
        elif one.key in cells:
            found.doubled.append((cells[one.key], one))
        else:
            cells[one.key] = Known(one.place, one.key, one.low, one.high, one.derived)
    members = {id(total): parts_of(total, cells.values()) for total in totals}
    for total in totals:
        parts = members[id(total)]
        if not parts:
            found.alone.append(total)
        elif total.exact and all(part.exact for part in parts):
            beside = any(part.derived and part.place[0] == total.place[0] for part in parts)
            if not beside and total.low == sum(part.low for part in parts):
                found.agreed.append(total)
    lines = [Counter(total.place[side] for total in found.agreed) for side in (0, 1)]
    tight = [total for total in totals if members[id(total)]]
    unknown = [cell for cell in cells.values() if not cell.exact]
    found.whole = [one for one in tight if nobody_else or _is_whole(one, members[id(one)], lines)]
    _tighten(tight, members, found)
    faulty = {id(total) for total, _, _ in found.faults}
    found.whole = [one for one in found.whole if id(one) not in faulty]
    found.settled = [cell.place for cell in unknown if cell.exact]
    return found


def _is_whole(total: Known, parts: list[Known], lines: list[Counter[int]]) -> bool:
    """Whether two totals beside this one show that nothing is left out of it.

    Or a part was made as what is left of it.
    """
    if any(part.derived and part.place == total.place for part in parts):
        return True
    across = any(part.place[1] != total.place[1] for part in parts)
    down = any(part.place[0] != total.place[0] for part in parts)
    whole_row = not down or lines[0][total.place[0]] >= 2
    return whole_row and (not across or lines[1][total.place[1]] >= 2)


def _tighten(totals: list[Known], members: Mapping[int, list[Known]], found: Checked) -> None:
    """Narrow every bound until nothing changes; what becomes empty is a fault."""
    bad: set[int] = set()
    whole = {id(total) for total in found.whole}
    for _ in range(100):
        changed = False
        for total in totals:
            parts = members[id(total)]
            low, high = sum(p.low for p in parts), sum(p.high for p in parts)
            if id(total) in bad:
                continue
            if low > total.high or high < total.low:
                bad.add(id(total))
                found.faults.append((total, parts, (low, high)))
                continue
            if id(total) not in whole:
                continue
            for part in parts:
                least = total.low - (high - part.high) if math.isfinite(high - part.high) else 0
                if math.isinf(part.high):
                    others = sum(p.high for p in parts if p is not part)
                    least = total.low - others if math.isfinite(others) else 0
                most = total.high - (low - part.low)
                new = max(part.low, least), min(part.high, most)
                if new != (part.low, part.high) and new[0] <= new[1]:
                    high += new[1] - part.high if math.isfinite(part.high) else 0
                    low += new[0] - part.low
                    if math.isinf(part.high):
                        part.low, part.high = new
                        high = sum(p.high for p in parts)
                    part.low, part.high = new
                    changed = True
        if not changed:
            return


def sums_of_others(
    rows: list[int], values: Mapping[Place, Bounds], columns: list[int], *, across: bool = False
) -> list[tuple[int, list[int]]]:
    """Return each row that is the sum of two or more rows beside it, in every column.

    With ``across`` the same for columns. Rows of zeros alone say nothing.
    """
    found = []

    def vector(one: int) -> list[float] | None:
        cells = [values.get((c, one) if across else (one, c)) for c in columns]
        if any(cell is None or cell[0] != cell[1] for cell in cells):
            return None
        return [cell[0] for cell in cells if cell is not None]

    vectors = [vector(one) for one in rows]
    for i, own in enumerate(vectors):
        if own is None or not any(own):
            continue
        for step in (1, -1):
            added, used = [0.0] * len(own), 0
            j = i + step
            while 0 <= j < len(rows) and vectors[j] is not None:
                added = [a + b for a, b in zip(added, vectors[j] or [], strict=True)]
                used += 1
                if used >= 2 and added == own:
                    beside = rows[i + 1 : j + 1] if step > 0 else rows[j:i]
                    found.append((rows[i], beside))
                    break
                j += step
        others = [v for k, v in enumerate(vectors) if k != i]
        if len(others) >= 2 and all(v is not None for v in others):
            whole = [sum(x) for x in zip(*[v for v in others if v is not None], strict=True)]
            if whole == own and rows[i] not in [row for row, _ in found]:
                found.append((rows[i], [row for row in rows if row != rows[i]]))
    return found


def named(places: Iterable[Place]) -> str:
    """Return the addresses of some cells."""
    shown = [address(*one) for one in places]
    return ", ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")
