"""The card of the firms and the small society, in Croissant."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from creditaudit.populations.firms.making import firm_graph
from creditaudit.populations.societies.folders import KEYS
from creditaudit.vocabulary import load_vocabulary
from synthetic_data.card import TRUTHS, data_type, file_object, head
from synthetic_data.sums import sum_of

NAME = "creditaudit-synthetic-society"
CARD = "society.croissant.json"
ABOUT = (
    "Two thousand synthetic firms, and a synthetic society of two thousand people with two hundred "
    "firms: their ties, debts and what is on record about them, with what is true of each in files "
    "apart. They describe nobody."
)
OWN = {
    "debtor": "who owes: a number of a person or a firm",
    "creditor": "to whom: a number of a person or a firm",
    "kind": "bank loan, unreported loan, judgment or wages",
    "reported": "1 if a register knows of the debt",
    "month": "months from January 2025 on",
    "economy": "state of the economy; higher is worse",
}
TYPES = {".csv": "text/csv", ".json": "application/json", ".md": "text/markdown"}


def society_croissant(folder: Path, tables: list[str], texts: list[str]) -> dict[str, Any]:
    """Return the card of these files, by their paths in the folder."""
    formulas = dict(firm_graph()[["node", "formula"]].itertuples(index=False))
    schemas = {path: pq.read_schema(folder / path) for path in tables}
    return {
        **head(NAME, ABOUT),
        "rai:dataCollection": (
            "Computed from causal graphs and from rules that tie people and firms, with seed 7. No "
            "microdata were used: no record of any person or firm was read, fitted or perturbed."
        ),
        "rai:dataCollectionType": "Others: simulated from a causal graph",
        "rai:personalSensitiveInformation": (
            "None: the people and firms do not exist. Columns imitate sex, age, disability and "
            "belonging to a minority, because these are what audits ask about."
        ),
        "rai:dataBiases": [
            "firms_2k, society_2k: every knob at zero; names that several people share lead to "
            "mistaken entries, as the column finding of events says",
            "firms_2k_ownership30: politically tied firms are given 30 points in one block of the "
            "public credit score",
        ],
        "rai:dataLimitations": (
            "Most numbers behind the ties were chosen and not measured; society_2k/manifest.json "
            "names them. Results hold relative to them and say nothing about any country."
        ),
        "rai:dataUseCases": (
            "Testing audits of shared data against a known truth; teaching. Not for deciding about "
            "anyone, nor for training what does."
        ),
        "distribution": [
            file_object(path, sum_of(folder / path), TYPES.get(Path(path).suffix, _PARQUET))
            for path in [*tables, *texts]
        ],
        "recordSet": [_records(path, schema, formulas) for path, schema in schemas.items()],
    }


_PARQUET = "application/x-parquet"


def _records(path: str, schema: pa.Schema, formulas: Mapping[str, str]) -> dict[str, Any]:
    name = str(PurePosixPath(path).with_suffix("")).replace("/", "-")
    truth = "truth/" in path
    about = "What is true of each row of the table of the same name; not to be trained on."
    here = name.removeprefix("society_2k-").replace("-", "/")
    keys = {column: words for table, column, _, words in KEYS if table == here}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": about if truth else f"The table {name}; one row each.",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column.name}",
                "name": column.name,
                "description": _about(column.name, keys, formulas, truth=truth),
                "dataType": data_type(column.type),
                "source": {"fileObject": {"@id": path}, "extract": {"column": column.name}},
            }
            for column in schema
        ],
    }


def _about(
    column: str, keys: Mapping[str, str], formulas: Mapping[str, str], *, truth: bool
) -> str:
    vocabulary = load_vocabulary()
    if column in vocabulary and not (truth and column in TRUTHS):
        told = vocabulary[column]
        words = f"{told.description} (sector: {told.sector}; sensitivity: {told.sensitivity})"
        return f"{words}; {keys[column]}" if column in keys else words
    if column.startswith("r") and column[1:].isdigit():
        return f"state of the economy in region {column}; higher is worse"
    words = OWN.get(column) or TRUTHS.get(column) or formulas.get(column, "")
    if not words:
        raise KeyError(column)
    return words
