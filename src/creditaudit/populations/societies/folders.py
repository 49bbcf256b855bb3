"""A society as a folder that other tools can read: one table a file, keys written down."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from creditaudit import __version__
from creditaudit.errors import CorruptFile, InputError
from creditaudit.frames.writing import file_hash, write_whole
from creditaudit.populations.base import Population
from creditaudit.populations.societies.society import Society
from creditaudit.roles import Roles
from creditaudit.vocabulary import load_vocabulary

SCHEMA = "creditaudit.society/1"
MANIFEST, DONE = "manifest.json", "_SUCCESS"
TABLES = ("people", "firms", "ties", "events", "debts", "macro")
TEXTS = ("catalog", "agencies")
FLAGS = ("quasi_identifier", "direct_identifier", "crosses_border")
# Which column of which table holds numbers of people, of firms, or of either.
KEYS = (
    ("people", "person_id", "key", "people, from 0"),
    ("people", "household_id", "group", "people who live together have the same"),
    ("people", "employer_id", "reference", "firms.firm_id; missing: not employed"),
    ("firms", "firm_id", "key", "firms, from the number of people on"),
    ("firms", "owner_id", "reference", "people.person_id"),
    ("firms", "legal_representative_id", "reference", "people.person_id"),
    ("ties", "src", "reference", "people.person_id or firms.firm_id, by size of the number"),
    ("ties", "dst", "reference", "people.person_id or firms.firm_id, by size of the number"),
    ("events", "event_id", "key", "entries, by day"),
    ("events", "entity", "reference", "people.person_id or firms.firm_id, see entity_kind"),
    ("debts", "debtor", "reference", "people.person_id or firms.firm_id, by size of the number"),
    ("debts", "creditor", "reference", "people.person_id or firms.firm_id, by size of the number"),
    ("macro", "month", "key", "months from January 2025 on"),
    ("truth/people", "person_id", "reference", "people.person_id"),
    ("truth/firms", "firm_id", "reference", "firms.firm_id"),
    ("catalog", "column", "key", "columns of people, firms, ties and events"),
)


def write_society(world: Society, folder: str | Path, *, force: bool = False) -> dict[str, Any]:
    """Write a society as files, each table one file.

    Parameters
    ----------
    world : Society
    folder : path
        Holds, when all is done, ``people.parquet``, ``firms.parquet``, ``ties.parquet``,
        ``events.parquet``, ``debts.parquet``, ``macro.parquet``, ``catalog.csv``,
        ``agencies.csv``, ``keys.csv`` (which column refers to which), the folder ``truth`` with
        what is true of people and firms, ``manifest.json`` and ``_SUCCESS``. Keep the truth away
        from what a model is trained on.
    force : bool
        Replace what is there.

    Returns
    -------
    mapping
        What ``manifest.json`` holds: how the society came to be, its fingerprint, roles, and rows,
        bytes and SHA-256 of each file.

    Raises
    ------
    InputError
        If the folder holds a society already, or cannot be written.
    """
    place = Path(folder)
    if (place / MANIFEST).exists() and not force:
        msg = (
            f"Folder {place.name!r} holds a {MANIFEST}. Name another folder, or pass force=True "
            "(--force) to replace what is there."
        )
        raise InputError(msg)
    try:
        (place / "truth").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"Cannot make the folder {place.name!r}: {error.strerror}. Name another."
        raise InputError(msg) from error
    (place / DONE).unlink(missing_ok=True)
    files = [_parquet(place, name, table) for name, table in _tables(world).items()]
    keys = pd.DataFrame(KEYS, columns=["table", "column", "kind", "refers_to"])
    texts = {name: getattr(world, name) for name in TEXTS} | {"keys": keys}
    files += [_csv(place, name, table) for name, table in texts.items()]
    manifest = {
        "$schema": SCHEMA,
        "creditaudit": __version__,
        **world.made,
        "people": world.people.n,
        "firms": world.firms.n,
        "fingerprint": world.fingerprint(),
        "roles": {name: getattr(world, name).roles.to_dict() for name in ("people", "firms")},
        "made": {name: dict(getattr(world, name).made) for name in ("people", "firms")},
        "files": files,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, default=list) + "\n"
    write_whole(place / MANIFEST, lambda path: _written(path, text))
    (place / DONE).touch()
    return manifest


def load_society(folder: str | Path) -> Society:
    """Return a society from its folder.

    Parameters
    ----------
    folder : path
        As `write_society` wrote it.

    Returns
    -------
    Society
        Equal in every value. Its people and firms cannot be replayed: make the society again with
        the settings in ``made``.

    Raises
    ------
    InputError
        If the folder holds no society.
    CorruptFile
        If a file is missing or is not the one of the manifest.
    """
    place = Path(folder)
    if not (place / MANIFEST).exists():
        msg = f"Folder {place.name!r} has no {MANIFEST}. Make a society with write_society."
        raise InputError(msg)
    told = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    if told.get("$schema") != SCHEMA:
        found = told.get("$schema")
        msg = f"Folder {place.name!r} holds {found!r} and not {SCHEMA!r}: it is no society."
        raise InputError(msg)
    for file in told["files"]:
        path = place / file["path"]
        if not path.exists() or file_hash(path) != file["sha256"]:
            msg = f"{file['path']} in {place.name!r} is missing or changed. Write the society anew."
            raise CorruptFile(msg)
    tables = {name: pd.read_parquet(place / f"{name}.parquet") for name in TABLES}
    texts = {name: _read_csv(place / f"{name}.csv") for name in TEXTS}
    people, firms = (_population(place, told, name, tables[name]) for name in ("people", "firms"))
    other = {name: tables[name] for name in ("ties", "events", "debts", "macro")}
    skipped = ("$schema", "creditaudit", "people", "firms", "fingerprint", "roles", "made", "files")
    made = {name: value for name, value in told.items() if name not in skipped}
    return Society(people, firms, **other, **texts, made=made)


def _tables(world: Society) -> dict[str, pd.DataFrame]:
    people, firms = world.people, world.firms
    truths: dict[str, pd.DataFrame] = {}
    for name, part, key in (("people", people, "person_id"), ("firms", firms, "firm_id")):
        first = 0 if name == "people" else world.first_firm
        numbers = pd.Series(range(first, first + part.n), name=key, dtype="int64")
        if part.truth is not None:
            truths[f"truth/{name}"] = pd.concat([numbers, part.truth], axis=1)
    plain = {name: getattr(world, name) for name in TABLES[2:]}
    return {"people": people.frame, "firms": firms.frame, **plain, **truths}


def _parquet(place: Path, name: str, table: pd.DataFrame) -> dict[str, Any]:
    path = place / f"{name}.parquet"
    write_whole(path, lambda given: table.to_parquet(given, index=False, compression="zstd"))
    return _record(place, path, len(table))


def _csv(place: Path, name: str, table: pd.DataFrame) -> dict[str, Any]:
    path = place / f"{name}.csv"
    write_whole(path, lambda given: table.to_csv(given, index=False))
    return _record(place, path, len(table))


def _record(place: Path, path: Path, rows: int) -> dict[str, Any]:
    return {
        "path": path.relative_to(place).as_posix(),
        "rows": rows,
        "bytes": path.stat().st_size,
        "sha256": file_hash(path),
    }


def _written(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _read_csv(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    return frame.astype({name: "int8" for name in FLAGS if name in frame})


def _population(place: Path, told: Mapping[str, Any], name: str, frame: pd.DataFrame) -> Population:
    path = place / "truth" / f"{name}.parquet"
    truth = pd.read_parquet(path).iloc[:, 1:] if path.exists() else None
    return Population(
        frame,
        Roles.from_dict(told["roles"][name]),
        catalog=load_vocabulary().catalog(frame.columns),
        truth=truth,
        made=told["made"][name],
    )
