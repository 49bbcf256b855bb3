"""`Way`: what one person could do, or why nothing helps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["found", "none", "undecided"]


@dataclass(frozen=True)
class Way:
    """The answer for one person.

    Attributes
    ----------
    status : {"found", "none", "undecided"}
        "none" is certified for the actions that were given; "undecided" is not an answer.
    proof : str
        What the answer rests on.
    cost : float
        Of the changes; NaN unless found.
    changes : mapping of str to value
        The new values; empty unless found.
    """

    status: Status
    proof: str
    cost: float = float("nan")
    changes: Mapping[str, Any] = field(default_factory=dict)
