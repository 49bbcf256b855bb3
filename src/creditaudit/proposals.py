"""What a table holds, and which column might play which part: a proposal, never a decision."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.frames import open_source
from creditaudit.values import Level, encode

_HINTS = {
    "decision": ("approv", "decision", "accept", "grant", "deny", "denied", "refus", "reject"),
    "outcome": ("default", "repaid", "outcome", "paid", "delinq", "charge"),
    "score": ("score", "points", "rating", "prob", "pd"),
    "groups": (
        "race", "ethnic", "sex", "gender", "age", "minority", "region", "hukou", "nation",
        "religion", "disab", "marital", "afam", "black", "group",
    ),
    "weight": ("weight", "wgt"),
    "period": ("date", "month", "year", "quarter", "period"),
}  # fmt: skip
_WORD = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MAX_GROUPS = 30
_SHOWN = 6


@dataclass(frozen=True, eq=False)
class Proposal:
    """Columns with their values, and questions that only the user can answer.

    Attributes
    ----------
    frame : DataFrame
        column, distinct (values), missing (rows), values (most frequent first), might_be.
    questions : tuple of str
    rows : int
        Rows looked at.
    """

    frame: pd.DataFrame
    questions: tuple[str, ...]
    rows: int

    def __str__(self) -> str:
        listing = self.frame.to_string(index=False)
        asked = "\n".join(f"- {question}" for question in self.questions)
        return f"{self.rows:,} rows looked at.\n\n{listing}\n\nOnly you can say:\n{asked}"

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False))


def check(data: object) -> Proposal:
    """Return what a table holds and which column might play which part.

    Nothing is decided: direction (which value is favourable, which way a score points) is asked,
    because a guess that is wrong turns every finding round.

    Parameters
    ----------
    data : DataFrame, pyarrow.Table, str or Path
        As in `Tally.from_frame`. Of a file, the first batch is looked at.

    Raises
    ------
    InputError, CorruptFile
    """
    source = open_source(data)
    batch = next(iter(source.batches(list(dict.fromkeys(source.columns)))), None)
    rows, described = 0, []
    for name in dict.fromkeys(source.columns):
        codes, levels = encode(batch[name]) if batch is not None else (np.empty(0, int), [])
        rows = len(codes)
        described.append(_describe(name, codes, levels, rows))
    frame = pd.DataFrame(described, columns=["column", "distinct", "missing", "values", "might_be"])
    return Proposal(frame, tuple(_questions(frame)), rows)


def _describe(name: str, codes: np.ndarray, levels: list[Level], rows: int) -> tuple[object, ...]:
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    order = np.argsort(-counts, kind="stable")[:_SHOWN]
    # Values of a column that may identify people are not printed.
    few = len(levels) <= _MAX_GROUPS
    shown = ", ".join(f"{levels[i]} ({counts[i]:,})" for i in order) if few else "many"
    more = ", ..." if few and len(levels) > _SHOWN else ""
    likely = _might_be(name, levels, rows)
    return name, len(levels), int((codes < 0).sum()), shown + more, likely


def _might_be(name: str, levels: list[Level], rows: int) -> str:
    words = [word.lower() for word in _WORD.findall(name)]
    for role, hints in _HINTS.items():
        # Within longer words short hints mislead: "age" is in "mortgage", "grant" in "migrant".
        if any(
            w == hint or (len(hint) > 3 and w.startswith(hint)) for hint in hints for w in words
        ):
            two_sided = role in ("decision", "outcome")
            if (two_sided and len(levels) > 10) or (role == "groups" and len(levels) > _MAX_GROUPS):
                continue
            return role
    if rows and len(levels) == rows > _MAX_GROUPS:
        return "identifier: leave out"
    if len(levels) == 2:
        return "decision, outcome or group"
    return "group or stratum" if 2 < len(levels) <= _MAX_GROUPS else ""


def _questions(frame: pd.DataFrame) -> list[str]:
    asked = []
    for column, values, likely in frame[["column", "values", "might_be"]].itertuples(index=False):
        if likely == "decision":
            asked.append(f"{column}: which value did people hope for? ({values}) -> favourable=")
        if likely == "outcome":
            asked.append(f"{column}: which value means the person performed? ({values}) -> good=")
        if likely == "score":
            asked.append(f"{column}: is a higher value safer or riskier? -> higher_is=")
    if not any(": which value did" in question for question in asked):
        asked.append("Which column is the decision, and which value did people hope for?")
    if "groups" not in set(frame["might_be"]):
        asked.append("Which columns are the groups to compare? -> groups=")
    return asked
