"""Who keeps which column, why, on which legal basis, and whether it helps to single people out."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.populations.persons.roots import AS_OF
from creditaudit.vocabulary import Column, load_vocabulary

STATES = ("cited", "searched_not_found", "not_searched", "repealed")
CATALOG = (
    "column", "of", "sector", "agency", "purpose", "sensitivity", "unit", "description",
    "quasi_identifier", "direct_identifier", "crosses_border", "jurisdiction", "basis_state",
    "basis",
)  # fmt: skip
COLUMNS = [
    "agency", "sector", "purpose", "jurisdiction", "basis_state", "basis", "in_force", "repealed",
    "mark", "crosses_border", "note",
]  # fmt: skip


def agencies_frame(on: str = AS_OF) -> pd.DataFrame:
    """Return every agency with the legal bases of what it keeps, as they stood on a day.

    Parameters
    ----------
    on : str
        The day, as YYYY-MM-DD.

    Returns
    -------
    frame with one row an agency, purpose, jurisdiction and basis
        ``agency, sector, purpose, jurisdiction, basis_state, basis, in_force, repealed, mark,
        crosses_border, note``. The state is cited, searched_not_found, not_searched or repealed;
        absence here is not absence in law. ``crosses_border`` is assumed.
    """
    day = date.fromisoformat(on)
    rows = []
    for agency in _texts()["agency"]:
        for basis in agency["basis"]:
            for purpose in basis.get("purposes", agency["purposes"]) or [""]:
                since, until = basis.get("from"), basis.get("until")
                if since is not None and since > day:
                    continue
                rows.append(
                    (
                        agency["id"], agency["sector"], purpose, basis["jurisdiction"],
                        _state(basis, day), basis.get("cite", ""), _day(since), _day(until),
                        basis.get("mark", ""), int(agency["abroad"]), basis.get("note", ""),
                    )
                )  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS)
    texts = [name for name in COLUMNS if name != "crosses_border"]
    return frame.astype({**dict.fromkeys(texts, "str"), "crosses_border": "int8"})


def society_catalog(
    columns: Iterable[str], *, jurisdiction: str = "CN", on: str = AS_OF
) -> pd.DataFrame:
    """Return who keeps each column and on which basis, and what it can give away.

    Parameters
    ----------
    columns : iterable of str
        Columns of the vocabulary.
    jurisdiction : str
        Whose texts the legal bases are taken from.
    on : str
        The day on which they stand.

    Returns
    -------
    frame with one row a column
        ``column, of, sector, agency, purpose, sensitivity, unit, description, quasi_identifier,
        direct_identifier, crosses_border, jurisdiction, basis_state, basis``. ``agency`` is empty
        where every agency keeps the column for what it enters itself.

    Raises
    ------
    InputError
        If there are no texts of the jurisdiction.
    """
    bases = agencies_frame(on)
    known = sorted(set(bases["jurisdiction"]))
    if jurisdiction not in known:
        msg = f"There are no legal bases of {jurisdiction!r}. Jurisdictions: {', '.join(known)}."
        raise InputError(msg)
    told = _best(bases[bases["jurisdiction"] == jurisdiction])
    abroad = {agency["id"]: int(agency["abroad"]) for agency in _texts()["agency"]}
    quasi, direct = (set(_texts()[f"{kind}_identifiers"]) for kind in ("quasi", "direct"))
    vocabulary, rows = load_vocabulary(), []
    for name in dict.fromkeys(columns):
        column = vocabulary[name]
        agency = keeper(column)
        nothing = told.get((agency, ""), ("not_searched", ""))
        state, basis = told.get((agency, column.purpose), nothing)
        rows.append(
            (
                name, column.of, column.sector, agency, column.purpose, column.sensitivity,
                column.unit, column.description, int(name in quasi), int(name in direct),
                abroad.get(agency, 0), jurisdiction, state, basis,
            )
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(CATALOG))
    flags = ("quasi_identifier", "direct_identifier", "crosses_border")
    texts = [name for name in CATALOG if name not in flags]
    return frame.astype({**dict.fromkeys(texts, "str"), **dict.fromkeys(flags, "int8")})


def keeper(column: Column) -> str:
    """Return the agency that keeps a column; empty where each keeps it for itself."""
    for agency in _texts()["agency"]:
        if column.name in agency.get("columns", ()):
            return str(agency["id"])
    for agency in _texts()["agency"]:
        if agency["sector"] == column.sector and column.purpose in agency["purposes"]:
            return str(agency["id"])
    return ""


def _best(bases: pd.DataFrame) -> dict[tuple[str, str], tuple[str, str]]:
    """Return state and text for each agency and purpose: what is cited before what is not."""
    best: dict[tuple[str, str], tuple[str, str]] = {}
    for row in bases.itertuples(index=False):
        key, found = (str(row.agency), str(row.purpose)), (str(row.basis_state), str(row.basis))
        if key not in best or STATES.index(found[0]) < STATES.index(best[key][0]):
            best[key] = found
    return best


def _state(basis: Mapping[str, Any], day: date) -> str:
    until = basis.get("until")
    return "repealed" if until is not None and until <= day else str(basis["state"])


def _day(given: date | None) -> str:
    return given.isoformat() if given else ""


@cache
def _texts() -> dict[str, Any]:
    path = resources.files("creditaudit.populations.societies") / "agencies.toml"
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    known = load_vocabulary()
    for agency in text["agency"]:
        unknown = {*agency.get("columns", ())} - set(known.columns)
        wrong = [basis["state"] for basis in agency["basis"] if basis["state"] not in STATES[:3]]
        if agency["id"] not in known.agencies or unknown or wrong:
            msg = (
                f"agencies.toml: agency {agency['id']!r} has {sorted(unknown) or wrong or 'no id'}."
            )
            raise InputError(msg)
    return text
