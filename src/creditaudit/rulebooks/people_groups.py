"""People in groups, and a scorer, as a comparison over a rulebook takes them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError, MissingColumn, NothingToCompare
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.scoring import RulebookScorer
from creditaudit.values import matches


def scorer_of(given: RulebookScorer | Rulebook | str, reading: str | None) -> RulebookScorer:
    """Return a scorer for a book, with a reading where it leaves room.

    Raises
    ------
    InputError
    """
    if isinstance(given, RulebookScorer):
        return given
    book = Rulebook.load(given) if isinstance(given, str) else given
    return RulebookScorer(book, reading=reading if book.open_readings else None)


def people_of(population: Any, by: str | None) -> tuple[pd.DataFrame, str, str | None]:
    """Return the rows, the column with the groups, and that with weights if there is one.

    Raises
    ------
    InputError
    MissingColumn
    """
    roles = getattr(population, "roles", None)
    frame = getattr(population, "frame", population)
    if not isinstance(frame, pd.DataFrame):
        msg = (
            f"population= is a {type(population).__name__}; pass a Population or a pandas "
            "DataFrame with one row a person."
        )
        raise InputError(msg)
    name = by or (roles.groups[0] if roles and roles.groups else None)
    if name is None:
        msg = "by= must name the column with the groups to compare."
        raise InputError(msg)
    if name not in frame.columns:
        raise MissingColumn.of([name], frame.columns, "Name a column of the people in by=.")
    return frame, name, roles.weight if roles else None


def grouped(
    column: pd.Series, reference: Any, least: int, known: npt.NDArray[np.bool_] | None = None
) -> tuple[list[Any], npt.NDArray[np.int64]]:
    """Return the groups, the reference first, and the place of each row's; -1 for none.

    Groups of fewer than ``least`` people of whom the measure is known are none.

    Raises
    ------
    InputError
        If there is no such reference.
    NothingToCompare
    """
    codes, levels = pd.factorize(column, sort=True)
    inside = (codes >= 0) & (True if known is None else known)
    sizes = np.bincount(codes[inside], minlength=len(levels))
    enough = np.flatnonzero(sizes >= max(least, 1))
    values: list[Any] = [one.item() if hasattr(one, "item") else one for one in levels]
    if reference is None:
        base = int(np.argmax(sizes)) if len(sizes) else -1
    else:
        found = [place for place, value in enumerate(values) if matches(value, reference)]
        if not found:
            msg = f"reference={reference!r} is not a group of {column.name!r}. Groups: {values}."
            raise InputError(msg)
        base = found[0]
    if base not in enough or len(enough) < 2:
        msg = (
            f"{column.name!r}: nothing can be compared. It takes a reference group and another one "
            f"with {least} or more people each whose facts are known."
        )
        raise NothingToCompare(msg)
    order = [base, *(int(place) for place in enough if place != base)]
    place_of = np.full(len(levels) + 1, -1, dtype=np.int64)
    place_of[order] = np.arange(len(order))
    return [values[place] for place in order], place_of[codes]
