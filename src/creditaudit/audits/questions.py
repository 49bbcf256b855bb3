"""The noun Audit: a question, what it needs, what it estimates, and the function that answers."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points

from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding
from creditaudit.law import TOPICS

Answer = Callable[[Evidence], list[Finding]]


@dataclass(frozen=True)
class Audit:
    """One question that can be put to evidence.

    Attributes
    ----------
    name : str
    question : str
        As a person would ask it.
    needs : tuple of str
        What `Evidence.lacks` must not lack.
    estimand : str
        The quantity that is estimated, so that the audit itself can be checked against a truth.
    answer : callable
        From evidence to findings.
    topic : str, optional
        One of ``law.TOPICS``: which law entries a finding touches.
    """

    name: str
    question: str
    needs: tuple[str, ...]
    estimand: str
    answer: Answer
    topic: str | None = None

    def missing(self, evidence: Evidence) -> list[str]:
        """Return what the evidence lacks."""
        return [need for need in self.needs if evidence.lacks(need)]


NEEDS = (
    "tally", "frame", "scorer", "rulebook", "society", "regimes", "decision", "outcome", "score",
    "groups", "intersections", "strata", "controls", "period", "terms", "funnel",
    "memberships", "refusals", "earlier_scorer", "earlier_rulebook", "outcomes", "actions",
    "cutoff", "given_reasons", "sectors",
)  # fmt: skip
REGISTERED: dict[str, Audit] = {}
# The order in which questions are asked and findings printed; others follow.
ORDER = (
    "disparity", "conditional_disparity", "adjusted_disparity", "error_rates", "calibration",
    "intersections", "cutoff_policy", "criteria_conflict", "terms", "funnel", "drift",
    "proxied_disparity", "refusals_only", "ranking",
    "model_calibration", "model_stability", "replacement", "multiplicity", "proxies",
    "input_effects", "sector_values", "less_discriminatory", "preclusion", "recourse_by_group",
    "reasons_given", "reasons_by_group", "reasons_hold", "monotone_steps", "construct", "power",
    "rule_gaps", "rule_alternatives", "rule_changes", "rights", "rules_in_text", "rule_proofs",
    "shared_lists", "regime_contrast", "exclusion_causes", "list_exit", "purposes", "retraction",
    "mistaken_identity", "singling_out",
    "blind_spots",
)  # fmt: skip


def audit(
    *, question: str, needs: tuple[str, ...], estimand: str, topic: str | None = None
) -> Callable[[Answer], Answer]:
    """Register a function from evidence to findings as an audit.

    Parameters
    ----------
    question : str
    needs : tuple of str
        Any of `NEEDS`.
    estimand : str
    topic : str, optional

    Raises
    ------
    InputError
        For an unknown need or topic, or a name that another audit has.
    """
    for word, given, known in (("needs", needs, NEEDS), ("topic", [topic or TOPICS[0]], TOPICS)):
        unknown = [one for one in given if one not in known]
        if unknown:
            msg = f"An audit has unknown {word} {unknown}. Known: {', '.join(known)}."
            raise InputError(msg)

    def register(answer: Answer) -> Answer:
        name = answer.__name__
        taken = REGISTERED.get(name)
        # A module that is loaded again registers again; another one must not take its place.
        if taken is not None and taken.answer.__module__ != answer.__module__:
            msg = (
                f"Audit {name!r} of {answer.__module__} has the name of the one of "
                f"{taken.answer.__module__}. Rename the function."
            )
            raise InputError(msg)
        REGISTERED[name] = Audit(name, question, needs, estimand, answer, topic)
        return answer

    return register


def all_audits() -> list[Audit]:
    """Return the audits of this library, then those that other packages registered.

    Another package registers a function decorated with `audit` under the entry point group
    ``creditaudit.audits``.

    Raises
    ------
    InputError
        If one of those cannot be loaded.
    """
    for point in entry_points(group="creditaudit.audits"):
        try:
            point.load()
        except (ImportError, AttributeError) as error:
            msg = (
                f"Audit {point.name!r} ({point.value}), which another package registered, cannot "
                f"be loaded: {error}. Mend or remove that package."
            )
            raise InputError(msg) from error
    own = [REGISTERED[name] for name in ORDER if name in REGISTERED]
    return [*own, *(one for one in REGISTERED.values() if one not in own)]
