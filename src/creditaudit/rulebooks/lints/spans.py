"""A book between two changes of its text, under one reading, with every rule as one condition."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from creditaudit.errors import InputError
from creditaudit.rulebooks.kinds import Value
from creditaudit.rulebooks.lints.cases import Cases
from creditaudit.rulebooks.programs import Program, RuleStep, value_name
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.trees import And, Case, Node, Ref, rebuilt
from creditaudit.vocabulary import Column

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

READINGS = ("mild", "strict")
Period = tuple[date | None, date | None]


@dataclass(frozen=True, eq=False)
class Span:
    """A version of a book under one reading, for rows of one kind.

    Attributes
    ----------
    first, last : date or None
        First and last day of the version; None for no end, or a first day that is not known.
    program : Program
    columns : dict of str to Column
        The columns of the book, by the names that the trees of the program use.
    """

    first: date | None
    last: date | None
    subject: str
    program: Program
    columns: dict[str, Column]
    _whole: dict[str, Node] = field(default_factory=dict, repr=False)

    @property
    def period(self) -> Period:
        """First and last day."""
        return self.first, self.last

    @property
    def rules(self) -> list[Rule]:
        """The rules in force."""
        return [step.rule for step in self.program.rules]

    def step(self, rule: Rule) -> RuleStep:
        """Return what is computed for a rule."""
        return next(step for step in self.program.rules if step.rule.id == rule.id)

    def holds(self, rule: Rule) -> Node:
        """Return the condition of a rule after ``on_missing``, over columns alone."""
        return self.whole(self.step(rule).holds)

    def fires(self, rule: Rule) -> Node:
        """Return when a rule holds and nothing overrides it, over columns alone."""
        return self.whole(self.step(rule).fires)

    def counts(self, rule: Rule) -> Node | None:
        """Return when a rule's points are added, None for a rule without points."""
        name = self.step(rule).points
        node = None if name is None else self.program.steps[name]
        return self._over_columns(node.cases[0][0]) if isinstance(node, Case) else None

    def whole(self, name: str) -> Node:
        """Return a computed name as a tree over columns alone."""
        if name not in self._whole:
            self._whole[name] = self._over_columns(self.program.steps[name])
        return self._whole[name]

    def cases(self, *trees: Node, beside: Mapping[str, Column] | None = None) -> Cases | None:
        """Return the cases that tell some conditions apart, None where there are too many.

        Conditions of the book that its rules do not read, such as those of exits, may need columns
        ``beside`` those of the program.
        """
        found = Cases(trees, {**self.columns, **(beside or {})})
        return None if found.too_many else found

    def witness(self, *conditions: Node) -> dict[str, Value] | None:
        """Return a row for which all conditions are true, with the names columns have in the book.

        None where no case shows one, or there are too many.
        """
        tree = conditions[0] if len(conditions) == 1 else And(conditions)
        cases = self.cases(tree)
        found = None if cases is None else cases.witness(tree)
        return None if found is None else {plain_name(n): value for n, value in found.items()}

    def _over_columns(self, node: Node) -> Node:
        def opened(here: Node) -> Node:
            if isinstance(here, Ref) and here.name in self.program.steps:
                return self.whole(here.name)
            return here

        return rebuilt(node, opened)


def spans_of(book: "Rulebook", as_of: date | str | None = None) -> list[Span]:
    """Return every version of a book under every reading, for each of its subjects.

    Parameters
    ----------
    book : Rulebook
    as_of : date or str, optional
        Only the version in force on that day.

    Raises
    ------
    InputError
        If the book was not in force on that day.
    """
    if book.header.shape_only:
        return []
    return list(_spans(book, as_of))


def _spans(book: "Rulebook", as_of: date | str | None) -> Iterator[Span]:
    for first, last, day in _periods(book, as_of):
        for subject in book.header.subjects:
            for reading in READINGS if book.open_readings else READINGS[1:]:
                try:
                    program = book.program(day, reading, subject)
                except InputError:
                    # A parameter has no value yet: there is no such version to look at.
                    continue
                columns = {value_name(name): column for name, column in book.columns.items()}
                yield Span(first, last, subject, program, columns)


def _periods(
    book: "Rulebook", as_of: date | str | None
) -> Iterator[tuple[date | None, date | None, date]]:
    """Yield the first and the last day of each version, and a day of it."""
    days = list(book.changes)
    if as_of is not None:
        day = book.program(as_of, "strict").day
        later = [change for change in days if change > day]
        earlier = [change for change in days if change <= day]
        last = later[0] - timedelta(days=1) if later else _end(book)
        yield (earlier[-1] if earlier else None), last, day
        return
    if not days or (book.header.in_force is None and days):
        # Before the first change that is dated, the text as it was looked at.
        end = _end(book)
        first = min(book.header.looked_at, end) if end else book.header.looked_at
        first = days[0] - timedelta(days=1) if days else first
        yield None, (first if days else end), first
    for place, first in enumerate(days):
        following = days[place + 1] if place + 1 < len(days) else None
        yield first, following - timedelta(days=1) if following else _end(book), first


def _end(book: "Rulebook") -> date | None:
    repealed = book.header.repealed
    return repealed - timedelta(days=1) if repealed else None


def plain_name(name: str) -> str:
    """Return the name a column has in the book."""
    return name.removeprefix(value_name(""))


def row_words(row: Mapping[str, Value]) -> str:
    """Return a row in words: what is missing is left out."""
    return ", ".join(
        f"{name} {'yes' if value is True else 'no' if value is False else value}"
        if not isinstance(value, float)
        else f"{name} {value:,g}"
        for name, value in row.items()
        if value is not None
    )


def whole_periods(spans: Sequence[Span], test: Callable[[Span], bool]) -> list[Period]:
    """Return the versions in which something is so under every reading."""
    found: dict[Period, bool] = {}
    for span in spans:
        found[span.period] = found.get(span.period, True) and test(span)
    return [period for period, so in found.items() if so]


def in_words(found: Sequence[Period], spans: Sequence[Span]) -> str:
    """Return in which versions something is so, empty where it is in all of them."""
    periods = list(dict.fromkeys(span.period for span in spans))
    if len(found) == len(periods):
        return ""
    told = [
        " ".join([
            *([f"from {first}"] if first else []), *([f"to {last}"] if last else ["on"]),
        ])
        for first, last in found
    ]  # fmt: skip
    return f" (in the version {' and '.join(told)})"
