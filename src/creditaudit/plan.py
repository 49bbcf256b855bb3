"""`Plan`: what was fixed before looking at the data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from hashlib import blake2b
from json import dumps
from numbers import Integral, Real
from typing import Any

from creditaudit.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was fixed before looking at the data; its hash goes into the report.

    Parameters
    ----------
    groups : sequence of str, optional
        The group columns to report on; all of the tally's by default.
    reference : mapping, optional
        The reference group of each column; by default the group with most people.
    line : float
        The ratio that findings are set against, 0.8 by default. It is a line on a statistic:
        beside it, a gap is beyond, not beyond, or it cannot be told.
    min_cell : int
        Groups of fewer people are not shown.
    jurisdictions : sequence of str
        Whose law is looked up, such as ["US"] or ["US-CO"].
    product : str, optional
        What was decided, such as "mortgage" or "consumer_credit".
    decision_date : str, optional
        When the decisions fell, as YYYY-MM-DD: older decisions stand under the older text.

    Raises
    ------
    InputError
        With every fault at once.
    """

    groups: Sequence[str] | None = None
    reference: Mapping[str, Any] = field(default_factory=dict)
    line: float = 0.8
    min_cell: int = 5
    jurisdictions: Sequence[str] = ()
    product: str | None = None
    decision_date: str | None = None

    def __post_init__(self) -> None:
        given: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        faults = list(_plan_faults(**given))
        if faults:
            raise InputError("Plan cannot be used as given. " + " ".join(faults))
        # TOML gives dates and numpy gives scalars; the hash and the JSON need plain values.
        plain = {
            "groups": None if self.groups is None else tuple(dict.fromkeys(self.groups)),
            "reference": {name: _scalar(value) for name, value in self.reference.items()},
            "line": float(self.line),
            "min_cell": int(self.min_cell),
            "jurisdictions": tuple(self.jurisdictions),
            "decision_date": None if self.decision_date is None else str(self.decision_date),
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types with the hash of the rest."""
        plain = asdict(self)
        plain["groups"] = None if self.groups is None else list(self.groups)
        plain["jurisdictions"] = list(self.jurisdictions)
        text = dumps(plain, sort_keys=True, ensure_ascii=False)
        written = text.encode("utf-8", "backslashreplace")
        return plain | {"hash": blake2b(written, digest_size=16).hexdigest()}

    @classmethod
    def from_dict(cls, plain: object) -> "Plan":
        """Return the plan in a mapping, such as a TOML file; unknown names are an error."""
        if not isinstance(plain, Mapping):
            msg = f"A plan is a mapping of names to values, found a {type(plain).__name__}."
            raise InputError(msg)
        known = {one.name for one in fields(cls)}
        unknown = sorted(set(plain) - known - {"hash"})
        if unknown:
            msg = f"Unknown plan entries {unknown}. Known: {sorted(known)}."
            raise InputError(msg)
        return cls(**{name: value for name, value in plain.items() if name in known})


def is_day(given: object) -> bool:
    """Whether a value is a day as YYYY-MM-DD, as the law and the report's schema want it."""
    try:
        return isinstance(given, str) and date.fromisoformat(given).isoformat() == given
    except ValueError:
        return False


def _plan_faults(
    groups: Any, reference: Any, line: Any, min_cell: Any, jurisdictions: Any, product: Any,
    decision_date: Any,
) -> Iterator[str]:  # fmt: skip
    if isinstance(line, bool) or not isinstance(line, Real) or not 0 < float(line) < 1:
        yield f"line={line!r} must be a number between 0 and 1; 0.8 is four fifths."
    if isinstance(min_cell, bool) or not isinstance(min_cell, Integral) or int(min_cell) < 1:
        yield f"min_cell={min_cell!r} must be a whole number, 1 or more."
    for name, names, example in (
        ("groups", () if groups is None else groups, "['race']"),
        ("jurisdictions", jurisdictions, "['US']"),
    ):
        listed = isinstance(names, Sequence) and not isinstance(names, str)
        if not listed or not all(isinstance(one, str) for one in names):
            yield f"{name}={names!r} must be a list of names, such as {example}."
    if not isinstance(reference, Mapping):
        yield f"reference={reference!r} must name columns, such as {{'race': 'white'}}."
    elif not all(isinstance(_scalar(one), str | int | float) for one in reference.values()):
        yield f"reference={dict(reference)!r} must give one value for each column."
    if product is not None and not isinstance(product, str):
        yield f"product={product!r} must be text, such as 'mortgage'."
    if decision_date is not None and not is_day(str(decision_date)):
        yield f"decision_date={decision_date!r} must be a day, such as '2025-12-31'."


def _scalar(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
