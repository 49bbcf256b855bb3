"""The answer to one question: a claim, what it rests on, and what it cannot show."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from html import escape
from typing import Any, Literal

import pandas as pd

from creditaudit.errors import InputError

Status = Literal["beyond", "not_beyond", "cannot_tell", "descriptive"]
STATUSES = ("beyond", "not_beyond", "cannot_tell", "descriptive")
STATUS_WORDS = {
    "beyond": "gap beyond the line shown",
    "not_beyond": "no gap beyond the line shown",
    "cannot_tell": "cannot tell",
    "descriptive": "described, not compared",
}
NUMBERS = ("estimate", "low", "high", "low_family", "high_family", "p_value", "p_adjusted")


def finding_id(audit: str, group: str, scope: str) -> str:
    """Return the stable id of a finding: the same audit, group and scope give the same id."""
    text = json.dumps([audit, group, scope], ensure_ascii=False)
    written = text.encode("utf-8", "backslashreplace")
    return "F" + hashlib.blake2b(written, digest_size=4).hexdigest()


@dataclass(frozen=True, kw_only=True, eq=False)
class Finding:
    """One answer, in a sentence and in numbers.

    Attributes
    ----------
    id : str
        Stable: a hash of audit, group and scope.
    claim : str
        The answer in one sentence, with its range.
    status : {"beyond", "not_beyond", "cannot_tell", "descriptive"}
        Where the family-wise range lies about the line named in the claim. Never a verdict.
    estimate, low, high : float or None
        The estimate and its marginal 95 % range, in ``unit``; None when undefined.
    low_family, high_family : float or None
        The range that holds for all comparisons of the report together (Bonferroni).
    n : float
        People the estimate rests on.
    table : DataFrame
        The cells that let a reader recompute the estimate.
    law : tuple of str
        Ids of law entries, resolved in the report.
    limits : tuple of str
        What this finding cannot show.
    p_value, p_adjusted : float or None
        For "no difference", and corrected over the report (Holm).
    tested : tuple of float
        The p-values of every comparison behind this finding; the report corrects over them.
    """

    id: str
    audit: str
    question: str
    claim: str
    status: Status
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    low_family: float | None = None
    high_family: float | None = None
    unit: str = ""
    n: float = 0
    group: str | None = None
    reference: str | None = None
    severity: str = "not rated"
    confidence: str = "not rated"
    law: tuple[str, ...] = ()
    table: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    method: str = ""
    limits: tuple[str, ...] = ()
    p_value: float | None = None
    p_adjusted: float | None = None
    tested: tuple[float, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            msg = f"Finding status {self.status!r} must be one of {STATUSES}."
            raise InputError(msg)
        for name in NUMBERS:
            object.__setattr__(self, name, _number(getattr(self, name)))

    @property
    def frame(self) -> pd.DataFrame:
        """The finding's table: the cells to recompute it from."""
        return self.table

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; a number that is undefined is null."""
        skipped = ("table", "tested")
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in skipped}
        plain["comparisons"] = len(self.tested)
        plain["n"] = plain_number(self.n)
        plain["law"], plain["limits"] = list(self.law), list(self.limits)
        plain["table"] = table_to_dict(self.table)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Finding":
        """Return the finding that `to_dict` wrote."""
        given = dict(plain)
        given["table"] = pd.DataFrame(
            given["table"]["rows"], columns=pd.Index(given["table"]["columns"]), dtype=object
        ).infer_objects()
        given["law"], given["limits"] = tuple(given["law"]), tuple(given["limits"])
        # The single p-values are not kept in a report, but their number is.
        given["tested"] = (math.nan,) * given.pop("comparisons")
        return cls(**given)

    def _repr_html_(self) -> str:
        word = STATUS_WORDS[self.status]
        table = self.table.to_html(index=False, na_rep="")
        return f"<p><b>{escape(self.claim)}</b> ({escape(word)})</p>{table}"


def table_to_dict(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a small frame as columns and rows of plain JSON types."""
    rows = [[_plain(value) for value in row] for row in table.itertuples(index=False)]
    return {"columns": [str(name) for name in table.columns], "rows": rows}


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return plain_number(value) if math.isfinite(value) else None
    return value if isinstance(value, str | int | bool) else str(value)


def plain_number(value: float) -> float | int:
    """Return a number as JSON writes it: whole where it is whole."""
    return int(value) if float(value).is_integer() else float(value)


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
