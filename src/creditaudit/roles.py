"""Which column plays which part, and which way is up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from math import isfinite
from typing import Any, Literal

from creditaudit.errors import InputError

Direction = Literal["safer", "riskier"]
Value = bool | int | float | str


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Names the columns of a table of decisions and the direction of each.

    Nothing is guessed: a decision comes with its favourable value, an outcome with its good
    value, a score with the way it points.

    Parameters
    ----------
    groups : sequence of str
        Columns whose values are the groups to compare, such as race or region.
    strata : sequence of str, optional
        Columns within which people are comparable, such as county.
    decision : str, optional
        Column with the decision on each person.
    favourable : value, optional
        The value of ``decision`` that the person hoped for. Required with ``decision``.
    unfavourable : value or sequence of values, optional
        The values that are a refusal. When given, every other value (withdrawn, incomplete)
        becomes "no decision"; when not, every value that is not favourable is a refusal.
    outcome : str, optional
        Column with what happened later.
    good : value, optional
        The value of ``outcome`` that means the person performed. Required with ``outcome``.
    score : str, optional
        Numeric column.
    higher_is : {"safer", "riskier"}, optional
        Which way the score points. Required with ``score``.
    score_range : (low, high), optional
        Range of the score, so that an integer number of bins needs one pass and the tallies of
        different lenders can be added.
    weight : str, optional
        Survey weight: how many people each row stands for. Not a frequency (see ``count`` of
        `Tally.from_counts`).
    cluster : str, optional
        Column naming the unit that was sampled, such as the branch; ranges then come from a
        delete-a-group jackknife.
    period : str, optional
        Column naming when the decision fell; a key of every grouping, summed out unless asked.

    Raises
    ------
    InputError
        With every fault of the description at once.
    """

    groups: Sequence[str] = ()
    strata: Sequence[str] = ()
    decision: str | None = None
    favourable: Value | None = None
    unfavourable: Value | Sequence[Value] | None = None
    outcome: str | None = None
    good: Value | None = None
    score: str | None = None
    higher_is: Direction | None = None
    score_range: tuple[float, float] | None = None
    weight: str | None = None
    cluster: str | None = None
    period: str | None = None

    def __post_init__(self) -> None:
        for name in ("groups", "strata"):
            given = getattr(self, name)
            given = (given,) if isinstance(given, str) else tuple(given)
            object.__setattr__(self, name, given)
        for name in ("favourable", "good"):
            object.__setattr__(self, name, _plain(getattr(self, name)))
        if self.unfavourable is not None:
            refused = _plain(self.unfavourable)
            several = isinstance(refused, Iterable) and not isinstance(refused, str)
            refused = tuple(_plain(x) for x in refused) if several else (refused,)
            object.__setattr__(self, "unfavourable", refused)
        if self.score_range is not None:
            # Adding zero makes -0.0 and 0.0 one bound.
            object.__setattr__(self, "score_range", tuple(float(x) + 0.0 for x in self.score_range))
        faults = list(self._faults())
        if faults:
            raise InputError("Roles cannot be used as given. " + " ".join(faults))

    def _faults(self) -> list[str]:
        faults = []
        for value, word, column in (
            ("favourable", "decision", self.decision),
            ("good", "outcome", self.outcome),
            ("higher_is", "score", self.score),
        ):
            given = getattr(self, value) is not None
            if column is not None and not given:
                choices = 'one of "safer" or "riskier"' if value == "higher_is" else "its value"
                faults.append(f"{word}={column!r} needs {value}= ({choices}); it is never guessed.")
            if column is None and given:
                faults.append(f"{value}={getattr(self, value)!r} needs {word}= (a column name).")
        if self.higher_is not in (None, "safer", "riskier"):
            faults.append(f'higher_is={self.higher_is!r} must be "safer" or "riskier".')
        if self.unfavourable is not None and self.decision is None:
            faults.append("unfavourable= needs decision= (a column name).")
        if self.unfavourable == ():
            faults.append("unfavourable=() names no value; leave it out, or name the refusals.")
        if self.favourable is not None and self.favourable in (self.refusals or ()):
            faults.append(f"favourable and unfavourable are both {self.favourable!r}.")
        if self.score_range is not None:
            rising = all(low < high for low, high in pairwise(self.score_range))
            if len(self.score_range) != 2 or not rising or not all(map(isfinite, self.score_range)):
                faults.append(
                    f"score_range={self.score_range!r} must be (low, high), finite, low < high."
                )
            if self.score is None:
                faults.append("score_range= needs score= (a column name).")
        named = self.columns
        twice = sorted({str(name) for name in named if named.count(name) > 1})
        if twice:
            faults.append(f"{', '.join(map(repr, twice))} plays two parts; each column plays one.")
        wrong = [name for name in named if not isinstance(name, str) or not name]
        if wrong:
            faults.append(f"Column names must be text, found {wrong!r}.")
        return faults

    @property
    def refusals(self) -> tuple[Value, ...] | None:
        """The values that are a refusal, or None when every other value is one."""
        return self.unfavourable  # type: ignore[return-value]

    @property
    def columns(self) -> list[str]:
        """Every column named, groups first."""
        single = (self.decision, self.outcome, self.score, self.weight, self.cluster, self.period)
        return [*self.groups, *self.strata, *(name for name in single if name is not None)]

    def to_dict(self) -> dict[str, Any]:
        """Return the roles that were given, as plain JSON types."""
        given = {name: value for name, value in asdict(self).items() if value not in (None, ())}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in given.items()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Roles":
        """Return roles from what `to_dict` wrote; unknown names are an error."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(given) - known)
        if unknown:
            msg = f"Unknown roles {unknown}. Known: {sorted(known)}."
            raise InputError(msg)
        return cls(**given)


def _plain(value: Any) -> Any:
    """Return a numpy scalar as the Python value it holds, so that it can be written as JSON."""
    return value.item() if hasattr(value, "item") and not getattr(value, "shape", ()) else value
