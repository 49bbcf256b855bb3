"""Knobs: each puts one kind of injustice or error of known size into synthetic people."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any, Literal, get_args

from creditaudit.errors import InputError

Group = Literal["minority", "sex", "registration", "disability"]
# The people a knob weighs on, by the column that holds them, and the others.
EXPOSED: Mapping[str, tuple[int | str, int | str]] = {
    "minority": (1, 0),
    "sex": ("female", "male"),
    "registration": ("rural", "urban"),
    "disability": (1, 0),
}
RANGES: Mapping[str, tuple[float, float]] = {
    "opportunity": (0, 3),
    "direct": (0, 3),
    "label": (0, 1),
    "proxy": (0, 1),
    "measurement": (0, 2),
    "selection": (0, 5),
    "missingness": (0, 1),
    "linkage": (0, 1),
    "representation": (0, 0.95),
}


@dataclass(frozen=True, kw_only=True)
class Bias:
    """How much of each bias there is, all zero by default.

    Every knob weighs on the people of one group, the exposed, and on nobody else. What each
    implies is in ``Population.truth_summary()``.

    Parameters
    ----------
    opportunity : float from 0 to 3
        Exposed people's latent opportunity, which enters schooling and income, is lower by so many
        standard deviations. Ability is not.
    direct : float from 0 to 3
        Added to the log-odds of true default of exposed people, whatever else is true of them.
    label : float from 0 to 1
        Probability that an exposed person who did not default is recorded as if they had.
    proxy : float from 0 to 1
        How far the region tells who is exposed: the best guess from the region has an area under
        the ROC curve of (1 + proxy) / 2.
    measurement : float from 0 to 2
        Subtracted from the logarithm of the reported income of exposed people.
    selection : float from 0 to 5
        Subtracted from the log-odds of approval by the past lender, for exposed people.
    missingness : float from 0 to 1
        Share of the stated incomes of exposed people that go missing, beyond those that do anyway.
    linkage : float from 0 to 1
        Probability that the bureau's and the court's entries on an exposed person are those of
        somebody else with a similar name.
    representation : float from 0 to 0.95
        Share of the exposed people who are left out of the table.
    group : {"minority", "sex", "registration", "disability"}
        Who is exposed: members of the minority, women, people registered in a rural household, or
        people with a disability.

    Raises
    ------
    InputError
        With every knob that is outside its range.

    Examples
    --------
    >>> Bias(label=0.10, selection=1)
    Bias(label=0.1, selection=1.0)
    """

    opportunity: float = 0
    direct: float = 0
    label: float = 0
    proxy: float = 0
    measurement: float = 0
    selection: float = 0
    missingness: float = 0
    linkage: float = 0
    representation: float = 0
    group: Group = "minority"

    def __post_init__(self) -> None:
        faults = []
        for name, (low, high) in RANGES.items():
            given = getattr(self, name)
            number = isinstance(given, int | float) or hasattr(given, "item")
            if isinstance(given, bool) or not number or not isfinite(given):
                faults.append(f"{name}={given!r} must be a number.")
            elif not low <= given <= high:
                faults.append(f"{name}={given!r} must lie between {low:g} and {high:g}.")
            else:
                object.__setattr__(self, name, float(given))
        if self.group not in get_args(Group):
            faults.append(f"group={self.group!r} must be one of {', '.join(get_args(Group))}.")
        if faults:
            raise InputError("Bias cannot be used as given. " + " ".join(faults))

    def __repr__(self) -> str:
        shown = [f"{name}={value!r}" for name, value in self.to_dict().items()]
        return f"Bias({', '.join(shown)})"

    @property
    def knobs(self) -> dict[str, float]:
        """The knobs that are not zero."""
        return {name: getattr(self, name) for name in RANGES if getattr(self, name)}

    def without(self, knob: str) -> "Bias":
        """Return the same knobs with one of them at zero."""
        given: dict[str, Any] = {**self.to_dict(), knob: 0}
        return Bias(**given)

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from no bias at all, as plain types."""
        plain = asdict(self)
        return {one.name: plain[one.name] for one in fields(self) if plain[one.name] != one.default}
