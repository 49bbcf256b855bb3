"""No notice, reasons, appeal, repair or term: what the text does not give, or nobody looked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from creditaudit.rulebooks.lints.effects import SPARES, direction
from creditaudit.rulebooks.lints.lint import Lint, lint_of
from creditaudit.rulebooks.records import Right, RightName
from creditaudit.rulebooks.rule_records import Remedy, Retention, Rule
from creditaudit.rulebooks.toml_lines import Path

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

_RIGHTS: tuple[tuple[str, RightName], ...] = (
    ("no_notice", "notice"),
    ("no_reasons", "reasons"),
    ("no_appeal", "appeal"),
    ("no_repair", "repair"),
    ("no_term", "term"),
)
RIGHT_KINDS = tuple(kind for kind, _ in _RIGHTS)
LIMITS = (
    "A right that this file does not state may stand in a text that nobody read for it, or in "
    "general law.",
)


def right_lints(book: "Rulebook") -> Iterator[Lint]:
    """Yield rights that neither the book nor each of its rules states, and entries without an end.

    A rule that only spares people needs none of them.
    """
    reached = reaching(book)
    for kind, name in _RIGHTS:
        right = book.contents.rights.get(name)
        if right is not None and right.state == "stated":
            continue
        lacking = [rule for rule in reached if not _says(book, rule, name)]
        if reached and not lacking:
            continue
        path: Path = ("rights", name) if right is not None else ("book",)
        claim = f"{name.capitalize()}: {state_words(right)}"
        if len(lacking) < len(reached):
            claim += f". {len(lacking)} of {len(reached)} rules state none of their own"
        unsought = right is None or right.state == "not_searched"
        yield Lint(
            kind=kind, path=path, about=name, claim=claim, limits=LIMITS,
            # A gap of the file, as long as nobody looked.
            rated="low" if unsought else "",
            mark=right.mark if right is not None else "U",
            source=right.source or "" if right is not None else "",
            where=right.where if right is not None else "",
        )  # fmt: skip
    for place, rule in enumerate(book.rules):
        if rule.retention is not None and rule.retention.open:
            yield lint_of(
                "open_ended", place, rule,
                f"What rule {rule.id} ({rule.title}) enters has no fixed term: "
                f"{rule.retention.text or 'it ends with performance only'}", "retention",
            )  # fmt: skip
    for place, row in enumerate(book.contents.lists):
        if row.retention is not None and row.retention.open:
            yield Lint(
                kind="open_ended", path=("lists", place, "retention"), about=row.id,
                claim=f"Entries in list {row.id} have no fixed term: "
                f"{row.retention.text or 'they end with performance only'}",
                source=row.source, where=row.where, mark=row.mark,
            )  # fmt: skip


def reaching(book: "Rulebook") -> list[Rule]:
    """Return the rules that do something to the people they fire for."""
    return [rule for rule in book.rules if direction(book.contents, rule) != SPARES]


def _says(book: "Rulebook", rule: Rule, name: RightName) -> bool:
    """Whether a rule, or for the term the list it enters, states a right of its own."""
    if name == "reasons":
        return rule.reason is not None
    if name == "term":
        lists = [row.retention for row in book.contents.lists if row.id == rule.list]
        return any(_has_end(one) for one in (rule.retention, *lists) if one is not None)
    remedy: Remedy | None = getattr(rule, name)
    return remedy is not None and remedy.state == "stated"


def _has_end(retention: Retention) -> bool:
    return retention.open or retention.term is not None or retention.max is not None


def state_words(right: Right | None) -> str:
    """Return the state of a right that is not stated, with where and when it was searched."""
    if right is None or right.state == "not_searched":
        note = f" ({right.note.rstrip('.')})" if right is not None and right.note else ""
        return f"not searched{note}"
    return (
        f"searched, not found in {right.searched_in}, {right.searched_on}, by {right.searched_by}"
    )
