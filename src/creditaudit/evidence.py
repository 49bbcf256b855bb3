"""What an auditor holds, and what that access allows."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.funnels import Funnel
from creditaudit.intervals import LEVEL, holm
from creditaudit.memberships import Memberships
from creditaudit.plan import Plan
from creditaudit.protocols import HasImports, HasPoints, HasProbability, HasRules
from creditaudit.refusals import Refusals
from creditaudit.tally import Tally
from creditaudit.terms_tally import TermsTally
from creditaudit.vocabulary import load_vocabulary

LEVELS = (
    "published rules only",
    "counts",
    "decisions with groups, person by person",
    "decisions and inputs, person by person",
    "the model, or the right to query it",
    "training data, flows between agencies, and logs",
)


@dataclass(frozen=True)
class Family:
    """The comparisons of a whole report: ranges and p-values are corrected over all of them."""

    p_values: tuple[float, ...]

    @property
    def size(self) -> int:
        """Number of comparisons."""
        return max(len(self.p_values), 1)

    @property
    def level(self) -> float:
        """Level of each range so that all hold together (Bonferroni)."""
        return 1 - (1 - LEVEL) / self.size

    def adjusted(self, p_value: float) -> float:
        """Return Holm's adjusted value of one of the p-values; NaN for one that is not there."""
        if p_value not in self.p_values:
            return math.nan
        return float(holm(np.array(self.p_values))[self.p_values.index(p_value)])


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """What this auditor holds. The access level follows from it.

    Parameters
    ----------
    tally : Tally, optional
        Counts; made from rows it gives level 2, from a published table level 1.
    terms : TermsTally, optional
        What people who were approved pay or get: sums of an amount by group.
    funnel : Funnel, optional
        How many people reach each stage, by group.
    memberships : Memberships, optional
        Decisions on people whose group is known only as a probability.
    refusals : Refusals, optional
        Refused (or listed) people by group, and a named population beside them.
    frame : DataFrame, optional
        Inputs, one row a person (level 3).
    scorer : estimator, optional
        The model, or a way to query it (level 4).
    earlier_scorer : estimator, optional
        The model that ``scorer`` replaces.
    outcomes : mapping, optional
        Columns of ``frame`` that the score might foretell, each with the value that means it
        happened: first what the score is said to foretell. {"default": 1, "fined": 1}.
    actions, cutoff : optional
        What people can change (`explain.Actions`), and the points from which they are approved.
    given_reasons : DataFrame, optional
        The reasons people were told, one row a reason: ``person`` (label in ``frame``), ``reason``
        (an input, a rule, or a code).
    rulebook, earlier_rulebook : Rulebook, optional
        A book of rules, and the version that it replaces.
    society, regimes : optional
        A world with its ties and events (level 5); a sharing regime, or several by name.
    controls : mapping, optional
        Which columns of ``frame`` may be held equal, each with the reason why in words: column ->
        reason. The reasons are printed beside what is left of a gap.
    about : mapping, optional
        What the data are: ``Population.made``, or your own ``name``, ``about``, ``citation``,
        ``licence``, ``disputes``, ``limits``, ``product``, ``jurisdictions``, ``decision_date``,
        ``synthetic``, ``fitted_here`` (whether the scorer was fitted on the rows of ``frame``),
        ``sectors`` (column -> the sector it comes from).

    Raises
    ------
    InputError
        If nothing is held.
    """

    tally: Tally | None = None
    terms: TermsTally | None = None
    funnel: Funnel | None = None
    memberships: Memberships | None = None
    refusals: Refusals | None = None
    frame: pd.DataFrame | None = None
    scorer: HasPoints | HasProbability | None = None
    earlier_scorer: HasPoints | HasProbability | None = None
    outcomes: Mapping[str, Any] = field(default_factory=dict)
    actions: Any = None
    cutoff: float | None = None
    given_reasons: pd.DataFrame | None = None
    rulebook: HasRules | None = None
    earlier_rulebook: HasRules | None = None
    society: Any = None
    regimes: Any = None
    controls: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    family: Family | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.held:
            msg = "Evidence holds nothing. Pass at least one of tally, frame, scorer or rulebook."
            raise InputError(msg)
        given: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        faults = list(_evidence_faults(**given))
        if faults:
            raise InputError("Evidence cannot be used as given. " + " ".join(faults))

    @property
    def held(self) -> list[str]:
        """Names of what is held."""
        names = (
            "tally", "terms", "funnel", "memberships", "refusals", "frame", "scorer",
            "earlier_scorer", "rulebook", "earlier_rulebook", "society", "regimes",
        )  # fmt: skip
        return [name for name in names if getattr(self, name) is not None]

    @property
    def level(self) -> int:
        """Rung on the access ladder, 0 to 5; see `LEVELS`."""
        if self.society is not None or self.regimes is not None:
            return 5
        if self.scorer is not None:
            return 4
        if self.frame is not None:
            return 3
        counts = [one for one in (self.tally, self.terms, self.funnel) if one is not None]
        # Rows without groups, and refused people alone, hold no more than counts.
        least = 0 if self.memberships is None and self.refusals is None else 1
        return max((2 if one.origin == "rows" else 1 for one in counts), default=least)

    @property
    def groups(self) -> list[str]:
        """The group columns to report on: those of the plan, or all that the tally kept."""
        if self.tally is None:
            # Without counts the plan says which columns of the inputs hold groups.
            return [] if self.frame is None else list(self.plan.groups or ())
        if self.plan.groups is not None:
            return list(self.plan.groups)
        kept = {name for grouping in self.tally.groupings for name in grouping}
        return [name for name in self.tally.roles.groups if name in kept]

    @property
    def crossings(self) -> list[tuple[str, ...]]:
        """The groupings of two or more of these columns."""
        if self.tally is None:
            return []
        return [g for g in self.tally.groupings if len(g) > 1 and set(g) <= set(self.groups)]

    @property
    def conditionals(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each column to report on, with the strata that a grouping crosses it with."""
        if self.tally is None:
            return []
        strata = set(self.tally.roles.strata)
        found = [
            (name, tuple(key for key in grouping if key != name))
            for name in self.groups
            for grouping in self.tally.groupings
            if name in grouping and len(grouping) > 1 and set(grouping) - {name} <= strata
        ]
        return list(dict.fromkeys(found))

    @property
    def sectors(self) -> dict[str, str]:
        """The sector of each input, as ``about["sectors"]`` says, or else the vocabulary."""
        if self.frame is None:
            return {}
        given, known = self.about.get("sectors"), load_vocabulary()
        if given is None:
            given = {str(name): known[str(name)].sector for name in self.frame.columns
                     if str(name) in known}  # fmt: skip
        read = getattr(self.scorer, "feature_names_in_", self.frame.columns)
        return {str(name): str(given[name]) for name in read if name in given}

    def lacks(self, need: str) -> bool:
        """Whether something an audit needs is not there.

        ``need`` is one of what can be held, a role ("outcome"), or "groups" (a column to report
        on), "intersections" (a grouping of two or more of them), "strata" (a grouping of one of
        them and strata), "sectors" (inputs of two sectors, beside an outcome and groups),
        "controls" (columns of the frame to hold equal), "outcomes" or "period".
        """
        if need == "groups":
            return not self.groups
        if need == "strata":
            return not self.conditionals
        if need == "sectors":
            # A society says where its columns come from, and what happened to whom.
            few = len(set(self.sectors.values())) < 2
            return self.society is None and (few or self.lacks("outcome") or not self.groups)
        if need in ("controls", "outcomes"):
            return not getattr(self, need)
        if need in ("actions", "cutoff", "given_reasons"):
            # A rulebook decides by its own text.
            decides = need == "cutoff" and hasattr(self.scorer, "fired")
            return getattr(self, need) is None and not decides
        if need == "intersections":
            return not self.crossings
        if need in ("decision", "outcome", "score", "period"):
            return self.tally is None or getattr(self.tally.roles, need) is None
        return need not in self.held


def control_faults(controls: object) -> Iterator[str]:
    """Yield what is wrong with columns to hold equal and the reasons given for them."""
    example = "{'payment_ratio': 'what a person can pay back'}"
    if not isinstance(controls, Mapping):
        yield f"controls= must name columns with the reason for each, such as {example}."
        return
    bare = [
        name for name, why in controls.items() if not isinstance(why, str) or not why.strip()
    ]  # fmt: skip
    if bare:
        yield (
            f"Controls {bare} have no reason. Say in words why each may be held equal, such as "
            f"controls={example}."
        )


def _regime_faults(regimes: object) -> Iterator[str]:
    if regimes is None or isinstance(regimes, HasImports):
        return
    fix = "Pass a SharingRegime, such as ca.SharingRegime.load(id_or_path), or {name: regime}."
    several = list(regimes.values()) if isinstance(regimes, Mapping) else regimes
    if not isinstance(several, list | tuple):
        yield f"regimes= is a {type(regimes).__name__}. {fix}"
    elif not several:
        yield f"regimes= names no regime. {fix}"
    else:
        wrong = {type(one).__name__ for one in several if not isinstance(one, HasImports)}
        if wrong:
            yield f"regimes= holds {', '.join(sorted(wrong))}. {fix}"


def _evidence_faults(
    tally: Any, terms: Any, funnel: Any, memberships: Any, refusals: Any, frame: Any, scorer: Any,
    earlier_scorer: Any, outcomes: Any, controls: Any, about: Any, plan: Any, rulebook: Any,
    earlier_rulebook: Any, given_reasons: Any, regimes: Any, **_: Any,
) -> Iterator[str]:  # fmt: skip
    if tally is not None and not isinstance(tally, Tally):
        yield (
            f"tally= is a {type(tally).__name__}. Make a Tally first: "
            "ca.Tally.from_frame(data, roles) or ca.Tally.from_counts(table, roles)."
        )
    for name, given, kind in (
        ("terms", terms, TermsTally), ("funnel", funnel, Funnel),
        ("memberships", memberships, Memberships), ("refusals", refusals, Refusals),
    ):  # fmt: skip
        if given is not None and not isinstance(given, kind):
            yield (
                f"{name}= is a {type(given).__name__}. Make a {kind.__name__} first, such as by "
                f"ca.{kind.__name__}.from_counts(...)."
            )
    for name, given in (("frame", frame), ("given_reasons", given_reasons)):
        if given is not None and not isinstance(given, pd.DataFrame):
            yield f"{name}= is a {type(given).__name__}; it must be a pandas DataFrame."
    for name, model in (("scorer", scorer), ("earlier_scorer", earlier_scorer)):
        if model is not None and not isinstance(model, HasPoints | HasProbability):
            yield (
                f"{name}= is a {type(model).__name__} with neither points(X) nor predict_proba(X). "
                "Pass a fitted classifier."
            )
    for name, book in (("rulebook", rulebook), ("earlier_rulebook", earlier_rulebook)):
        if book is not None and not isinstance(book, HasRules):
            yield (
                f"{name}= is a {type(book).__name__}. Read it first, with "
                "ca.Rulebook.load(id_or_path)."
            )
    yield from _regime_faults(regimes)
    columns = list(frame.columns) if isinstance(frame, pd.DataFrame) else []
    unknown = [name for name in outcomes if name not in columns] if outcomes else []
    if not isinstance(outcomes, Mapping) or unknown:
        yield (
            f"outcomes={outcomes!r} must name columns of frame= with the value that means it "
            "happened, such as {'default': 1}."
        )
    yield from control_faults(controls)
    if isinstance(controls, Mapping) and controls:
        yield from _unusable(controls, frame, tally)
    if not isinstance(about, Mapping):
        yield f"about= is a {type(about).__name__}; pass a mapping, such as people.made."
    if not isinstance(plan, Plan):
        yield f"plan= is a {type(plan).__name__}; pass ca.Plan(...)."
    elif isinstance(tally, Tally):
        kept = {name for grouping in tally.groupings for name in grouping}
        beside = {one.name for one in (memberships, refusals) if hasattr(one, "name")}
        for part, known in (("groups", kept), ("reference", kept | beside)):
            lacking = sorted(set(getattr(plan, part) or ()) - known)
            if lacking:
                yield f"Plan names {part} {lacking}, which the tally lacks. It has {sorted(known)}."


def _unusable(controls: Mapping[str, str], frame: Any, tally: Any) -> Iterator[str]:
    if not isinstance(frame, pd.DataFrame):
        yield "controls= names columns of frame=, which is not given. Pass the inputs as frame=."
    elif unknown := [name for name in controls if name not in frame.columns]:
        yield f"Controls {unknown} are not in frame=. Columns: {[*map(str, frame.columns)][:30]}."
    if isinstance(tally, Tally):
        roles = tally.roles
        for part in ("decision", "outcome", "weight", "cluster"):
            if getattr(roles, part) in controls:
                yield f"Control {getattr(roles, part)!r} is the {part}; it cannot be held equal."
