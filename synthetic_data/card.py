"""The card in Croissant, a vocabulary for data sets that machines read.

Croissant Format Specification 1.0, MLCommons 2024, with its vocabulary for responsible AI.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from creditaudit import __version__
from creditaudit.vocabulary import load_vocabulary
from synthetic_data.tables import BASE, PACK, SEED, VARIANTS

PUBLISHED = "2026-11-23"
LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"
NAME = "creditaudit-synthetic-borrowers"
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
TRUTHS = {
    "exposed": "1 for people that the knobs weigh on",
    "ability": "latent ability to repay, in standard deviations; independent of every group",
    "opportunity": "latent opportunity, in standard deviations",
    "true_log_odds": "log-odds of default",
    "true_pd": "chance of default",
    "label_true": "1 if the person would default",
    "label_recorded": "1 if the record would say so",
    "approval_propensity": "chance that the past lender approves",
    "income": "true income a month",
    "debt_service": "monthly debt service over income",
    "hidden_service": "debt service owed to lenders who do not report, over income",
    "true_id": "whose entries the bureau and the court have under this name",
    "weight": "how many people the row stands for",
}


def croissant(made: Mapping[str, pa.Table], sums: Mapping[str, str]) -> dict[str, Any]:
    """Return the card of these tables, whose files have these SHA-256."""
    about = (
        "Synthetic people who apply for credit, with what is true of each beside what is on "
        "file, and variants that differ in one bias of known size. They describe nobody."
    )
    return {
        **head(NAME, about),
        "rai:dataCollection": (
            f"Computed from a causal graph with seed {SEED} and calibration pack {PACK}. No "
            "microdata were used: no record of any person was read, fitted or perturbed."
        ),
        "rai:dataCollectionType": "Others: simulated from a causal graph",
        "rai:personalSensitiveInformation": (
            "None: the people do not exist. Columns imitate sex, age, disability, belonging to a "
            "minority and registration, because these are what audits ask about."
        ),
        "rai:dataBiases": [
            "borrowers_10k: none, every knob is at zero",
            *(f"{name}: {variant.about}" for name, variant in VARIANTS.items()),
        ],
        "rai:dataLimitations": (
            "Most numbers behind the people were chosen and not measured; free_parameters.csv "
            "lists them. Results hold relative to the graph and say nothing about any country or "
            "lender."
        ),
        "rai:dataUseCases": (
            "Testing audits against a known truth; teaching. Not for deciding about anyone, nor "
            "for training what does."
        ),
        "rai:dataReleaseMaintenancePlan": (
            "Made anew when the graph or the pack changes; python -m synthetic_data.make --check "
            "says whether the files are as they would be made now."
        ),
        "distribution": [file_object(path, sums[path]) for path in made],
        "recordSet": [_records(path, table) for path, table in made.items()],
    }  # fmt: skip


def head(name: str, about: str) -> dict[str, Any]:
    """Return what a card says first."""
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": name,
        "conformsTo": [
            "http://mlcommons.org/croissant/1.0",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "description": about,
        "version": __version__,
        "license": LICENCE,
        "datePublished": PUBLISHED,
        "creator": {"@type": "sc:Organization", "name": "The creditaudit maintainers"},
        "citeAs": f"The creditaudit maintainers. {name}, version {__version__}. Synthetic data.",
        "keywords": ["synthetic", "credit scoring", "audit", "fairness", "known truth"],
        "isLiveDataset": False,
    }


def file_object(path: str, sha256: str, kind: str = "application/x-parquet") -> dict[str, Any]:
    """Return a file of a card."""
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "encodingFormat": kind,
        "sha256": sha256,
    }


def _records(path: str, table: pa.Table) -> dict[str, Any]:
    name = str(PurePosixPath(path).with_suffix("")).replace("/", "-")
    truth = path.startswith("truth/")
    if truth:
        about = "What is true of each person of the table of the same name; not to be trained on."
    elif path.startswith(BASE):
        about = "People with every knob at zero."
    else:
        about = f"The same people, but: {VARIANTS[PurePosixPath(path).stem].about}."
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": about,
        "key": {"@id": f"{name}/person_id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column.name}",
                "name": column.name,
                "description": _about(column.name, truth=truth),
                "dataType": data_type(column.type),
                "source": {"fileObject": {"@id": path}, "extract": {"column": column.name}},
            }
            for column in table.schema
        ],
    }


def _about(column: str, *, truth: bool) -> str:
    if truth and column in TRUTHS:
        return TRUTHS[column]
    told = load_vocabulary()[column]
    return f"{told.description} (sector: {told.sector}; sensitivity: {told.sensitivity})"


def data_type(kind: pa.DataType) -> str:
    """Return how a card calls a type."""
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "sc:Text"
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return "sc:DateTime"
    return "sc:Integer" if pa.types.is_integer(kind) else "sc:Float"
