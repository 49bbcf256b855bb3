"""The columns a book may name: those of the vocabulary, and those it declares itself."""

from creditaudit.rulebooks.records import Contents, OwnColumn
from creditaudit.vocabulary import Column, load_vocabulary


def known_columns(contents: Contents) -> dict[str, Column]:
    """Return every column a book may name."""
    own = {name: _column(name, column) for name, column in contents.columns.items()}
    return {**load_vocabulary().columns, **own}


def _column(name: str, own: OwnColumn) -> Column:
    plain = dict(vars(own))
    if isinstance(own.domain, list):
        plain["domain"] = tuple(own.domain)
    return Column(name=name, **plain)
