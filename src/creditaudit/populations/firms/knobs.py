"""Knobs of firms: each puts a favour, a burden or an error of known size into synthetic firms."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any, Literal, get_args

from creditaudit.errors import InputError

FirmGroup = Literal["politically_tied", "state", "private", "foreign", "micro"]
FIRM_RANGES: Mapping[str, tuple[float, float]] = {
    "ownership": (0, 60),
    "lenience": (0, 1),
    "concealment": (0, 0.9),
    "direct": (-3, 3),
    "label": (0, 1),
    "selection": (-5, 5),
}


@dataclass(frozen=True, kw_only=True)
class FirmBias:
    """How much of each bias there is among firms, all zero by default.

    Every knob acts on the firms of one group, the exposed, and on no other. The first three favour
    them, the last two weigh on them; ``direct`` and ``selection`` do either, by their sign.

    Parameters
    ----------
    ownership : float from 0 to 60
        Points that exposed firms are given in the social-responsibility block of the public credit
        score, and in no other block. The block has 100 of 1,000 points.
    lenience : float from 0 to 1
        Probability that a breach by an exposed firm is not found, when that of another firm is.
    concealment : float from 0 to 0.9
        Share of their debts that exposed firms owe to lenders who report to nobody, when other
        firms owe them to lenders who do. What they owe in all is the same.
    direct : float from -3 to 3
        Added to the log-odds of true default of exposed firms, whatever else is true of them.
    label : float from 0 to 1
        Probability that an exposed firm that did not default is recorded as if it had.
    selection : float from -5 to 5
        Subtracted from the log-odds of approval by the past lender, for exposed firms.
    group : {"politically_tied", "state", "private", "foreign", "micro"}
        Which firms are exposed: those of one kind of owner, or those with fewer than ten employees.

    Raises
    ------
    InputError
        With every knob that is outside its range.

    References
    ----------
    Lin, L. Y.-H. and Milhaupt, C. J. (2023). China's corporate social credit system: the dawn of
    surveillance state capitalism? China Quarterly: in the published scores of one province,
    connected firms stood higher, and did so through the category social responsibility.

    Examples
    --------
    >>> FirmBias(ownership=30)
    FirmBias(ownership=30.0)
    """

    ownership: float = 0
    lenience: float = 0
    concealment: float = 0
    direct: float = 0
    label: float = 0
    selection: float = 0
    group: FirmGroup = "politically_tied"

    def __post_init__(self) -> None:
        faults = []
        for name, (low, high) in FIRM_RANGES.items():
            given = getattr(self, name)
            number = isinstance(given, int | float) or hasattr(given, "item")
            if isinstance(given, bool) or not number or not isfinite(given):
                faults.append(f"{name}={given!r} must be a number.")
            elif not low <= given <= high:
                faults.append(f"{name}={given!r} must lie between {low:g} and {high:g}.")
            else:
                object.__setattr__(self, name, float(given))
        if self.group not in get_args(FirmGroup):
            faults.append(f"group={self.group!r} must be one of {', '.join(get_args(FirmGroup))}.")
        if faults:
            raise InputError("FirmBias cannot be used as given. " + " ".join(faults))

    def __repr__(self) -> str:
        shown = [f"{name}={value!r}" for name, value in self.to_dict().items()]
        return f"FirmBias({', '.join(shown)})"

    @property
    def knobs(self) -> dict[str, float]:
        """The knobs that are not zero."""
        return {name: getattr(self, name) for name in FIRM_RANGES if getattr(self, name)}

    def without(self, knob: str) -> "FirmBias":
        """Return the same knobs with one of them at zero."""
        given: dict[str, Any] = {**self.to_dict(), knob: 0}
        return FirmBias(**given)

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from no bias at all, as plain types."""
        plain = asdict(self)
        return {one.name: plain[one.name] for one in fields(self) if plain[one.name] != one.default}
