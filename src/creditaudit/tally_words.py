"""The cells of a tally in words, as a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.counting import Grouping
from creditaudit.values import Codes, Level

if TYPE_CHECKING:
    from creditaudit.tally import Tally

# In the order of their codes, -1 last.
OUTCOMES = ("bad", "good", None)
DECISIONS = (
    "refused", "approved", "open", "refused or none", "approved or none", "open or none", None
)  # fmt: skip


def labelled(tally: Tally, names: Grouping) -> pd.DataFrame:
    """Return the cells of a grouping in words; see `Tally.labelled`."""
    cells = tally.told.select(names, [BIN, OUTCOME, DECISION])
    frame = keys(tally.levels, names, cells.codes[:, : len(names)])
    if tally.bins is not None:
        frame["score_bin"] = [tally.bins.label(code) for code in cells.column(BIN)]
    if tally.roles.outcome:
        frame["outcome"] = [OUTCOMES[code] for code in cells.column(OUTCOME)]
    if tally.roles.decision:
        frame["decision"] = [DECISIONS[code] for code in cells.column(DECISION)]
    frame[["n", "w", "w2"]] = cells.sums
    if tally.bounds is not None:
        low, high = (cells.sums[:, 0] + end for end in tally.bounds.spans(cells))
        frame[["n", "w", "w2"]] += (low - cells.sums[:, 0])[:, None]
        frame.loc[low < high, ["n", "w", "w2"]] = np.nan
        frame["low"], frame["high"] = low, high
    return frame


def keys(
    levels: Mapping[str, tuple[Level, ...]], names: Sequence[str], codes: Codes
) -> pd.DataFrame:
    """Return codes of group columns as a frame of their values; missing is null."""
    return pd.DataFrame(
        {name: _column(levels[name], codes[:, i]) for i, name in enumerate(names)},
        index=pd.RangeIndex(len(codes)),
    )


def _column(levels: tuple[Level, ...], codes: Codes) -> pd.Series:
    values = pd.Series([levels[c] if c >= 0 else None for c in codes], dtype=object)
    kinds = {type(level) for level in levels}
    whole = bool((codes >= 0).all())
    if kinds == {bool}:
        return values.astype("bool") if whole else values.astype("boolean")
    if kinds == {int} and all(abs(level) < 2**63 for level in levels):  # type: ignore[arg-type]
        return values.astype("int64") if whole else values.astype("Int64")
    # pandas 2 keeps text as objects, and would turn null into the text "None".
    return values.infer_objects() if kinds == {str} else values
