"""Regimes that are made here and claim nothing about any country: their lines and defaults."""

from collections.abc import Sequence
from typing import Any

from creditaudit.sharing.records import CHILD, SYMMETRIC, Denial, Hops, Import, TieRule

DEFAULT_AGENCIES = (
    "bank", "court", "tax", "ecommerce", "telecom", "police", "social", "market_regulator",
)  # fmt: skip
"""Agencies that find something against people or firms of a synthetic society."""

MEASURES = {
    "bank": "credit",
    "credit_bureau": "credit_record",
    "court": "costly_spending",
    "tax": "tax_relief",
    "customs": "quick_clearance",
    "ecommerce": "deposit_free_rental",
    "telecom": "phone_contract",
    "utilities": "supply_on_account",
    "social": "civic_benefit",
    "police": "licence",
    "railway": "travel",
    "employer": "post",
    "labour_office": "public_recruitment",
    "census": "public_service",
    "market_regulator": "market_entry",
}
"""What each agency decides on, in regimes made here: assumed, rests on no text."""

ASSUMED = "made here: no text says so"


def default_denials(agencies: Sequence[str]) -> tuple[Denial, ...]:
    """Return one denial an agency: whoever it lists is refused what it decides on."""
    return tuple(
        Denial(agency=name, measure=MEASURES.get(name, "service"), mark="F", note=ASSUMED)
        for name in agencies
    )


def hub_imports(hub: str, agencies: Sequence[str], every_days: float | None) -> tuple[Import, ...]:
    """Return the imports of one agency's list by all others."""
    return tuple(_import(name, hub, every_days) for name in agencies if name != hub)


def full_imports(agencies: Sequence[str], every_days: float | None) -> tuple[Import, ...]:
    """Return the imports of every list by everybody."""
    return tuple(_import(a, b, every_days) for a in agencies for b in agencies if a != b)


def _import(importer: str, source: str, every_days: float | None) -> Import:
    number: dict[str, Any] = {}
    if every_days is not None:
        # No text says how often: a tenth of it to ten times as much.
        number = {"free": True, "low": every_days / 10, "high": every_days * 10}
    return Import(
        importer=importer, source=source, mark="F", every_days=every_days, note=ASSUMED, **number
    )


def tie_of(
    relation: str,
    p: float,
    measure: str,
    hops: Hops,
    carries: Any,
    direction: Any,
    agencies: Sequence[str] | None,
    low: float,
    high: float,
) -> TieRule:
    """Return a rule about ties whose share is free."""
    way: Any = direction or ("forward" if relation in (*SYMMETRIC, CHILD) else "both")
    return TieRule(
        relation=relation, p=_number(p), mark="F", measure=measure, hops=hops, carries=carries,
        direction=way, agencies=None if agencies is None else tuple(agencies),
        free=True, low=_number(low), high=_number(high), note=ASSUMED,
    )  # fmt: skip


def _number(value: Any) -> Any:
    """Return a whole number as its file has it; what is no number is told with all else."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
