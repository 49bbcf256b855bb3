"""The page for a consultation: two versions of a book as plain JSON, and the page as a file."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from creditaudit.frames import write_whole
from creditaudit.pages.consultation_page import VERSION, render_consultation
from creditaudit.rulebooks import Difference, Rulebook, RulebookScorer, rights
from creditaudit.rulebooks.programs import RuleStep

FIRING = ("fires_before", "fires_after", "no_longer", "newly")
MEASURES = ("value", "low", "high", "n")


def consultation(
    difference: Difference,
    *,
    title: str | None = None,
    report_date: str | None = None,
    source: str | None = None,
) -> dict[str, Any]:
    """Return two versions of a book side by side, as the page for a consultation draws them.

    Parameters
    ----------
    difference : Difference
        What `creditaudit.rulebooks.diff` returned, with or without people.
    title : str, optional
        The titles of both books by default.
    report_date : str, optional
        YYYY-MM-DD; today (UTC) by default.
    source : str, optional
        What the people are, in words; never a path.

    Returns
    -------
    dict
        Plain JSON types, version ``creditaudit.consultation/1``. Nothing in it is of fewer people
        than the difference was asked to show.
    """
    old, new = difference.old, difference.new
    flips = difference.flips
    return {
        "$schema": VERSION,
        "title": title or _title(old.book, new.book),
        "report_date": report_date or datetime.now(UTC).date().isoformat(),
        "synthetic": difference.synthetic,
        "source": source,
        "min_cell": difference.min_cell,
        "people": None if flips is None else _people(flips),
        "old": _version(old),
        "new": _version(new),
        "mandatory": difference.mandatory,
        "counts": difference.counts,
        "rules": list(_rules(difference)),
        "flips": [] if flips is None else list(_flips(flips)),
        "rights": list(_rights(old.book, new.book)),
        "sources": list(_sources(difference)),
    }


def save_consultation(difference: Difference, path: str | os.PathLike[str], **options: Any) -> None:
    """Write the page for a consultation as one HTML file; the options are those of `consultation`.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    text = render_consultation(consultation(difference, **options))

    def write(target: Path) -> None:
        target.write_text(text, encoding="utf-8")

    write_whole(path, write)


def _title(old: Rulebook, new: Rulebook) -> str:
    if old.title == new.title:
        return f"{new.title}: what would change"
    return f"From {old.title} to {new.title}: what would change"


def _version(scorer: RulebookScorer) -> dict[str, Any]:
    book, header, decision = scorer.book, scorer.book.header, scorer.book.contents.decision
    return {
        "id": book.id, "title": book.title, "issuer": header.issuer, "as_of": str(scorer.as_of),
        "reading": scorer.reading, "confidence": header.confidence, "use": header.use,
        "looked_at": str(header.looked_at), "reviewer": header.reviewer, "file": book.file,
        "rules": len(scorer.program.rules),
        "decision": None if decision is None else decision.text,
        "rests_on": None if decision is None else decision.rests_on,
        "notes": list(header.notes),
    }  # fmt: skip


def _steps(difference: Difference) -> list[dict[str, RuleStep]]:
    both = (difference.old, difference.new)
    return [{step.rule.id: step for step in one.program.rules} for one in both]


def _rules(difference: Difference) -> Iterator[dict[str, Any]]:
    before, after = _steps(difference)
    for row in difference.rules.to_dict(orient="records"):
        name = row["rule"]
        step = after.get(name) or before[name]
        scorer = difference.new if name in after else difference.old
        titles = {one.id: one.title for one in scorer.book.sources}
        yield {
            **{key: row[key] for key in ("rule", "title", "change", "what")},
            **{key: _number(row[key]) for key in ("old_line", "new_line")},
            **{key: _text(row[key]) for key in ("old_mark", "new_mark")},
            "source": titles.get(step.rule.source, step.rule.source), "where": step.rule.where,
            "basis": _basis(scorer.book, step),
            **{key: _number(row[key]) for key in FIRING if key in row},
        }  # fmt: skip


def _basis(book: Rulebook, step: RuleStep) -> str:
    """Return what the file says of a rule's legal basis; silence is "not searched"."""
    said = []
    for name in step.rule.basis:
        basis = book.basis[name]
        words = basis.state.replace("_", " ").replace("searched not", "searched, not")
        more = basis.cite or basis.searched_in
        said.append(f"{words}: {more}" if more else words)
    return "; ".join(said) or "not searched"


def _people(flips: pd.DataFrame) -> int | None:
    """Return how many people there are, or None where they are too few to be counted."""
    names = _groups(flips)
    everyone = flips[flips[names].isna().all(axis=1)]
    shown = everyone.loc[everyone["value"].notna(), "n"]
    return int(shown.max()) if len(shown) else None


def _groups(flips: pd.DataFrame) -> list[str]:
    return list(flips.columns[: flips.columns.get_loc("measure")])


def _flips(flips: pd.DataFrame) -> Iterator[dict[str, Any]]:
    names = _groups(flips)
    for row in flips.to_dict(orient="records"):
        column = next((name for name in names if not pd.isna(row[name])), None)
        few = pd.isna(row["value"])
        yield {
            "column": None if column is None else str(column),
            "group": None if column is None else str(row[column]),
            "measure": row["measure"],
            **{key: None if few else _number(row[key]) for key in MEASURES},
            "note": str(row["note"]),
        }


def _rights(old: Rulebook, new: Rulebook) -> Iterator[dict[str, str]]:
    """Yield the rights on which the two texts differ."""
    tables = [rights(book) for book in (old, new)]
    for (_, was), (_, now) in zip(*(one.iterrows() for one in tables), strict=True):
        if was["cell"] != now["cell"]:
            yield {"right": str(was["right"]), "old": was["cell"], "new": now["cell"]}


def _sources(difference: Difference) -> Iterator[dict[str, Any]]:
    """Yield the sources that rules which changed rest on."""
    changed = set(difference.rules.loc[difference.rules["change"] != "unchanged", "rule"])
    both = zip((difference.old, difference.new), _steps(difference), strict=True)
    for which, (scorer, steps) in zip(("old", "new"), both, strict=True):
        named = {step.rule.source for name, step in steps.items() if name in changed}
        for source in scorer.book.sources:
            if source.id in named:
                yield {
                    "version": which, "title": source.title, "publisher": source.publisher,
                    "date": None if source.date is None else str(source.date),
                    "url": source.url, "read": source.read, "mark": source.mark,
                }  # fmt: skip


def _number(value: Any) -> float | int | None:
    if pd.isna(value):
        return None
    return (
        int(value) if float(value).is_integer() and not isinstance(value, float) else float(value)
    )


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)
