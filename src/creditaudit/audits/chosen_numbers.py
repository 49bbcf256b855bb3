"""What a report says of the numbers behind synthetic people that were chosen and not measured."""

from collections.abc import Mapping
from typing import Any


def chosen_notes(about: Mapping[str, Any]) -> list[str]:
    """Return the free numbers behind the people, each with its range, as one sentence."""
    ranges: Mapping[str, Any] = about.get("free_ranges") or {}
    if not ranges:
        return []
    told = [
        f"{name} ({', '.join(f'{one:g}' for one in value)})"
        if low is None
        else f"{name} {value:g} ({low:g} to {high:g})"
        for name, (value, low, high) in ranges.items()
    ]
    return [
        f"{len(ranges)} numbers behind what is synthetic here were chosen and not measured, and no "
        "figure was varied over them; each with the range to vary it over: " + "; ".join(told) + "."
    ]
