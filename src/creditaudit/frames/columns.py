"""Some columns of a table as one frame, typed as a tally types them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from creditaudit.frames.sources import Source
from creditaudit.values import Level, encode, settle_types


def read_columns(source: Source, columns: Sequence[str], *, fix: str = "") -> pd.DataFrame:
    """Return named columns with one row a row of the table.

    Parameters
    ----------
    source : Source
    columns : sequence of str
    fix : str
        What to do where one is missing.

    Returns
    -------
    frame
        Numbers as numbers, everything else as it is; missing values are null.

    Raises
    ------
    MissingColumn, InputError, CorruptFile
    """
    names = list(dict.fromkeys(columns))
    levels: dict[str, dict[Level, int]] = {name: {} for name in names}
    parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for batch in source.batches(names, fix=fix):
        for name in names:
            codes, found = encode(batch[name], name)
            known = levels[name]
            shared = [known.setdefault(level, len(known)) for level in found]
            parts[name].append(np.append(np.array(shared, dtype=np.int64), -1)[codes])
    return pd.DataFrame({
        name: _column(settle_types(list(levels[name]), name, text=source.text), parts[name])
        for name in names
    })  # fmt: skip


def _column(levels: list[Level], parts: list[np.ndarray]) -> pd.Series:
    codes = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    numeric = levels and all(type(level) in (int, float) for level in levels)
    if numeric and all(abs(float(level or 0)) < 2**53 for level in levels):
        values = np.append(np.array(levels, dtype=np.float64), np.nan)[codes]
        whole = (codes >= 0).all() and all(type(level) is int for level in levels)
        return pd.Series(values.astype(np.int64) if whole else values)
    # The last place is that of code -1.
    known: np.ndarray = np.array([*levels, None], dtype=object)
    return pd.Series(known[codes], dtype=object)
