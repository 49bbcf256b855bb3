"""The conditions of a book's rules, read and checked against the columns they may name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from creditaudit.rulebooks.binding import RESERVED, Scope
from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.faults import ConditionFault
from creditaudit.rulebooks.kinds import Kind, WrongLiteral, kind_of_column
from creditaudit.rulebooks.readers import Readings
from creditaudit.rulebooks.records import Contents
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.shapes import Report
from creditaudit.rulebooks.toml_lines import Path
from creditaudit.rulebooks.versions import parameter_kind, parameter_value
from creditaudit.vocabulary import Column

# What stands in "per" where one reading counts an act once, however often it was done.
ONCE = "once"


@dataclass(frozen=True)
class RuleConditions:
    """The conditions of one rule.

    Attributes
    ----------
    mild, strict : Condition
        When it fires, under each reading.
    per_mild, per_strict : Condition or None
        How often its points count; None for once.
    subject : str
        What a row is: person, firm or event.
    """

    mild: Condition
    strict: Condition
    per_mild: Condition | None
    per_strict: Condition | None
    subject: str

    def when(self, reading: str | None) -> Condition:
        """Return the condition under a reading."""
        return self.mild if reading == "mild" else self.strict

    def per(self, reading: str | None) -> Condition | None:
        """Return how often its points count under a reading, None for once."""
        return self.per_mild if reading == "mild" else self.per_strict

    @property
    def columns(self) -> dict[str, Kind]:
        """Every column it reads, under either reading."""
        read = (self.mild, self.strict, self.per_mild, self.per_strict)
        return {n: kind for part in read if part is not None for n, kind in part.columns.items()}


def read_conditions(
    contents: Contents, known: Mapping[str, Column], report: Report
) -> dict[str, RuleConditions]:
    """Return the conditions of every rule by its id, and report every fault.

    Those of lists and exits are read too, so that their faults are found.
    """
    scope = _scope(contents, known, report)
    found = {}
    for place, rule in enumerate(contents.rules):
        path: Path = ("rules", place)
        mild, strict = _both(rule.when, (*path, "when"), scope, report)
        per = rule.per or Readings(ONCE, ONCE)
        often, wrong = _often(per, (*path, "per"), scope, report)
        if mild and strict and not wrong:
            conditions = RuleConditions(mild, strict, *often, "")
            subject = _subject(contents, rule, conditions, known, path, report)
            found[rule.id] = replace(conditions, subject=subject)
    for place, row in enumerate(contents.lists):
        for number, way in enumerate(row.exits):
            if way.when is not None:
                _both(way.when, ("lists", place, "exits", number, "when"), scope, report)
        extension = row.retention.extension if row.retention else None
        if extension is not None and extension.when is not None:
            where = ("lists", place, "retention", "extension", "when")
            _both(extension.when, where, scope, report)
    return found


def book_scope(contents: Contents, known: Mapping[str, Column]) -> Scope:
    """Return the names that conditions of a book without faults may use."""
    return _scope(contents, known, _unheard)


def _unheard(path: Path, what: str, *, below: int = 0) -> None:
    """Take a fault of a book that was found to have none."""


def _scope(contents: Contents, known: Mapping[str, Column], report: Report) -> Scope:
    kinds, parameters = {}, {}
    for name, column in known.items():
        try:
            kinds[name] = kind_of_column(column, contents.book.currency)
        except WrongLiteral as error:
            report(("columns", name), str(error))
        if name in contents.columns and (
            not name.isidentifier() or name in RESERVED or name[0] == "_"
        ):
            report(("columns", name), f"{name!r} cannot be a name in conditions")
    for name, parameter in contents.parameters.items():
        path: Path = ("parameters", name)
        if not name.isidentifier() or name in RESERVED or name in known:
            taken = "is a column" if name in known else "cannot be a name in conditions"
            report(path, f"{name!r} {taken}")
        parameters[name] = parameter_kind(parameter)
        for place, value in enumerate(parameter.values):
            _check_value(contents, name, place, report)
            if value.value is not None and (value.mild is not None or value.strict is not None):
                report((*path, "values", place), "give either value, or mild and strict")
        starts = [value.from_ for value in parameter.values]
        if not starts or len(set(starts)) < len(starts):
            report((*path, "values"), "values begin on different days, and there is at least one")
    return Scope(kinds, parameters)


def _check_value(contents: Contents, name: str, place: int, report: Report) -> None:
    parameter = contents.parameters[name]
    for value in (parameter.values[place].readings.mild, parameter.values[place].readings.strict):
        try:
            parameter_value(parameter, value)
        except WrongLiteral as error:
            report(("parameters", name, "values", place), str(error))
            return


def _both(
    texts: Readings, path: Path, scope: Scope, report: Report
) -> tuple[Condition | None, Condition | None]:
    if not texts.differ:
        one = _read(str(texts.mild), path, scope, report)
        return one, one
    mild = _read(str(texts.mild), (*path, "mild"), scope, report)
    return mild, _read(str(texts.strict), (*path, "strict"), scope, report)


def _often(
    per: Readings, path: Path, scope: Scope, report: Report
) -> tuple[tuple[Condition | None, Condition | None], bool]:
    """Return how often points count under each reading, and whether a text is wrong."""
    found: list[Condition | None] = []
    wrong = False
    for word, text in (("mild", str(per.mild)), ("strict", str(per.strict))):
        read = None
        if text != ONCE and (word == "mild" or per.differ):
            read = _read(text, (*path, word) if per.differ else path, scope, report, amount=True)
            wrong = wrong or read is None
        found.append(read)
    if not per.differ:
        found[1] = found[0]
    return (found[0], found[1]), wrong


def _read(
    text: str, path: Path, scope: Scope, report: Report, *, amount: bool = False
) -> Condition | None:
    try:
        return Condition.parse_amount(text, scope) if amount else Condition.parse(text, scope)
    except ConditionFault as fault:
        report(path, f"column {fault.column}: {fault.what}", below=fault.line - 1)
        return None


def _subject(
    contents: Contents,
    rule: Rule,
    conditions: RuleConditions,
    known: Mapping[str, Column],
    path: Path,
    report: Report,
) -> str:
    rows = {known[name].of for name in conditions.columns}
    if len(rows) > 1:
        told = ", ".join(sorted(f"{name!r} of a {known[name].of}" for name in conditions.columns))
        report((*path, "when"), f"columns of different tables: {told}")
    subject: str = rule.subject or min(rows)
    if rows != {subject} and len(rows) == 1:
        report((*path, "subject"), f"{subject!r}, but its columns are of a {next(iter(rows))}")
    if subject not in contents.book.subjects:
        stated = ", ".join(contents.book.subjects)
        report((*path, "when"), f"its columns are of a {subject}; the book's subjects are {stated}")
    return subject
