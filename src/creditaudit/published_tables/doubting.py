"""Questions that the numbers themselves raise: totals, shares, columns that nothing confirms."""

import math
from collections.abc import Iterator, Sequence

from creditaudit.published_tables import legends
from creditaudit.published_tables import vocabularies as words
from creditaudit.published_tables.crossings import TOTAL, Crossing, Key
from creditaudit.published_tables.interpretations import Interpretation, Share
from creditaudit.published_tables.margins import (
    Bounds,
    Checked,
    Known,
    Place,
    named,
    parts_of,
    sums_of_others,
)
from creditaudit.published_tables.parts import Layout
from creditaudit.published_tables.percentages import agrees
from creditaudit.published_tables.questions import Answers, Doubt
from creditaudit.published_tables.sheet_cells import address, letters

# What may be said of totals: not to be used where they differ; of a further kind of people too; of
# nobody else.
TOTALS = ("ignore", "rest", "whole")


def doubts_on_numbers(
    layout: Layout, crossing: Crossing, made: Interpretation, found: Checked, answers: Answers
) -> list[Doubt]:
    """Return every question that the numbers of a table raise."""
    return [
        *_misfits(made),
        *_totals(made, found, answers),
        *_doubled(found),
        *_symbols(made, found, answers),
        *_columns(layout, made, found, answers),
        *_rows(layout, crossing, made, found, answers),
        *_proportions(made),
        *_shares(layout, crossing, made, found),
        *_words_around(layout, answers),
        *_unit(layout, made, found, answers),
    ]


def _misfits(made: Interpretation) -> Iterator[Doubt]:
    for at, why in sorted(made.misfits.items()):
        yield Doubt(
            address(*at), address(*at), why, ("the number that should stand there",), ("NUMBER",)
        )


def _totals(made: Interpretation, found: Checked, answers: Answers) -> Iterator[Doubt]:
    if made.rest and answers.choice("totals", TOTALS) is None:
        yield Doubt(
            "totals", named(t.place for _, totals in made.rest for t in totals),
            "These are more people than the columns they add up.",
            ("people of a further kind, not shown", "totals that are not to be used"),
            ("rest", "ignore"),
        )  # fmt: skip
        return
    if answers.choice("totals", TOTALS) == "ignore":
        return
    if found.faults:
        said = [
            f"{address(*total.place)} says {_told(total)}, and "
            f"{named(part.place for part in parts)} make "
            + (f"{low:,.0f}." if low == high else f"{low:,.0f} to {high:,.0f}.")
            for total, parts, (low, high) in found.faults[:6]
        ]
        likely = _likely(found)
        if likely:
            said.append(f"One cell is in all of these and in no other: {likely}.")
        yield Doubt(
            "totals", named(total.place for total, _, _ in found.faults),
            f"{' '.join(said)} Correct the cell that was misread "
            f"(--answer {likely or 'CELL'}=NUMBER), or",
            ("the cells are right and totals that differ are not to be used",), ("ignore",),
        )  # fmt: skip
    if found.alone:
        yield Doubt(
            "totals", named(t.place for t in found.alone), "Totals of nothing that is shown.",
            ("not to be used",), ("ignore",),
        )  # fmt: skip


def _likely(found: Checked) -> str | None:
    """Return the one cell that, misread, would explain every total that does not agree."""
    if len(found.faults) < 2:
        return None
    shared = set.intersection(*({p.place for p in parts} for _, parts, _ in found.faults))
    cells = found.cells.values()
    shared -= {part.place for total in found.agreed for part in parts_of(total, cells)}
    return address(*shared.pop()) if len(shared) == 1 else None


def _told(one: Known) -> str:
    return f"{one.low:,.0f}" if one.exact else f"{one.low:,.0f} to {one.high:,.0f}"


def _doubled(found: Checked) -> Iterator[Doubt]:
    for first, second in found.doubled[:5]:
        yield Doubt(
            f"row{second.place[0] + 1}", f"{address(*first.place)} and {address(*second.place)}",
            "Both stand under the same labels.",
            ("the second row is to be left out", "it adds up the others"), ("skip", "total"),
        )  # fmt: skip


def _symbols(made: Interpretation, found: Checked, answers: Answers) -> Iterator[Doubt]:
    open_places = {cell.place for cell in found.cells.values() if not cell.exact}
    for symbol, places in made.symbols.items():
        left = [place for place in places if place in open_places]
        if left and legends.answered(symbol, answers) is None:
            yield legends.ask(symbol, named(left))


def _columns(
    layout: Layout, made: Interpretation, found: Checked, answers: Answers
) -> Iterator[Doubt]:
    """Ask about columns that neither a word nor a total shows to count people."""
    agreed: dict[int, int] = {}
    for total in found.agreed:
        for cell in found.cells.values():
            beside = cell.place[0] == total.place[0] and cell.place[1] != total.place[1]
            if beside and all(a in (TOTAL, b) for a, b in zip(total.key, cell.key, strict=True)):
                agreed[cell.place[1]] = agreed.get(cell.place[1], 0) + 1
    open_ones = [
        one for one in layout.columns
        if one.part == "unknown"
        and (agreed.get(one.column, 0) < 2 or words.is_statistic(one.label))
    ]  # fmt: skip
    if not open_ones or answers.choice("columns", ["count"]) == "count":
        return
    shown = ", ".join(f"{letters(one.column)} ({one.label})" for one in open_ones[:8])
    alone = f", or for one column --answer {letters(open_ones[0].column)}=skip"
    yield Doubt(
        "columns", f"columns {shown}",
        f"No word and no total says that they count people, each once{alone}.",
        ("they do",), ("count",),
    )  # fmt: skip


def _rows(
    layout: Layout, crossing: Crossing, made: Interpretation, found: Checked, answers: Answers
) -> Iterator[Doubt]:
    """Ask about rows and columns that equal the sum of others and are called no total."""
    leaves = {cell.place: (cell.low, cell.high) for cell in found.cells.values()}
    rows = sorted({place[0] for place in leaves})
    columns = sorted({place[1] for place in leaves} & {c.column for c in layout.columns})
    held = {
        cell.place[0] for total in found.agreed for cell in found.cells.values()
        if total.place[0] != cell.place[0] and total.place[1] == cell.place[1]
    }  # fmt: skip
    for row, others in sums_of_others(rows, leaves, columns):
        name = f"row{row + 1}"
        if row not in held and answers.get(name) is None:
            yield Doubt(
                name, f"row {row + 1}",
                f"It is the sum of rows {', '.join(str(r + 1) for r in others[:6])}.",
                ("it adds them up", "people of its own"), ("total", "count"),
            )  # fmt: skip
    parts = {one.column: one for one in layout.columns}
    for column, others in sums_of_others(columns, leaves, rows, across=True):
        name = letters(column)
        if len(rows) > 1 and parts[column].part == "count" and answers.get(name) is None:
            yield Doubt(
                name, f"column {name}",
                f"It is the sum of columns {', '.join(map(letters, others[:6]))} in every row.",
                ("it adds them up", "people of its own"), ("total", "count"),
            )  # fmt: skip


def _proportions(made: Interpretation) -> Iterator[Doubt]:
    for column in sorted(made.shared):
        yield Doubt(
            f"{letters(column)}:scale", f"column {letters(column)}",
            "It speaks of a share, and no number is over 1.",
            ("0.5 means one half", "0.5 means one half of one per cent"), ("share", "percent"),
        )  # fmt: skip


def _shares(
    layout: Layout, crossing: Crossing, made: Interpretation, found: Checked
) -> Iterator[Doubt]:
    keys = {n.place: n.key for n in made.numbers}
    table = _Sums(made, found)
    parts = {one.column: one for one in layout.columns}
    for column, shares in made.shares.items():
        if not shares or column in made.shared:
            continue
        beside = parts[column].part != "percent"
        best: list[Share] | None = None
        for numerator, base in _candidates(column, keys, crossing, beside=beside):
            wrong = [
                one for one in shares
                if not table.agrees(one, numerator, base, _row(one, keys, crossing))
            ]  # fmt: skip
            if best is None or len(wrong) < len(best):
                best = wrong
            if not wrong:
                break
        if best == []:
            made.notes.append(f"The per cents in column {letters(column)} agree with the counts.")
        elif best is not None and 3 * len(best) <= len(shares):
            yield Doubt(
                letters(column), ", ".join(address(*one.place) for one in best[:6]),
                "The per cent is not that of the counts, as the others in its column are. Correct "
                "the cell that was misread (--answer CELL=NUMBER), or",
                ("the per cents are not to be used",), ("skip",),
            )  # fmt: skip
        else:
            yield Doubt(
                letters(column), f"column {letters(column)}",
                f"{parts[column].label!r} is in per cent, and of no count here.",
                ("it is to be left out",), ("skip",),
            )  # fmt: skip


def _row(one: Share, keys: dict[Place, Key], crossing: Crossing) -> Key:
    width = len(crossing.names) - len(next(iter(crossing.columns.values()))[0])
    return next(key[:width] for place, key in keys.items() if place[0] == one.place[0])


def _candidates(
    column: int, keys: dict[Place, Key], crossing: Crossing, *, beside: bool
) -> Iterator[tuple[Key, str]]:
    depth = len(next(iter(crossing.columns.values()))[0])
    tails = dict.fromkeys(key[-depth:] for key in keys.values())
    if beside:  # 45 (12.3 %): the per cent is of this very number
        tails = dict.fromkeys(key[-depth:] for at, key in keys.items() if at[1] == column)
    for base in ("row", "column"):
        for tail in tails:
            yield tail, base


class _Sums:
    """Bounds of every cell and margin of a table."""

    def __init__(self, made: Interpretation, found: Checked) -> None:
        self.totals = {n.key: (n.low, n.high) for n in made.numbers if TOTAL in n.key}
        self.cells = list(found.cells.values())
        self.seen: dict[Key, tuple[float, float]] = {}

    def of(self, key: Key) -> tuple[float, float]:
        if key not in self.seen:
            parts = [
                c for c in self.cells
                if all(a in (TOTAL, b) for a, b in zip(key, c.key, strict=True))
            ]  # fmt: skip
            summed = sum(p.low for p in parts), sum(p.high for p in parts)
            self.seen[key] = self.totals.get(key, summed)
        return self.seen[key]

    def agrees(self, one: Share, tail: Key, base: str, row: Key) -> bool:
        part = self.of((*row, *tail))
        across = (*row, *tail[:-1], TOTAL)
        down = (*(TOTAL for _ in row), *tail)
        whole = self.of(across if base == "row" else down)
        if not math.isfinite(whole[1]) or not math.isfinite(part[1]):
            return True
        return agrees(one.value, one.decimals, part, whole)


def _words_around(layout: Layout, answers: Answers) -> Iterator[Doubt]:
    heads = [one.label for one in layout.columns if one.part != "skip"]
    lines = [*layout.around, *heads, *layout.stubs, layout.span or ""]
    scale = next((found for line in lines if (found := words.scale_words(line))), None)
    if scale and answers.get("scale") is None:
        yield Doubt(
            "scale", "the words around the table", f"They say {scale!r}.",
            ("numbers are people", "numbers are thousands of people"), ("1", "1000"),
        )  # fmt: skip
    rounded = next(
        (
            found
            for line in lines
            if (found := words.rounding_words(line)) and not words.is_share(line)
        ),
        None,
    )
    if rounded and answers.get("rounding") is None:
        yield Doubt(
            "rounding", "the words around the table", f"They say {rounded!r}.",
            ("counts are exact", "counts were rounded to multiples of five", "of ten"),
            ("0", "5", "10"),
        )  # fmt: skip


def _unit(
    layout: Layout, made: Interpretation, found: Checked, answers: Answers
) -> Iterator[Doubt]:
    """Ask when the words above, or rows that all make 100, say that these are not people."""
    if answers.choice("unit", ["people"]) is not None or any(made.shares.values()):
        return
    heads = [*layout.above, layout.span or "", *layout.stubs]
    said = next((unit for line in heads if (unit := words.unit_words(line))), None)
    sums: dict[int, float] = {}
    for cell in found.cells.values():
        sums[cell.place[0]] = sums.get(cell.place[0], 0) + cell.high
    hundred = len(sums) > 1 and all(99 <= one <= 101 for one in sums.values())
    if (said and not made.derived) or hundred:
        why = f"They say {said!r}." if said else "Every row makes 100."
        yield Doubt(
            "unit", "the whole table", f"{why} If these are not numbers of people, nothing can be "
            "counted. Ask the publisher for the number of people, or",
            ("they are numbers of people",), ("people",),
        )  # fmt: skip


def same_people(found: Checked) -> list[list[int]]:
    """Return runs of rows that may each hold the same people, or nothing.

    Runs of two or more rows with equal sums in every column, or rows of men and women beside
    others.
    """
    rows: dict[int, dict[Key, Known]] = {}
    for cell in found.cells.values():
        rows.setdefault(cell.place[0], {})[cell.key[-1:]] = cell
    places = sorted(rows)
    held = {
        cell.place[0] for total in found.agreed for cell in found.cells.values()
        if total.place[0] != cell.place[0] and total.place[1] == cell.place[1]
    }  # fmt: skip
    if held >= set(places):
        return []
    for first in range(2, len(places) - 1):
        target = _summed(rows, places[:first])
        runs, start = [places[:first]], first
        for end in range(first + 1, len(places) + 1):
            if end - start >= 2 and _equal(target, _summed(rows, places[start:end])):
                runs.append(places[start:end])
                start = end
        if start == len(places) and len(runs) > 1:
            return runs
    return _by_sex(found, places)


def _by_sex(found: Checked, places: list[int]) -> list[list[int]]:
    labels = {cell.place[0]: cell.key[:-1] for cell in found.cells.values()}
    sexed = [row for row in places if any(words.is_sex(label) for label in labels[row])]
    fronts = {tuple("" if words.is_sex(x) else x for x in labels[row]) for row in sexed}
    others = [
        row for row in places
        if row not in sexed and not any(words.is_left_over(label) for label in labels[row])
    ]  # fmt: skip
    return [others, sexed] if len(sexed) > 1 and others and len(fronts) == 1 else []


def _summed(rows: dict[int, dict[Key, Known]], some: Sequence[int]) -> dict[Key, Bounds]:
    made: dict[Key, Bounds] = {}
    for row in some:
        for key, cell in rows[row].items():
            low, high = made.get(key, (0, 0))
            made[key] = low + cell.low, high + cell.high
    return made


def _equal(one: dict[Key, Bounds], other: dict[Key, Bounds]) -> bool:
    """Whether sums can be equal in every column, and are in one where they are known."""
    if one.keys() != other.keys():
        return False
    near = all(one[k][0] <= other[k][1] and other[k][0] <= one[k][1] for k in one)
    sure = any(one[k] == other[k] and one[k][0] == one[k][1] > 0 for k in one)
    return near and sure


def ask_which(parts: list[list[int]]) -> Doubt:
    """Return the question which of some runs of rows to read."""
    runs = [f"rows {part[0] + 1} to {part[-1] + 1}" for part in parts]
    return Doubt(
        "twice", " and ".join(runs), "The same people may stand in each.",
        (*(f"they do; read {run}" for run in runs), "different people in each"),
        (*map(str, range(1, len(parts) + 1)), "different"),
    )  # fmt: skip


def one_of_each(doubts: Sequence[Doubt]) -> tuple[Doubt, ...]:
    """Return the doubts without repetition."""
    return tuple(dict.fromkeys(doubts))
