"""The threshold explorer of a published tally: its counts, and the page as a file."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.bins import MISSING, UNDER, ScoreBins
from creditaudit.cells import BIN, OUTCOME
from creditaudit.errors import InputError, MissingRole
from creditaudit.frames import write_whole
from creditaudit.pages.explorer_page import render_explorer
from creditaudit.tally import Tally

_BAD, _GOOD = 0, 1
# The page's own codes of what lies outside the bins.
_PAGE_UNDER, _PAGE_MISSING, _PAGE_OVER = -2, -1, -3


def explorer_counts(
    tally: Tally,
    *,
    by: tuple[str, ...] | None = None,
    title: str,
    report_date: str | None = None,
    source: str | None = None,
    synthetic: bool = False,
) -> dict[str, Any]:
    """Return the counts by group and score bin that the threshold explorer draws.

    Parameters
    ----------
    tally : Tally
        Published, so that no count is about too few people, with a score.
    by : tuple of str, optional
        The groups of the page; the first grouping by default.
    title : str
    report_date : str, optional
        YYYY-MM-DD; today (UTC) by default.
    source : str, optional
        Name of the data.
    synthetic : bool

    Raises
    ------
    InputError
        If the tally is not published.
    MissingRole
        If it has no score.
    """
    record, bins, roles = tally.published, tally.bins, tally.roles
    if record is None:
        msg = (
            "The explorer shows every cell to every reader, so it takes published counts only. "
            "Publish first: tally.publish(min_cell=5), or `creditaudit publish`."
        )
        raise InputError(msg)
    if bins is None or roles.score is None:
        msg = "The explorer moves a cut-off, and this tally has no score. Pass score= to Roles."
        raise MissingRole(msg)
    names = tally.groupings[0] if by is None else by
    cells = tally.select(names, [BIN, OUTCOME])
    keys = tally.keys(names, cells.codes[:, : len(names)])
    labels = [
        ", ".join("missing" if pd.isna(value) else str(value) for value in row)
        for row in keys.itertuples(index=False)
    ] or ["everyone"] * len(cells)  # fmt: skip
    if not names:
        labels = ["everyone"] * len(cells)
    edges, spans = _edges_and_spans(tally)
    counted: dict[tuple[str, int], list[float]] = {}
    for label, place, outcome, n in zip(
        labels, _places(cells.column(BIN), bins, spans), cells.column(OUTCOME), cells.sums[:, 0],
        strict=True,
    ):  # fmt: skip
        row = counted.setdefault((label, int(place)), [0.0, 0.0, 0.0])
        # The page lists good, bad, unknown.
        row[0 if outcome == _GOOD else 1 if outcome == _BAD else 2] += float(n)
    return {
        "$schema": "creditaudit.explorer/1",
        "title": title,
        "report_date": report_date or datetime.now(UTC).date().isoformat(),
        "synthetic": synthetic,
        "group_column": " x ".join(names) or "everyone",
        "groups": list(dict.fromkeys(labels)),
        "score_column": roles.score,
        "higher_is": roles.higher_is,
        "edges": edges,
        "exact": bins.exact,
        "bins": spans,
        "cells": [[label, place, *row] for (label, place), row in counted.items()],
        "min_cell": record.min_cell,
        "merges": list(record.sentences),
        "fingerprint": tally.fingerprint(),
        "source": source,
        "has_outcome": roles.outcome is not None,
        **({"unscored": True} if bins.unscored else {}),
    }


def save_explorer(tally: Tally, path: str | os.PathLike[str], **options: Any) -> None:
    """Write the threshold explorer of a published tally, whole or not at all.

    Takes what `explorer_counts` takes.

    Raises
    ------
    InputError
        If the tally is not published, or the folder cannot be written.
    """
    text = render_explorer(explorer_counts(tally, **options))

    def write(target: Path) -> None:
        target.write_text(text, encoding="utf-8")

    write_whole(path, write)


def _places(codes: np.ndarray, bins: ScoreBins, spans: Sequence[Sequence[int]]) -> np.ndarray:
    """Return the page's code of each bin; bins merged under or over the edges are bins there."""
    size, under = len(bins), len(spans) > len(bins) and spans[0][0] < 0
    over = len(spans) - under > size
    outside = np.select(
        [codes == UNDER, codes == MISSING, codes >= size],
        [0 if under else _PAGE_UNDER, _PAGE_MISSING, len(spans) - 1 if over else _PAGE_OVER],
    )
    return np.where((codes >= 0) & (codes < size), codes + under, outside)


def _edges_and_spans(tally: Tally) -> tuple[list[float], list[list[int]]]:
    """Return every place of the cut-off, and the original bins that each published bin spans.

    Beyond the bins, -1 is under the first edge, and the number of bins over the last one.
    """
    record, bins = tally.published, tally.bins
    assert record is not None
    assert bins is not None
    values = [float(value) for value in bins.values]
    if bins.exact:
        return values, [[place, place] for place in range(len(values))]
    told = record.edges is not None and record.spans is not None
    # Where exact scores were merged only the merged edges are told.
    edges = list(record.edges) if told and record.edges else values
    spans = [list(span) for span in record.spans] if told and record.spans else []
    if not told:
        spans = [[place, place] for place in range(len(bins))]
    if len(edges) < 2:
        msg = "All scores were merged into one bin, so no cut-off tells anyone apart."
        raise InputError(msg)
    size = len(edges) - 1
    begin = [*edges, float(np.nextafter(edges[-1], np.inf))]
    first, over = (int(np.searchsorted(begin, end)) for end in (values[0], bins.starts[-1]))
    if first > 0 or bins.unscored:
        spans.insert(0, [-1, first - 1 if first <= size else first - 2])
    if over < size:
        spans.append([over, size])
    return edges, spans
