"""`reasons` of a refusal, and the `key_factors` of a score, which are not the same list."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.citations import dated_ids
from creditaudit.explain.models import Model, card_of
from creditaudit.explain.reason_ranking import ranked
from creditaudit.explain.reason_texts import codes_of_reasons, known, texts_of_reasons
from creditaudit.explain.references import Losses, Reference, points_lost
from creditaudit.explain.rule_reasons import reasons_of_rules
from creditaudit.explain.rule_shares import is_book

COLUMNS = (
    "person", "rank", "feature", "points_lost", "text", "code", "method", "reference", "law",
)  # fmt: skip
# Where the scorers of this package draw the line when none is named.
_CUTOFF = 600.0


def reasons(
    scorer: Any,
    X: Any,  # noqa: N803
    *,
    background: Any = None,
    k: int = 4,
    cutoff: float | None = None,
    reference: Reference = "near_cutoff",
    width: float | None = None,
    families: Mapping[str, str] | None = None,
    inquiries: Sequence[str] | None = None,
    texts: Mapping[str, str] | None = None,
    codes: Mapping[str, str] | None = None,
    jurisdictions: Sequence[str] | None = None,
    product: str | None = None,
    decision_date: date | str | None = None,
) -> pd.DataFrame:
    """Return the main reasons for which each refused person was refused.

    Parameters
    ----------
    scorer : object
        With ``points``: a scorecard, a boosting scorer, any model after `scorers.wrap`; or a
        rulebook, where the rules that fired are the reasons.
    X : table or array
        People; those at or above the cut-off have no row.
    background : table or array, optional
        Applicants to compare with, refused and approved.
    k : int
        Reasons at most for each person, and one more if the number of enquiries cost points and is
        not among them.
    cutoff : float, optional
        Points from which people are approved; 600 when not given. A rulebook decides by itself.
    reference : {"near_cutoff", "all_applicants", "below_max"}
        Compared with the average of applicants from the cut-off up to ``width`` points above it, or
        of all applicants: the two ways that the commentary on Regulation B describes. Or with the
        most points the feature can give, which is a convention of the industry and neither of them.
    width : float, optional
        In points; those that double the odds when not given.
    families : mapping of str to str, optional
        Feature to family, of which only the costliest member is told.
    inquiries : sequence of str, optional
        Features that count enquiries; by default those with "inquir" or "enquir" in their name.
    texts, codes : mapping of str to str, optional
        By feature. The words of a card's bins, and R with the place of the feature, otherwise.
    jurisdictions : sequence of str, optional
        Whose duties to give reasons are cited; that of the book, or ("US",).
    product : str, optional
        Kind of credit, one of `law.PRODUCTS`.
    decision_date : date or str, optional
        The law of that day; without it each entry carries the day it was last looked at.

    Returns
    -------
    DataFrame
        person (label in X), rank, feature, points_lost, text, code, method, reference, law (ids of
        entries as "id@day").

    Raises
    ------
    InputError, MissingColumn, AdditivityGap

    Notes
    -----
    Nothing is left out for being hard to hear: a feature that cost points is told whatever it is.
    Of two that cost the same, the one that stands first in the scorer comes first. A refused person
    who is above the average of all applicants on every feature has no row under "all_applicants".

    References
    ----------
    12 CFR 1002.9(b)(2) and Supplement I, comments 9(b)(2)-1 to -8; 15 U.S.C. 1681g(f).
    """
    _count(k)
    places = list(jurisdictions or ())
    if is_book(scorer):
        if cutoff is not None:
            msg = "A rulebook decides by its own text. Leave cutoff= out."
            raise InputError(msg)
        people = Model.of(scorer, "points", X).people(X)
        found = reasons_of_rules(scorer, people, k)
        places = places or _jurisdiction(scorer)
    else:
        line = _CUTOFF if cutoff is None else float(cutoff)
        model = _with_points(scorer, X)
        people = model.people(X)
        people = people[model.output(people) < line]
        losses = _losses(scorer, people, background, reference, line, width)
        found = _table(
            scorer,
            people,
            losses,
            k,
            reference,
            families or {},
            inquiries,
            texts or {},
            codes or {},
        )
        places = places or ["US"]
    law = (
        dated_ids(places, topic="reasons", product=product, decision_date=decision_date)
        if places
        else ""
    )
    return found.assign(law=law)[list(COLUMNS)]


def key_factors(
    scorer: Any,
    X: Any,  # noqa: N803
    *,
    background: Any = None,
    k: int = 4,
    families: Mapping[str, str] | None = None,
    inquiries: Sequence[str] | None = None,
    texts: Mapping[str, str] | None = None,
    codes: Mapping[str, str] | None = None,
    jurisdictions: Sequence[str] = ("US",),
    product: str | None = "credit_report",
    decision_date: date | str | None = None,
) -> pd.DataFrame:
    """Return the features that kept each person's score down, whatever was decided.

    These go with a score that is shown to a person. They are not the reasons of a decision, which
    `reasons` gives: keep the two lists apart.

    Parameters
    ----------
    scorer, X, background, k, families, inquiries, texts, codes, decision_date
        As in `reasons`; everybody has rows, not only those refused.
    jurisdictions : sequence of str
    product : str, optional

    Returns
    -------
    DataFrame
        As from `reasons`; the reference is "below_max" for a card, else "all_applicants".

    Raises
    ------
    InputError, MissingColumn, AdditivityGap

    References
    ----------
    15 U.S.C. 1681g(f)(2)(B) and (f)(9).
    """
    _count(k)
    people = _with_points(scorer, X).people(X)
    reference: Reference = "all_applicants" if card_of(scorer) is None else "below_max"
    losses = points_lost(scorer, people, background, reference, 0.0, None)
    found = _table(
        scorer, people, losses, k, reference, families or {}, inquiries, texts or {}, codes or {}
    )
    law = dated_ids(jurisdictions, topic="notice", product=product, decision_date=decision_date)
    return found.assign(law=law)[list(COLUMNS)]


def _table(
    scorer: Any,
    people: pd.DataFrame,
    losses: Losses,
    k: int,
    reference: str,
    families: Mapping[str, str],
    inquiries: Sequence[str] | None,
    texts: Mapping[str, str],
    codes: Mapping[str, str],
) -> pd.DataFrame:
    names = [str(name) for name in losses.frame.columns]
    known(families, names, "families=")
    counted = inquiry_features(names) if inquiries is None else list(inquiries)
    known(dict.fromkeys(counted, ""), names, "inquiries=")
    lost = losses.frame.to_numpy(np.float64)
    said = texts_of_reasons(scorer, people, names, texts)
    coded = codes_of_reasons(names, codes)
    rows = [
        (people.index[row], rank, names[place], lost[row, place], said[names[place]][row])
        for row, places in enumerate(ranked(lost, names, k, families, counted))
        for rank, place in enumerate(places.tolist(), start=1)
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS[:5]))
    return frame.assign(
        code=[coded[name] for name in frame["feature"]], method=losses.method, reference=reference
    )


def _losses(
    scorer: Any,
    people: pd.DataFrame,
    background: Any,
    reference: str,
    cutoff: float,
    width: float | None,
) -> Losses:
    if len(people):
        return points_lost(scorer, people, background, reference, cutoff, width)
    return Losses(pd.DataFrame(columns=people.columns, dtype=np.float64), "nobody was refused")


def _with_points(scorer: Any, people: Any) -> Model:
    if not hasattr(scorer, "points"):
        msg = (
            f"Reasons are told in points, and {type(scorer).__name__} has none. Pass "
            "creditaudit.scorers.wrap(model)."
        )
        raise InputError(msg)
    return Model.of(scorer, "points", people)


def inquiry_features(names: Sequence[str]) -> list[str]:
    """Return the features that count enquiries, by their names."""
    return [name for name in names if "inquir" in name.lower() or "enquir" in name.lower()]


def _count(k: int) -> None:
    if not isinstance(k, int) or k < 1:
        msg = f"k={k!r} must be a whole number of reasons, at least 1."
        raise InputError(msg)


def _jurisdiction(scorer: Any) -> list[str]:
    from creditaudit.law import load_entries

    place = str(scorer.book.header.jurisdiction)
    return [place] if any(entry.jurisdiction == place for entry in load_entries()) else []
