"""The numbers behind the ties of a society, each with its source or marked free."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from creditaudit.populations.firms.packs import read_parameters, read_targets
from creditaudit.populations.packs import Pack, load_pack


def society_numbers(changes: Mapping[str, float] | None = None) -> Pack:
    """Return the numbers behind ties, months and mistakes, with single ones changed where asked.

    Parameters
    ----------
    changes : mapping of str to float, optional
        Parameters set to another value, such as ``{"contact_homophily": 0.9}``.

    Raises
    ------
    InputError
        If there is no such number.
    """
    return load_pack(_read(), **(changes or {}))


def joined(pack: Pack, more: Pack) -> Pack:
    """Return a pack with the numbers of another beside its own."""
    return Pack(
        name=pack.name, title=pack.title, about=pack.about,
        parameters={**pack.parameters, **more.parameters}, targets=pack.targets,
    )  # fmt: skip


@cache
def _read() -> Pack:
    path = resources.files("creditaudit.populations.societies") / "numbers.toml"
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    return Pack(
        name="society",
        title="Ties of a society",
        about="Who lives with whom, works where, owns what, vouches for whom and calls whom.",
        parameters=read_parameters(text),
        targets=read_targets(text),
    )
