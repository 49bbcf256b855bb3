"""The condition language: one line that a lawyer can read, a machine can run and a proof can use.

A condition is a small part of the syntax of Python, and nothing of it is ever executed as Python:

* names of columns (``late_payments_24m``) and of dated parameters (``$minimum_debt``), and the day
  of the assessment, ``$as_of``;
* numbers; in quotes, money ("10000 CNY"), days ("2018-06-01"), durations ("24 months"), levels of
  a category and texts;
* ``< <= == != > >=``, also in chains, ``in [...]``, ``not in [...]``, ``is missing``;
* ``and``, ``or``, ``not``; ``+`` and ``-``; ``*`` with a constant; ``min``, ``max``, ``abs``.

What is missing makes a condition unknown, by the rules of `creditaudit.rulebooks.trees`; each rule
of a book says what then follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from creditaudit.rulebooks.binding import Scope, bind_amount, bind_condition
from creditaudit.rulebooks.clauses import Words, sentence
from creditaudit.rulebooks.evaluations import evaluated
from creditaudit.rulebooks.kinds import Kind, Value
from creditaudit.rulebooks.parsing import Syntax
from creditaudit.rulebooks.sql_texts import check_dialect, sql_text
from creditaudit.rulebooks.trees import Node, parameters_of, refs_of, resolved


@dataclass(frozen=True)
class Condition:
    """A condition or an amount, read and checked.

    Attributes
    ----------
    text : str
        As written.
    tree : Node
        What every compiler walks; see `creditaudit.rulebooks.trees`.
    """

    text: str
    tree: Node

    @classmethod
    def parse(cls, text: str, scope: Scope) -> "Condition":
        """Return the condition that a text says.

        Parameters
        ----------
        text : str
            At most 2,000 characters.
        scope : Scope
            The columns and parameters it may name, with their kinds.

        Raises
        ------
        ConditionFault
            Names the line, the column and what is wrong. Nothing is executed.
        """
        return cls(text, bind_condition(Syntax(text), scope))

    @classmethod
    def parse_amount(cls, text: str, scope: Scope) -> "Condition":
        """Return the number that a text says, such as how often an act counts.

        Raises
        ------
        ConditionFault
        """
        return cls(text, bind_amount(Syntax(text), scope))

    @property
    def columns(self) -> dict[str, Kind]:
        """The columns it reads."""
        return refs_of(self.tree)

    @property
    def parameters(self) -> dict[str, Kind]:
        """The dated parameters it reads."""
        return parameters_of(self.tree)

    def at(self, values: Mapping[str, Value]) -> "Condition":
        """Return the condition with its parameters replaced by these values."""
        return Condition(self.text, resolved(self.tree, values))

    def value(self, row: Mapping[str, Value]) -> Value:
        """Return what it says of one row: True, False, or None for unknown."""
        return evaluated(self.tree, row)

    def sql(self, dialect: str) -> str:
        """Return it as SQL over columns of the right types."""
        return sql_text(self.tree, check_dialect(dialect))

    def sentence(self, words: Words | None = None) -> str:
        """Return it as a plain sentence."""
        return sentence(self.tree, words)
