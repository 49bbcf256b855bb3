"""A notice for one refused person: reasons, against whom, and the law, as text and as a page."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.models import Model
from creditaudit.explain.reason_codes import reasons
from creditaudit.explain.references import reference_words
from creditaudit.law import NOT_ADVICE, load_entries

HEADING = "Why this application was refused"
_STYLE = "body{font:16px/1.5 sans-serif;max-width:40em;margin:2em auto;padding:0 1em}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Notice:
    """What one refused person is told.

    Attributes
    ----------
    person : label
    points : float or None
        The score; None where it is unknown.
    cutoff : float or None
        Points from which people are approved; None where a rulebook decides.
    reasons : DataFrame
        The rows of `reasons` for this person.
    synthetic : bool
        Whether the person was made up.
    """

    person: Hashable
    points: float | None
    cutoff: float | None
    reasons: pd.DataFrame
    synthetic: bool = False

    def to_text(self) -> str:
        """Return the notice as plain text."""
        numbered = [f"{place}. {line}" for place, line in enumerate(self._reasons, start=1)]
        parts = [HEADING, *self._about, "", self._lead, *numbered, "", *self._foot]
        return "\n".join(parts) + "\n"

    def to_html(self) -> str:
        """Return the notice as one page, without a script or anything to load."""
        about = "".join(f"<p>{escape(line)}</p>" for line in self._about)
        listed = "".join(f"<li>{escape(line)}</li>" for line in self._reasons)
        foot = "".join(f"<p>{escape(line)}</p>" for line in self._foot)
        return (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{HEADING}</title>'
            f"<style>{_STYLE}</style></head><body><h1>{HEADING}</h1>{about}"
            f"<p>{escape(self._lead)}</p><ol>{listed}</ol>{foot}</body></html>\n"
        )

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        body = self.to_html().partition("<body>")[2].partition("</body>")[0]
        return body.replace("<h1>", "<h3>").replace("</h1>", "</h3>")

    @property
    def _about(self) -> list[str]:
        made = ["This person is synthetic: nobody was refused."] if self.synthetic else []
        score = (
            "The score is unknown." if self.points is None else f"Score: {self.points:.6g} points."
        )
        line = (
            "The rules decide."
            if self.cutoff is None
            else f"Applications are approved from {self.cutoff:g} points on."
        )
        return [*made, f"Application: {self.person}. {score} {line}"]

    @property
    def _lead(self) -> str:
        if not len(self.reasons):
            return (
                "No feature cost points against this reference. Compare with applicants near the "
                "cut-off for the reasons of this refusal."
            )
        against = reference_words(str(self.reasons["reference"].iloc[0]))
        return f"The main reasons, compared with {against}:"

    @property
    def _reasons(self) -> list[str]:
        return [
            f"{row.text} [{row.code}]: {_lost(row.points_lost)}"
            for row in self.reasons.itertuples()
        ]

    @property
    def _foot(self) -> list[str]:
        if not len(self.reasons):
            return [NOT_ADVICE]
        first = self.reasons.iloc[0]
        return [
            f"How this was computed: {first['method']}. Whether anybody reviewed the decision is "
            "not part of this computation.",
            *_citations(str(first["law"])),
            NOT_ADVICE,
        ]


def notices(
    scorer: Any,
    X: Any,  # noqa: N803
    *,
    cutoff: float | None = None,
    synthetic: bool = False,
    **how: Any,
) -> Mapping[Hashable, Notice]:
    """Return a notice for each refused person, by their label in X.

    Parameters
    ----------
    scorer, X, cutoff
        As in `reasons`.
    synthetic : bool
        Whether the people were made up; the notice then says so.
    **how
        Everything else that `reasons` takes.

    Raises
    ------
    InputError, MissingColumn, AdditivityGap
    """
    found = reasons(scorer, X, cutoff=cutoff, **how)
    people = Model.of(scorer, "points", X).people(X)
    if not people.index.is_unique:
        msg = "Several rows of X have the same label. Give each person a label of their own."
        raise InputError(msg)
    points = pd.Series(np.asarray(scorer.points(people), np.float64), index=people.index)
    book = hasattr(scorer, "fired")
    line = None if book else 600.0 if cutoff is None else float(cutoff)
    if line is None:
        refused = people.index[np.asarray(pd.Series(scorer.decide(people)) == "refused")]
    else:
        refused = people.index[points.to_numpy() < line]
    empty = found.iloc[:0]
    by_person = dict(iter(found.groupby("person", sort=False)))
    return {
        person: Notice(
            person=person,
            points=None if np.isnan(points[person]) else float(points[person]),
            cutoff=line,
            reasons=by_person.get(person, empty).reset_index(drop=True),
            synthetic=synthetic,
        )
        for person in refused
    }


def _lost(points: float) -> str:
    return "decides by itself" if np.isnan(points) else f"{points:.1f} points"


def _citations(law: str) -> list[str]:
    known = {entry.id: entry for entry in load_entries()}
    lines = []
    for one in filter(None, law.split("; ")):
        name, _, day = one.partition("@")
        lines.append(f"Law: {known[name].citation} ({known[name].title}), as of {day}.")
    return lines
