"""The keys of every number: which row and column labels it stands under, and what is a total."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from creditaudit.published_tables import vocabularies as words
from creditaudit.published_tables.parts import Column, Layout, Line, share_sources
from creditaudit.published_tables.questions import Answers, Doubt
from creditaudit.published_tables.sheet_cells import letters

TOTAL = "\0total"
Key = tuple[str, ...]


@dataclass
class Crossing:
    """Names of the keys, and the keys of each row and column of numbers.

    A total that may be of its section or of everything has more than one key, in order of
    likelihood.
    """

    names: tuple[str, ...]
    rows: dict[int, list[Key]]
    columns: dict[int, list[Key]]
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def ways(self) -> Iterator[tuple[dict[int, Key], dict[int, Key]]]:
        """Yield every choice of one key a row and column, the likeliest first; 64 at most."""
        rows, columns = list(self.rows), list(self.columns)
        options = [*self.rows.values(), *self.columns.values()]
        for count, chosen in enumerate(product(*options)):
            if count >= 64:
                return
            keys = list(chosen)
            yield (
                dict(zip(rows, keys[: len(rows)], strict=True)),
                dict(zip(columns, keys[len(rows) :], strict=True)),
            )


def cross(layout: Layout, answers: Answers) -> Crossing:
    """Return the keys of a layout's rows and columns."""
    doubts: list[Doubt] = []
    notes: list[str] = []
    lines = [line for line in layout.lines if line.part in ("count", "total")]
    columns = [c for c in layout.columns if c.part in ("count", "total", "everyone", "unknown")]
    lines, crossed = _sections(lines, answers, doubts, notes)
    rows = {line.row: _row_keys(line, lines, crossed) for line in lines}
    depth = max((len(c.labels) for c in columns if c.part in ("count", "unknown")), default=1)
    heads = {c.column: _column_keys(c, depth, columns, doubts) for c in columns}
    for line in lines:
        label = " ".join(filter(None, line.labels))
        odd = words.is_part(label) or words.is_share(label) or words.is_statistic(label)
        if odd and answers.get(f"row{line.row + 1}") is None:
            doubts.append(Doubt(
                    f"row{line.row + 1}", f"row {line.row + 1}",
                    f"{label!r} may be no group of its own.",
                    ("people counted in no other row", "to be left out"), ("count", "skip"),
                ))  # fmt: skip
    names = _names(layout, lines, columns, crossed, depth)
    return Crossing(names, rows, heads, doubts, notes)


def _sections(
    lines: list[Line], answers: Answers, doubts: list[Doubt], notes: list[str]
) -> tuple[list[Line], bool]:
    """Return the rows to read and whether the section is a key of its own."""
    sections = list(dict.fromkeys(line.section for line in lines if line.section is not None))
    if len(sections) < 2:
        return lines, False
    inside = {
        one: {line.labels for line in lines if line.section == one and not _total(line)}
        for one in sections
    }
    sets = list(inside.values())
    if all(one == sets[0] for one in sets[1:]):
        return lines, True
    chosen = answers.choice("section", [*sections, "different"])
    if chosen is None:
        doubts.append(Doubt(
            "section", "the rows", "It has parts with different rows: "
            f"{', '.join(map(repr, sections))}. The same people may be in each.",
            (*(f"the same people; read {one!r}" for one in sections), "different people in each"),
            (*sections, "different"),
        ))  # fmt: skip
        return lines, True
    if chosen == "different":
        return lines, True
    notes.append(f"Of {len(sections)} parts, {chosen!r} was read.")
    outer = [line for line in lines if line.section is None and _total(line)]
    return [*outer, *(line for line in lines if line.section == chosen)], False


def _total(line: Line) -> bool:
    return line.part == "total" or any(words.is_total(label) for label in line.labels)


def _row_keys(line: Line, lines: Sequence[Line], crossed: bool) -> list[Key]:
    labels = list(line.labels)
    if line.part == "total":
        labels = [TOTAL] * len(labels)
    known = {other.labels[0] for other in lines if not words.is_total(other.labels[0])}
    for i, label in enumerate(labels):
        if label == TOTAL or not words.is_total(label):
            continue
        bare = label.casefold().replace("total", "").replace("sub-", "").strip(" -:,")
        own = next((one for one in known if one.casefold() == bare), None)
        if own is not None and i == 0 and len(labels) > 1:
            labels = [own, *[TOTAL] * (len(labels) - 1)]
        elif i == 0:
            labels = [TOTAL] * len(labels)
        else:
            labels[i] = TOTAL
    for i in range(1, len(labels)):
        if not labels[i] and labels[i - 1]:
            labels[i] = TOTAL
    if not crossed:
        return [tuple(labels)]
    if line.section is None:
        return [(TOTAL, *labels)]
    inner, outer = (line.section, *labels), (TOTAL, *labels)
    last = line.section == lines[-1].section
    if TOTAL not in labels or not last:
        return [inner]
    return [outer, inner] if words.is_grand(line.labels[0]) else [inner, outer]


def _column_keys(
    one: Column, depth: int, columns: Sequence[Column], doubts: list[Doubt]
) -> list[Key]:
    summing = one.part in ("total", "everyone")
    labels = [TOTAL if words.is_total(label) else label for label in one.labels]
    if summing and labels and TOTAL not in labels:
        labels[-1] = TOTAL
    if summing and len(labels) < depth:
        return [(TOTAL,) * depth]
    if len(labels) < depth:
        doubts.append(Doubt(
            letters(one.column), f"column {letters(one.column)}",
            f"{one.label!r} has fewer headings above it than its neighbours.",
            ("it adds up the others", "it is to be left out"), ("total", "skip"),
        ))  # fmt: skip
        labels = [*labels, *[""] * (depth - len(labels))]
    own = tuple(labels[-depth:]) if summing else tuple(labels[:depth])
    last = one.column == max(c.column for c in columns)
    if summing and one.filled and depth > 1 and last:
        return [(TOTAL,) * depth, own]
    return [own]


def _names(
    layout: Layout, lines: Sequence[Line], columns: Sequence[Column], crossed: bool, depth: int
) -> tuple[str, ...]:
    names: list[str] = ["section"] if crossed else []
    sections = {line.section for line in lines} - {None}
    for i, stub in enumerate(layout.stubs):
        labels = [line.labels[i] for line in lines]
        alone = next(iter(sections)) if len(sections) == 1 and not crossed else None
        names.append(stub or alone or _kind(labels) or "group")
    for i in range(depth):
        labels = [c.labels[i] for c in columns if len(c.labels) == depth]
        lone = layout.span if depth == 1 else None
        if i == depth - 1 and share_sources(layout):
            lone = "decision"
        names.append(_kind(labels) or lone or "column")
    made: list[str] = []
    for name in names:
        plain = f"{name} (label)" if name.casefold() in ("n", "low", "high") else name
        made.append(plain if plain not in made else f"{plain} {made.count(plain) + 1}")
    return tuple(made)


def _kind(labels: Sequence[str]) -> str | None:
    own = [label for label in labels if label and not words.is_total(label)]
    own = [label for label in own if not words.is_everyone(label)]
    if own and all(words.is_outcome(label) for label in own):
        return "outcome"
    named = sum(words.is_decision(label) for label in own)
    return "decision" if named and 2 * named >= len(own) else None
