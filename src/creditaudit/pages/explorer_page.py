"""The threshold explorer: one HTML file in which a reader moves the cut-off over published counts.

The file holds counts, never rows. Its script computes what is shown; the policy in its head names
the hash of that one script, so no other runs and nothing is fetched.
"""

import json
import math
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from creditaudit.bins import shown
from creditaudit.charts import count
from creditaudit.errors import InputError
from creditaudit.intervals import wilson
from creditaudit.pages import wording
from creditaudit.values import Floats

LIMIT = 60_000
VERSION = "creditaudit.explorer/1"
UNDER, NONE, OVER = -2, -1, -3
REST = ("(other)", "other", "(missing)", "missing")
# How many sentences on merging the page shows, and in how many characters: less where it is full.
ROOMS = ((200, 600), (40, 300), (8, 200), (0, 0))
Counts = list[list[list[float]]]

KINDS: dict[str, tuple[type, ...]] = {
    "title": (str,),
    "report_date": (str,),
    "synthetic": (bool,),
    "group_column": (str,),
    "groups": (list, tuple),
    "score_column": (str,),
    "higher_is": (str,),
    "edges": (list, tuple),
    "exact": (bool,),
    "bins": (list, tuple),
    "cells": (list, tuple),
    "min_cell": (int, float),
    "merges": (list, tuple),
    "fingerprint": (str,),
    "source": (str, type(None)),
    "has_outcome": (bool,),
}


def render_explorer(published: Mapping[str, Any]) -> str:
    """Return the threshold explorer of a published tally as one self-contained HTML page.

    Parameters
    ----------
    published : Mapping
        Plain JSON types, version ``creditaudit.explorer/1``: ``edges`` are the places of the
        cut-off, ``bins`` the published bins as ranges (first, last) of original bins, and
        ``cells`` rows of (group, bin, good, bad, unknown), the bin -2 for scores under the edges,
        -3 over them, -1 for people without a score. A range that begins at -1, or ends at the
        number of original bins, reaches under or over the edges; with ``unscored`` (optional) the
        first published bin also holds people without a score.

    Returns
    -------
    str
        HTML of at most `LIMIT` bytes in UTF-8; the same text for the same counts.

    Raises
    ------
    InputError
        With every fault of the counts; or if they do not fit on the page.

    Notes
    -----
    A score at or above the cut-off is approved when higher is safer, and refused when higher is
    riskier. A published bin that the cut-off splits may be approved or refused person by person:
    every rate then runs from its least to its greatest possible value, and its range from the
    Wilson lower end at the one to the Wilson upper end at the other. The last interval includes
    its upper edge, so a cut-off at that edge splits it. People who may have no score may also have
    no decision.

    References
    ----------
    Wilson, E. B. (1927). JASA 22, 209-212.
    """
    page = wording.printable(published)
    faults = list(_faults(page))
    if faults:
        listed = "".join(f"\n  {fault}" for fault in faults[:20])
        more = f"\n  and {len(faults) - 20} more" if len(faults) > 20 else ""
        noun = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        msg = f"The counts do not follow {VERSION}: {noun}.{listed}{more}"
        raise InputError(msg)
    counts = _counts(page)
    start = _start(page, counts)
    script = _asset("explorer.js")
    view = {
        "page": page,
        "held": _data_block(_held(page, counts, start)),
        "script": Markup(script),
        "script_hash": b64encode(sha256(script.encode()).digest()).decode(),
        "start": start,
        "places": len(page["edges"]),
        "first": shown(page["edges"][0]),
        "last": shown(page["edges"][-1]),
        "people": sum(sum(cell) for group in counts for cell in group),
        "still": _still(page, counts, start),
    }
    for most, width in ROOMS:
        merges = [wording.clip(text, width) for text in page["merges"][:most]]
        text: str = _template().render(view | {"merges": merges})
        if len(text.encode()) <= LIMIT:
            return text
    msg = (
        f"The page would take {len(text.encode()):,} bytes; the limit is {LIMIT:,}. It has "
        f"{len(page['groups'])} groups and {len(page['bins'])} published bins. "
        "Publish fewer groups, or wider bins."
    )
    raise InputError(msg)


def _faults(page: Any) -> Iterator[str]:
    if not isinstance(page, Mapping) or page.get("$schema") != VERSION:
        yield f"$schema: expected {VERSION!r}."
        return
    unlike = [
        name
        for name, kinds in KINDS.items()
        if not isinstance(page.get(name, ...), kinds)
        or (bool not in kinds and isinstance(page[name], bool))
    ]
    for name in unlike:
        wanted = " or ".join(kind.__name__ for kind in KINDS[name])
        found = type(page[name]).__name__ if name in page else "nothing"
        yield f"{name}: found {found}, expected {wanted}."
    if not isinstance(page.get("unscored", False), bool):
        yield f"unscored: found {type(page['unscored']).__name__}, expected bool."
    if not unlike:
        yield from _faults_in_fields(page)


def _faults_in_fields(page: Mapping[str, Any]) -> Iterator[str]:
    try:
        date.fromisoformat(page["report_date"])
    except ValueError:
        yield f"report_date: found {page['report_date']!r}, expected a date such as 2026-01-31."
    if page["higher_is"] not in ("safer", "riskier"):
        yield f"higher_is: found {page['higher_is']!r}, expected 'safer' or 'riskier'."
    groups, edges = page["groups"], page["edges"]
    if not groups or not all(isinstance(name, str) for name in groups):
        yield "groups: expected at least one text."
    elif len(set(groups)) < len(groups):
        yield "groups: a label is there twice; each group needs its own."
    if not all(isinstance(text, str) for text in page["merges"]):
        yield "merges: expected sentences."
    rising = all(map(_finite, edges)) and all(a < b for a, b in pairwise(edges))
    if not rising or len(edges) < (1 if page["exact"] else 2):
        yield "edges: expected rising finite numbers: two or more, or one or more exact values."
    first, last = (0, len(edges) - 1) if page["exact"] else (-1, len(edges) - 1)
    for at, ends in enumerate(page["bins"]):
        whole = _is_row(ends, 2) and all(isinstance(end, int) for end in ends)
        if not whole or not first <= ends[0] <= ends[1] <= last:
            yield f"bins[{at}]: found {ends!r}, expected [first, last] from {first} to {last}."
    for at, row in enumerate(page["cells"]):
        if not _is_row(row, 5) or not all(map(_finite, row[2:])) or min(row[2:]) < 0:
            yield f"cells[{at}]: found {row!r}, expected [group, bin, good, bad, unknown]."
        elif row[0] not in groups:
            yield f"cells[{at}]: {row[0]!r} is none of the groups."
        elif not isinstance(row[1], int) or row[1] not in range(OVER, len(page["bins"])):
            yield f"cells[{at}]: bin {row[1]!r}, expected -3 to {len(page['bins']) - 1}."


def _is_row(value: object, length: int) -> bool:
    return isinstance(value, list | tuple) and len(value) == length


def _finite(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)  # type: ignore[arg-type]


def _counts(page: Mapping[str, Any]) -> Counts:
    """Return [good, bad, unknown] by group and bin; after the bins: under, no score, over."""
    number = len(page["bins"])
    places = {UNDER: number, NONE: number + 1, OVER: number + 2}
    rank = {name: at for at, name in enumerate(page["groups"])}
    counts = [[[0, 0, 0] for _ in range(number + 3)] for _ in rank]
    for group, at, *parts in page["cells"]:
        cell = counts[rank[group]][places.get(at, at)]
        cell[:] = [
            total + (int(part) if float(part).is_integer() else part)
            for total, part in zip(cell, parts, strict=True)
        ]
    return counts  # type: ignore[return-value]


def _held(page: Mapping[str, Any], counts: Counts, start: int) -> dict[str, Any]:
    people = [sum(map(sum, group[: len(page["bins"])])) for group in counts]
    named = [at for at, name in enumerate(page["groups"]) if name not in REST]
    largest = max(named or range(len(people)), key=lambda at: people[at])
    if page["has_outcome"]:
        flat = [[part for cell in group for part in cell] for group in counts]
    else:
        flat = [[sum(cell) for cell in group] for group in counts]
    return {
        "column": wording.clip(page["group_column"], 60),
        "score": wording.clip(page["score_column"], 60),
        "safer": page["higher_is"] == "safer",
        "exact": page["exact"],
        "edges": [int(edge) if float(edge).is_integer() else edge for edge in page["edges"]],
        "bins": page["bins"],
        "groups": page["groups"],
        "unscored": page.get("unscored", False),
        "outcome": page["has_outcome"],
        "counts": flat,
        "start": start,
        "reference": largest,
    }


def _data_block(held: Mapping[str, Any]) -> Markup:
    """Return JSON that cannot end the element it stands in."""
    text = json.dumps(held, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)


def _approvals(page: Mapping[str, Any], group: list[list[float]], at: int) -> Floats:
    """Return [approved, people] where the fewest are approved, and where the most are."""
    number = len(page["bins"])
    sure = {"above": sum(group[number + 2]), "below": sum(group[number])}
    most = dict(sure)
    for place, (ends, cell) in enumerate(zip(page["bins"], group, strict=False)):
        side = _side(page, ends, at)
        for one in most:
            if side in (one, "split"):
                most[one] += sum(cell)
            if side == one and not (place == 0 and page.get("unscored", False)):
                sure[one] += sum(cell)
    yes, no = ("above", "below") if page["higher_is"] == "safer" else ("below", "above")
    return np.array([[sure[yes], sure[yes] + most[no]], [most[yes], most[yes] + sure[no]]])


def _side(page: Mapping[str, Any], ends: Sequence[int], at: int) -> str:
    first, last = ends
    if first >= at:
        return "above"
    closed = not page["exact"] and at == len(page["edges"]) - 1 and last == at - 1
    return "below" if last < at and not closed else "split"


def _start(page: Mapping[str, Any], counts: Counts) -> int:
    """Return the place of the cut-off that comes nearest to approving half."""

    def distance(at: int) -> float:
        ends = np.sum([_approvals(page, group, at) for group in counts], axis=0)
        return float(abs(2 * ends[:, 0].sum() - ends[:, 1].sum()))

    return min(range(len(page["edges"])), key=distance)


def _still(page: Mapping[str, Any], counts: Counts, at: int) -> dict[str, Any]:
    """Return what a reader without scripts sees: approval rates at one cut-off."""
    edge = shown(page["edges"][at])
    rule = f"{edge} or higher" if page["higher_is"] == "safer" else f"below {edge}"
    rows = []
    for name, group in zip(page["groups"], counts, strict=True):
        ends = _approvals(page, group, at)
        approved, people = ends.T
        row = {"group": name, "approved": _span(approved), "people": _span(np.sort(people))}
        if people.any():
            # With nobody at one end, only the other is a rate.
            approved, people = ends[[0, 1] if people.all() else 2 * [int(people.argmax())]].T
            low, high = wilson(approved / people, people)
            percents = dict.fromkeys(f"{100 * rate:.1f}" for rate in approved / people)
            row |= {"rate": f"{' to '.join(percents)}\u00a0%"}
            row |= {"range": f"{100 * low[0]:.1f} to {100 * high[1]:.1f}\u00a0%"}
        else:
            row |= {"rate": "undefined", "range": "–"}
        rows.append(row)
    return {"cutoff": edge, "rule": rule, "rows": rows}


def _span(numbers: Floats) -> str:
    return " to ".join(dict.fromkeys(map(count, numbers)))


@cache
def _asset(name: str) -> str:
    return (files("creditaudit.pages") / "templates" / name).read_text("utf-8")


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("creditaudit.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"css": Markup(_asset("explorer.css"))}
    environment.filters |= {"clip": wording.clip, "day": wording.day, "count": count}
    return environment.get_template("explorer.html.j2")
