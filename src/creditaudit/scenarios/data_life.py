"""Where errors enter along the data's life, and how many decisions they change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from creditaudit.errors import InputError, MissingColumn, MissingRole
from creditaudit.populations import Population
from creditaudit.protocols import HasPoints
from creditaudit.scenarios.slips import SLIPS, Draws, Flags, Floats, Parts, Slip
from creditaudit.scorers import ScorecardScorer, wrap

# What the applicant says, and what is found under the name at the bureau and the court. Inputs that
# are computed from others are left out: an error in one would have to reach the other.
STATED = ("reported_income",)
FOUND = ("late_payments_24m", "judgments_5y", "utilisation", "inquiries_6m", "months_on_book")
MEASURES = ("flipped", "newly_refused", "newly_approved")
GOOD_REFUSED = "good_payers_newly_refused"
KEYS = ("stage", "error", "unit", "size")
COLUMNS = ("measure", "value", "low", "high", "n", "seeds", "note")
EXACT = "exact: no chance in it"


@dataclass(frozen=True, eq=False, repr=False)
class DataLife:
    """What errors along the data's life do to decisions.

    Attributes
    ----------
    frame : pandas.DataFrame
        ``stage, error, unit, size``, the group columns, ``measure, value, low, high, n, seeds,
        note``. Measures are shares of the people of a group: ``flipped``, decided otherwise than
        without the error; ``newly_refused``, the harm side; ``newly_approved``, the benefit side;
        each with ``_per_unit`` for its amplification, the share over the size. Where it is known
        who would repay, ``good_payers_newly_refused`` is the harm side among these, and n their
        number. ``value`` is the mean over the seeds, ``low`` and ``high`` the least and the
        greatest of them.
    approved : float
        Share of people approved without any error.
    cutoff : float
        In points; the same in every run.
    limits : tuple of str
        What was left out, and what the numbers hold for.
    """

    frame: pd.DataFrame
    approved: float
    cutoff: float
    limits: tuple[str, ...] = field(default=())

    @property
    def table(self) -> pd.DataFrame:
        """One row an error, size and group; one column a measure, amplifications left out."""
        measures = [
            one for one in (*MEASURES, GOOD_REFUSED) if (self.frame["measure"] == one).any()
        ]
        keys = [name for name in self.frame if name not in (*COLUMNS, "unit")]
        # Every measure is there once for each key, in the same order.
        rows = self.frame[self.frame["measure"] == MEASURES[0]][keys].reset_index(drop=True)
        values = {one: self.frame[self.frame["measure"] == one]["value"] for one in measures}
        return rows.assign(**{name: one.to_numpy() for name, one in values.items()})

    def __repr__(self) -> str:
        errors = ", ".join(dict.fromkeys(self.frame["error"]))
        return f"<DataLife: {errors}; {self.approved:.1%} approved without error>"

    def _repr_html_(self) -> str:
        limits = "".join(f"<p>{escape(one)}</p>" for one in self.limits)
        return f"{self.frame.to_html(index=False)}{limits}"


def error_amplification(
    people: Population,
    *,
    by: str | Sequence[str] | None = None,
    errors: Mapping[str, Sequence[float]] | None = None,
    scorer: Any = None,
    refit: bool = True,
    inputs: Sequence[str] = (*STATED, *FOUND),
    measured: Sequence[str] = STATED,
    missing: Sequence[str] = STATED,
    linked: Sequence[str] = FOUND,
    where: Any = None,
    cutoff: float | None = None,
    seeds: Sequence[int] = range(10),
) -> DataLife:
    """Return how many decisions change when an error of known size enters at one stage.

    Five stages: data are collected, linked, copied, analysed and decided on. A scorer is fitted to
    the people whose outcome is known and decides on everybody; then again with one error, which
    passes through all later stages. Everything else stays the same, chance included.

    Parameters
    ----------
    people : Population
        With an outcome where the scorer is fitted.
    by : str or sequence of str, optional
        Group columns; everyone together by default.
    errors : mapping of str to sequence of float, optional
        Name of an error -> its sizes, in the unit that the result names. All of `SLIPS`, with the
        sizes they have there, by default.
    scorer : object, optional
        A scikit-learn classifier whose class 1 is bad, or anything with ``points(X)``; it reads
        missing values as NaN. `ScorecardScorer` by default.
    refit : bool
        Whether the scorer is fitted in each run. A rule that was set by hand, such as
        `LenderRule`, is not: it learns nothing, so errors in what is learnt from are left out.
    inputs : sequence of str
        What the scorer reads. Inputs that are computed from one another do not belong here.
    measured, missing, linked : sequence of str
        The inputs that are measured with error, that go missing, and that come with a link.
    where : array-like of bool of shape (n_people,), optional
        Whose data collecting and linking can go wrong for; everyone's by default.
    cutoff : float, optional
        Points from which people are approved. By default those under which the scorer approves
        most nearly as many as were approved in the past. It stays the same in every run.
    seeds : sequence of int
        One run of each error and size for each.

    Raises
    ------
    MissingColumn
        If an input or group column is not there.
    MissingRole
        If there is no outcome to fit to, or neither a cut-off nor a past decision.
    InputError
        If an error is unknown, a size negative, or ``where`` does not match the people.

    Notes
    -----
    The error-free decision is the yardstick, not the true outcome: a scorer without errors decides
    wrongly too. Sizes of different errors are in different units; compare amplifications only
    after saying which sizes are alike in practice. With a size of 0 nothing flips.

    Examples
    --------
    >>> import creditaudit as ca
    >>> people = ca.make_borrowers(2000, seed=7)
    >>> life = error_amplification(people, errors={"rounding": [0, 10]}, by="minority")
    >>> life.frame.query("size == 0 and measure == 'flipped'")["value"].tolist()
    [0.0, 0.0]
    """
    keys = [by] if isinstance(by, str) else list(by or ())
    groups = _groups(people, keys)
    chosen, asked = _chosen(errors), list(seeds)
    if not asked:
        msg = "seeds is empty; one run of each error is made for each seed."
        raise InputError(msg)
    parts = Parts(measured, missing, linked, _where(where, people.n))
    X = _inputs(people, inputs, parts)  # noqa: N806
    line = _Line(
        X, _bad(people) if refit else None, ScorecardScorer() if scorer is None else scorer
    )
    points = line.points(X)
    base_cutoff = _past_cutoff(people, points) if cutoff is None else float(cutoff)
    before = points >= base_cutoff
    good = None if people.truth is None else np.asarray(people.truth["label_true"]) == 0
    rows: list[tuple[Any, ...]] = []
    for slip, sizes in chosen:
        if slip.training and not refit:
            continue
        for size in sizes:
            runs = [
                line.approved(slip, size, Draws(people.n, seed, slip.name), parts, base_cutoff)
                for seed in (asked if slip.drawn else asked[:1])
            ]
            rows += _rows(slip, size, np.stack(runs), before, good, groups)
    frame = pd.DataFrame(rows, columns=[*KEYS, *keys, *COLUMNS])
    return DataLife(frame, float(before.mean()), base_cutoff, _limits(people, refit=refit))


@dataclass(frozen=True, eq=False)
class _Line:
    """The line from inputs to decisions."""

    X: pd.DataFrame
    bad: Floats | None
    scorer: Any

    def points(
        self, X: pd.DataFrame, slip: Slip | None = None, size: float = 0,  # noqa: N803
        draws: Draws | None = None,
    ) -> Floats:  # fmt: skip
        scorer = self.scorer
        if self.bad is not None:
            learnt, bad = X, self.bad
            if slip and slip.training and draws:
                learnt, bad = slip.training(X, bad, size, draws)
            known = ~np.isnan(bad)
            scorer = clone(scorer).fit(learnt[known], bad[known].astype(int))
        if not isinstance(scorer, HasPoints):
            scorer = wrap(scorer)
        return np.asarray(scorer.points(X), dtype=np.float64)

    def approved(self, slip: Slip, size: float, draws: Draws, parts: Parts, cutoff: float) -> Flags:
        X = slip.inputs(self.X, size, draws, parts) if slip.inputs else self.X  # noqa: N806
        points = self.points(X, slip, size, draws)
        return slip.decision(points, cutoff, size) if slip.decision else points >= cutoff


def _rows(
    slip: Slip, size: float, runs: NDArray[np.bool_], before: Flags, good: Flags | None,
    groups: Sequence[tuple[tuple[Any, ...], Flags]],
) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    changed = {
        "flipped": runs != before,
        "newly_refused": before & ~runs,
        "newly_approved": ~before & runs,
    }
    seeds, note = len(runs), "" if slip.drawn else EXACT
    for levels, members in groups:
        key = (slip.stage, slip.name, slip.unit, size, *levels)
        for measure in MEASURES:
            shares = changed[measure][:, members].mean(axis=1)
            n = int(members.sum())
            yield (*key, measure, *_spread(shares), n, seeds, note)
            if size:
                per_unit = _spread(shares / size)
                yield (*key, f"{measure}_per_unit", *per_unit, n, seeds, note)
        if good is not None:
            payers = members & good
            n = int(payers.sum())
            if n:
                shares = changed["newly_refused"][:, payers].mean(axis=1)
                yield (*key, GOOD_REFUSED, *_spread(shares), n, seeds, note)
            else:
                yield (*key, GOOD_REFUSED, None, None, None, 0, seeds, "nobody here would repay")


def _spread(shares: NDArray[np.floating[Any]]) -> tuple[float, float, float]:
    return float(shares.mean()), float(shares.min()), float(shares.max())


def _chosen(errors: Mapping[str, Sequence[float]] | None) -> list[tuple[Slip, Sequence[float]]]:
    if errors is None:
        return [(slip, slip.sizes) for slip in SLIPS.values()]
    unknown = [name for name in errors if name not in SLIPS]
    if unknown:
        msg = f"There is no error {unknown[0]!r}. Errors: {', '.join(SLIPS)}."
        raise InputError(msg)
    negative = [name for name, sizes in errors.items() if min(sizes, default=0) < 0]
    if negative:
        msg = f"Sizes of {negative[0]!r} must be 0 or more: {list(errors[negative[0]])}."
        raise InputError(msg)
    return [(SLIPS[name], errors[name]) for name in SLIPS if name in errors]


def _inputs(people: Population, inputs: Sequence[str], parts: Parts) -> pd.DataFrame:
    struck = (*parts.measured, *parts.missing, *parts.linked)
    absent = [name for name in inputs if name not in people.frame]
    absent += [name for name in dict.fromkeys(struck) if name not in inputs]
    if absent:
        fix = "Name the inputs of the scorer, and what can go wrong among them."
        raise MissingColumn.of(absent, people.frame.columns, fix)
    frame = people.frame[list(inputs)].reset_index(drop=True)
    numbers = frame.select_dtypes("number").columns
    return frame.astype(dict.fromkeys(numbers, "float64"))


def _bad(people: Population) -> Floats:
    roles = people.roles
    if roles.outcome is None:
        msg = "Fitting a scorer needs an outcome. Name one in the roles, or pass refit=False."
        raise MissingRole(msg)
    outcome = people.frame[roles.outcome]
    known = outcome.notna().to_numpy(dtype=bool)
    bad = np.full(people.n, np.nan)
    bad[known] = (outcome[known] != roles.good).to_numpy(dtype=bool)
    return bad


def _past_cutoff(people: Population, points: Floats) -> float:
    roles = people.roles
    if roles.decision is None:
        msg = "Without a past decision there is no share to approve. Pass cutoff=, in points."
        raise MissingRole(msg)
    share = float((people.frame[roles.decision] == roles.favourable).mean())
    ranked = np.sort(points)
    cuts = np.unique(ranked)
    approved = 1 - np.searchsorted(ranked, cuts) / len(ranked)
    return float(cuts[np.argmin(np.abs(approved - share))])


def _groups(people: Population, keys: list[str]) -> list[tuple[tuple[Any, ...], Flags]]:
    absent = [name for name in keys if name not in people.frame]
    if absent:
        raise MissingColumn.of(absent, people.frame.columns, "Name group columns in by=.")
    if not keys:
        return [((), np.ones(people.n, dtype=bool))]
    codes = people.frame.groupby(keys, dropna=False, observed=True).ngroup().to_numpy()
    first = {code: place for place, code in reversed(list(enumerate(codes.tolist())))}
    levels = people.frame[keys]
    return [(tuple(levels.iloc[first[code]]), codes == code) for code in sorted(first)]


def _where(where: Any, n: int) -> Flags | None:
    if where is None:
        return None
    mask = np.asarray(where)
    if mask.shape != (n,) or mask.dtype.kind != "b":
        msg = f"where has shape {mask.shape} and type {mask.dtype}; give {n} True or False."
        raise InputError(msg)
    return mask


def _limits(people: Population, *, refit: bool) -> tuple[str, ...]:
    told = ["The yardstick is the decision without the error, which can be wrong too."]
    if not refit:
        told.append("The rule is not fitted, so errors in what a scorer learns from do not apply.")
    return (*told, *people.made.get("limits", ()))
