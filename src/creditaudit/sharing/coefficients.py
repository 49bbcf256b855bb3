"""The numbers behind what a list does month after month, each of them free."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from creditaudit.populations.packs import Pack, Parameter, load_pack


def feedback_numbers(changes: Mapping[str, float] | None = None) -> Pack:
    """Return the numbers behind `feedback`, with single ones changed where asked.

    Parameters
    ----------
    changes : mapping of str to float, optional
        Numbers set to another value, such as ``{"push": 0}``.

    Returns
    -------
    Pack
        ``.frame`` has one row a number, with the range to vary it over.

    Raises
    ------
    InputError
        If there is no such number.
    """
    return load_pack(_read(), **(changes or {}))


@cache
def _read() -> Pack:
    path = resources.files("creditaudit.sharing") / "feedback_numbers.toml"
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    return Pack(
        name="feedback",
        title="A list, month after month",
        about="What being listed costs, what it brings in, and how long it lasts.",
        parameters={name: Parameter(**table) for name, table in text["parameters"].items()},
        targets=(),
    )
