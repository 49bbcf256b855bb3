"""Conditions of a book that stand beside its rules: those of exits."""

from typing import TYPE_CHECKING

from creditaudit.rulebooks.columns import known_columns
from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.lints.spans import Span
from creditaudit.rulebooks.programs import value_name
from creditaudit.rulebooks.rule_conditions import book_scope
from creditaudit.rulebooks.rule_records import Exit
from creditaudit.rulebooks.trees import (
    Node,
    Ref,
    Settled,
    parameters_of,
    rebuilt,
    refs_of,
    resolved,
)
from creditaudit.rulebooks.versions import parameter_values
from creditaudit.vocabulary import Column

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook


def exit_condition(
    book: "Rulebook", way: Exit, span: Span
) -> tuple[Node, dict[str, Column]] | None:
    """Return the condition of an exit in a version, and the columns it reads.

    None where it has none, or needs a parameter that has no value yet. What is missing does not
    open an exit.
    """
    if way.when is None:
        return None
    known = known_columns(book.contents)
    text = str(way.when.of(span.program.reading))
    tree = Condition.parse(text, book_scope(book.contents, known)).tree
    values = parameter_values(book.contents, span.program.day, span.program.reading)
    if set(parameters_of(tree)) - set(values):
        return None

    def renamed(here: Node) -> Node:
        return Ref(value_name(here.name), here.kind) if isinstance(here, Ref) else here

    columns = {value_name(name): known[name] for name in refs_of(tree)}
    return Settled(rebuilt(resolved(tree, values), renamed), False), columns
