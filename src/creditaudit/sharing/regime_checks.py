"""What is wrong with the lines of a regime, each with its place."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

import numpy as np

from creditaudit.rulebooks import ConditionFault
from creditaudit.rulebooks.binding import Scope
from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.kinds import kind_of_column
from creditaudit.rulebooks.toml_lines import Path
from creditaudit.sharing.records import CHILD, MOST_AGENCIES, Denial, Import, TieRule
from creditaudit.vocabulary import load_vocabulary

Fault = tuple[Path, str]
FREE_MARK = "F"
CARRIES = ("measure", "listing")
DIRECTIONS = ("forward", "backward", "both")


def regime_faults(
    agencies: Sequence[str],
    imports: Sequence[Import],
    ties: Sequence[TieRule],
    denials: Sequence[Denial],
    purposes: Mapping[str, str],
) -> Iterator[Fault]:
    """Yield every fault as a path ("ties", 2, "p") and what is wrong there."""
    yield from _agency_faults(agencies)
    known = {*load_vocabulary().purposes, *purposes}
    for place, one in enumerate(imports):
        for key, what in _import_faults(one, agencies, known):
            yield ("imports", place, key), what
    for place, tie in enumerate(ties):
        for key, what in _tie_faults(tie, agencies):
            yield ("ties", place, key), what
    for place, denial in enumerate(denials):
        if denial.agency not in agencies:
            yield ("denials", place, "agency"), _unknown("agency", denial.agency, agencies)
        for key, what in _source_faults(denial):
            yield ("denials", place, key), what
    yield from _twice("imports", imports)
    yield from _twice("ties", ties)


def _twice(name: str, lines: Sequence[Import | TieRule]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for place, line in enumerate(lines):
        if line.parameter in seen:
            yield (
                (name, place),
                f"says the same as line {seen[line.parameter] + 1} of its kind: {line.what}; "
                "join the two, or tell them apart by purpose or condition",
            )
        seen.setdefault(line.parameter, place)


def _agency_faults(agencies: Sequence[str]) -> Iterator[Fault]:
    where: Path = ("regime", "agencies")
    if not 1 <= len(agencies) <= MOST_AGENCIES:
        yield where, f"has to name 1 to {MOST_AGENCIES} agencies, found {len(agencies)}"
    if len(set(agencies)) < len(agencies):
        yield where, "names an agency twice"
    known = load_vocabulary().agencies
    for name in agencies:
        if name not in known:
            yield where, _unknown("agency", name, known)


def _import_faults(
    line: Import, agencies: Sequence[str], purposes: set[str]
) -> Iterator[tuple[str, str]]:
    for key, name in (("importer", line.importer), ("source", line.source)):
        if name not in agencies:
            yield key, _unknown("agency", name, agencies)
    if line.importer == line.source:
        yield "source", "is the importer itself"
    columns = load_vocabulary().columns
    if not line.carries:
        yield "carries", 'has to name "list" or columns'
    for name in line.carries:
        if name != "list" and name not in columns:
            yield "carries", _unknown("column", name, ["list", *columns])
    for key, purpose in (("purpose", line.purpose), ("collected_for", line.collected_for)):
        if purpose and purpose not in purposes:
            yield key, _unknown("purpose", purpose, purposes)
    if line.every_days is not None and (not _is_number(line.every_days) or line.every_days < 0):
        yield "every_days", f"has to be a number of days from 0, found {line.every_days!r}"
    yield from _free_faults(line, "every_days", 0.0, None)
    yield from _source_faults(line)


def _tie_faults(line: TieRule, agencies: Sequence[str]) -> Iterator[tuple[str, str]]:
    relations = [*_levels("relation"), CHILD]
    if line.relation not in relations:
        yield "relation", _unknown("relation", line.relation, relations)
    if not _is_number(line.p) or not 0 <= line.p <= 1:
        yield "p", f"has to lie between 0 and 1, found {line.p!r}"
    if line.hops is not None and (not _is_whole(line.hops) or line.hops < 1):
        yield (
            "hops",
            (
                f'has to be a whole number from 1, or None (in a file: "any") for no limit, found '
                f"{line.hops!r}"
            ),
        )
    for key, words in (("carries", CARRIES), ("direction", DIRECTIONS)):
        if getattr(line, key) not in words:
            yield key, f"has to be one of {', '.join(words)}, found {getattr(line, key)!r}"
    if line.carries == "measure" and not line.measure:
        yield "measure", 'has to be named, unless carries = "listing"'
    if line.relation == CHILD and line.carries == "listing":
        yield "carries", "has to be a measure: a child is in no table, and no text lists one"
    yield from _named_faults(line.agencies, agencies)
    if line.when:
        try:
            parse_when(line.when)
        except ConditionFault as error:
            yield "when", str(error)
    yield from _free_faults(line, "p", 0.0, 1.0)
    yield from _source_faults(line)


def _named_faults(
    named: Sequence[str] | None, agencies: Sequence[str]
) -> Iterator[tuple[str, str]]:
    if named is None:
        return
    if isinstance(named, str) or not isinstance(named, Sequence):
        yield "agencies", f"has to be a list of agencies, found {named!r}"
        return
    if not named:
        yield "agencies", "names no agency: leave it out where every agency is meant"
    for name in named:
        if name not in agencies:
            yield "agencies", _unknown("agency", name, agencies)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def parse_when(text: str) -> Condition:
    """Return the condition of a rule about a tie, read over the columns of people.

    Raises
    ------
    ConditionFault
    """
    columns = {one.name: one for one in load_vocabulary().select(of="person")}
    return Condition.parse(
        text, Scope({name: kind_of_column(one) for name, one in columns.items()})
    )


def _free_faults(
    line: Import | TieRule, key: str, least: float, most: float | None
) -> Iterator[tuple[str, str]]:
    if not line.free:
        if line.low is not None or line.high is not None:
            yield "low", "a range belongs to a number that is free = true"
        if line.value is not None and not line.source_text:
            yield key, "rests on no source: write free = true with low and high, or source_text"
        return
    if line.value is None or line.low is None or line.high is None:
        yield key, f"is free, so {key}, low and high all have to be there"
        return
    ends = {"low": line.low, "high": line.high}
    if wrong := [name for name, end in ends.items() if not _is_number(end)]:
        for name in wrong:
            yield name, f"has to be a number, found {ends[name]!r}"
        return
    if not _is_number(line.value):
        return
    if key == "every_days" and line.low <= 0 < line.high:
        yield key, "has a range from 0, which is another rule: no copy is kept"
    within = line.low >= least and (most is None or line.high <= most)
    if not line.low <= line.value <= line.high or not within:
        bounds = f" within {least:g} to {most:g}" if most is not None else ""
        yield key, f"has to lie in its own range from low to high{bounds}"


def _source_faults(line: Import | TieRule | Denial) -> Iterator[tuple[str, str]]:
    if line.mark != FREE_MARK and not line.source_text:
        yield "mark", f'is {line.mark!r} without a source_text; "{FREE_MARK}" rests on no source'


def _levels(column: str) -> list[str]:
    return [str(level) for level in load_vocabulary()[column].domain]


def _unknown(noun: str, name: str, known: Sequence[str] | Mapping[str, object] | set[str]) -> str:
    close = get_close_matches(str(name), list(known), n=1)
    hint = f"; did you mean {close[0]!r}?" if close else f". Known: {', '.join(sorted(known)[:40])}"
    return f"unknown {noun} {name!r}{hint}"
