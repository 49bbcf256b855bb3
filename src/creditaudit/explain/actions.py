"""`Actions`: what a person can change, which way, and how far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from creditaudit.errors import InputError, MissingColumn

Direction = Literal["up", "down", "any"]


@dataclass(frozen=True, kw_only=True)
class Actions:
    """What people can do about the features of a score.

    Attributes
    ----------
    immutable : sequence of str
        Features that nobody can change.
    direction : mapping of str to {"up", "down", "any"}
        Which way a number can go; features that are not named can go both.
    step : mapping of str to int
        At most so many bins of a card, or levels of another model, away from where the person is.
    weight : mapping of str to float
        How dear a change of the feature is beside the others; 1 when not named.
    levels : mapping of str to sequence
        Values a feature can take, for models without bins. Otherwise those in the background, or 20
        of its quantiles where there are more.
    missing : {"stay", "move"}
        Whether a missing or special value can be turned into another. Nobody's value becomes
        missing, whatever is said here.

    Raises
    ------
    InputError
        If a direction, step, weight or the word for missing values is not known.

    Notes
    -----
    A certificate that there is no way back holds for these actions and no others: a feature that is
    left out of ``immutable`` is taken to be in the person's hands.
    """

    immutable: Sequence[str] = ()
    direction: Mapping[str, Direction] = field(default_factory=dict)
    step: Mapping[str, int] = field(default_factory=dict)
    weight: Mapping[str, float] = field(default_factory=dict)
    levels: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    missing: Literal["stay", "move"] = "stay"

    def __post_init__(self) -> None:
        if isinstance(self.immutable, str):
            msg = f"immutable={self.immutable!r} must be a list, such as [{self.immutable!r}]."
            raise InputError(msg)
        for name, way in self.direction.items():
            if way not in get_args(Direction):
                msg = f'direction={{{name!r}: {way!r}}} must be "up", "down" or "any".'
                raise InputError(msg)
        for name, steps in self.step.items():
            if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
                msg = f"step={{{name!r}: {steps!r}}} must be a whole number of levels, 0 or more."
                raise InputError(msg)
        for name, weight in self.weight.items():
            if not weight > 0 or weight == float("inf"):
                msg = f"weight={{{name!r}: {weight!r}}} must be a finite number above 0."
                raise InputError(msg)
        if self.missing not in ("stay", "move"):
            msg = f'missing={self.missing!r} must be "stay" or "move".'
            raise InputError(msg)

    def check(self, features: Sequence[str], columns: Iterable[str]) -> None:
        """Raise unless every name is a feature of the score or a column of the people.

        Raises
        ------
        MissingColumn
        """
        known = list(dict.fromkeys([*features, *map(str, columns)]))
        named = [
            *self.immutable, *self.direction, *self.step, *self.weight, *self.levels,
        ]  # fmt: skip
        missing = [name for name in dict.fromkeys(named) if name not in known]
        if missing:
            raise MissingColumn.of(missing, known, "Actions name features.")

    def ordered(self, feature: str) -> None:
        """Raise if a way is given for a feature whose values have no order.

        Raises
        ------
        InputError
        """
        if self.direction.get(feature, "any") != "any" or feature in self.step:
            msg = (
                f"Actions give {feature!r} a direction or step, and its values have no order. "
                "Leave it out, or make it immutable."
            )
            raise InputError(msg)

    def allows(self, feature: str, places: int) -> bool:
        """Return whether a feature may move by so many places; negative is down."""
        way = self.direction.get(feature, "any")
        if (places > 0 and way == "down") or (places < 0 and way == "up"):
            return False
        return abs(places) <= self.step.get(feature, abs(places))

    def only(self, names: Iterable[str], features: Iterable[str]) -> "Actions":
        """Return the same where no feature but those named can be changed."""
        kept = set(names)
        others = [feature for feature in features if feature not in kept]
        return replace(self, immutable=list(dict.fromkeys([*self.immutable, *others])))

    def freed(self, names: Iterable[str]) -> "Actions":
        """Return the same where the features named can take every value."""
        kept = set(names)
        return replace(
            self,
            immutable=[name for name in self.immutable if name not in kept],
            direction={name: way for name, way in self.direction.items() if name not in kept},
            step={name: most for name, most in self.step.items() if name not in kept},
        )
