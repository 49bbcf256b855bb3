"""Findings of audits of shared data as the JSON of a report has them, made by hand."""

from typing import Any

CASCADE = ["measure", "findings", "by", "group", "value", "low", "high", "n", "kind", "note"]


def finding(
    audit: str, columns: list[str], rows: list[list[Any]], group: str | None = None
) -> dict[str, Any]:
    return {
        "id": "F00000001", "audit": audit, "question": f"{audit}?", "claim": "A claim.",
        "status": "descriptive", "estimate": None, "low": None, "high": None, "low_family": None,
        "high_family": None, "unit": "", "n": 100.0, "group": group, "reference": None,
        "severity": "not rated", "confidence": "low", "law": [], "method": "", "limits": [],
        "p_value": None, "p_adjusted": None, "comparisons": 0,
        "table": {"columns": list(columns), "rows": rows},
    }  # fmt: skip


def cascades() -> list[dict[str, Any]]:
    """Three regimes: a theorem, an estimate, a sweep; each twice, as the audit gives them."""
    numbers = {
        "silos": ((1, 1, 1, 150, "theorem"), (0, 0, 0, 90, "theorem")),
        "hub": ((2.5, 2.25, 2.75, 150, "estimate"), (0.125, 0.1, 0.15, 100, "estimate")),
        "ties": ((3, 2, 5, 150, "sweep"), (0.25, 0.125, 0.5, 110, "sweep")),
    }
    return [
        finding("shared_lists", CASCADE, [
            ["refusals_per_finding", "true", "all", "all", 9, 9, 9, 1, "estimate", ""],
            ["refusals_per_finding", "recorded", "sex", "male", 9, 9, 9, 1, "estimate", ""],
            ["refusals_per_finding", "recorded", "all", "all", *refused, ""],
            ["touched_without_own_finding", "recorded", "all", "all", *reached, ""],
        ], group=name)
        for name, (refused, reached) in numbers.items() for _ in range(2)
    ]  # fmt: skip


def owed() -> list[dict[str, Any]]:
    """Two regimes; in the second one cause keeps people out of harm, so its part is below 0."""
    columns = ["measure", "cause", "value", "share", "low", "high", "n", "kind", "note"]
    parts = {"silos": (0.02, 0.03, 0.05), "hub": (0.04, -0.01, 0.05)}
    return [
        finding("exclusion_causes", columns, [
            *(["reached_share", cause, value, 0.1, value, value, 100, "estimate", ""]
              for cause, value in zip(("own acts", "error", "unexplained"), values, strict=True)),
            ["measures_per_person", "error", 7, 0.1, 7, 7, 100, "estimate", ""],
        ], group=name)
        for name, values in parts.items()
    ]  # fmt: skip


def exits() -> list[dict[str, Any]]:
    columns = ["measure", "value", "low", "high", "kind", "note"]
    return [
        finding("list_exit", columns, [
            ["lock_in", lock, lock / 2, 1, "sweep", "who stays"],
            ["months_listed", 30, 20, 40, "sweep", "months"],
            ["creditors_paid", 0.5, 0.25, 0.75, "sweep", "what is paid"],
        ], group=name)
        for name, lock in (("silos", 0.25), ("hub", 0.75))
    ]  # fmt: skip


def hits() -> list[dict[str, Any]]:
    columns = [
        "searched by", "people", "hits", "low", "high", "closed form", "for each listing", "kind",
        "note",
    ]  # fmt: skip
    return [finding("mistaken_identity", columns, [
        ["name", 1000, 2, 1, 4, 2, 0.1, "estimate", "counted, closed form beside"],
        ["name, year of birth", 1000, 0, 0, 0, 0, 0, "estimate", "counted, closed form beside"],
        ["name", 1000, 77, None, None, 1, 7.7, "estimate", "counted on the court's own list, 9"],
        ["name", 1_000_000, None, None, None, 2000, 100, "sweep", "closed form, as here"],
        ["name", 10_000, None, None, None, 20, 1, "sweep", "closed form, as here"],
    ])]  # fmt: skip


def joins() -> list[dict[str, Any]]:
    columns = ["joined", "columns", "alone", "fewer than 5 alike", "mean of 1/f", "n"]
    return [finding("singling_out", columns, [
        ["census", "age, sex", 0.25, 0.5, 0.3, 100],
        ["shop $x$", "orders", 0.75, 1, 0.8, 100],
    ])]  # fmt: skip


def worths() -> list[dict[str, Any]]:
    columns = [
        "sector", "first_in", "last_in", "to_incumbent", "auc_shapley", "auc_low", "auc_high",
        "approval_gap_shapley", "approval_gap_low", "approval_gap_high", "exposure", "says",
    ]  # fmt: skip
    rows = [
        ["court", 0.05, -0.0001, 0.03, 0.02, 0.01, 0.03, 0.012, 0, 0.02, 0.25, ""],
        ["shop", 0.1, 0.04, None, 0.07, 0.05, 0.09, -0.02, -0.03, 0, 0.5, ""],
    ]
    return [finding("sector_values", columns, rows, group="sex male") | {"reference": "sex female"}]


ALL = {
    "shared_lists": cascades, "exclusion_causes": owed, "list_exit": exits,
    "mistaken_identity": hits, "singling_out": joins, "sector_values": worths,
}  # fmt: skip
