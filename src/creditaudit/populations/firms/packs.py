"""Calibration packs of firms: the numbers behind them, each with its source or marked free."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from creditaudit.errors import InputError
from creditaudit.populations.packs import Pack, Parameter, Target, load_pack

STRUCTURE = "structure"


def firm_pack_names() -> list[str]:
    """Return the names of the calibration packs of firms that come with the library."""
    names = (one.name.removesuffix(".toml") for one in _folder().iterdir())
    return sorted(name for name in names if name != STRUCTURE)


def load_firm_pack(pack: str | Pack, **changes: float) -> Pack:
    """Return a calibration pack of firms, with single numbers changed where asked.

    Parameters
    ----------
    pack : str or Pack
        A name that `firm_pack_names` lists, or a pack.
    **changes : float
        Parameters set to another value, such as ``tax_rules=2025``. They count as free.

    Raises
    ------
    InputError
        If there is no such pack or parameter.
    """
    return load_pack(pack if isinstance(pack, Pack) else _read(pack), **changes)


@cache
def _read(name: str) -> Pack:
    if name not in firm_pack_names():
        known = ", ".join(firm_pack_names())
        msg = f"There is no calibration pack of firms {name!r}. Packs: {known}."
        raise InputError(msg)
    own = _toml(name)
    return Pack(
        name=name,
        title=own["title"],
        about=own["about"],
        parameters=read_parameters(_toml(STRUCTURE)) | read_parameters(own),
        targets=read_targets(own),
    )


def read_parameters(text: Mapping[str, Any]) -> dict[str, Parameter]:
    """Return the numbers of a TOML text by name; an error names the one that is wrong."""
    made = {}
    for name, table in text["parameters"].items():
        try:
            made[name] = Parameter(**table)
        except (InputError, TypeError) as error:
            msg = f"Parameter {name!r}: {error}"
            raise InputError(msg) from error
    return made


def read_targets(text: Mapping[str, Any]) -> tuple[Target, ...]:
    """Return the rates of a TOML text that what is made from it is checked against."""
    return tuple(
        Target(
            measure=measure,
            value=table["value"],
            tolerance=table["tolerance"],
            parameter=Parameter(**{k: v for k, v in table.items() if k != "tolerance"}),
        )
        for measure, table in text.get("targets", {}).items()
    )


def _folder() -> Any:
    return resources.files("creditaudit.populations.firms") / "calibration"


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((_folder() / f"{name}.toml").read_text(encoding="utf-8"))
