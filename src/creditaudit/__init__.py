"""Audit credit scoring and social-credit systems, from published counts to rows and models."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Roles": "creditaudit.roles",
    "Tally": "creditaudit.tally",
    "Finding": "creditaudit.finding",
}
_MODULES = ("errors", "law", "metrics", "intervals", "charts", "populations", "audits")
__all__ = [*_HOMES, *_MODULES]

def __getattr__(name: str) -> Any:
    if name in _HOMES:
        found = getattr(import_module(_HOMES[name]), name)
    elif name in _MODULES:
        found = import_module(f"creditaudit.{name}")
    else:
        msg = f"module 'creditaudit' has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
