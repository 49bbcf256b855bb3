"""What each book gives the people it reaches, side by side, with sources."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.records import Basis, Right
from creditaudit.rulebooks.rule_records import ListEntry, Measure, Retention, Rule
from creditaudit.rulebooks.toml_lines import Path

STATED, NOT_FOUND, NOT_SEARCHED = "stated", "searched, not found", "not searched"
QUESTIONS = {
    "entry": "entry",
    "ability_test": "ability test",
    "notice": "notice",
    "reasons": "reasons",
    "term": "term",
    "clock": "clock",
    "public": "public?",
    "exit": "exit",
    "repair": "repair",
    "appeal": "appeal",
    "touched": "who else is touched",
    "basis": "legal basis",
    "human_review": "human review",
    "forbidden_data": "forbidden data",
}
COLUMNS = (
    "book", "right", "cell", "state", "text", "within", "body", "searched", "note", "source",
    "where", "mark", "file", "line",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Cell:
    state: str
    text: str = ""
    within: str = ""
    body: str = ""
    searched: str = ""
    note: str = ""
    source: str = ""
    where: str = ""
    mark: str = ""
    path: Path = ("book",)

    @property
    def words(self) -> str:
        if self.state == STATED:
            within = f" Within {self.within}." if self.within else ""
            body = f" Decided by {self.body}." if self.body else ""
            return f"stated: {self.text}{within}{body}"
        more = self.searched or self.note
        return f"{self.state} ({more})" if more else self.state


def rights(books: Iterable[Rulebook | str] | Rulebook | str) -> pd.DataFrame:
    """Return what some books say of entry, notice, reasons, term, exit, appeal and the rest.

    Every cell is in one of three states: stated; searched, not found, with where, when and by
    whom; not searched. A right that is not stated in a file may stand in a text that nobody read
    for it, or in general law.

    Parameters
    ----------
    books : iterable of Rulebook or str
        Books, ids of presets, or paths of files.

    Returns
    -------
    pandas.DataFrame of shape (14 * n_books, 14)
        book, right (a category, so that a pivot keeps the order), cell (all in one text), state,
        text, within (a term such as "3 working days"), body (who decides), searched (where, when
        and by whom), note (what is known though nobody searched), source (its title), where (in
        the source), mark (how it is known), file, line. The legal basis keeps its own four states
        in its text.

    Raises
    ------
    InputError
        If a book is named twice, or is not there.

    Examples
    --------
    >>> table = rights(["cn_spc_defaulters_2017", "de_schufa"])
    >>> wide = table.pivot(index="right", columns="book", values="cell")
    """
    given = [books] if isinstance(books, Rulebook | str) else list(books)
    read = [Rulebook.load(book) if isinstance(book, str) else book for book in given]
    names = _names(read)
    rows = [
        [
            name, right, cell.words, cell.state, cell.text, cell.within, cell.body, cell.searched,
            cell.note, cell.source, cell.where, cell.mark, book.file, book.line(*cell.path),
        ]
        for name, book in zip(names, read, strict=True)
        for right, cell in _cells(book)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = pd.CategoricalDtype(list(QUESTIONS.values()), ordered=True)
    return table.astype({"right": order})


def _names(books: list[Rulebook]) -> list[str]:
    names = [book.id for book in books]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"{', '.join(map(repr, twice))} is named more than once. Name each book once."
        raise InputError(msg)
    return names


def _cells(book: Rulebook) -> Iterator[tuple[str, _Cell]]:
    for name, words in QUESTIONS.items():
        if name == "touched":
            yield words, _touched(book)
        elif name == "basis":
            yield words, _basis(book)
        else:
            yield words, _right(book, name)


def _right(book: Rulebook, name: str) -> _Cell:
    right = book.contents.rights.get(name)
    if right is not None and right.state == "stated":
        return _Cell(
            state=STATED, text=right.text, within=right.within or "", body=right.body,
            path=("rights", name), **_from(book, right),
        )  # fmt: skip
    if right is not None and right.state == "searched_not_found":
        searched = f"{right.searched_in}, {right.searched_on}, by {right.searched_by}"
        return _Cell(
            state=NOT_FOUND, searched=searched, path=("rights", name), **_from(book, right)
        )
    if name in _REMEDIES:
        told = list(_of_rules(book, name))
    else:
        # What the file says in so many words was not searched is not put together from its parts.
        told = [] if right is not None else list(_of_parts(book, name))
    if told:
        first = told[0]
        return _Cell(
            state=STATED, text="; ".join(text for text, _, _ in told), path=first[1],
            **_from(book, first[2]),
        )  # fmt: skip
    note = "" if right is None else right.note.rstrip(".")
    path: Path = ("book",) if right is None else ("rights", name)
    return _Cell(state=NOT_SEARCHED, note=note, path=path, mark="" if right is None else "U")


_Told = tuple[str, Path, Rule | ListEntry]
_REMEDIES = ("notice", "reasons", "repair", "appeal")


def _of_rules(book: Rulebook, name: str) -> Iterator[_Told]:
    """Yield what single rules state on a right."""
    for place, rule in enumerate(book.rules):
        if name == "reasons":
            said = rule.reason.text if rule.reason is not None else ""
        else:
            remedy = getattr(rule, name)
            said = remedy.text if remedy is not None and remedy.state == "stated" else ""
        if said:
            yield f"rule {rule.id}: {said}", ("rules", place), rule


def _of_parts(book: Rulebook, name: str) -> Iterator[_Told]:
    """Yield what rules and lists state without a table of the right."""
    if name == "entry":
        for place, rule in enumerate(book.rules):
            if rule.list is not None or rule.points is not None or rule.measures or rule.gate:
                yield rule.title, ("rules", place), rule
    kept: list[tuple[Path, Rule | ListEntry]] = [
        *((("lists", place), row) for place, row in enumerate(book.contents.lists)),
        *((("rules", place), rule) for place, rule in enumerate(book.rules)),
    ]
    for path, row in kept:
        said = _retention(row.retention, name) if row.retention is not None else ""
        if said:
            yield f"{row.id}: {said}", path, row
    for place, row in enumerate(book.contents.lists):
        if name == "public" and row.public in _PUBLIC:
            yield f"list {row.id}: {_PUBLIC[row.public]}", ("lists", place), row
        if name == "exit" and row.exits:
            ways = "; ".join(way.text.rstrip(".") for way in row.exits)
            yield f"list {row.id}: {ways}", ("lists", place), row


_PUBLIC = {"yes": "published", "partly": "published in part", "no": "not published"}


def _retention(kept: Retention, name: str) -> str:
    if name == "clock":
        return "" if kept.clock == "unstated" else f"runs from {kept.clock.replace('_', ' ')}"
    if name != "term":
        return ""
    if kept.open:
        return "no fixed term"
    ends = f"{kept.min} to {kept.max}" if kept.min and kept.max else kept.max or kept.min
    return kept.term or ends or ""


def _touched(book: Rulebook) -> _Cell:
    """Return who is reached besides the person, each with the measures and rules that do it."""
    reached: dict[str, list[str]] = {}
    found: list[tuple[Path, Rule | Measure]] = []
    for place, measure in enumerate(book.contents.measures):
        others = ", ".join(who for who in measure.who if who != "self")
        if others:
            own = " (own property only)" if measure.own_property_only else ""
            reached.setdefault(others, []).append(f"measure {measure.id}{own}")
            found.append((("measures", place), measure))
    for place, rule in enumerate(book.rules):
        others = ", ".join(who for who in rule.touches if who != "self")
        if others and not (rule.measures and others in reached):
            reached.setdefault(others, []).append(f"rule {rule.id}")
            found.append((("rules", place), rule))
    if found:
        path, row = found[0]
        text = "; ".join(f"{who}: {', '.join(by)}" for who, by in reached.items())
        return _Cell(state=STATED, text=text, path=path, **_from(book, row))
    parts = [f"{len(book.rules)} rules"] if book.rules else []
    measures = len(book.contents.measures)
    parts += [f"{measures} measures"] if measures else []
    if not parts:
        return _Cell(state=NOT_SEARCHED)
    text = f"nobody else is named in the {' and '.join(parts)} of this file"
    return _Cell(state=STATED, text=text, mark=book.header.confidence)


def _basis(book: Rulebook) -> _Cell:
    rows = book.contents.basis
    told = [_basis_words(row) for row in rows]
    place = next((n for n, row in enumerate(rows) if row.state in ("cited", "repealed")), None)
    if place is not None:
        return _Cell(
            state=STATED, text="; ".join(told), path=("basis", place), **_from(book, rows[place])
        )
    for number, row in enumerate(rows):
        if row.state == "searched_not_found":
            searched = f"{row.searched_in}, {row.searched_on}, by {row.searched_by}"
            return _Cell(
                state=NOT_FOUND, searched=searched, path=("basis", number), **_from(book, row)
            )
    return _Cell(state=NOT_SEARCHED)


def _basis_words(row: Basis) -> str:
    if row.state in ("cited", "repealed"):
        since = f", from {row.from_}" if row.from_ else ""
        until = f", to {row.to}" if row.to else ""
        return f"{row.state}: {row.cite} ({str(row.rank).replace('_', ' ')}{since}{until})"
    if row.state == "searched_not_found":
        where = f"{row.searched_in}, {row.searched_on}, by {row.searched_by}"
        return f"{row.id}: searched, not found ({where})"
    return f"{row.id}: not searched"


def _from(book: Rulebook, row: Right | Rule | ListEntry | Measure | Basis) -> dict[str, str]:
    """Return where something stands: the title of its source, the place there, and its mark."""
    titles = {source.id: source.title for source in book.sources}
    return {"source": titles.get(row.source or "", ""), "where": row.where, "mark": row.mark}
