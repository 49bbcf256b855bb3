"""Rows laid out for a regression: who is in it, who is left out, and the controls as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_any_real_numeric_dtype, is_bool_dtype

from creditaudit.counting import amounts, in_order
from creditaudit.errors import InputError, MissingColumn, NothingToCompare
from creditaudit.evidence import control_faults
from creditaudit.intervals import Kind
from creditaudit.metrics.disparities import Comparison, Reference, compare
from creditaudit.metrics.measures import need
from creditaudit.roles import Roles
from creditaudit.tally import By, Tally
from creditaudit.values import Codes, Floats, Level, encode, matches, numbers, settle_types

# Fewer approvals or refusals than this tell nothing in a model: its errors come out too small.
LEAST = 5
MOST_VALUES = 200
LEAST_CLUSTERS = 5
GAPS: tuple[Kind, ...] = ("difference", "ratio", "odds_ratio")
# A share of variance that is left beside the other columns and counts as none.
NOTHING = 1e-9

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Design:
    """People who can be compared with controls held equal.

    Attributes
    ----------
    raws : dict of Comparison
        For each kind of gap, that of the same people with nothing held equal.
    everyone : Tally
        Counts of all rows.
    controls : tuple of str
    terms : tuple of str
        Columns of ``matrix``: a number, or ``column = level`` for each level but the first.
    owners : tuple of str
        The control that each term is of.
    matrix : float array of shape (n_people, n_terms)
        People in the model only; a term that the terms before it give away is left out.
    group : int array of shape (n_people,)
        0 for the reference, i + 1 for group i of ``raw``.
    approved : float array of shape (n_people,)
    weight, cluster : arrays of shape (n_people,) or None
    problems : list of str
        For each group of ``raw`` why no model can tell it from the reference; else empty.
    rows, left_out : int
        Rows of the frame, and those without a group, a decision or a value of a control.
    notes : tuple of str
        Who was left out, and which terms were.
    """

    raws: dict[Kind, Comparison]
    everyone: Tally
    controls: tuple[str, ...]
    terms: tuple[str, ...]
    owners: tuple[str, ...]
    matrix: Floats
    group: Codes
    approved: Floats
    weight: Floats | None
    cluster: Codes | None
    problems: list[str]
    rows: int
    left_out: int
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.group)

    @property
    def raw(self) -> Comparison:
        """The ratio of approval rates, nothing held equal."""
        return self.raws["ratio"]

    @property
    def able(self) -> list[int]:
        """The groups of ``raw`` that a model can tell from the reference."""
        return [place for place, problem in enumerate(self.problems) if not problem]

    @property
    def weights(self) -> Floats:
        """The weights, or ones."""
        return np.ones(len(self)) if self.weight is None else self.weight


@dataclass(frozen=True, eq=False)
class _Columns:
    """The columns of a frame that a design needs, row by row, as numbers and codes."""

    keys: list[tuple[Codes, list[Level]]]
    decision: Codes
    controls: dict[str, tuple[Floats, list[str]]]
    weight: Floats | None
    cluster: Codes | None

    @property
    def unknown(self) -> dict[str, Mask]:
        """Which rows lack what."""
        ungrouped: Mask = np.column_stack([codes for codes, _ in self.keys]).min(axis=1) < 0
        found: dict[str, Mask] = {"a group": ungrouped, "a decision": self.decision < 0}
        for name, (values, _) in self.controls.items():
            found[f"a value of {name}"] = ~np.isfinite(values.sum(axis=1))
        return found


def read_design(
    frame: pd.DataFrame,
    roles: Roles,
    by: By,
    controls: Mapping[str, str],
    reference: Reference | None = None,
    *,
    min_people: float = 0,
) -> Design:
    """Return the rows of a frame as a design.

    Raises
    ------
    InputError, MissingColumn, MissingRole, NothingToCompare
    """
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    need(roles, "decision", by="An adjusted disparity")
    _check(frame, roles, names, controls)
    # The frame need not hold what a comparison of decisions does not use.
    own = replace(
        roles, groups=names, strata=(), outcome=None, good=None, score=None, higher_is=None,
        score_range=None, period=None,
    )  # fmt: skip
    everyone = Tally.from_frame(frame, own, by=[names])
    columns = _Columns(
        [_levels(frame[name], name) for name in names],
        _decisions(frame, roles),
        {name: _read(frame[name], name) for name in controls},
        amounts(dict(frame.items()), roles.weight, "weight"),
        encode(frame[roles.cluster], roles.cluster)[0] if roles.cluster else None,
    )
    unknown = columns.unknown
    complete = ~np.any(list(unknown.values()), axis=0)
    coded = frame[complete].assign(**{str(roles.decision): columns.decision[complete]})
    tally = Tally.from_frame(coded, replace(own, favourable=1, unfavourable=0), by=[names])
    compare(everyone, "approval_rate", names, reference)  # an unknown reference is told here
    try:
        raws = {
            kind: compare(tally, "approval_rate", names, reference, kind, min_people=min_people)
            for kind in GAPS
        }
    except InputError as error:
        msg = "Of the reference group, or of all others, nobody has every control known."
        raise NothingToCompare(msg) from error
    people = np.flatnonzero(complete)
    group = _places(columns.keys, raws["ratio"])
    problems, told = _too_few(len(raws["ratio"].notes) + 1, group, columns, people)
    people = people[told[group[people]]]
    weight = None if columns.weight is None else columns.weight[people]
    matrix = np.column_stack(
        [np.empty((len(people), 0)), *(values[people] for values, _ in columns.controls.values())]
    )
    terms = [(name, term) for name, (_, found) in columns.controls.items() for term in found]
    kept, problems = _told_apart(matrix, group[people], weight, problems)
    own_terms = [both for both, keep in zip(terms, kept, strict=True) if keep]
    idle = [term for (_, term), keep in zip(terms, kept, strict=True) if not keep and len(people)]
    return Design(
        raws=raws, everyone=everyone, controls=tuple(controls),
        terms=tuple(term for _, term in own_terms), owners=tuple(name for name, _ in own_terms),
        matrix=matrix[:, kept], group=group[people],
        approved=columns.decision[people].astype(np.float64), weight=weight,
        cluster=None if columns.cluster is None else columns.cluster[people],
        problems=problems, rows=len(frame), left_out=int((~complete).sum()),
        notes=(*_left_out(unknown, len(frame), min_people), *_idle(idle)),
    )  # fmt: skip


def _check(frame: object, roles: Roles, by: tuple[str, ...], controls: object) -> None:
    if not isinstance(frame, pd.DataFrame):
        msg = (
            f"frame= is a {type(frame).__name__}; it must be a pandas DataFrame, one row a person."
        )
        raise InputError(msg)
    if not by:
        msg = "by= must name a group column, or a tuple of them, to compare."
        raise InputError(msg)
    faults = list(control_faults(controls))
    if faults or not isinstance(controls, Mapping):
        raise InputError(" ".join(faults))
    parts = dict.fromkeys(by, "group")
    for part in ("decision", "outcome", "weight", "cluster"):
        parts[getattr(roles, part)] = part
    taken = [f"{name!r} is the {parts[name]}" for name in controls if name in parts]
    if not controls or taken:
        said = f" {', '.join(taken)}; it cannot be held equal." if taken else ""
        msg = f"controls= must name at least one column to hold equal.{said}"
        raise InputError(msg)
    wanted = [*by, *controls, *filter(None, (roles.decision, roles.weight, roles.cluster))]
    missing = [name for name in dict.fromkeys(wanted) if name not in frame.columns]
    if missing:
        raise MissingColumn.of(missing, frame.columns, "Name columns that the frame holds.")


def _read(column: "pd.Series[Any]", name: str) -> tuple[Floats, list[str]]:
    """Return a control as columns of numbers, NaN where it is missing, and their names."""
    measured = is_any_real_numeric_dtype(column.dtype) and not is_bool_dtype(column.dtype)
    if not measured:
        codes, levels = _levels(column, name)
        amount = [
            isinstance(level, int | float) and not isinstance(level, bool) for level in levels
        ]
        # Numbers among nulls arrive as objects; categories stay categories, whatever they hold.
        if isinstance(column.dtype, pd.CategoricalDtype) or not levels or not all(amount):
            return _dummies(codes, levels, name)
    values = numbers(column, name)
    return values[:, np.newaxis], [name]


def _dummies(codes: Codes, levels: list[Level], name: str) -> tuple[Floats, list[str]]:
    if len(levels) > MOST_VALUES:
        msg = (
            f"Control {name!r} has {len(levels):,} values that are no numbers; the most is "
            f"{MOST_VALUES}. Merge its values, or cut it into bands."
        )
        raise InputError(msg)
    columns = (codes[:, np.newaxis] == np.arange(1, max(len(levels), 2))).astype(np.float64)
    columns[codes < 0] = np.nan
    return columns, [f"{name} = {level}" for level in levels[1:]] or [name]


def _levels(column: "pd.Series[Any]", name: str) -> tuple[Codes, list[Level]]:
    codes, found = encode(column, name)
    settled = settle_types(found, name)
    if isinstance(column.dtype, pd.CategoricalDtype):
        # The order that the user gave says which level is the first.
        order = [str(level) for level in column.cat.categories]
        ranked = sorted(settled, key=lambda level: order.index(str(level)))
        places = np.array([ranked.index(level) for level in settled], dtype=np.int64)
        return np.append(places, -1)[codes], ranked
    ordered, places = in_order(settled)
    return np.append(places, -1)[codes], list(ordered)


def _decisions(frame: pd.DataFrame, roles: Roles) -> Codes:
    """Return 1 for approved, 0 for refused, -1 for neither, by the rules of the tally."""
    codes, levels = _levels(frame[roles.decision], str(roles.decision))
    refused = roles.refusals
    sides = [
        1 if matches(level, roles.favourable)
        else 0 if refused is None or any(matches(level, one) for one in refused)
        else -1
        for level in levels
    ]  # fmt: skip
    return np.array([*sides, -1], dtype=np.int64)[codes]


def _places(keys: list[tuple[Codes, list[Level]]], raw: Comparison) -> Codes:
    """Return for each row 0 for the reference, i + 1 for a group, -1 for a group not compared."""
    both = pd.concat([raw.reference.keys, raw.groups.keys], ignore_index=True)
    known = {key: place for place, key in enumerate(both.itertuples(index=False, name=None))}
    codes = np.column_stack([codes for codes, _ in keys])
    distinct, where = np.unique(codes, axis=0, return_inverse=True)
    levels = [found for _, found in keys]
    found = []
    for row in distinct.tolist():
        key = (own[c] if c >= 0 else None for c, own in zip(row, levels, strict=True))
        found.append(known.get(tuple(key), -1))
    return np.array(found, dtype=np.int64)[where.reshape(-1)]


def _too_few(size: int, group: Codes, columns: _Columns, people: Codes) -> tuple[list[str], Mask]:
    """Return why a group has too few people, and which places (the last: none) have enough."""
    said = []
    for place in range(size):
        own = people[group[people] == place]
        yes = int(columns.decision[own].sum())
        no = len(own) - yes
        few = []
        if min(yes, no) < LEAST:
            few.append(f"{yes} were approved and {no} refused; a model needs {LEAST} of each")
        if columns.cluster is not None and len(np.unique(columns.cluster[own])) < LEAST_CLUSTERS:
            lie = len(np.unique(columns.cluster[own]))
            few.append(f"people lie in {lie} clusters; a range needs {LEAST_CLUSTERS}")
        said.append("; ".join(few))
    if said[0]:
        problems = [f"Undefined: in the reference group {said[0]}."] * (size - 1)
    else:
        problems = [f"Undefined: in this group {few}." if few else "" for few in said[1:]]
    # Whoever is left beside too small a reference has nobody to be compared with.
    told = np.array([not few and not said[0] for few in said] + [False])
    return problems, told


def _told_apart(
    matrix: Floats, group: Codes, weight: Floats | None, problems: list[str]
) -> tuple[Mask, list[str]]:
    """Return the terms that say something of their own, and the problems with those found here."""
    able = [place for place, problem in enumerate(problems) if not problem]
    dummies = [(group == place + 1).astype(np.float64) for place in able]
    columns = np.column_stack([matrix, *dummies])
    shared = related(columns, weight)
    terms = matrix.shape[1]
    kept = independent(shared[:terms, :terms])
    both = np.append(kept, np.ones(len(able), dtype=bool))
    size, vectors = np.linalg.eigh(shared[np.ix_(both, both)])
    hidden = (vectors[kept.sum() :, size < NOTHING] ** 2).sum(axis=1) > NOTHING
    few = len(group) <= both.sum() + 1
    said = list(problems)
    for place, lost in zip(able, hidden, strict=True):
        if few:
            said[place] = "Undefined: there are not more people than terms in the model."
        elif lost:
            said[place] = (
                "Undefined: the controls give the group away, so nobody of the other group is like "
                "them."
            )
    return kept, said


def related(columns: Floats, weight: Floats | None) -> Floats:
    """Return correlations, with 0 on the diagonal of a column that does not vary."""
    if not len(columns):
        return np.zeros((columns.shape[1], columns.shape[1]))
    centred = columns - np.average(columns, axis=0, weights=weight)
    if weight is not None:
        centred *= np.sqrt(weight)[:, np.newaxis]
    length = np.sqrt((centred**2).sum(axis=0))
    size = np.abs(columns).max(axis=0)
    varies = length > 1e-10 * np.maximum(size, 1e-300) * np.sqrt(len(columns))
    scaled = np.divide(centred, length, out=np.zeros_like(centred), where=varies)
    return np.asarray(scaled.T @ scaled)


def independent(correlations: Floats) -> Mask:
    """Return the columns that the columns before them do not give away."""
    left, kept = correlations.copy(), np.zeros(len(correlations), dtype=bool)
    for place in range(len(left)):
        if left[place, place] > NOTHING:
            kept[place] = True
            left -= np.outer(left[:, place], left[place]) / left[place, place]
    return kept


def _left_out(unknown: Mapping[str, Mask], rows: int, least: float) -> list[str]:
    total = int(np.any(list(unknown.values()), axis=0).sum())
    if not total:
        return []
    lost = {what: int(mask.sum()) for what, mask in unknown.items() if mask.any()}
    parts = [f"{few_words(n, least)} without {what}" for what, n in lost.items()]
    # With the total, the one number that is not told could be had by subtraction.
    told = f"{total:,}" if min(total, *lost.values()) >= least else "Some"
    return [f"{told} of {rows:,} people are left out: {', '.join(parts)}."]


def few_words(n: float, least: float) -> str:
    """Return a number of people, or that they are fewer than may be shown."""
    return f"{n:,.0f}" if n >= least or not n else f"fewer than {least:,.0f}"


def _idle(terms: list[str]) -> list[str]:
    if not terms:
        return []
    return [f"Left out of the model, as the other controls say the same: {', '.join(terms)}."]
