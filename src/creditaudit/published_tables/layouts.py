"""Which part of a grid is title, heading, label, number and note."""

from collections.abc import Sequence

from creditaudit.published_tables import vocabularies as words
from creditaudit.published_tables.confusions import split_headings
from creditaudit.published_tables.grids import Grid
from creditaudit.published_tables.parts import (
    UNITS,
    Column,
    Layout,
    Line,
    part_of_heading,
    share_sources,
)
from creditaudit.published_tables.questions import Answers, Doubt
from creditaudit.published_tables.readings import (
    CONVENTIONS,
    Kind,
    marks_of_notes,
    read_cell,
    tidy,
    without_marks,
)
from creditaudit.published_tables.sheet_cells import letters

INDENTS = str.maketrans(dict.fromkeys("\xa0\u2007\u2009\u202f\u2002\u2003\u3000\t", " "))


def lay_out(grid: Grid, answers: Answers) -> Layout:
    """Return the layout of a grid; what cannot be told is among its doubts."""
    kinds = [[_looks(grid, r, c) for c in range(grid.width)] for r in range(len(grid.cells))]
    texts = [[tidy(cell.text) for cell in row] for row in grid.cells]
    used = [c for c in range(grid.width) if any(row[c] for row in texts)]
    body = [r for r in range(len(texts)) if _is_body(texts[r], kinds[r], used)]
    if not body or len(used) < 2:
        doubt = Doubt(
            "separator", "the whole table", "No row with a label and a number was found.",
            ("columns are cut at each tab", "at each semicolon", "at each comma"),
            ("tab", "semicolon", "comma"),
        )  # fmt: skip
        return Layout((), [], [], None, (), (), frozenset(), doubts=[doubt])
    ranked = _is_rank(texts, kinds, body, used)
    used = used[1:] if ranked else used
    stub = _stub(texts, kinds, body, used)
    heads = _headings(texts, kinds, body, used, len(stub))
    body = [r for r in body if r not in heads]
    first = min([*heads, *body])
    last = max(body)
    below = [" ".join(dict.fromkeys(filter(None, texts[r]))) for r in range(last + 1, len(texts))]
    below = [line for line in below if line]
    above = [" ".join(dict.fromkeys(filter(None, texts[r]))) for r in range(first)]
    marks = marks_of_notes(iter(below))
    made = Layout((), [], [], None, tuple(above), (*filter(None, above), *below), marks)
    counted = [c for c in used if c not in stub]
    made.columns, made.span = _columns(grid, texts, heads, counted, marks, made)
    made.doubts += split_headings(made.columns, answers)
    made.stubs = tuple(_stub_name(texts, heads, c, marks) for c in stub)
    made.lines = _lines(grid, texts, kinds, body, heads, stub, counted, made, answers)
    _type_columns(kinds, made, answers)
    if ranked:
        made.notes.append(f"Column {letters(used[0] - 1)} numbers the rows and was left out.")
    if not any(one.part in ("count", "unknown", "total", "everyone") for one in made.columns):
        made.doubts.append(no_people(made))
    return made


def no_people(layout: Layout) -> Doubt:
    """Return the question that per cents without people raise."""
    first = letters(layout.columns[0].column) if layout.columns else "B"
    return Doubt(
        first, "the whole table", "There are per cents and no numbers of people. Ask the "
        "publisher for the number of people in each group and add it as a column, or",
        (f"column {first} counts people after all",), ("count",),
    )  # fmt: skip


def _is_rank(
    texts: list[list[str]], kinds: list[list[Kind]], body: list[int], used: list[int]
) -> bool:
    """Whether the first column only numbers the rows."""
    if len(used) < 3:
        return False
    first = [texts[r][used[0]] for r in body if texts[r][used[0]]]
    wordy = all(kinds[r][used[1]] == "word" for r in body)
    above = [texts[r][used[0]] for r in range(body[0]) if texts[r][used[0]]]
    named = not above or above[-1].casefold().rstrip(".") in {"no", "nr", "n°", "#", "rank", "rang"}
    return wordy and named and first == [str(i + 1) for i in range(len(first))] and len(first) > 1


def _looks(grid: Grid, row: int, column: int) -> Kind:
    kinds = [read_cell(grid.cells[row][column], one).kind for one in CONVENTIONS]
    return next((kind for kind in kinds if kind != "unclear"), "unclear")


def _is_body(texts: Sequence[str], kinds: Sequence[Kind], used: Sequence[int]) -> bool:
    if len({text for text in texts if text}) == 1 and sum(map(bool, texts)) > 1:
        return False  # one text merged over the whole row
    numbers = [c for c in used[1:] if kinds[c] not in ("empty", "word")]
    real = [c for c in numbers if kinds[c] != "symbol"]
    return bool(real) or (len(numbers) > 1 and bool(texts[used[0]]))


def _stub(
    texts: list[list[str]], kinds: list[list[Kind]], body: list[int], used: list[int]
) -> list[int]:
    """Return the columns of labels: the first, and those right of it that hold words."""
    stub = [used[0]]
    for c in used[1:-1]:
        filled = [r for r in body if texts[r][c]]
        wordy = [r for r in filled if kinds[r][c] == "word"]
        above = [texts[r][c] for r in range(body[0]) if texts[r][c]]
        if filled and (2 * len(wordy) > len(filled) or (above and words.is_key(above[-1]))):
            stub.append(c)
        else:
            break
    return stub


def _headings(
    texts: list[list[str]], kinds: list[list[Kind]], body: list[int], used: list[int], width: int
) -> list[int]:
    """Return the rows of headings: those with a text over a column of numbers, above the body."""
    counted = used[width:]
    above = _above(texts, counted, body[0])
    if len(body) == 1:
        return above
    row, kind = texts[body[0]], kinds[body[0]]
    filled = [c for c in counted if row[c]]
    covered = all(any(texts[r][c] for r in above) for c in counted)
    named = any(row[c] and not words.is_key(row[c]) for c in used[:width])
    if covered and named:
        return above  # it has headings and a label of its own
    labels = (
        any(kind[c] == "word" or _is_code(row[c]) for c in filled)
        or all(_is_year(row[c]) for c in filled)
        or all(kind[c] == "range" for c in filled)
    )
    return [*above, body[0]] if labels else above


def _is_code(text: str) -> bool:
    return len(text) > 1 and text.isdecimal() and text.startswith("0")


def _above(texts: list[list[str]], counted: Sequence[int], first: int) -> list[int]:
    found: list[int] = []
    for r in range(first - 1, -1, -1):
        filled = {text for text in texts[r] if text}
        over = [c for c in counted if texts[r][c]]
        if over and not (len(filled) == 1 and texts[r][0]):
            found.insert(0, r)
        elif found:
            break
    return found


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and 1900 <= int(text) <= 2100


def _stub_name(texts: list[list[str]], heads: list[int], column: int, marks: frozenset[str]) -> str:
    named = [texts[r][column] for r in heads if texts[r][column]]
    return without_marks(named[-1], marks) if named else ""


def _columns(
    grid: Grid, texts: list[list[str]], heads: list[int], counted: list[int],
    marks: frozenset[str], made: Layout,
) -> tuple[list[Column], str | None]:  # fmt: skip
    levels: list[list[str]] = []
    filled: list[list[bool]] = []
    for place, r in enumerate(heads):
        row = [without_marks(texts[r][c], marks) if texts[r][c] else "" for c in counted]
        lent = [False] * len(row)
        merged = any(grid.cells[r][c].merged for c in counted)
        if place < len(heads) - 1 and not merged:
            for i in range(1, len(row)):
                below = any(texts[q][counted[i]] for q in heads[place + 1 :])
                if not row[i] and row[i - 1] and below:
                    row[i], lent[i] = row[i - 1], True
        levels.append(row)
        filled.append(lent)
    span = None
    while len(levels) > 1 and len({label for label in levels[0] if label}) == 1:
        alone = [i for i, label in enumerate(levels[0]) if label]
        if any(not any(level[i] for level in levels[1:]) for i in alone):
            break
        span = next(label for label in levels.pop(0) if label)
        filled.pop(0)
    columns = []
    for i, c in enumerate(counted):
        labels = tuple(dict.fromkeys(level[i] for level in levels if level[i]))
        columns.append(Column(c, labels, filled=any(lent[i] for lent in filled)))
    bare = [one for one in columns if not one.labels]
    if bare:
        made.doubts += [
            Doubt(
                letters(one.column), f"column {letters(one.column)}", "It has no heading.",
                ("it adds up the others", "it is to be left out"), ("total", "skip"),
            )
            for one in bare
        ]  # fmt: skip
    return columns, span


def _lines(
    grid: Grid, texts: list[list[str]], kinds: list[list[Kind]], body: list[int], heads: list[int],
    stub: list[int], counted: list[int], made: Layout, answers: Answers,
) -> list[Line]:  # fmt: skip
    lines: list[Line] = []
    section: str | None = None
    opened: list[int] = []
    heading = {tuple(texts[r]) for r in heads}
    after = max(body) + 1
    while after < len(texts) and _is_bare_label(texts[after]):
        after += 1
    for r in range(max(heads, default=body[0] - 1) + 1, after):
        row = texts[r]
        if not any(row):
            continue
        if r > max(body) and answers.get(f"row{r + 1}") is None:
            made.doubts.append(_bare(r))
        elif r in body or answers.given.get(f"row{r + 1}") == "count":
            lines.append(_line(r, row, kinds[r], lines, section, stub, counted, made))
        elif tuple(row) in heading:
            made.notes.append(f"Row {r + 1} repeats the headings and was left out.")
        elif len({text for text in row if text}) == 1:
            text = next(text for text in row if text)
            if words.is_note(text):
                made.doubts.append(_second(r, "a note within the table"))
            section = without_marks(text, made.marks)
            opened.append(r)
        else:
            made.doubts.append(_second(r, "words where the table has numbers"))
    if len(opened) == 1 and answers.get(f"row{opened[0] + 1}") is None:
        inside = [line.row for line in lines if line.section is not None]
        if not all(_depth(grid, row) > _depth(grid, opened[0]) for row in inside):
            made.doubts.append(_bare(opened[0]))
    return lines


def _depth(grid: Grid, row: int) -> int:
    """Return how far the label of a row is set in."""
    cell = grid.cells[row][0]
    text = cell.text.translate(INDENTS)
    return cell.indent + len(text) - len(text.lstrip(" "))


def _is_bare_label(row: Sequence[str]) -> bool:
    """Whether a row under the numbers may be a group whose numbers are all left blank."""
    text = row[0]
    long = len(text.split()) > 4 or text.endswith(".") or ":" in text
    marked = bool(text) and not text[0].isalnum()
    return bool(text) and not any(row[1:]) and not (long or marked or words.is_note(text))


def _bare(row: int) -> Doubt:
    return Doubt(
        f"row{row + 1}", f"row {row + 1}", "It has a label and no numbers.",
        ("a heading or a note", "a group whose numbers are left blank"), ("skip", "count"),
    )  # fmt: skip


def _line(
    r: int, row: list[str], kinds: list[Kind], lines: list[Line], section: str | None,
    stub: list[int], counted: list[int], made: Layout,
) -> Line:  # fmt: skip
    labels = [without_marks(row[c], made.marks) if row[c] else "" for c in stub]
    numbers = [kinds[c] for c in counted if kinds[c] != "empty"]
    if numbers and all(kind == "percent" for kind in numbers):
        return Line(r, tuple(labels), section, "percent")
    if not any(labels):
        made.doubts.append(Doubt(
            f"row{r + 1}", f"row {r + 1}", "It has numbers and no label.",
            ("it adds up the others", "it is to be left out"), ("total", "skip"),
        ))  # fmt: skip
    counts = [line for line in lines if line.part != "percent"]
    if len(stub) > 1 and counts and labels[-1] and not words.is_total(labels[0]):
        # A label that stands for several rows is printed once, in the first of them.
        for i in range(len(stub) - 1):
            if not labels[i] and not any(labels[:i]):
                labels[i] = counts[-1].labels[i]
    return Line(r, tuple(labels), section)


def _second(row: int, what: str) -> Doubt:
    return Doubt(
        f"row{row + 1}", f"row {row + 1}",
        f"It holds {what}; perhaps a second table begins. Keep one table, or",
        ("it is to be left out",), ("skip",),
    )  # fmt: skip


def _type_columns(kinds: list[list[Kind]], made: Layout, answers: Answers) -> None:
    rows = [line.row for line in made.lines if line.part == "count"]
    for one in made.columns:
        found = [kinds[r][one.column] for r in rows]
        own = answers.choice(letters(one.column), ["count", "total", "percent", "skip"])
        if own is not None:
            one.part = own  # type: ignore[assignment]
            continue
        one.part = part_of_heading(one)
        if found and set(found) <= {"money", "empty", "symbol"} and "money" in found:
            one.part = "skip"
            made.notes.append(f"Column {letters(one.column)} holds money and was left out.")
        elif "percent" in found and one.part not in ("percent",):
            one.part = "percent" if set(found) <= {"percent", "empty", "symbol"} else one.part
    counts = [one for one in made.columns if one.part in ("count", "unknown", "everyone", "total")]
    if len(counts) == 1 and counts[0].part in ("everyone", "total"):
        labels = [label for line in made.lines for label in line.labels if label]
        named = any(map(words.is_decision, labels))
        if named or not share_sources(made):
            counts[0].part = "count"
    for one in made.columns:
        if one.part == "count" and len(one.labels) > 1 and one.labels[-1].casefold() in UNITS:
            one.labels = one.labels[:-1]
    made.doubts = [one for one in made.doubts if answers.get(one.id) is None]
    for one in [*made.columns]:
        answers.get(letters(one.column))
    for line in made.lines:
        own = answers.choice(f"row{line.row + 1}", ["count", "total", "skip"])
        line.part = own if own is not None else line.part  # type: ignore[assignment]
