"""Oaxaca-Blinder: the part of a gap that goes with the controls, and the part that does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.metrics.designs import Design, independent, read_design, related
from creditaudit.metrics.disparities import Reference, reference_name
from creditaudit.metrics.measures import join_notes
from creditaudit.roles import Roles
from creditaudit.tally import By
from creditaudit.values import Floats

Coefficients = Literal["reference", "group", "pooled"]
COEFFICIENTS: tuple[Coefficients, ...] = ("reference", "group", "pooled")
# The two directions; the pooled coefficients lie between them in most tables, but need not.
DIRECTIONS: tuple[Coefficients, ...] = ("reference", "group")


@dataclass(frozen=True, eq=False)
class _Side:
    """One group of people: means and coefficients, with what each person adds to their error."""

    mean: Floats
    params: Floats
    mean_parts: Floats
    params_parts: Floats
    problem: str


def oaxaca_blinder(
    frame: pd.DataFrame,
    roles: Roles,
    *,
    by: By,
    controls: Mapping[str, str],
    reference: Reference | None = None,
) -> pd.DataFrame:
    """Two-fold decomposition of the gap in approval rates, in both directions and pooled.

    Parameters
    ----------
    frame : DataFrame
        One row a person.
    roles : Roles
        With a decision; its weight and cluster are used.
    by : str or tuple of str
    controls : mapping
        Column -> why it may be held equal, in words.
    reference : value or tuple of values, optional
        By default the group with most people.

    Returns
    -------
    frame with rows for each group other than the reference
        The keys, reference, coefficients, measure, n, n_reference, value, low, high (95 %),
        bound_low, bound_high, note. coefficients says whose weight each control gets: that of the
        "reference", of the "group", or "pooled" (both together, with a term for the group).
        measure is "gap" (group - reference), "explained" (what equal coefficients give for the
        different controls), "unexplained" (the rest) and "explained: column" for each control. The
        bounds span both directions: a share explained that holds in one of them only is no
        property of the data.

    Raises
    ------
    InputError
        Also for a control without a reason.
    MissingColumn, MissingRole, NothingToCompare

    Notes
    -----
    With means m and coefficients b of linear models of the group (1) and the reference (0):
    ``gap = (m1 - m0)' b* + rest`` with b* = b0, b1 or pooled. Errors by the influence of each
    person on means and coefficients at once, robust or by clusters. Explained means that it goes
    with the controls in these data: it says neither that a control should count nor what would
    happen if it did not.

    References
    ----------
    Oaxaca, R. (1973). International Economic Review 14, 693-709.
    Blinder, A. S. (1973). Journal of Human Resources 8, 436-455.
    Jann, B. (2008). Stata Journal 8, 453-479.
    """
    design = read_design(frame, roles, by, controls, reference)
    keys = design.raw.groups.keys
    rows = []
    for place, problem in enumerate(design.problems):
        both = {name: keys[name].tolist()[place] for name in keys.columns}
        both["reference"] = reference_name(design.raw.reference)
        found = _undefined(design) if problem else _decomposed(design, place)
        note = join_notes(problem, *design.notes)
        sizes = int((design.group == place + 1).sum()), int((design.group == 0).sum())
        rows += [
            both
            | {"coefficients": one["coefficients"], "measure": one["measure"]}
            | {"n": sizes[0], "n_reference": sizes[1]}
            | {name: one[name] for name in ("value", "low", "high", "bound_low", "bound_high")}
            | {"note": join_notes(str(one["note"]), note)}
            for one in found
        ]
    return pd.DataFrame(rows)


def _undefined(design: Design) -> list[dict[str, object]]:
    blank = dict.fromkeys(("value", "low", "high", "bound_low", "bound_high"), np.nan)
    names = ["gap", "explained", "unexplained", *(f"explained: {name}" for name in design.controls)]
    return [
        {"coefficients": chosen, "measure": name, "note": "", **blank}
        for chosen in COEFFICIENTS
        for name in names
    ]


def _decomposed(design: Design, place: int) -> list[dict[str, object]]:
    """Return values, ranges and notes of one group, for each choice of coefficients."""
    inside = (design.group == 0) | (design.group == place + 1)
    member = design.group[inside] == place + 1
    constant = np.ones((inside.sum(), 1))
    matrix = np.column_stack([constant, design.matrix[inside]])
    approved, weight = design.approved[inside], design.weights[inside]
    group = _side(matrix, approved, weight, member, "group")
    base = _side(matrix, approved, weight, ~member, "reference group")
    pooled = _side(
        np.column_stack([matrix, member.astype(np.float64)]), approved, weight,
        np.ones(len(member), dtype=bool), "two groups together",
    )  # fmt: skip
    chosen = {"reference": base, "group": group, "pooled": pooled}
    cluster = None if design.cluster is None else design.cluster[inside]
    apart = group.mean - base.mean
    gap = _mean_of(approved, weight, member) - _mean_of(approved, weight, ~member)
    gap_parts = _mean_parts(approved[:, np.newaxis], weight, member)[:, 0]
    gap_parts -= _mean_parts(approved[:, np.newaxis], weight, ~member)[:, 0]
    rows: list[dict[str, object]] = []
    for name in COEFFICIENTS:
        side = chosen[name]
        params, parts = side.params[: len(apart)], side.params_parts[:, : len(apart)]
        each = apart * params
        each_parts = (group.mean_parts - base.mean_parts) * params + apart * parts
        explained, explained_parts = each.sum(), each_parts.sum(axis=1)
        values = {"gap": (gap, gap_parts), "explained": (explained, explained_parts)}
        values["unexplained"] = (gap - explained, gap_parts - explained_parts)
        owners = np.array(("", *design.owners))
        for control in design.controls:
            own = owners == control
            values[f"explained: {control}"] = (each[own].sum(), each_parts[:, own].sum(axis=1))
        for measure, (value, people) in values.items():
            problem = "" if measure == "gap" else side.problem
            low, high = _range(value, people, cluster)
            numbers = (np.nan, np.nan, np.nan) if problem else (value, low, high)
            rows.append({
                "coefficients": name, "measure": measure,
                **dict(zip(("value", "low", "high"), numbers, strict=True)), "note": problem,
            })  # fmt: skip
    return _bounded(rows)


def _bounded(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Add the least and greatest value over both directions; null where one is undefined."""
    ends: dict[object, list[float]] = {}
    for row in rows:
        if row["coefficients"] in DIRECTIONS:
            ends.setdefault(row["measure"], []).append(float(str(row["value"])))
    for row in rows:
        both = np.array(ends[row["measure"]])
        row["bound_low"], row["bound_high"] = both.min(), both.max()
    return rows


def _side(matrix: Floats, approved: Floats, weight: Floats, member: np.ndarray, name: str) -> _Side:
    """Return means and coefficients over some people, and what each person adds to their error."""
    own, outcome, share = matrix[member], approved[member], weight[member]
    mean = np.average(own, axis=0, weights=share)
    kept = independent(related(own[:, 1:], share))
    lost = not kept.all() or len(own) <= own.shape[1]
    information = (own * share[:, np.newaxis]).T @ own
    inverse = np.linalg.pinv(information, hermitian=True)
    params = inverse @ (own.T @ (share * outcome))
    parts = np.zeros_like(matrix)
    factor = np.sqrt(len(own) / max(len(own) - own.shape[1], 1))
    score = own * (share * (outcome - own @ params))[:, np.newaxis]
    parts[member] = factor * score @ inverse
    problem = (
        f"Undefined: within the {name} a control does not vary on its own, so these coefficients "
        "cannot be told."
        if lost
        else ""
    )
    return _Side(mean, params, _mean_parts(matrix, weight, member), parts, problem)


def _mean_of(values: Floats, weight: Floats, member: np.ndarray) -> float:
    return float(np.average(values[member], weights=weight[member]))


def _mean_parts(matrix: Floats, weight: Floats, member: np.ndarray) -> Floats:
    """Return what each person adds to the error of a weighted mean over some people."""
    share = weight * member
    centred = matrix - np.average(matrix, axis=0, weights=share)
    count = member.sum()
    scaled = centred * (share / share.sum())[:, np.newaxis]
    return np.asarray(scaled * np.sqrt(count / max(count - 1, 1)))


def _range(value: float, parts: Floats, cluster: np.ndarray | None) -> tuple[float, float]:
    df = None
    if cluster is not None:
        named, where = np.unique(cluster, return_inverse=True)
        parts = np.asarray(np.bincount(where.reshape(-1), weights=parts), dtype=np.float64)
        df = np.asarray(len(named) - 1.0)
        parts = parts * np.sqrt(len(named) / (len(named) - 1))
    reach = float(intervals.critical(intervals.LEVEL, df) * np.sqrt((parts**2).sum()))
    return value - reach, value + reach
