"""People of any number as a folder of files, which a run that was stopped can go on with."""

import json
import platform
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

from creditaudit import __version__
from creditaudit.errors import CorruptFile, InputError
from creditaudit.frames.writing import write_whole
from creditaudit.populations.base import Population
from creditaudit.populations.biases import Bias
from creditaudit.populations.borrowers import make_borrowers
from creditaudit.populations.packs import Pack, load_pack
from creditaudit.populations.people_files import PEOPLE, TRUTH, Order, Records, found_file
from creditaudit.populations.people_workers import written

MANIFEST, CATALOG, DONE = "manifest.json", "catalog.csv", "_SUCCESS"
SCHEMA = "creditaudit.people/1"
PACKAGES = ("numpy", "pyarrow", "scipy")


def write_people(
    folder: str | Path,
    n: int,
    *,
    seed: int,
    bias: Bias | None = None,
    pack: str | Pack = "class_balanced",
    columns: Sequence[str] | str | None = None,
    workers: int = 1,
    blocks: int = 16,
    force: bool = False,
    told: Callable[[int], None] = lambda people: None,
) -> dict[str, Any]:
    """Write the people of `make_borrowers` as files, in memory that does not grow with ``n``.

    Parameters
    ----------
    folder : path
        Holds, when all is done, ``people.parquet`` and ``truth.parquet``, which are folders of
        files, with ``catalog.csv``, ``manifest.json`` and ``_SUCCESS``. Keep the truth away from
        what a model is trained on.
    n, seed, bias, pack, columns
        As for `make_borrowers`.
    workers : int
        Processes. They change how long it takes and nothing else. A script that asks for more than
        one needs the usual ``if __name__ == "__main__"``.
    blocks : int
        Blocks of 65,536 people in a file, which is named by its first block.
    force : bool
        Make everything anew; files of an earlier run are removed first.
    told : callable
        Called with a number of people whenever so many more are there.

    Returns
    -------
    mapping
        What ``manifest.json`` holds: the settings; ``files`` with the rows, bytes, SHA-256 and
        fingerprint of each; ``fingerprint`` of ``people`` and of ``truth``: that of the file, or a
        hash over those of the files in order; ``versions``, ``free_parameters`` and ``limits``.

    Raises
    ------
    InputError
        If the folder holds people of other settings, or something else under these names, or
        cannot be written; if a setting is out of its range; if a worker was stopped.
    MissingColumn
        If a column cannot be made.

    Notes
    -----
    A file is there whole or not at all, and says in its footer which settings it belongs to. A run
    that was stopped is taken up by the same call, which makes only what is missing. People in one
    file have the fingerprint that they have in memory, ``make_borrowers(...).fingerprint()``.
    """
    made = make_borrowers(1, seed=seed, bias=bias, pack=pack, columns=columns)
    blocks = _count(blocks, "blocks")
    settings = _settings(made, _count(n, "n"), load_pack(pack), blocks)
    order = Order(
        n, made.made["seed"], bias or Bias(), pack, tuple(made.frame.columns),
        _hash(json.dumps(settings)), blocks,
    )  # fmt: skip
    place = Path(folder)
    workers = _count(workers, "workers")
    if force:
        _clear(place)
    _same_settings(place, settings)
    _make_folders(place)
    _write_json(place / MANIFEST, {**settings, "complete": False})
    done: dict[int, Records] = {}
    for number in order.files:
        records = found_file(order, place, number)
        if records:
            done[number] = records
            told(len(order.people(number)))
    left = [number for number in order.files if number not in done]
    if left:
        (place / DONE).unlink(missing_ok=True)
    for number, records in written(order, place, left, workers):
        done[number] = records
        told(len(order.people(number)))
    write_whole(place / CATALOG, lambda path: made.catalog.to_csv(path, index=False))
    manifest = _manifest(settings, made, [done[number] for number in order.files])
    _write_json(place / MANIFEST, manifest)
    (place / DONE).touch()
    return manifest


def _settings(made: Population, n: int, pack: Pack, blocks: int) -> dict[str, Any]:
    numbers = {name: one.value for name, one in pack.parameters.items()}
    return {
        "$schema": SCHEMA,
        "creditaudit": __version__,
        "synthetic": True,
        "people": n,
        "seed": made.made["seed"],
        "pack": pack.name,
        # A pack may change under its name.
        "numbers": _hash(json.dumps(numbers, sort_keys=True)),
        "bias": made.made["bias"],
        "columns": list(made.frame.columns),
        "blocks": blocks,
    }


def _manifest(
    settings: Mapping[str, Any], made: Population, files: Sequence[Records]
) -> dict[str, Any]:
    people, truth = zip(*files, strict=True)
    halves = {"people": people, "truth": truth}
    return {
        **settings,
        "complete": True,
        "fingerprint": {kind: _whole_print(records) for kind, records in halves.items()},
        "about": made.made["about"],
        "free_parameters": made.made["free_parameters"],
        "limits": made.made["limits"],
        "versions": {"python": platform.python_version(), **{p: version(p) for p in PACKAGES}},
        "files": [*people, *truth],
    }


def _whole_print(files: Sequence[Mapping[str, Any]]) -> str:
    prints: list[str] = [one["fingerprint"] for one in files]
    return prints[0] if len(prints) == 1 else _hash("".join(prints))


def _same_settings(place: Path, settings: Mapping[str, Any]) -> None:
    """Raise where the folder is not one of these people, begun or done."""
    path = place / MANIFEST
    if not path.exists():
        there = [name for name in (PEOPLE, TRUTH, CATALOG, DONE) if _holds(place / name)]
        if there:
            msg = (
                f"Folder {place.name!r} holds {', '.join(there)} and no {MANIFEST} that says what "
                "they are. Name another folder, or pass force=True (--force) to replace them."
            )
            raise InputError(msg)
        return
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        other = [
            f"{name} is {told.get(name)!r} and not {value!r}"
            for name, value in settings.items()
            if told.get(name) != value
        ]
    except (ValueError, AttributeError) as error:
        msg = f"{MANIFEST} in {place.name!r} is damaged. Remove it, or name another folder."
        raise CorruptFile(msg) from error
    if other:
        msg = (
            f"Folder {place.name!r} holds people of other settings: {'; '.join(other)}. Ask for "
            "the same, name another folder, or pass force=True (--force) to make them anew."
        )
        raise InputError(msg)


def _holds(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.exists()


def _clear(place: Path) -> None:
    """Remove what an earlier run wrote, and nothing else."""
    for name in (MANIFEST, CATALOG, DONE):
        (place / name).unlink(missing_ok=True)
    for kind in (PEOPLE, TRUTH):
        for path in (place / kind).glob("block-*.parquet"):
            path.unlink()


def _make_folders(place: Path) -> None:
    """Make the folders, and remove the beginnings of files that a stopped run has left."""
    for kind in (PEOPLE, TRUTH):
        try:
            (place / kind).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"Cannot make the folder {place.name!r}: {error.strerror}. Name another."
            raise InputError(msg) from error
        for path in (place / kind).glob(".block-*.parquet.*"):
            path.unlink()


def _count(given: int, name: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        msg = f"{name}={given!r} must be a whole number, 1 or more."
        raise InputError(msg)
    return given


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    def fill(temporary: Path) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        temporary.write_text(text, encoding="utf-8")

    write_whole(path, fill)


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
