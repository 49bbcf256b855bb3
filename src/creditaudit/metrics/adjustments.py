"""Disparities in approval that are left when named controls are held equal, beside the raw ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, ndtr

from creditaudit import intervals
from creditaudit.intervals import Kind
from creditaudit.metrics.designs import GAPS, Design, read_design
from creditaudit.metrics.disparities import Reference, compare, reference_name
from creditaudit.metrics.measures import join_notes, whole
from creditaudit.metrics.regressions import Fit, Model, fit_model
from creditaudit.roles import Roles
from creditaudit.tally import By
from creditaudit.values import Floats

NOT_COMPARABLE = (
    "An odds ratio also moves when a control is held equal that does not differ between the groups."
)


@dataclass(frozen=True, eq=False)
class Adjustment:
    """What is left of each gap; the arrays run over the groups compared.

    Attributes
    ----------
    design : Design
    fit : Fit
    rate, rate_reference : float arrays
        Share approved if everyone in the model were in the group (in the reference), with the
        controls that they have.
    rate_error, rate_reference_error : float arrays
        On the scale of the model's link.
    value, error : dict of float arrays
        For each kind of gap; the error of a ratio or an odds ratio is that of its logarithm.
    p_value : float array
    notes : list of str
    """

    design: Design
    fit: Fit
    rate: Floats
    rate_reference: Floats
    rate_error: Floats
    rate_reference_error: Floats
    value: dict[Kind, Floats]
    error: dict[Kind, Floats]
    p_value: Floats
    notes: list[str]

    def range(self, kind: Kind, level: float = intervals.LEVEL) -> tuple[Floats, Floats]:
        """Return the range of one kind of gap."""
        reach = intervals.critical(level, self.fit.df) * self.error[kind]
        value = self.value[kind]
        if kind == "difference":
            return np.maximum(value - reach, -1), np.minimum(value + reach, 1)
        with np.errstate(over="ignore"):
            return value * np.exp(-reach), value * np.exp(reach)

    def rate_range(self, *, reference: bool) -> tuple[Floats, Floats]:
        """Return the 95 % range of the rates."""
        rate = self.rate_reference if reference else self.rate
        error = self.rate_reference_error if reference else self.rate_error
        reach = intervals.critical(intervals.LEVEL, self.fit.df) * error
        if self.fit.model == "linear":
            return np.maximum(rate - reach, 0), np.minimum(rate + reach, 1)
        with np.errstate(divide="ignore"):
            middle = np.log(rate / (1 - rate))
        return np.asarray(expit(middle - reach)), np.asarray(expit(middle + reach))


def adjusted_disparity(
    frame: pd.DataFrame,
    roles: Roles,
    *,
    by: By,
    controls: Mapping[str, str],
    reference: Reference | None = None,
    model: Model = "logit",
) -> pd.DataFrame:
    """Gaps in approval rates, raw and with named controls held equal, always together.

    Parameters
    ----------
    frame : DataFrame
        One row a person.
    roles : Roles
        With a decision; its weight and cluster are used.
    by : str or tuple of str
    controls : mapping
        Column -> why it may be held equal, in words. Numbers enter as they are; text, truth values
        and categories as one term for each value but the first.
    reference : value or tuple of values, optional
        By default the group with most people, which the note then says.
    model : {"logit", "probit", "linear"}

    Returns
    -------
    frame with six rows a group other than the reference
        The keys, reference, measure, n, n_reference, value, low, high (95 %), p_value, note.
        measure is "raw_difference", "adjusted_difference" (-0.08: 8 percentage points less),
        "raw_ratio", "adjusted_ratio", "raw_odds_ratio", "adjusted_odds_ratio" (of a logit only).
        Both of a pair are about the same people: those with every control known.

    Raises
    ------
    InputError
        Also for a control without a reason.
    MissingColumn, MissingRole, NothingToCompare

    Notes
    -----
    With F the inverse of the link and x a person's controls, the rate of group g is the mean of
    ``F(a + b'x + c_g)`` over everyone in the model. Difference and ratio compare it with that of
    the reference: the difference is the average marginal effect of the group's term. The adjusted
    odds ratio is ``exp(c_g)``. Ranges by the delta method from robust (HC1) or clustered errors,
    with the controls as they are. What is held equal may itself carry a gap; what is not in the
    table is not held equal.

    References
    ----------
    Lane, P. W. and Nelder, J. A. (1982). Biometrics 38, 613-621.
    Norton, E. C., Miller, M. M. and Kleinman, L. C. (2013). Stata Journal 13, 492-509.
    """
    design = read_design(frame, roles, by, controls, reference)
    return adjustment_frame(adjust(design, model))


def adjust(design: Design, model: Model = "logit") -> Adjustment:
    """Return what a model leaves of the gaps of a design."""
    fit = fit_model(design, model)
    size = len(design.problems)
    rate, rate_error, value, error = (np.full(size, np.nan) for _ in range(4))
    values: dict[Kind, Floats] = {kind: value.copy() for kind in GAPS}
    errors: dict[Kind, Floats] = {kind: error.copy() for kind in GAPS}
    p_value = np.full(size, np.nan)
    base, base_error = np.nan, np.nan
    if not fit.problem:
        base, slope = _standardised_rate(design, fit, None)
        base_error = _on_link(fit, base, slope)
        for place, term in fit.groups.items():
            rate[place], own = _standardised_rate(design, fit, term)
            rate_error[place] = _on_link(fit, rate[place], own)
            values["difference"][place] = rate[place] - base
            errors["difference"][place] = _error(fit, own - slope)
            if rate[place] > 0 and base > 0:
                values["ratio"][place] = rate[place] / base
                errors["ratio"][place] = _error(fit, own / rate[place] - slope / base)
            if model == "logit":
                values["odds_ratio"][place] = np.exp(fit.params[term])
                errors["odds_ratio"][place] = fit.errors[term]
            with np.errstate(divide="ignore", invalid="ignore"):
                z = fit.params[term] / fit.errors[term]
            p_value[place] = intervals.two_sided_p(z, fit.df)
    notes = [problem or fit.problem for problem in design.problems]
    return Adjustment(
        design, fit, rate, np.full(size, base), rate_error, np.full(size, base_error),
        values, errors, p_value, notes,
    )  # fmt: skip


def adjustment_frame(found: Adjustment) -> pd.DataFrame:
    """Return raw and adjusted gaps of every kind, group by group."""
    design = found.design
    everyone = {kind: _everyone(design, kind) for kind in GAPS}
    rows = []
    keys = design.raw.groups.keys
    for place in range(len(found.notes)):
        for kind in GAPS:
            raw, (low, high) = design.raws[kind], found.range(kind)
            own = found.notes[place] or _no_odds(found, kind)
            moved = NOT_COMPARABLE if kind == "odds_ratio" and not own else ""
            both = {name: keys[name].tolist()[place] for name in keys.columns}
            both |= {"reference": reference_name(raw.reference)}
            sizes = _sizes(found, place)
            rows.append({
                **both, "measure": f"raw_{kind}",
                "n": whole(raw.groups.n)[place], "n_reference": whole(raw.reference.n)[0],
                "value": raw.value[place], "low": raw.low[place], "high": raw.high[place],
                "p_value": raw.p_value[place],
                "note": join_notes(raw.notes[place], everyone[kind].get(place, "")),
            })  # fmt: skip
            rows.append({
                **both, "measure": f"adjusted_{kind}", "n": sizes[0], "n_reference": sizes[1],
                "value": found.value[kind][place], "low": low[place], "high": high[place],
                "p_value": np.nan if own else found.p_value[place],
                "note": join_notes(own, moved, *design.notes),
            })  # fmt: skip
    frame = pd.DataFrame(rows)
    numbers = ["value", "low", "high", "p_value"]
    # The log-odds of a rate of 0 or 1 end at infinity, which is no number to print.
    frame[numbers] = frame[numbers].where(np.isfinite(frame[numbers]))
    return frame


def _everyone(design: Design, kind: Kind) -> dict[int, str]:
    """Return for each group the raw gap over all people, where some are left out of the model."""
    if not design.left_out:
        return {}
    mine = design.raws[kind]
    base = mine.reference.keys.iloc[0].tolist()
    wanted = base[0] if len(base) == 1 else tuple(base)
    found = compare(design.everyone, "approval_rate", mine.groups.by, wanted, kind)
    value = dict(
        zip(found.groups.keys.itertuples(index=False, name=None), found.value, strict=True)
    )
    keys = enumerate(mine.groups.keys.itertuples(index=False, name=None))
    return {
        place: f"{design.notes[0]} Over everyone with a decision it is {value[key]:.3f}."
        for place, key in keys
    }


def _sizes(found: Adjustment, place: int) -> tuple[int, int]:
    group = found.design.group
    return int((group == place + 1).sum()), int((group == 0).sum())


def _no_odds(found: Adjustment, kind: Kind) -> str:
    if kind != "odds_ratio" or found.fit.model == "logit":
        return ""
    return f"Undefined: a {found.fit.model} model has no odds ratio; ask for a logit."


def _standardised_rate(design: Design, fit: Fit, term: int | None) -> tuple[float, Floats]:
    """Return the mean rate with everyone in one group (None: the reference), and its gradient."""
    terms = design.matrix.shape[1] + 1
    scale = fit.params[0] + design.matrix @ fit.params[1:terms]
    if term is not None:
        scale = scale + fit.params[term]
    share = design.weights / design.weights.sum()
    if fit.model == "linear":
        rates, slope = scale, np.ones_like(scale)
    elif fit.model == "logit":
        rates = np.asarray(expit(scale))
        slope = rates * (1 - rates)
    else:
        rates = np.asarray(ndtr(scale))
        slope = np.exp(-(scale**2) / 2) / np.sqrt(2 * np.pi)
    gradient = np.zeros(len(fit.terms))
    gradient[0] = share @ slope
    gradient[1:terms] = (share * slope) @ design.matrix
    if term is not None:
        gradient[term] = gradient[0]
    return float(share @ rates), gradient


def _error(fit: Fit, gradient: Floats) -> float:
    variance = float(gradient @ fit.covariance @ gradient)
    return float(np.sqrt(max(variance, 0.0)))


def _on_link(fit: Fit, rate: float, gradient: Floats) -> float:
    """Return the error of a rate, on the log-odds unless the model is linear."""
    slope = 1.0 if fit.model == "linear" else max(rate * (1 - rate), 1e-15)
    return _error(fit, gradient) / slope
