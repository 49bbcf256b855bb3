"""A file with one row a person that a book has scored, and what such a file says of itself."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from creditaudit.errors import InputError
from creditaudit.frames import write_whole
from creditaudit.rulebooks.guards import file_metadata
from creditaudit.rulebooks.scoring import ADDED, RulebookScorer

KEY, SYNTHETIC = b"creditaudit.scored", b"creditaudit.synthetic"


def write_scores(
    scorer: RulebookScorer,
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    keep: Sequence[str] = (),
    synthetic: bool = False,
    override: str | None = None,
) -> dict[str, Any]:
    """Write points, tier, decision and what fired of each row as Parquet; return what it says.

    Parameters
    ----------
    scorer : RulebookScorer
    frame : DataFrame
        One row a person, firm or event, with the columns that the rules read.
    path : path
        A .parquet file: what the file says of itself stands in its own metadata.
    keep : sequence of str
        Columns of the frame to write too, such as groups. None by default.
    synthetic : bool
        Whether the rows are known to describe nobody.
    override : str, optional
        `STUDY_OVERRIDE` allows a file from a study book on rows that are not synthetic.

    Returns
    -------
    dict
        Those of `file_metadata`, with ``as_of, reading, rows``; it stands in the file under
        ``creditaudit.scored``.

    Raises
    ------
    RefusedError
        If the book is for study, the rows are not known to be synthetic, and there is no override.
    InputError
        If a column to keep is not there or has the name of a result.
    """
    told = file_metadata(scorer.book, synthetic=synthetic, override=override)
    told |= {"as_of": str(scorer.as_of), "reading": scorer.reading, "rows": len(frame)}
    if Path(path).suffix.lower() not in (".parquet", ".pq"):
        msg = f"{Path(path).name!r} must end in .parquet: other files cannot say what they are for."
        raise InputError(msg)
    for name in keep:
        if name not in frame.columns or name in ADDED:
            why = "has the name of a result" if name in ADDED else "is not in the table"
            msg = f"Column {name!r} to keep {why}. Columns: {[*map(str, frame.columns)][:30]}."
            raise InputError(msg)
    scored = scorer.score(frame[scorer.columns])[list(ADDED)]
    for place, name in enumerate(keep):
        scored.insert(place, name, frame[name])
    table = pa.Table.from_pandas(scored, preserve_index=False)
    said = {KEY: json.dumps(told, ensure_ascii=False).encode()}
    if synthetic:
        said[SYNTHETIC] = b"true: describes nobody"
    table = table.replace_schema_metadata(said)
    write_whole(path, lambda part: pq.write_table(table, part, compression="zstd"))
    return told


def scored_metadata(path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Return what a scored file says of itself; None for any other file."""
    told = _metadata(path).get(KEY)
    return None if told is None else dict(json.loads(told))


def is_synthetic(path: str | os.PathLike[str]) -> bool:
    """Whether a Parquet file, or every one of a folder, says that it describes nobody."""
    folder = Path(path)
    files = sorted(folder.rglob("*.parquet")) if folder.is_dir() else [folder]
    return bool(files) and all(_metadata(f).get(SYNTHETIC, b"").startswith(b"true") for f in files)


def scored_limits(path: str | os.PathLike[str]) -> list[str]:
    """Return in sentences what a scored file says of itself, for a report about it."""
    told = scored_metadata(path)
    if told is None:
        return []
    reading = f", {told['reading']} reading" if told["reading"] else ""
    said = [
        f"The file says that {told['book']} ({told['title']}), as of {told['as_of']}{reading}, "
        f"scored it; use {told['use']}, confidence {told['confidence']}. "
        f"{told['not_for_decisions']}"
    ]
    if told["missing_rights"]:
        names = ", ".join(told["missing_rights"]).replace("_", " ")
        said.append(f"The file of that rulebook does not state: {names}.")
    if told["override"]:
        said.append(
            f"The book is for study, and these rows are not known to be synthetic: the file was "
            f"written with the named override {told['override']}."
        )
    return said


def _metadata(path: str | os.PathLike[str]) -> dict[bytes, bytes]:
    if not os.path.isfile(path) or Path(path).suffix.lower() not in (".parquet", ".pq"):
        return {}
    try:
        return dict(pq.read_schema(path).metadata or {})
    except (OSError, pa.ArrowInvalid):
        return {}
