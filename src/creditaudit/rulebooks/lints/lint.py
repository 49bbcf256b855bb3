"""`Lint`: one thing found in the text of a book, and the finding it becomes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from creditaudit.finding import Finding, finding_id
from creditaudit.law import load_entries
from creditaudit.rulebooks.lints.catalogue import LintKind, lint_kinds
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.toml_lines import Path

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

QUESTION = "What do the rules themselves show?"
AUDIT = "rules_in_text"
METHOD = (
    "Read from the file of the rulebook alone. Conditions are compared in every case that their "
    "constants tell apart, within the domains of their columns, in every version and under every "
    "reading; where an expression joins several columns or there are too many cases, nothing is "
    "claimed. Severity is a dated judgement of ours on harm and on how hard it is to undo, for one "
    "person."
)
LIMITS = (
    "Said of the text as it stands in the file, and not of how it is used.",
    "How many people a rule reaches does not follow from its text.",
)
INDEPENDENT = (
    "Columns are taken as independent of each other: the row shown may be of nobody who can exist.",
)
TABLE = ("what", "line", "file", "source", "where", "mark")
EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
COE = frozenset({"GB", "CH", "NO", "IS", "TR", "UA", "RS"})
"""Members of the Council of Europe, beside those of the European Union, that books may be from."""
_SURE, _SEEN = {"V", "K"}, {"V", "K", "V*", "S"}


@dataclass(frozen=True, kw_only=True)
class Lint:
    """One thing found.

    Attributes
    ----------
    kind : str
        One of `creditaudit.rulebooks.lints.lint_kinds`.
    path : tuple
        Where in the file: ``("rules", 3, "when")``.
    about : str
        What it is about, such as the id of a rule, or of two joined by "+".
    claim : str
        What was found, in a sentence.
    source, where, mark : str
        Of the part of the book it is about.
    estimate, low, high, n : float or None
        A share of people, where a population was given.
    table : DataFrame or None
        More than the line: the cells behind the sentence.
    limits : tuple of str
        Beside those of every finding of this kind.
    rated : str
        A severity other than that of the kind, empty for none.
    """

    kind: str
    path: Path
    about: str
    claim: str
    source: str = ""
    where: str = ""
    mark: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    n: float = 0
    table: pd.DataFrame | None = None
    limits: tuple[str, ...] = ()
    rated: str = ""

    @property
    def severity(self) -> str:
        """Harm times how hard it is to undo: "low", "medium" or "high"."""
        return self.rated or self.sort.severity

    @property
    def sort(self) -> LintKind:
        """The kind with its title and severity."""
        return lint_kinds()[self.kind]

    def row(self, book: "Rulebook") -> list[object]:
        """Return the cells of `TABLE`."""
        line = book.line(*self.path)
        return [self.about, line, book.file, self.source, self.where, self.mark]

    def finding(self, book: "Rulebook") -> Finding:
        """Return the finding, which names file and line."""
        table = self.table
        if table is None:
            table = pd.DataFrame([self.row(book)], columns=list(TABLE))
        table = table.copy()
        table.insert(0, "kind", self.kind)
        return Finding(
            id=finding_id(AUDIT, book.id, f"{self.kind} {self.about}"),
            audit=AUDIT,
            question=QUESTION,
            claim=f"{self.claim} ({book.file}, line {book.line(*self.path)})",
            status="descriptive",
            estimate=self.estimate,
            low=self.low,
            high=self.high,
            unit="" if self.estimate is None else "share",
            n=self.n,
            severity=self.severity,
            confidence=confidence_of([self.mark]),
            law=law_of(book, self.sort.law),
            table=table,
            method=METHOD,
            limits=(*LIMITS, *self.limits),
        )


def lint_of(
    kind: str,
    place: int,
    rule: Rule,
    claim: str,
    *part: str | int,
    about: str | None = None,
    limits: tuple[str, ...] = (),
    judged: bool = False,
) -> Lint:
    """Return what was found in one rule, or in a part of it; ``judged`` by a table of ours."""
    return Lint(
        kind=kind, path=("rules", place, *part), about=about or rule.id, claim=claim,
        source=rule.source, where=rule.where, limits=limits,
        mark=f"{rule.mark}/J" if judged else rule.mark,
    )  # fmt: skip


def confidence_of(marks: Iterable[str]) -> str:
    """Return "high", "moderate" or "low" for the least sure of some marks.

    High: read or known (V, K). Moderate: seen in a secondary page or in part (V*, S). Low: from
    memory, uncertain, derived, free or a judgement of ours.
    """
    parts = {part for mark in marks for part in mark.split("/") if part}
    if not parts:
        return "not rated"
    return "high" if parts <= _SURE else "moderate" if parts <= _SEEN else "low"


def law_of(book: "Rulebook", names: Sequence[str]) -> tuple[str, ...]:
    """Return those of some law entries that a book's text comes under.

    They are of its jurisdiction; law of the European Union and of the Council of Europe counts for
    their members. Entries on public lists and sanctions are left out where a firm issued the text,
    those on credit where no firm did and no rule reads what banks hold.
    """
    country = book.header.jurisdiction.split("-")[0]
    places = {book.header.jurisdiction, country}
    if country in EU:
        places |= {"EU", "COE"}
    if country in COE:
        places.add("COE")
    products = {"any"}
    if book.header.issuer_type != "firm":
        products |= {"public_list", "public_sanction"}
    if book.header.issuer_type == "firm" or any(c.sector == "bank" for c in book.columns.values()):
        products |= {"credit_report", "consumer_credit", "mortgage", "business_credit"}
    known = {entry.id: entry for entry in load_entries()}
    return tuple(
        name
        for name in dict.fromkeys(names)
        if known[name].jurisdiction in places and products & set(known[name].applies_to)
    )
