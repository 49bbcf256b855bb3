"""Bias of known size put into a table that somebody already has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import InputError, MissingColumn, MissingRole
from creditaudit.populations.biases import RANGES, Bias
from creditaudit.populations.randomness import entity_uniforms, whole_seed
from creditaudit.roles import Roles

# In the order of the data's life: who is in it, what is known, what was decided and came of it.
ORDER = (
    "representation", "linkage", "measurement", "missingness", "proxy", "selection", "label",
)  # fmt: skip
RECORD = ("row", "key", "knob", "column", "before", "after")
SUMMARY = ("knob", "column", "size", "measure", "implied", "value", "n", "note")
PROXY = "injected_proxy"
_COLUMNS = ("measurement", "missingness", "linkage")
_FIX = "Name columns of the table."

Mask = NDArray[np.bool_]
Uniforms = Callable[[str], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Injection:
    """A table with bias put into it, and the record of every change.

    Attributes
    ----------
    frame : pandas.DataFrame
        A new table with the rows that are left; the caller's own is untouched.
    record : pandas.DataFrame
        One row a change: ``row`` (position in the caller's table), ``key``, ``knob``, ``column``,
        ``before``, ``after``.
    summary : pandas.DataFrame
        One row a knob and column: ``knob, column, size, measure, implied, value, n, note``; what
        the knob implies beside what this draw gave.
    """

    frame: pd.DataFrame
    record: pd.DataFrame
    summary: pd.DataFrame


def inject(
    frame: pd.DataFrame,
    roles: Roles,
    bias: Bias,
    *,
    exposed: Mapping[str, Any],
    seed: int,
    key: str | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> Injection:
    """Return a copy of a table with bias of known size in it, to see whether an audit finds it.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a person.
    roles : Roles
        Names the decision and outcome, for ``selection`` and ``label``.
    bias : Bias
        The knobs. ``opportunity`` and ``direct`` cannot be put into a table, because what they
        would have changed beyond it is unknown; ``group`` is not read.
    exposed : mapping of str to value
        Whom the knobs weigh on, such as ``{"race": "black"}``; several columns must all hold.
    seed : int
        Any whole number.
    key : str, optional
        Column of ids that decide each person's draw, so that the same person is drawn alike in
        any table; the row number by default.
    columns : mapping of str to sequence of str, optional
        Which columns ``measurement``, ``missingness`` and ``linkage`` fall on; needed with these.

    Returns
    -------
    Injection
        ``label``: good outcomes of exposed people become bad ones. ``selection``: approvals become
        refusals, so that the log-odds of approval among exposed people fall by the size, and their
        outcome becomes unknown. ``measurement``: positive numbers are divided by exp(size).
        ``missingness``: values go missing. ``linkage``: values are those of another row.
        ``representation``: rows are left out. ``proxy``: a new column ``injected_proxy`` tells who
        is exposed, with an area under the curve of (1 + size) / 2.

    Raises
    ------
    InputError
        If a knob cannot be put into a table, has no columns to fall on, or nobody is exposed.
    MissingRole, MissingColumn
        If a role or a column is not there.
    """
    if not isinstance(frame, pd.DataFrame):
        msg = f"frame= is a {type(frame).__name__}; it must be a pandas DataFrame."
        raise InputError(msg)
    given = {name: tuple(names) for name, names in (columns or {}).items()}
    _check(frame, roles, bias, exposed, key, given)
    work = _Work(frame.reset_index(drop=True), roles, bias, exposed, whole_seed(seed), key, given)
    for knob in ORDER:
        if getattr(bias, knob):
            getattr(work, knob)(getattr(bias, knob))
    kept = ~work.left_out
    changed = work.frame[kept].set_axis(frame.index[kept])
    return Injection(
        changed,
        pd.DataFrame(work.record, columns=list(RECORD)).astype({"row": "int64"}),
        pd.DataFrame(work.summary, columns=list(SUMMARY)),
    )


class _Work:
    def __init__(
        self, frame: pd.DataFrame, roles: Roles, bias: Bias, exposed: Mapping[str, Any], seed: int,
        key: str | None, columns: Mapping[str, tuple[str, ...]],
    ) -> None:  # fmt: skip
        self.before, self.frame = frame, frame.copy()
        self.roles, self.columns, self.seed = roles, columns, seed
        self.keys = np.arange(len(frame)) if key is None else frame[key].to_numpy()
        self._ids = _numbers(self.keys)
        self.members = np.ones(len(frame), dtype=bool)
        for column, value in exposed.items():
            self.members &= (frame[column] == value).fillna(False).to_numpy(bool)
        self.left_out = np.zeros(len(frame), dtype=bool)
        self.record: list[tuple[Any, ...]] = []
        self.summary: list[tuple[Any, ...]] = []

    def representation(self, size: float) -> None:
        self.left_out = self._drawn("representation", size, self.members)
        self._note("representation", "", self.left_out, ["in the table"], ["left out"])
        share = self.members.mean()
        left = (self.members & ~self.left_out).sum() / (~self.left_out).sum()
        implied = share * (1 - size) / (1 - share * size)
        self._sum("representation", "", size, "share_of_table", implied, left, self.members)
        self.members &= ~self.left_out

    def linkage(self, size: float) -> None:
        # One circle of all rows in random order: whoever is wrongly linked gets the next row.
        circle = np.argsort(self._uniforms("linkage/order"), kind="stable")
        other = np.empty(len(circle), dtype=np.intp)
        other[circle] = np.roll(circle, -1)
        wrong = self._drawn("linkage", size, self.members)
        for column in self.columns["linkage"]:
            values = self.before[column].take(other).set_axis(self.frame.index)
            self._put("linkage", column, wrong, values[wrong])
            share = wrong[self.members].mean()
            name = "entries_of_another_row"
            self._sum("linkage", column, size, name, size, share, self.members)

    def measurement(self, size: float) -> None:
        for column in self.columns["measurement"]:
            numbers = pd.to_numeric(self.frame[column]).astype("float64")
            moved = self.members & (numbers > 0).to_numpy(bool)
            self._put("measurement", column, moved, numbers[moved] * np.exp(-size))
            logs = np.log(pd.to_numeric(self.frame[column])[moved].astype(float) / numbers[moved])
            name = "shift_of_the_logarithm"
            self._sum("measurement", column, size, name, -size, float(logs.mean()), moved)

    def missingness(self, size: float) -> None:
        for column in self.columns["missingness"]:
            known = self.members & self.frame[column].notna().to_numpy()
            gone = self._drawn(f"missingness/{column}", size, known)
            self._put("missingness", column, gone, None)
            share = gone[known].mean() if known.any() else np.nan
            self._sum("missingness", column, size, "share_gone_missing", size, share, known)

    def proxy(self, size: float) -> None:
        own = self._uniforms("proxy") < size
        coin = self._uniforms("proxy/coin") < 1 / 2
        marked = np.where(own, self.members, coin)
        self.frame[PROXY] = np.where(marked, "a", "b")
        true, false = marked[self.members].mean(), marked[~self.members].mean()
        area = (1 + true - false) / 2
        self._sum("proxy", PROXY, size, "auc_for_exposed", (1 + size) / 2, area, self.members)

    def selection(self, size: float) -> None:
        column = str(self.roles.decision)
        approved = (self.frame[column] == self.roles.favourable).fillna(False).to_numpy(bool)
        refusal = _other(self.frame[column], self.roles.favourable, self.roles.refusals)
        decided = self.members & (approved | (self.frame[column] == refusal).fillna(False))
        rate = approved[decided].mean()
        wanted = rate * np.exp(-size) / (1 - rate + rate * np.exp(-size))
        turned = self._drawn("selection", 1 - wanted / rate, approved & self.members)
        self._put("selection", column, turned, refusal)
        if self.roles.outcome is not None:
            known = turned & self.frame[self.roles.outcome].notna().to_numpy()
            self._put("selection", self.roles.outcome, known, None)
        left = (approved & ~turned)[decided].mean()
        name = "approval_rate_of_exposed"
        self._sum("selection", column, size, name, wanted, left, np.asarray(decided))

    def label(self, size: float) -> None:
        column = str(self.roles.outcome)
        paid = (self.frame[column] == self.roles.good).fillna(False)
        good = self.members & paid.to_numpy(bool)
        bad = _other(self.before[column], self.roles.good, None)
        wrong = self._drawn("label", size, good)
        self._put("label", column, wrong, bad)
        share = wrong[good].mean() if good.any() else np.nan
        self._sum("label", column, size, "good_outcomes_recorded_as_bad", size, share, good)

    def _uniforms(self, name: str) -> NDArray[np.float64]:
        return entity_uniforms(self._ids, self.seed, f"inject/{name}")

    def _drawn(self, name: str, chance: float, among: Mask) -> Mask:
        drawn: Mask = (self._uniforms(name) < chance) & among
        return drawn

    def _put(self, knob: str, column: str, where: Mask, values: Any) -> None:
        old = self.frame.loc[where, column].tolist()
        series = self.frame[column]
        if pd.api.types.is_integer_dtype(series) and not pd.api.types.is_extension_array_dtype(
            series
        ):
            # Plain integers hold neither a missing value nor a fraction.
            series = series.astype("float64" if knob == "measurement" else "Int64")
        if knob != "measurement" and values is None and series.dtype == bool:
            series = series.astype("boolean")
        if isinstance(values, pd.Series):
            values = values.to_numpy()
        self.frame[column] = _filled(series, where, values)
        self._note(knob, column, where, old, self.frame.loc[where, column].tolist())

    def _note(self, knob: str, column: str, where: Mask, old: list[Any], new: list[Any]) -> None:
        rows = np.flatnonzero(where)
        old, new = (part * len(rows) if len(part) == 1 else part for part in (old, new))
        keys = self.keys[where].tolist()
        self.record += [
            (row, one, knob, column, before, after)
            for row, one, before, after in zip(rows.tolist(), keys, old, new, strict=True)
        ]

    def _sum(
        self, knob: str, column: str, size: float, measure: str, implied: float, value: float,
        among: Mask,
    ) -> None:  # fmt: skip
        told = (knob, column, size, measure, implied, float(value), int(among.sum()), "this draw")
        self.summary.append(told)


def _filled(series: "pd.Series[Any]", where: Mask, values: Any) -> "pd.Series[Any]":
    filled = series.copy()
    if values is None:
        return filled.mask(where)
    if isinstance(filled.dtype, pd.CategoricalDtype) and not isinstance(values, np.ndarray):
        filled = filled.cat.add_categories([v for v in [values] if v not in filled.cat.categories])
    filled.loc[where] = values
    return filled


def _numbers(keys: NDArray[Any]) -> NDArray[np.int64]:
    if keys.dtype.kind in "iu":
        return keys.astype(np.int64)
    words = (blake2b(str(one).encode(), digest_size=8).digest() for one in keys.tolist())
    return np.frombuffer(b"".join(words), dtype="<i8").astype(np.int64)


def _other(column: "pd.Series[Any]", known: Any, refusals: Sequence[Any] | None) -> Any:
    others = list(refusals or [v for v in column.dropna().unique().tolist() if v != known])
    if len(others) == 1 or refusals:
        return others[0]
    msg = (
        f"Column {column.name!r} needs one value besides {known!r} to turn it into; it has "
        f"{others[:5]}."
    )
    raise InputError(msg)


def _check(
    frame: pd.DataFrame, roles: Roles, bias: Bias, exposed: Mapping[str, Any], key: str | None,
    columns: Mapping[str, tuple[str, ...]],
) -> None:  # fmt: skip
    faults = list(_faults(bias, exposed, columns))
    if faults:
        raise InputError("Bias cannot be put into this table. " + " ".join(faults))
    named = [*exposed, *([] if key is None else [key]), *(n for v in columns.values() for n in v)]
    for knob, role in (("selection", "decision"), ("label", "outcome")):
        if getattr(bias, knob):
            if getattr(roles, role) is None:
                msg = f"{knob}={getattr(bias, knob)} needs roles with {role}=."
                raise MissingRole(msg)
            named.append(getattr(roles, role))
    missing = [name for name in dict.fromkeys(named) if name not in frame.columns]
    if missing:
        raise MissingColumn.of(missing, frame.columns, _FIX)
    match = np.ones(len(frame), dtype=bool)
    for column, value in exposed.items():
        match &= (frame[column] == value).fillna(False).to_numpy(bool)
    if not match.any():
        levels = {name: frame[name].dropna().unique()[:8].tolist() for name in exposed}
        msg = f"Nobody is exposed: no row has {dict(exposed)!r}. Values there are {levels!r}."
        raise InputError(msg)


def _faults(
    bias: Bias, exposed: Mapping[str, Any], columns: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    for knob in RANGES:
        if getattr(bias, knob) and knob not in ORDER:
            yield (
                f"{knob} needs a causal graph, since it changes what would have happened; use "
                "make_borrowers."
            )
    for knob in _COLUMNS:
        if getattr(bias, knob) and not columns.get(knob):
            yield f"{knob} needs columns={{{knob!r}: [...]}}: which columns it falls on."
    unknown = sorted(set(columns) - set(_COLUMNS))
    if unknown:
        yield f"columns= has {unknown}; it takes {', '.join(_COLUMNS)}."
    if not isinstance(exposed, Mapping) or not exposed:
        yield "exposed= must say whom the knobs weigh on, such as {'race': 'black'}."
