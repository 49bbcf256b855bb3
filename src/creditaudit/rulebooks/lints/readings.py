"""Rules that can be read in two ways, and for how many people that matters."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.intervals import wilson
from creditaudit.rulebooks.lints.effects import measures_of
from creditaudit.rulebooks.lints.lint import Lint, lint_of
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.scoring import RulebookScorer

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

Bools = NDArray[np.bool_]
LIMITS = ("Two readings are those that somebody wrote into the file: a text may have more.",)
SHARE_LIMITS = (
    "Shares are of the people given, each counted once; the range allows for people drawn as these "
    "were, and for nothing else.",
)


def reading_lints(
    book: "Rulebook", as_of: Any = None, population: Any = None, least: int = 1
) -> Iterator[Lint]:
    """Yield rules and parameters with two readings, and the share of people whom they decide on.

    Parameters
    ----------
    as_of : date or str, optional
        The version that people are read under.
    population : frame or Population, optional
        People, firms or events with the columns that the rules read.
    least : int
        Counts of fewer people, and more than none, are not told.
    """
    told = None if population is None else _Both(book, as_of, population, least)
    for place, rule in enumerate(book.rules):
        if rule.id not in book.open_readings:
            continue
        parts = [name for name in ("when", "points", "per") if _differs(getattr(rule, name))]
        claim = f"Rule {rule.id} ({rule.title}) can be read in two ways: " + "; ".join(
            f"{name} mild {_shown(getattr(rule, name).mild)}, strict "
            f"{_shown(getattr(rule, name).strict)}"
            for name in parts
        )
        lint = lint_of("two_readings", place, rule, claim, parts[0], limits=LIMITS)
        share = None if told is None else told.of_rule(rule)
        yield lint if share is None else _with_share(lint, share)
    for name, parameter in book.contents.parameters.items():
        for place, value in enumerate(parameter.values):
            if value.readings.differ:
                yield Lint(
                    kind="two_readings", path=("parameters", name, "values", place), about=name,
                    claim=f"Parameter {name} ({parameter.label}) can be read in two ways: mild "
                    f"{value.mild}, strict {value.strict}", mark=value.mark,
                    source=value.source or "", limits=LIMITS,
                )  # fmt: skip
    if told is not None and book.open_readings:
        yield told.outcomes()


def _differs(part: Any) -> bool:
    return part is not None and part.differ


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else f'"{value}"'


@dataclass(frozen=True)
class _Share:
    """How many of the people given; None where they are too few to be told."""

    people: int | None
    share: float
    low: float
    high: float
    n: int
    words: str

    @classmethod
    def of(cls, people: int, n: int, least: int) -> "_Share":
        if 0 < people < least or 0 < n - people < least:
            few = f"fewer than {least}" if people < least else f"all but fewer than {least}"
            return cls(None, np.nan, np.nan, np.nan, n, f"{few} of {n:,}")
        share = people / n if n else np.nan
        low, high = wilson(np.array([share]), np.array([float(n)]))
        words = f"{people:,} of {n:,} ({100 * share:.1f} %, "
        words += f"95 % {100 * low[0]:.1f} to {100 * high[0]:.1f})"
        return cls(people, share, float(low[0]), float(high[0]), n, words)


def _with_share(lint: Lint, share: _Share) -> Lint:
    return replace(
        lint, claim=f"{lint.claim}. It answers otherwise for {share.words}",
        estimate=share.share, low=share.low, high=share.high, n=share.n,
        limits=(*LIMITS, *SHARE_LIMITS),
    )  # fmt: skip


class _Both:
    """What some people get under each reading."""

    def __init__(self, book: "Rulebook", as_of: Any, population: Any, least: int) -> None:
        frame = getattr(population, "frame", population)
        if not isinstance(frame, pd.DataFrame):
            msg = (
                f"population= is a {type(population).__name__}. Pass a Population, or a pandas "
                "DataFrame with the columns that the rules read."
            )
            raise InputError(msg)
        subjects = book.header.subjects
        made = [RulebookScorer(book, as_of, "strict", subject) for subject in subjects]
        fits = [one for one in made if one.columns and set(one.columns) <= set(frame.columns)]
        strict = (fits or made)[0]
        mild = RulebookScorer(book, as_of, "mild", strict.subject)
        self.book, self.day, self.frame, self.least = book, strict.as_of, frame, least
        self.scorers = (mild, strict)
        self.fired = [one.fired(frame) for one in self.scorers]
        self.points = [one.contributions(frame) for one in self.scorers]

    def of_rule(self, rule: Rule) -> _Share | None:
        """Return for how many people a rule answers otherwise, None if it is not in force."""
        if rule.id not in self.fired[0]:
            return None
        other = _unlike(*(one[rule.id] for one in self.fired))
        if rule.id in self.points[0]:
            other |= _unlike(*(one[rule.id] for one in self.points))
        return _Share.of(int(other.sum()), len(other), self.least)

    def outcomes(self) -> Lint:
        """Return for how many people anything that follows depends on the reading."""
        found = {
            "points": _unlike(*(one.points(self.frame) for one in self.scorers)),
            "tier": _unlike(*(one.tier(self.frame) for one in self.scorers)),
            "list": self._any([one.listed(self.frame) for one in self.scorers]),
            "measure": self._any([self._measures(fired) for fired in self.fired]),
            "decision": _unlike(*(one.decide(self.frame) for one in self.scorers)),
        }
        whole = np.logical_or.reduce(list(found.values()))
        shares = {
            name: _Share.of(int(unlike.sum()), len(whole), self.least)
            for name, unlike in {"anything of these": whole, **found}.items()
        }
        share = shares["anything of these"]
        named = "; ".join(f"{n}: {shares[n].words}" for n in found if shares[n].people != 0)
        rows = [[n, one.people, one.share, one.low, one.high] for n, one in shares.items()]
        return Lint(
            kind="two_readings", path=("book",), about="all rules together",
            claim=f"As of {self.day}, what follows depends on the reading for {share.words}"
            + (f". {named[0].upper()}{named[1:]}" if named else ""),
            mark=self.book.header.confidence, estimate=share.share, low=share.low,
            high=share.high, n=share.n, limits=(*LIMITS, *SHARE_LIMITS),
            table=pd.DataFrame(rows, columns=["what", "n", "share", "low", "high"]),
        )  # fmt: skip

    def _any(self, frames: list[pd.DataFrame]) -> Bools:
        rows = len(self.frame)
        unlike = [_unlike(*(one[name] for one in frames)) for name in frames[0]]
        found = np.zeros(rows, dtype=bool)
        for one in unlike:
            found |= one
        return found

    def _measures(self, fired: pd.DataFrame) -> pd.DataFrame:
        """Return which measures reach each person; null where that is open."""
        found: dict[str, pd.Series[Any]] = {}
        for rule in self.book.rules:
            if rule.id not in fired:
                continue
            for measure in measures_of(self.book.contents, rule):
                now = fired[rule.id].astype("boolean")
                found[measure.id] = found[measure.id] | now if measure.id in found else now
        return pd.DataFrame(found, index=fired.index)


def _unlike(mild: "pd.Series[Any]", strict: "pd.Series[Any]") -> Bools:
    """Return where two columns differ; unknown is a value of its own."""
    one, other = mild.isna().to_numpy(), strict.isna().to_numpy()
    same = (mild.reset_index(drop=True) == strict.reset_index(drop=True)).fillna(False)
    found: Bools = ~(same.to_numpy(dtype=bool) | (one & other)) | (one ^ other)
    return found
