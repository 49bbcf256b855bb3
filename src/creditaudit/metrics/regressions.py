"""Linear, logit and probit regressions of a decision on controls and groups."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError
from creditaudit.metrics.designs import Design, read_design
from creditaudit.metrics.disparities import Reference
from creditaudit.roles import Roles
from creditaudit.tally import By
from creditaudit.values import Codes, Floats

Model = Literal["logit", "probit", "linear"]
MODELS = ("logit", "probit", "linear")
Event = Literal["approved", "refused"]
CONSTANT = "constant"
# Newton's steps double the digits; one that is not done by now has no finite end.
STEPS = 50
EXACT = 1e-9


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model of approval.

    Attributes
    ----------
    model : {"logit", "probit", "linear"}
    terms : tuple of str
        The constant, the controls, then the groups.
    groups : dict
        Which term is that of group i of the design.
    params : float array of shape (n_terms,)
        NaN when ``problem`` says why there are none.
    covariance : float array of shape (n_terms, n_terms)
        Robust (HC1), or by clusters.
    df : float or None
        Degrees of freedom, when errors are by clusters.
    problem : str
    """

    model: Model
    terms: tuple[str, ...]
    groups: dict[int, int]
    params: Floats
    covariance: Floats
    df: Floats | None
    problem: str

    @property
    def errors(self) -> Floats:
        """Standard errors of the coefficients."""
        return np.sqrt(np.diag(self.covariance))


def regression(
    frame: pd.DataFrame,
    roles: Roles,
    *,
    by: By,
    controls: Mapping[str, str],
    reference: Reference | None = None,
    model: Model = "logit",
    event: Event = "approved",
) -> pd.DataFrame:
    """Coefficients of a regression of the decision on controls and groups.

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
        By default the group with most people.
    model : {"logit", "probit", "linear"}
    event : {"approved", "refused"}
        What the coefficients are about. Refused turns every sign.

    Returns
    -------
    frame with one row a term
        term, n, value, error, low, high (95 %), p_value, note. The term of a group is
        "column = value".

    Raises
    ------
    InputError
        Also for a control without a reason.
    MissingColumn, MissingRole, NothingToCompare

    Notes
    -----
    Linear: ``P(approved) = a + b'x + c_g``; logit: the log-odds in its place; probit: the normal
    quantile. Errors are robust with the factor n / (n - k) (HC1), or by clusters with Student's t.
    Complete cases only; the note of the constant says how many people that leaves out.

    References
    ----------
    Stock, J. H. and Watson, M. W. (2007). Introduction to Econometrics, 2nd ed., chapter 11.
    MacKinnon, J. G. and White, H. (1985). Journal of Econometrics 29, 305-325.
    """
    if event not in ("approved", "refused"):
        msg = f'event={event!r} must be "approved" or "refused".'
        raise InputError(msg)
    design = read_design(frame, roles, by, controls, reference)
    fit = fit_model(design, model)
    value = fit.params.copy()
    if event == "refused":
        # The links are symmetric: the other event has the same model with all signs turned.
        value = 0 - value
        value[0] += model == "linear"
    reach = intervals.critical(intervals.LEVEL, fit.df) * fit.errors
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value = intervals.two_sided_p(value / fit.errors, fit.df)
    notes = [fit.problem] * len(fit.terms)
    notes[0] = " ".join(filter(None, [fit.problem, *design.notes]))
    found = pd.DataFrame(
        {
            "term": fit.terms,
            "n": len(design),
            "value": value,
            "error": fit.errors,
            "low": value - reach,
            "high": value + reach,
            "p_value": p_value,
            "note": notes,
        }
    )
    return pd.concat([found, _without_term(design)], ignore_index=True)


def _without_term(design: Design) -> pd.DataFrame:
    """Return the rows of groups that no model can tell from the reference."""
    lost = [(place, problem) for place, problem in enumerate(design.problems) if problem]
    rows = [
        {"term": group_term(design, place), "n": int(design.raw.groups.n[place]), "note": problem}
        for place, problem in lost
    ]
    return pd.DataFrame(rows, columns=pd.Index(["term", "n", "note"]))


def group_term(design: Design, place: int) -> str:
    """Return the name of the term of a group."""
    keys = design.raw.groups.keys
    return ", ".join(f"{name} = {keys[name].tolist()[place]}" for name in keys.columns)


def fit_model(design: Design, model: Model) -> Fit:
    """Return the model fitted to the people of a design.

    Raises
    ------
    InputError
        For an unknown model.
    """
    if model not in MODELS:
        msg = f"model={model!r} must be one of {', '.join(map(repr, MODELS))}."
        raise InputError(msg)
    matrix, terms, groups = _matrix(design)
    clusters = design.cluster
    df = None if clusters is None else np.asarray(len(np.unique(clusters)) - 1.0)
    problem = "" if groups else design.problems[0]
    if groups:
        params, covariance, problem = _fitted(design, matrix, model)
    if problem:
        params = np.full(len(terms), np.nan)
        covariance = np.full((len(terms), len(terms)), np.nan)
    return Fit(model, tuple(terms), groups, params, covariance, df, problem)


def _matrix(design: Design) -> tuple[Floats, list[str], dict[int, int]]:
    """Return the constant, the controls and the groups as columns."""
    columns = [np.ones(len(design)), *design.matrix.T]
    terms, groups = [CONSTANT, *design.terms], {}
    for place in design.able:
        groups[place] = len(terms)
        columns.append((design.group == place + 1).astype(np.float64))
        terms.append(group_term(design, place))
    # Groups that cannot be told from the controls stay, so that they do not count as reference.
    for place in sorted(set(design.group.tolist()) - {0} - {g + 1 for g in design.able}):
        column = (design.group == place).astype(np.float64)
        if np.linalg.matrix_rank(np.column_stack([*columns, column])) > len(columns):
            columns.append(column)
            terms.append(group_term(design, place - 1))
    return np.column_stack(columns), terms, groups


def _fitted(design: Design, matrix: Floats, model: Model) -> tuple[Floats, Floats, str]:
    from statsmodels.genmod.families import Binomial, links
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.regression.linear_model import WLS

    scaled, back = _standardised(matrix)
    errors: dict[str, Any] = {"cov_type": "HC1"}
    if design.cluster is not None:
        errors = {"cov_type": "cluster", "cov_kwds": {"groups": _codes(design.cluster)}}
    if model == "linear":
        found = WLS(design.approved, scaled, weights=design.weights).fit(**errors)
        if np.abs(found.resid).max() < EXACT:
            return found.params, found.params, _separated(design, model)
    else:
        link = links.Logit() if model == "logit" else links.Probit()
        # Its warnings say what `converged` says.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = GLM(design.approved, scaled, family=Binomial(link), var_weights=design.weights)
            found = made.fit(maxiter=STEPS, tol=1e-8, tol_criterion="params", **errors)
        if not found.converged:
            return found.params, found.params, _separated(design, model)
    params = back @ np.asarray(found.params)
    covariance = back @ np.asarray(found.cov_params()) @ back.T
    if not np.isfinite(covariance).all():
        return params, covariance, "Undefined: the model has no finite errors on these people."
    return params, covariance, ""


def _standardised(matrix: Floats) -> tuple[Floats, Floats]:
    """Return the columns at one scale, and what takes coefficients back to their own."""
    centre, scale = matrix.mean(axis=0), matrix.std(axis=0)
    centre[0], scale[0] = 0, 1
    scale = np.where(scale > 0, scale, 1)
    back = np.diag(1 / scale)
    back[0, 1:] = -(centre / scale)[1:]
    return (matrix - centre) / scale, back


def _codes(values: Codes) -> Codes:
    return np.unique(values, return_inverse=True)[1].reshape(-1)


def _separated(design: Design, model: Model) -> str:
    """Return why there is no finite estimate, with the terms that alone decide."""
    alone = []
    for term, column in zip(design.terms, design.matrix.T, strict=True):
        for value in (1, 0):
            rows = column == value
            if set(np.unique(column)) <= {0, 1} and rows.any():
                share = design.approved[rows].mean()
                if share in (0, 1):
                    same = "approved" if share else "refused"
                    alone.append(
                        f"all {int(rows.sum()):,} people with {term}"
                        f"{'' if value else ' not so'} were {same}"
                    )
    why = "; ".join(alone) or "the controls together tell approved from refused without error"
    if model == "linear":
        return f"Undefined: {why}, so the model has no errors to make a range from."
    return f"Undefined: {why}. A {model} has no finite estimate then; a linear model may have one."
