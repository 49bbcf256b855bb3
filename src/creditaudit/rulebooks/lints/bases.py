"""The legal basis of each rule, list and measure, its state and its lag under four standards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from creditaudit.rulebooks.lints.lint import Lint
from creditaudit.rulebooks.records import Basis, Rank
from creditaudit.rulebooks.rule_records import ListEntry, Measure, Rule
from creditaudit.rulebooks.toml_lines import Path

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

DAYS_A_YEAR = 365.2425


@dataclass(frozen=True)
class Standard:
    """What has to carry a rule: each standard takes what the ones before it take, and more."""

    number: int
    words: str
    ranks: tuple[Rank, ...]


STANDARDS = (
    Standard(1, "the constitution or a statute", ("constitution", "statute", "directive")),
    Standard(
        2, "these, or a regulation of the national government", ("administrative_regulation",)
    ),
    Standard(3, "these, or a regulation of a local legislature", ("local_regulation",)),
    Standard(
        4, "any document, binding or not",
        ("judicial_interpretation", "department_rule", "local_rule", "normative_document",
         "party_document", "contract", "case_law"),
    ),
)  # fmt: skip
COLUMNS = (
    "what",
    "id",
    "in_force",
    "standard",
    "state",
    "basis",
    "basis_from",
    "lag_years",
    "line",
)
LIMITS = (
    "A basis that was not found in the texts searched may stand in others: absence in this file is "
    "not absence in law.",
    "A basis that is cited is named by somebody; whether it carries the rule is a question of law.",
    "A law of the European Union counts as a statute.",
)
_Part = Rule | ListEntry | Measure


@dataclass(frozen=True)
class _Standing:
    """One part of a book under one standard."""

    standard: Standard
    state: str
    basis: Basis | None = None
    lag: float | None = None


def legal_basis(book: "Rulebook | str") -> pd.DataFrame:
    """Return the legal basis of every rule, list and measure under each of four standards.

    A standard names what has to carry a rule: 1 the constitution or a statute; 2 these, or a
    regulation of the national government; 3 these, or a regulation of a local legislature; 4 any
    document. A rule that enters a list also rests on the basis of the list.

    Parameters
    ----------
    book : Rulebook or str
        A book, or what `Rulebook.load` takes.

    Returns
    -------
    pandas.DataFrame of shape (4 * n_parts, 9)
        what (rule, list or measure), id, in_force (its first day, null where not known), standard
        (1 to 4), state ("cited", "repealed", "searched, not found", "not searched"), basis (the
        citation, or where and when it was searched), basis_from (first day of the earliest basis
        cited), lag_years (years from the first day of the part to that of the basis: positive where
        the rule came first; null where a day is not known), line (in the file).

    Notes
    -----
    All four are always given, because a lag under one of them says nothing without the others.
    """
    from creditaudit.rulebooks.book import Rulebook

    book = Rulebook.load(book) if isinstance(book, str) else book
    rows = []
    for what, path, part in _parts(book):
        start = _start(book, part)
        for one in _standings(book, part, start):
            basis = one.basis
            rows.append([
                what, part.id, start, one.standard.number, one.state,
                "" if basis is None else _told(basis), None if basis is None else basis.from_,
                one.lag, book.line(*path),
            ])  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def basis_lints(book: "Rulebook") -> Iterator[Lint]:
    """Yield parts without a basis under some standard, before it, after it, or not searched."""
    for what, path, part in _parts(book):
        start = _start(book, part)
        standings = _standings(book, part, start)
        name = f"{what.capitalize()} {part.id} ({part.title})"
        for kind, state, verb in (
            ("basis_not_found", "searched, not found", "no basis found"),
            ("basis_not_searched", "not searched", "nobody searched for a basis"),
        ):
            missing = [one for one in standings if one.state == state]
            if missing:
                numbers = _numbers([one.standard for one in missing])
                where = f" in the texts searched: {_told(missing[0].basis)}" if (
                    missing[0].basis
                ) else ""  # fmt: skip
                yield _lint(kind, path, part, f"{name}: {verb} under {numbers}{where}", standings)
        late = [one for one in standings if one.lag is not None and one.lag > 0]
        if late:
            under: dict[str, list[Standard]] = {}
            for one in late:
                under.setdefault(f"{one.lag:.1f}", []).append(one.standard)
            lags = "; ".join(f"{lag} years under {_numbers(under[lag])}" for lag in under)
            yield _lint(
                "basis_lag", path, part, f"{name}: in force since {start}, before the first basis "
                f"cited: {lags}", standings,
            )  # fmt: skip
        ended = [one for one in standings if one.state == "repealed" and one.basis]
        if ended:
            basis = ended[-1].basis
            assert basis is not None
            yield _lint(
                "basis_repealed", path, part, f"{name}: its basis under "
                f"{_numbers([one.standard for one in ended])} was repealed ({_told(basis)}), and "
                "no other is cited", standings,
            )  # fmt: skip


def _lint(kind: str, path: Path, part: _Part, claim: str, standings: Sequence[_Standing]) -> Lint:
    rows = [
        [
            f"{one.standard.number}: {one.standard.words}", one.state,
            "" if one.basis is None else _told(one.basis), one.lag,
        ]
        for one in standings
    ]  # fmt: skip
    return Lint(
        kind=kind, path=path, about=part.id, claim=claim, source=part.source, where=part.where,
        mark=part.mark, limits=LIMITS,
        table=pd.DataFrame(rows, columns=["standard", "state", "basis", "lag_years"]),
    )  # fmt: skip


def _parts(book: "Rulebook") -> Iterator[tuple[str, Path, _Part]]:
    contents = book.contents
    for place, rule in enumerate(contents.rules):
        # An exception takes nothing from anybody, so it needs no authority.
        does = (rule.points, rule.list, rule.tier_cap, rule.gate)
        if any(part is not None for part in does) or rule.measures:
            yield "rule", ("rules", place), rule
    for place, row in enumerate(contents.lists):
        yield "list", ("lists", place), row
    for place, measure in enumerate(contents.measures):
        yield "measure", ("measures", place), measure


def _start(book: "Rulebook", part: _Part) -> date | None:
    """Return the first day of a part; a measure begins with what first brings it."""
    contents = book.contents
    days = [contents.book.in_force]
    if isinstance(part, Rule):
        days.append(part.effective.from_)
    elif isinstance(part, Measure):
        bringing = [rule.effective.from_ for rule in contents.rules if part.id in rule.measures]
        listed = any(part.id in row.measures for row in contents.lists)
        if bringing and not listed and all(bringing):
            days.append(min(day for day in bringing if day))
    return max((day for day in days if day), default=None)


def _standings(book: "Rulebook", part: _Part, start: date | None) -> list[_Standing]:
    names = list(part.basis)
    if isinstance(part, Rule):
        names += [n for row in book.contents.lists if row.id == part.list for n in row.basis]
    bases = [book.basis[name] for name in dict.fromkeys(names)]
    end = part.effective.to if isinstance(part, Rule) else None
    end = end or book.header.repealed or book.header.looked_at
    found = []
    ranks: set[str] = set()
    searches: list[Basis | None] = []
    for standard in STANDARDS:
        ranks |= set(standard.ranks)
        searches.append(_search(standard, bases))
        carrying = [
            one for one in bases if one.rank in ranks and one.state in ("cited", "repealed")
        ]
        if carrying:
            found.append(_carried(standard, carrying, start, end))
        elif all(searches):
            found.append(_Standing(standard, "searched, not found", searches[-1]))
        else:
            found.append(_Standing(standard, "not searched"))
    return found


def _carried(
    standard: Standard, carrying: Sequence[Basis], start: date | None, end: date
) -> _Standing:
    lasting = [one for one in carrying if one.to is None or one.to >= end]
    if not lasting:
        return _Standing(standard, "repealed", max(carrying, key=lambda one: one.to or date.min))
    # A basis of which no first day is known may be the earliest: then there is no lag to tell.
    undated = [one for one in carrying if not one.from_]
    first = undated[0] if undated else min(carrying, key=lambda one: one.from_ or date.max)
    lag = (first.from_ - start).days / DAYS_A_YEAR if start and first.from_ else None
    return _Standing(standard, "cited", first, lag)


def _search(standard: Standard, bases: Sequence[Basis]) -> Basis | None:
    """Return the search that covers what a standard adds: one of its ranks, or of none named."""
    for one in bases:
        if one.state == "searched_not_found" and (one.rank is None or one.rank in standard.ranks):
            return one
    return None


def _told(basis: Basis) -> str:
    """Return a basis in words: what is cited and since when, or where and when it was searched."""
    if basis.state == "searched_not_found":
        return f"{basis.searched_in}, {basis.searched_on}, by {basis.searched_by}"
    words = f"{basis.cite} ({str(basis.rank).replace('_', ' ')}"
    words += f", from {basis.from_}" if basis.from_ else ""
    return words + (f", to {basis.to})" if basis.to else ")")


def _numbers(standards: Sequence[Standard]) -> str:
    told = [str(one.number) for one in standards]
    joined = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    return f"standard{'s' if len(told) > 1 else ''} {joined}"
