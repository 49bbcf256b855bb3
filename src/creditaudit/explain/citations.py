"""The law entries a reason stands under, each with the day it was looked at."""

from collections.abc import Sequence
from datetime import date

from creditaudit.law import LawEntry, load_entries, resolve

# States in which a text binds nobody.
_SILENT = (
    "not yet",
    "replaced",
    "repealed",
    "withdrawn",
    "a proposal",
    "not in force",
    "an example",
)


def dated_ids(
    jurisdictions: Sequence[str],
    *,
    topic: str,
    product: str | None,
    decision_date: date | str | None,
) -> str:
    """Return the ids of the entries on a topic that apply, as "id@day; id@day".

    The day is that of the decision, or, where none is given, the day the entry was last looked at.

    Raises
    ------
    InputError
        If a jurisdiction, product or date is not known.
    """
    known = {entry.id: entry for entry in load_entries()}
    latest = max(entry.as_of for entry in known.values())
    day = decision_date or latest
    found = resolve(jurisdictions, report_date=day, decision_date=day, topic=topic, product=product)
    return "; ".join(
        f"{one.id}@{_day(known[one.id], decision_date)}"
        for one in found
        if not one.at_decision.startswith(_SILENT)
    )


def _day(entry: LawEntry, decided: date | str | None) -> str:
    return str(decided or entry.as_of)
