"""The tables of a vocabulary file, and everything that can be wrong with them, line by line."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

SECTORS = (
    "bank",
    "court",
    "tax",
    "ecommerce",
    "telecom",
    "utilities",
    "social",
    "police",
    "employer",
    "census",
)
KINDS = ("person", "firm", "event", "tie")
SENSITIVITIES = ("low", "medium", "high", "protected")
# Decimals a value keeps when its column names none; types without decimals hold no numbers.
DECIMALS = {"money": 2, "count": 0, "duration": 0, "share": 4, "ratio": 4, "yes_no": 0}
TYPES = (*DECIMALS, "date", "category", "text", "id")

_NEEDED = (
    "name",
    "type",
    "unit",
    "domain",
    "missing",
    "sector",
    "purpose",
    "sensitivity",
    "of",
    "source",
    "description",
)
_OPTIONAL = ("labels", "decimals", "note")
_TEXTS = ("unit", "missing", "purpose", "description", "source", "note")
_WORDS = {"type": TYPES, "of": KINDS, "sector": SECTORS, "sensitivity": SENSITIVITIES}
_IDS: dict[str, tuple[str, ...]] = {
    "sector": ("id", "words"),
    "purpose": ("id", "words"),
    "agency": ("id", "sector", "words"),
}
_TABLES = (*_IDS, "column")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LEVEL = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")
_HEADER = re.compile(r"\s*\[\[\s*(\w+)\s*\]\]")


class VocabularyTables:
    """The tables of a file, with the line each key stands on."""

    def __init__(self, plain: Mapping[str, Any], lines: list[str]) -> None:
        self._plain = plain
        self._rows: dict[str, list[dict[str, Any]]] = {}
        for table in _TABLES:
            rows = plain.get(table)
            whole = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
            self._rows[table] = rows if whole and isinstance(rows, list) else []
        self._lines = lines
        self._heads: dict[str, list[int]] = {}
        for number, line in enumerate(lines):
            head = _HEADER.match(line)
            if head:
                self._heads.setdefault(head[1], []).append(number)

    def faults(self) -> Iterator[tuple[int, str]]:
        """Yield line and fault of everything wrong."""
        for key in self._plain:
            if key not in _TABLES:
                yield 1, f"unknown key {key!r}; tables are [[{']], [['.join(_TABLES)}]]"
        for table in _TABLES:
            if not self._rows[table]:
                yield 1, f"there are no [[{table}]] tables"
            for number, row in enumerate(self._rows[table]):
                found = _faults_of_id(row, _IDS[table]) if table in _IDS else _faults_of_column(row)
                for key, fault in found:
                    yield self._line(table, number, key), f"{_named(table, row)}: {fault}"
        yield from self._faults_between()

    def _faults_between(self) -> Iterator[tuple[int, str]]:
        for table, found in self._rows.items():
            key = "name" if table == "column" else "id"
            first: dict[Any, int] = {}
            for number, row in enumerate(found):
                name = str(row.get(key))
                if name in first:
                    earlier = self._line(table, first[name], key)
                    fault = f"{key} {name!r} is already used on line {earlier}"
                    yield self._line(table, number, key), f"{_named(table, row)}: {fault}"
                first.setdefault(name, number)
        ids = {table: [str(row.get("id")) for row in rows] for table, rows in self._rows.items()}
        if ids["sector"] and set(ids["sector"]) != set(SECTORS):
            yield self._line("sector", 0), f"the sectors have to be {', '.join(SECTORS)}"
        for number, row in enumerate(self._rows["column"]):
            purpose = row.get("purpose")
            if isinstance(purpose, str) and purpose not in ids["purpose"]:
                fault = f"purpose {purpose!r} has no [[purpose]] table"
                yield self._line("column", number, "purpose"), f"{_named('column', row)}: {fault}"

    def _line(self, table: str, number: int, key: str = "") -> int:
        heads = self._heads.get(table, [])
        if number >= len(heads):
            return 1
        start = heads[number]
        for offset, line in enumerate(self._lines[start + 1 :], start=start + 1):
            if _HEADER.match(line):
                break
            if key and re.match(rf"\s*{re.escape(key)}\s*=", line):
                return offset + 1
        return start + 1


def _faults_of_id(row: Mapping[str, Any], needed: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from ((key, f"unknown key {key!r}") for key in row if key not in needed)
    for key in needed:
        if not _is_text(row.get(key)):
            yield key, f"{key} has to be text, found {row.get(key)!r}"
    if _is_text(row.get("id")) and not _NAME.fullmatch(row["id"]):
        yield "id", f"id {row['id']!r} has to be small letters and digits joined by '_'"
    if "sector" in needed and _is_text(row.get("sector")) and row["sector"] not in SECTORS:
        yield "sector", f"sector {row['sector']!r} is not one of {', '.join(SECTORS)}"


def _faults_of_column(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in row:
        if key not in (*_NEEDED, *_OPTIONAL):
            yield key, f"unknown key {key!r}"
    for key in _NEEDED:
        if key not in row:
            yield key, f"{key} is missing"
    for key in _TEXTS:
        if key in row and not _is_text(row[key]):
            yield key, f"{key} has to be text, found {row[key]!r}"
    for key, known in _WORDS.items():
        if key in row and row[key] not in known:
            yield key, f"{key} {row[key]!r} is not one of {', '.join(known)}"
    name = row.get("name", "a")
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        yield "name", f"name {name!r} has to be small letters and digits joined by '_'"
    places = row.get("decimals", 0)
    if "decimals" in row and not (type(places) is int and 0 <= places <= 6):
        yield "decimals", f"decimals has to be a whole number from 0 to 6, found {places!r}"
    if "decimals" in row and row.get("type") not in tuple(DECIMALS):
        yield "decimals", f"a column of type {row.get('type')!r} has no decimals"
    if "domain" in row and row.get("type") in TYPES:
        yield from _faults_of_domain(row)


def _faults_of_domain(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kind, domain, labels = row["type"], row["domain"], row.get("labels")
    if kind in ("text", "id"):
        if not _is_text(domain):
            yield "domain", f"the domain of a {kind} is its form in words, found {domain!r}"
    elif kind == "category":
        levels = domain if isinstance(domain, list) else []
        if len(levels) < 2 or not all(isinstance(v, str) and _LEVEL.fullmatch(v) for v in levels):
            yield (
                "domain",
                f"a category lists two levels or more in plain letters, found {domain!r}",
            )
        elif len(set(levels)) < len(levels):
            yield "domain", "a level is there twice"
        if not isinstance(labels, list) or not all(map(_is_text, labels)):
            yield "labels", "a category needs labels: the words for each level"
        elif len(labels) != len(levels) or len(set(labels)) < len(labels):
            yield "labels", f"{len(levels)} levels need as many different labels"
    elif not isinstance(domain, list) or len(domain) != 2:
        yield "domain", f"the domain has to be [low, high], found {domain!r}"
    elif kind == "date":
        if not all(isinstance(v, date) and not isinstance(v, datetime) for v in domain):
            yield "domain", f"both bounds have to be dates such as 2026-07-21, found {domain!r}"
        elif domain[0] >= domain[1]:
            yield "domain", "the first bound has to be the smaller one"
    elif not all(isinstance(v, int | float) and not isinstance(v, bool) for v in domain):
        yield "domain", f"both bounds have to be numbers, found {domain!r}"
    elif not domain[0] < domain[1]:
        yield "domain", "the first bound has to be the smaller one"
    elif kind == "yes_no" and domain != [0, 1]:
        yield "domain", f"the domain of a yes_no is [0, 1], found {domain!r}"
    elif kind in ("count", "duration") and domain[0] < 0:
        yield "domain", f"a {kind} is not below 0, found {domain!r}"
    if kind != "category" and labels is not None:
        yield "labels", "only a category has labels"


def _named(table: str, row: Mapping[str, Any]) -> str:
    return f"{table} {row.get('name' if table == 'column' else 'id', 'without a name')}"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
