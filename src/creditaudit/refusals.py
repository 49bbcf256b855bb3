"""Refused or listed people by group, and a named population to set them beside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.frames import open_source
from creditaudit.roles import Value
from creditaudit.tally import RESERVED
from creditaudit.values import Floats, encode, numbers

Event = Literal["refused", "listed"]
EVENTS = ("refused", "listed")
Factor = float | tuple[float, float]
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, eq=False)
class Refusals:
    """Refused (or listed) people by group; who applied is not known.

    Make one with `from_counts`.

    Attributes
    ----------
    name : str
        The column with the groups.
    groups : tuple of value
    people : float array of shape (n_groups,)
        Refused, or listed.
    population : float array of shape (n_groups,)
        People of the named population.
    unknown : float
        Refused people whose group is not recorded.
    named, date, source : str
        Which population, of when, from where.
    event : {"refused", "listed"}
    factor : mapping of value to (float, float)
        How many times as often, per head, a group may apply as the reference; empty if not stated.
    reason : str
        Why, in words.
    """

    name: str
    groups: tuple[Value, ...]
    people: Floats
    population: Floats
    unknown: float
    named: str
    date: str
    source: str
    event: Event
    factor: Mapping[Value, tuple[float, float]]
    reason: str

    @classmethod
    def from_counts(
        cls,
        table: object,
        group: str,
        *,
        people: str = "refused",
        population: str = "population",
        named: str,
        date: str,
        source: str,
        event: Event = "refused",
        application_factor: Factor | Mapping[Value, Factor] | None = None,
        reason: str = "",
    ) -> Refusals:
        """Return the refusals of a table with one row a group.

        Parameters
        ----------
        table : DataFrame, pyarrow.Table, str or Path
        group : str
            Column with the groups; a row without one holds the people whose group is not recorded.
        people : str
            Column with the people refused, or listed.
        population : str
            Column with the people of the named population.
        named, date, source : str
            Which population ("residents aged 18 and over of the county"), of when ("2020",
            "2020-04-01"), and where the table is.
        event : {"refused", "listed"}
            What happened to the people.
        application_factor : float, (low, high), or mapping of group to these, optional
            How many times as often, per head, a group may apply as the reference group: 1.5 means
            from 1/1.5 to 1.5. Without it nothing is said about how often applications are refused.
        reason : str
            Why that factor, and from where. Required with it.

        Raises
        ------
        MissingColumn
        InputError
            With every fault of the table at once.
        """
        held = open_source(table)
        wanted = [group, people, population]
        parts = list(held.batches(wanted, fix="Check group=, people= and population=."))
        arrays = [{one: _plain(batch[one]) for one in wanted} for batch in parts]
        frame = pd.concat([pd.DataFrame(one) for one in arrays] or [pd.DataFrame(columns=wanted)])
        codes, levels = encode(frame[group].reset_index(drop=True), group)
        counts, residents = numbers(frame[people], people), numbers(frame[population], population)
        faults = [
            *_word_faults(group, named, date, source, event),
            *_table_faults(codes, levels, counts, residents),
        ]
        factor, wrong = _factors(application_factor, reason, levels)
        faults += wrong
        if faults:
            raise InputError("Refusals cannot be made as asked. " + " ".join(faults))
        order = np.argsort(codes[codes >= 0])
        return cls(
            group, tuple(levels), counts[codes >= 0][order],  # type: ignore[arg-type]
            residents[codes >= 0][order], float(counts[codes < 0].sum()), named.strip(),
            str(date), source.strip(), event, factor, reason.strip(),
        )  # fmt: skip

    @property
    def n(self) -> float:
        """People refused, or listed."""
        return float(self.people.sum() + self.unknown)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a group: the people, and the population."""
        return pd.DataFrame(
            {self.name: list(self.groups), self.event: self.people, "population": self.population}
        )

    def __repr__(self) -> str:
        return (
            f"<Refusals: {self.n:,.0f} people {self.event} by {self.name}, beside {self.named} "
            f"({self.date})>"
        )


def _plain(array: Any) -> pd.Series:
    values = array if isinstance(array, pd.Series) else array.to_pandas()
    return values.reset_index(drop=True)


def _word_faults(group: str, named: Any, date: Any, source: Any, event: Any) -> Iterator[str]:
    if group in {*RESERVED, *EVENTS, "population"}:
        yield f"Column {group!r} has the name of a result column. Rename it."
    for part, given, example in (
        ("named", named, "residents aged 18 and over of the county"),
        ("source", source, "census table DP05"),
    ):
        if not isinstance(given, str) or not given.strip():
            yield f"{part}= must say which population this is, such as {example!r}."
    if not _DAY.fullmatch(str(date)):
        yield f"date={date!r} must say when the population was counted: '2020' or '2020-04-01'."
    if event not in EVENTS:
        yield f"event={event!r} must be 'refused' or 'listed'."


def _table_faults(
    codes: Any, levels: list[Any], counts: Floats, residents: Floats
) -> Iterator[str]:
    known = codes >= 0
    twice = [str(level) for at, level in enumerate(levels) if (codes == at).sum() > 1]
    if twice:
        yield f"Groups {twice} stand in more than one row. Add their rows up first."
    if len(levels) < 2:
        yield "The table needs two groups or more."
    whole = np.isfinite(counts) & (counts >= 0) & (np.mod(np.nan_to_num(counts), 1) == 0)
    if not whole.all():
        yield "People must be whole numbers, zero or more, in every row."
    if not (np.isfinite(residents[known]) & (residents[known] > 0)).all():
        yield "The population of every group must be a number above zero."
    more = [str(levels[c]) for c, x, n in zip(codes, counts, residents, strict=True)
            if c >= 0 and x > n]  # fmt: skip
    if more:
        yield (
            f"Of groups {more} there are more people than in the population, which can then not be "
            "the one they come from."
        )
    if whole.all() and not counts[known].sum():
        yield "There is nobody in the column of people."


def _factors(
    given: Any, reason: Any, levels: list[Any]
) -> tuple[dict[Value, tuple[float, float]], list[str]]:
    if given is None:
        return {}, []
    faults = []
    if not isinstance(reason, str) or not reason.strip():
        faults.append(
            "application_factor= needs reason=: say in words where it comes from, such as a survey "
            "of applications."
        )
    each = given if isinstance(given, Mapping) else dict.fromkeys(levels, given)
    unknown = [one for one in each if one not in levels]
    if unknown:
        faults.append(f"application_factor= names {unknown}; the groups are {levels}.")
    found: dict[Value, tuple[float, float]] = {}
    for name, one in each.items():
        pair = one if isinstance(one, tuple | list) else (1 / one, one) if _positive(one) else ()
        if len(pair) != 2 or not all(map(_positive, pair)) or pair[0] > pair[1]:
            faults.append(
                f"application_factor={one!r} must be a number of 1 or more, or (low, high) above 0."
            )
            break
        found[name] = float(pair[0]), float(pair[1])
    return found, faults


def _positive(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and 0 < float(value) < np.inf
