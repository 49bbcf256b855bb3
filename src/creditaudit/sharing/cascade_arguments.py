"""What a cascade is given: a society and a regime, told apart before anything is computed."""

from operator import index
from typing import Any

from creditaudit.errors import InputError
from creditaudit.sharing.regimes import SharingRegime

PARTS = ("people", "firms", "ties", "events", "made")


def checked_pair(world: Any, regime: Any) -> None:
    """Raise where the first is no society or the second no regime.

    Raises
    ------
    InputError
        With what was found and what is expected, for both at once.
    """
    wrong = []
    if lacking := [name for name in PARTS if not hasattr(world, name)]:
        wrong.append(
            f"world= is {_told(world)} without {', '.join(lacking)}: give a society, such as "
            "make_society(people=20_000, seed=7)"
        )
    if not isinstance(regime, SharingRegime):
        hint = f"SharingRegime.load({regime!r})" if isinstance(regime, str) else "one"
        wrong.append(f"regime= is {_told(regime)}: give a SharingRegime, such as {_such(hint)}")
    if wrong:
        msg = f"{'. '.join(wrong)}."
        raise InputError(msg)


def whole_number(name: str, value: Any) -> int:
    """Return a whole number.

    Raises
    ------
    InputError
        If it is something else.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        msg = f"{name}={value!r} is {_told(value)}; give a whole number."
        raise InputError(msg)
    return index(value)


def checked_number(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return a whole number in its range.

    Raises
    ------
    InputError
        If it is something else, or out of the range.
    """
    number = whole_number(name, value)
    if number < least or (most is not None and number > most):
        within = f"from {least:,}" + (f" to {most:,}" if most is not None else "")
        msg = f"{name}={number} has to be a whole number {within}."
        raise InputError(msg)
    return number


def _such(hint: str) -> str:
    return "SharingRegime.hub('court')" if hint == "one" else hint


def _told(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
