"""What was worked out about a society, kept: a report asks every question twice."""

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from creditaudit.populations.societies.society import Society

Result = TypeVar("Result")
_KEPT: WeakKeyDictionary[Society, dict[Any, Any]] = WeakKeyDictionary()


def once(world: Society, key: Any, work: Callable[[], Result]) -> Result:
    """Return what ``work`` gives; the second time, what it gave."""
    kept = _KEPT.setdefault(world, {})
    if key not in kept:
        kept[key] = work()
    found: Result = kept[key]
    return found
