"""Terms of credit by group: rows in, cells with the sums of an amount out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from creditaudit.bins import MISSING, ScoreBins
from creditaudit.cells import Cells, compact
from creditaudit.counting import Grouping, amounts, in_order
from creditaudit.errors import InputError
from creditaudit.frames import Batch, Source
from creditaudit.roles import Value
from creditaudit.values import Codes, Floats, Level, encode, matches, numbers, settle_types

TermsDirection = Literal["better", "worse"]
BAND, AMOUNT = "\0band", "\0amount"
FIXED = (BAND, AMOUNT)
# Of people: n, weight, squared weight. Of amounts: weight times amount and times its square, then
# the same with the squared weight, for the error of a weighted mean.
SUMS = ("n", "w", "w2", "wx", "wxx", "w2x", "w2xx")
# Places of an amount beside its bins: nobody offered terms; offered, but no amount is recorded.
NO_TERMS, UNRECORDED = MISSING, -3


@dataclass(frozen=True, kw_only=True)
class TermsRoles:
    """Names the column with the terms people got, and which way is good for them.

    Parameters
    ----------
    groups : sequence of str
        Columns whose values are the groups to compare.
    amount : str
        Numeric column: an interest rate, a limit, a sum, a fee.
    higher_is : {"better", "worse"}
        For the person: a higher limit is better, a higher price is worse. Never guessed.
    unit : str
        The unit of the amount in words, such as "percentage points" or "euros".
    decision : str, optional
        Column with the decision. Who was not approved has no terms, whatever the amount says.
        Without it, a person without an amount has no terms.
    favourable : value, optional
        The value of ``decision`` that the person hoped for. Required with ``decision``.
    control : str, optional
        Numeric column by which people are compared within bands, such as the score.
    weight : str, optional
        Survey weight.

    Raises
    ------
    InputError
        With every fault of the description at once.
    """

    groups: Sequence[str]
    amount: str
    higher_is: TermsDirection
    unit: str = ""
    decision: str | None = None
    favourable: Value | None = None
    control: str | None = None
    weight: str | None = None

    def __post_init__(self) -> None:
        given = (self.groups,) if isinstance(self.groups, str) else tuple(self.groups)
        object.__setattr__(self, "groups", given)
        faults = []
        if self.higher_is not in get_args(TermsDirection):
            faults.append(f'higher_is={self.higher_is!r} must be "better" or "worse".')
        if not given:
            faults.append("groups= names no column.")
        if (self.decision is None) != (self.favourable is None):
            faults.append("decision= and favourable= (its value) go together; neither is guessed.")
        named = self.columns
        if wrong := [name for name in named if not isinstance(name, str) or not name]:
            faults.append(f"Column names must be text, found {wrong!r}.")
        elif twice := sorted({name for name in named if named.count(name) > 1}):
            faults.append(f"{', '.join(map(repr, twice))} plays two parts; each column plays one.")
        if faults:
            raise InputError("TermsRoles cannot be used as given. " + " ".join(faults))

    @property
    def columns(self) -> list[str]:
        """Every column named, groups first."""
        single = (self.amount, self.decision, self.control, self.weight)
        return [*self.groups, *(name for name in single if name is not None)]

    def to_dict(self) -> dict[str, Any]:
        """Return the roles that were given, as plain JSON types."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            k: list(v) if isinstance(v, tuple) else v for k, v in given.items() if v is not None
        }


# From a batch, its amounts and its weights to one row of `SUMS` for each row of the batch.
Sums = Callable[[Batch, Floats, Floats | None], Floats]


def count_terms(
    source: Source,
    roles: TermsRoles,
    groupings: Sequence[Grouping],
    bands: ScoreBins | None,
    edges: ScoreBins | None,
    *,
    sums: Sums | None = None,
    more: Sequence[str] = (),
) -> tuple[dict[str, tuple[Level, ...]], dict[Grouping, Cells]]:
    """Return the levels of each group column and the cells of each grouping.

    Raises
    ------
    InputError
        For amounts that are not finite, or a favourable value that never occurs beside two others.
    MissingColumn
    """
    names = list(dict.fromkeys(name for grouping in groupings for name in grouping))
    levels: dict[str, dict[Level, int]] = {name: {} for name in names}
    parts: dict[Grouping, Cells | None] = dict.fromkeys(groupings)
    decisions: set[Level] = set()
    unused = {*roles.groups} - {*names}
    wanted = [name for name in roles.columns if name not in unused]
    for batch in source.batches([*wanted, *more], fix="Check the names given to TermsRoles."):
        arrays = {name: _coded(batch, name, levels[name]) for name in names}
        amount = numbers(batch[roles.amount], roles.amount)
        _check_finite(amount, roles.amount)
        arrays[BAND] = _banded(batch, roles.control, bands, len(amount))
        arrays[AMOUNT] = np.zeros(len(amount), np.int64) if edges is None else edges.assign(amount)
        recorded = ~np.isnan(amount)
        offered = recorded
        if roles.decision is not None:
            offered = _offered(batch, roles.decision, roles.favourable, decisions)
        arrays[AMOUNT][~recorded & offered] = UNRECORDED
        arrays[AMOUNT][~offered] = NO_TERMS
        weights = amounts(batch, roles.weight, "weight")
        has = offered & recorded
        rows = (sums or _of_rows)(batch, np.where(has, amount, 0.0), weights)
        rows[~has, 3:] = 0.0
        for grouping in groupings:
            columns = (*grouping, *FIXED)
            codes = np.column_stack([arrays[name] for name in columns])
            parts[grouping] = _added(parts[grouping], compact(columns, codes, rows))
    if decisions and roles.favourable is not None:
        _check_favourable(decisions, roles)
    targets: dict[str, Codes] = {}
    kept: dict[str, tuple[Level, ...]] = {}
    for name in names:
        settled = settle_types(list(levels[name]), name, text=source.text)
        kept[name], targets[name] = in_order(settled)
    cells = {
        grouping: _empty((*grouping, *FIXED)) if found is None else found.recode(targets)
        for grouping, found in parts.items()
    }
    return kept, cells


def of_summaries(n: str, sd: str | None) -> Sums:
    """Return how rows of a published table (n, mean, standard deviation) become sums.

    People without terms stand in a row of their own; see `with_rows_without`.
    """

    def sums(batch: Batch, mean: Floats, _: Floats | None) -> Floats:
        people = numbers(batch[n], n)
        faults = {"missing": np.isnan(people), "negative": people < 0, "infinite": np.isinf(people)}
        _refuse(n, faults)
        spread = np.full(len(people), np.nan) if sd is None else numbers(batch[sd], sd)
        if sd is not None:
            _refuse(sd, {"negative": spread < 0, "infinite": np.isinf(spread)})
        # One person has no standard deviation, and needs none.
        within = np.where(people <= 1, 0.0, (people - 1) * spread**2)
        x, xx = people * mean, within + people * mean**2
        return np.column_stack([people, people, people, x, xx, x, xx])

    return sums


def with_rows_without(source: Source, amount: str, n: str, without: str) -> Source:
    """Return the source with a row more for each row that tells of people without terms."""

    def read(columns: Sequence[str]) -> Any:
        for batch in source.batches([*columns, without], fix="Check without=."):
            yield {name: batch[name] for name in columns}
            rows = len(next(iter(batch.values())))
            yield {name: batch[name] for name in columns} | {
                n: batch[without],
                amount: pd.Series(np.full(rows, np.nan)),
            }

    return Source(source.name, source.columns, source.text, read)


def _of_rows(batch: Batch, amount: Floats, weights: Floats | None) -> Floats:
    one = np.ones(len(amount))
    w = one if weights is None else weights
    w2 = w * w
    return np.column_stack(
        [one, w, w2, w * amount, w * amount**2, w2 * amount, w2 * amount**2]
    )  # fmt: skip


def _coded(batch: Batch, name: str, known: dict[Level, int]) -> Codes:
    codes, found = encode(batch[name], name)
    shared = np.array([known.setdefault(x, len(known)) for x in found], dtype=np.int64)
    return np.append(shared, -1)[codes]


def _banded(batch: Batch, control: str | None, bands: ScoreBins | None, rows: int) -> Codes:
    if control is None or bands is None:
        return np.full(rows, MISSING, dtype=np.int64)
    return bands.assign(numbers(batch[control], control))


def _offered(batch: Batch, decision: str, favourable: Value | None, seen: set[Level]) -> Any:
    codes, found = encode(batch[decision], decision)
    seen.update(found)
    return np.append([matches(level, favourable) for level in found], False).astype(bool)[codes]


def _check_favourable(seen: set[Level], roles: TermsRoles) -> None:
    if len(seen) >= 2 and not any(matches(level, roles.favourable) for level in seen):
        shown = ", ".join(sorted(map(repr, seen))[:12])
        msg = (
            f"favourable={roles.favourable!r} never occurs in column {roles.decision!r}. "
            f"Values there: {shown}. Pass the one that is favourable."
        )
        raise InputError(msg)


def _check_finite(amount: Floats, name: str) -> None:
    _refuse(name, {"infinite": np.isinf(amount)})


def _refuse(name: str, faults: Mapping[str, Any]) -> None:
    found = [f"{int(rows.sum()):,} {fault}" for fault, rows in faults.items() if rows.any()]
    if found:
        msg = f"Column {name!r} cannot be used: {', '.join(found)}. Mend those rows, or say so."
        raise InputError(msg)


def _added(one: Cells | None, other: Cells) -> Cells:
    if one is None:
        return other
    codes, sums = np.concatenate([one.codes, other.codes]), np.concatenate([one.sums, other.sums])
    return compact(one.columns, codes, sums)


def _empty(columns: tuple[str, ...]) -> Cells:
    codes = np.empty((0, len(columns)), dtype=np.int64)
    return Cells(columns, codes, np.empty((0, len(SUMS))))
