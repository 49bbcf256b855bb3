"""Has the model's score moved from one period to the next?"""

from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import adjusted, held
from creditaudit.audits.model_findings import untold
from creditaudit.audits.model_rows import cannot_read, risk_of
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import people
from creditaudit.errors import NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.metrics.stabilities import psi
from creditaudit.roles import Roles
from creditaudit.tally import Tally

QUESTION = "Has the model's score moved from one period to the next?"
METHOD = (
    "Population stability index of the model's risk in ten bins of equal share in the first "
    "period, set against the 95th percentile of chi-squared with 9 degrees of freedom times "
    "(1 / n + 1 / n of the first period), which it exceeds in 5 of 100 cases when nothing moved."
)
LIMITS = (
    "A score that moves may show other people, other records or another economy; the index does "
    "not tell which. One that stays still may hide inputs that moved against each other.",
    "The usual lines of 0.1 and 0.25 do not know how many people there are, and are not used.",
)
SCORE, BINS = "risk of the model", 10


@audit(
    question=QUESTION,
    needs=("tally", "frame", "scorer", "period"),
    estimand="sum over bins of (a - e) ln(a / e), shares a of a later period and e of the first",
    topic="accuracy",
)
def model_stability(evidence: Evidence) -> list[Finding]:
    """Return for each later period how far the model's scores have moved from the first.

    References
    ----------
    Yurdakul, B. (2018). Statistical Properties of Population Stability Index. Dissertation,
    Western Michigan University.
    """
    frame, roles = evidence.frame, held(evidence).roles
    assert frame is not None
    period = str(roles.period)
    why = cannot_read(evidence, period, roles.cluster)
    if why:
        return [untold(evidence, "model_stability", "", why)]
    scored = frame[[one for one in (period, roles.cluster) if one is not None]].assign(
        **{SCORE: risk_of(evidence.scorer, frame, roles)}
    )
    own = Roles(groups=[period], score=SCORE, higher_is="riskier", cluster=roles.cluster)
    values = scored[SCORE].to_numpy()
    known = scored[period].dropna()
    if known.nunique() < 2:
        return [untold(evidence, "model_stability", period, "It takes two periods or more.")]
    first = min(known.unique())
    edges = _edges(values[(scored[period] == first).to_numpy()], values)
    if len(edges) < 3:
        why = "Nearly everyone has the same score in the first period."
        return [untold(evidence, "model_stability", period, why)]
    tally = Tally.from_frame(scored, own, by=[period], score_bins=edges)
    try:
        table = psi(tally, period, reference=_plain(first))
    except NothingToCompare as error:
        return [untold(evidence, "model_stability", period, str(error))]
    least = evidence.plan.min_cell
    shown = table[(table["n"] >= least) & (table["n_reference"] >= least)]
    if shown.empty:
        why = f"No two periods have {least} or more people each."
        return [untold(evidence, "model_stability", period, why)]
    return [_finding(evidence, period, row) for row in shown.to_dict("records")]


def _finding(evidence: Evidence, period: str, row: dict[str, object]) -> Finding:
    numbers = {name: float(row[name]) for name in (  # type: ignore[arg-type]
        "value", "low", "high", "no_change", "p_value", "n", "n_reference",
    )}  # fmt: skip
    p_value = numbers["p_value"]
    p_adjusted = adjusted(evidence, p_value)
    when = f"{period} {row[period]}"
    status: Status = "beyond" if p_adjusted < 0.05 else "cannot_tell"
    sizes = f"{people(numbers['n'])} people against {people(numbers['n_reference'])}"
    if np.isfinite(numbers["value"]):
        claim = (
            f"{when}, against {row['reference']}: the index is {numbers['value']:.3f} "
            f"({numbers['low']:.3f} to {numbers['high']:.3f}; {sizes}). When nothing has moved it "
            f"stays under {numbers['no_change']:.3f} in 95 of 100 cases. "
        )
        claim += (
            f"Allowing for every comparison made, it is beyond that line (p = {p_adjusted:.3f})."
            if status == "beyond"
            else "Allowing for every comparison made, it cannot be told from chance."
        )
    else:
        claim = f"{when}, against {row['reference']}: the index cannot be told. {row['note']}"
    columns = [period, "reference", "n", "n_reference", "bins", "value", "low", "high",
               "no_change", "note"]  # fmt: skip
    told = np.isfinite(p_value)
    return Finding(
        id=finding_id("model_stability", "", when), audit="model_stability", question=QUESTION,
        claim=claim, status=status, estimate=numbers["value"], low=numbers["low"],
        high=numbers["high"], unit="PSI", n=numbers["n"], p_value=p_value, p_adjusted=p_adjusted,
        tested=(p_value,) if told else (), table=pd.DataFrame([row])[columns], method=METHOD,
        confidence="moderate" if told and min(numbers["n"], numbers["n_reference"]) >= 100
        else "low", limits=LIMITS,
    )  # fmt: skip


def _edges(first: np.ndarray, everyone: np.ndarray) -> np.ndarray:
    inner = np.unique(np.quantile(first, np.arange(1, BINS) / BINS))
    ends = everyone.min(), np.nextafter(everyone.max(), np.inf)
    return np.unique(np.concatenate([[ends[0]], inner, [ends[1]]]))


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
