"""What a report's JSON must look like, checked against the published schema.

The schema file ships with the package, so that others can check a report without this library.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from creditaudit.errors import InputError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

VERSIONS = {"creditaudit.report/1": "report-1.schema.json"}
SHOWN = 50


def report_schema(version: str = "creditaudit.report/1") -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one report version.

    Raises
    ------
    InputError
        If this version of creditaudit does not read that report version.
    """
    if not isinstance(version, str) or version not in VERSIONS:
        msg = (
            f"Report version {_short(version)} is not read by this version of creditaudit. "
            f"Read: {', '.join(map(repr, VERSIONS))}. "
            "Install the creditaudit that wrote the report, or write the report anew."
        )
        raise InputError(msg)
    folder = files("creditaudit.pages") / "schemas"
    schema: dict[str, Any] = json.loads((folder / VERSIONS[version]).read_text("utf-8"))
    return schema


def validate_report(report: object) -> None:
    """Check a report's JSON and say every fault at once.

    Parameters
    ----------
    report : Mapping
        The parsed JSON; anything else is a fault too.

    Raises
    ------
    InputError
        With the JSON path of each fault; or if the report is of an unknown version.
    """
    if not isinstance(report, Mapping):
        msg = f"A report is a JSON object, found {_kind(report)}. Pass the parsed audit.json."
        raise InputError(msg)
    if "$schema" not in report:
        msg = (
            "The report has no '$schema', so its version is unknown. "
            f"Read: {', '.join(map(repr, VERSIONS))}. Pass an audit.json that creditaudit wrote."
        )
        raise InputError(msg)
    version = report["$schema"]
    report_schema(version)
    faults = [_words(error) for error in _errors(version, report)]
    faults += _numbers_out_of_range(report, "$")
    # The checks across fields read the fields, so they wait until each is of the right kind.
    faults += [] if faults else _faults_across(report)
    if faults:
        more = f"\n  and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        listed = "".join(f"\n  {fault}" for fault in faults[:SHOWN])
        noun = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        msg = f"The report does not follow {version}: {noun}.{listed}{more}"
        raise InputError(msg)


def _errors(version: str, report: Mapping[str, Any]) -> "list[ValidationError]":
    errors = _validator(version).iter_errors(_as_json(report))
    return sorted(errors, key=lambda error: (error.json_path, error.message))


@cache
def _validator(version: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator, FormatChecker

    return Draft202012Validator(report_schema(version), format_checker=FormatChecker(["date"]))


def _as_json(value: Any) -> Any:
    """Return mappings as dicts and tuples as lists: what they are in JSON."""
    if isinstance(value, Mapping):
        return {name: _as_json(inner) for name, inner in value.items()}
    return [_as_json(inner) for inner in value] if isinstance(value, list | tuple) else value


def _words(error: "ValidationError") -> str:
    return f"{error.json_path}: {_fault(error)}"


def _fault(error: "ValidationError") -> str:
    found: Any = error.instance
    rule: Any = error.validator_value
    if error.validator == "required":
        # One error names one missing property, and only its message says which.
        return f"missing {error.message.split(' is a required')[0]}."
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        known = error.schema.get("properties", {})
        unknown = sorted(set(found) - set(known))
        return f"unknown {', '.join(map(_short, unknown))}. Known: {', '.join(sorted(known))}."
    if error.validator == "type":
        kinds = [rule] if isinstance(rule, str) else list(rule)
        return f"found {_kind(found)} {_short(found)}, expected {' or '.join(kinds)}."
    if error.validator in ("enum", "const"):
        kinds = rule if isinstance(rule, list) else [rule]
        return f"found {_short(found)}, expected {' or '.join(json.dumps(kind) for kind in kinds)}."
    if error.validator == "oneOf":
        return f"found {_short(found)}, which is none of the kinds allowed here."
    if error.validator == "format":
        return f"found {_short(found)}, expected a {rule} such as 2026-01-31."
    return f"found {_short(found)}, expected {error.validator} {rule}."


def _numbers_out_of_range(value: Any, path: str) -> list[str]:
    """Return the places of NaN and infinity, which Python reads and JSON does not know."""
    if isinstance(value, float):
        return (
            [] if math.isfinite(value) else [f"{path}: found {value}; an undefined number is null."]
        )
    if isinstance(value, Mapping):
        pairs = ((f"{path}.{_plain(name)}", inner) for name, inner in value.items())
    elif isinstance(value, list | tuple):
        pairs = ((f"{path}[{at}]", inner) for at, inner in enumerate(value))
    else:
        return []
    return [fault for place, inner in pairs for fault in _numbers_out_of_range(inner, place)]


def _faults_across(report: Mapping[str, Any]) -> list[str]:
    return [*_ragged_tables(report), *_repeated(report, "findings"), *_repeated(report, "law")]


def _ragged_tables(report: Mapping[str, Any]) -> Iterator[str]:
    for at, finding in enumerate(report["findings"]):
        wide = len(finding["table"]["columns"])
        for number, row in enumerate(finding["table"]["rows"]):
            if len(row) != wide:
                path = f"$.findings[{at}].table.rows[{number}]"
                yield f"{path}: found {len(row)} cells, expected {wide}, one a column."


def _repeated(report: Mapping[str, Any], part: str) -> Iterator[str]:
    for name, times in Counter(entry["id"] for entry in report[part]).items():
        if times > 1:
            yield f"$.{part}: id {_short(name)} is there {times} times, expected once."


def _kind(value: Any) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer"}
    return "null" if value is None else kinds.get(type(value), "number")


def _plain(name: object) -> str:
    return str(name)[:60]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
