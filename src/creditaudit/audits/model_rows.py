"""People beside a model: what it says of each, what happened, and which group they are in."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.audits.comparing import held, reference_of
from creditaudit.audits.wording import group_name
from creditaudit.counting import in_order
from creditaudit.errors import InputError, MissingColumn
from creditaudit.evidence import Evidence
from creditaudit.metrics.influences import Mask
from creditaudit.protocols import HasProbability
from creditaudit.roles import Roles
from creditaudit.values import Codes, Floats, Level, encode, matches, settle_types

NO_WEIGHTS = "Rows are weighted, and numbers made from a model's rows take each person once."
OBSERVED = "Only people whose outcome is recorded are counted; those refused usually have none."


@dataclass(frozen=True, eq=False)
class Sides:
    """The groups of one column, row by row.

    Attributes
    ----------
    name : str
    levels : tuple
    codes : int array of shape (n_rows,)
        Place in ``levels``; -1 for missing.
    reference : int or None
        The place named in the plan, or of most people; None where the one named is not there.
    """

    name: str
    levels: tuple[Level, ...]
    codes: Codes
    reference: int | None

    def of(self, place: int) -> Mask:
        """Return who is in a group."""
        return np.asarray(self.codes == place)

    def word(self, place: int) -> str:
        """Return a group as ``race black``."""
        return group_name((self.name,), [self.levels[place]])

    def others(self, sizes: Floats, least: float) -> list[int]:
        """Return the groups of enough people to be set against a reference of enough people."""
        if self.reference is None or sizes[self.reference] < least:
            return []
        return [k for k in range(len(self.levels)) if k != self.reference and sizes[k] >= least]


def inputs_of(scorer: Any, frame: pd.DataFrame, roles: Roles | None) -> pd.DataFrame:
    """Return the columns a model reads: those it was fitted on, or all that play no part.

    Raises
    ------
    MissingColumn
    """
    named = getattr(scorer, "feature_names_in_", None)
    if named is None:
        taken = set() if roles is None else set(roles.columns)
        return frame[[name for name in frame.columns if name not in taken]]
    missing = [name for name in named if name not in frame.columns]
    if missing:
        fix = "The model was fitted on them: pass them in frame=."
        raise MissingColumn.of(missing, frame.columns, fix)
    return frame[list(named)]


def risk_of(scorer: Any, frame: pd.DataFrame, roles: Roles | None = None) -> Floats:
    """Return how risky the model takes each row to be: P(bad), else points turned round."""
    if isinstance(scorer, HasProbability):
        return probability_of(scorer, frame, roles)
    # A scorer by points alone, such as a rulebook, names its own columns.
    found = -np.asarray(scorer.points(frame), dtype=np.float64)
    return _one_a_row(found, frame)


def probability_of(scorer: HasProbability, frame: pd.DataFrame, roles: Roles | None) -> Floats:
    """Return P(bad) of each row, the second class in order."""
    found = np.asarray(scorer.predict_proba(inputs_of(scorer, frame, roles)), dtype=np.float64)
    if found.ndim != 2 or found.shape[1] != 2:
        msg = f"predict_proba gives shape {found.shape}; expected two columns, good and bad."
        raise InputError(msg)
    return _one_a_row(found[:, 1], frame)


def happened(
    frame: pd.DataFrame, column: str, value: Any, *, bad: bool = True
) -> tuple[Mask, Mask]:
    """Return to whom it happened and to whom not; rows without a value are in neither.

    With ``bad=False`` the value is the good one, and the first of the pair are all others.
    """
    codes, levels = _levels(frame, column)
    hit = np.array([*(matches(level, value) for level in levels), False])[codes]
    known = codes >= 0
    return (hit, known & ~hit) if bad else (known & ~hit, hit)


def bad_and_good(evidence: Evidence) -> tuple[Mask, Mask]:
    """Return who turned out bad, and who good, by the roles of the tally."""
    roles, frame = held(evidence).roles, evidence.frame
    assert frame is not None
    return happened(frame, str(roles.outcome), roles.good, bad=False)


def share_approved(evidence: Evidence) -> tuple[float, str]:
    """Return the share of people approved, and where it is from."""
    roles, frame = held(evidence).roles, evidence.frame
    assert frame is not None
    if roles.decision is None or roles.decision not in frame.columns:
        return 0.5, "half of all people, as no decision is named"
    approved, refused = happened(frame, roles.decision, roles.favourable)
    if roles.refusals is not None:
        codes, levels = _levels(frame, roles.decision)
        refusal = [any(matches(level, one) for one in roles.refusals) for level in levels]
        refused = np.array([*refusal, False])[codes]
    share = float(approved.sum() / max(approved.sum() + refused.sum(), 1))
    return share, "the share approved by the decisions on record"


def sides_of(evidence: Evidence, name: str) -> Sides:
    """Return the groups of a column, and the reference."""
    assert evidence.frame is not None
    codes, levels = _levels(evidence.frame, name)
    given = reference_of(evidence, (name,))
    if given is not None:
        places = [k for k, level in enumerate(levels) if matches(level, given)]
        return Sides(name, levels, codes, places[0] if places else None)
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    return Sides(name, levels, codes, int(np.argmax(counts)) if len(counts) else None)


def cluster_of(evidence: Evidence) -> Codes | None:
    """Return the cluster of each row, or None where people were sampled one by one."""
    name, frame = held(evidence).roles.cluster, evidence.frame
    if name is None or frame is None:
        return None
    codes, _ = encode(frame[name], name)
    # People without a cluster stand alone.
    alone = codes < 0
    return np.where(alone, codes.max() + np.cumsum(alone), codes)


def cannot_read(evidence: Evidence, *columns: str | None) -> str:
    """Return why rows cannot be read, or nothing."""
    assert evidence.frame is not None
    if evidence.tally is not None and held(evidence).roles.weight is not None:
        return NO_WEIGHTS
    missing = [one for one in columns if one is not None and one not in evidence.frame.columns]
    if missing:
        return f"The table of inputs has no column {', '.join(missing)}."
    return ""


def approved_by(risk: Floats, share: float) -> Floats:
    """Return the chance of each person to be approved when exactly this share of people is.

    Those of least risk are; of people at the same risk as the last one, as many as there is room
    for, each with the same chance.
    """
    wanted = min(max(share, 0.0), 1.0) * len(risk)
    cut = np.quantile(risk, min(max(share, 0.0), 1.0), method="inverted_cdf")
    under, at = risk < cut, risk == cut
    chance = np.clip((wanted - under.sum()) / at.sum(), 0.0, 1.0)
    return np.asarray(under + chance * at, dtype=np.float64)


def _levels(frame: pd.DataFrame, name: str) -> tuple[Codes, tuple[Level, ...]]:
    codes, found = encode(frame[name], name)
    ordered, places = in_order(settle_types(found, name))
    return np.append(places, -1)[codes].astype(np.int64), ordered


def _one_a_row(found: npt.NDArray[np.float64], frame: pd.DataFrame) -> Floats:
    if found.shape != (len(frame),):
        msg = f"The model gives shape {found.shape} for {len(frame):,} rows; expected one a row."
        raise InputError(msg)
    if not np.isfinite(found).all():
        missing = int((~np.isfinite(found)).sum())
        msg = f"The model gives no finite score for {missing:,} of {len(found):,} people."
        raise InputError(msg)
    return found
