"""The noun Audit: a question, what it needs, what it estimates, and the function that answers."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points

from creditaudit.evidence import Evidence
from creditaudit.finding import Finding

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


REGISTERED: dict[str, Audit] = {}
# The order in which questions are asked and findings printed; others follow.
ORDER = ("disparity", "error_rates", "intersections", "blind_spots")


def audit(
    *, question: str, needs: tuple[str, ...], estimand: str, topic: str | None = None
) -> Callable[[Answer], Answer]:
    """Register a function from evidence to findings as an audit.

    Parameters
    ----------
    question : str
    needs : tuple of str
        Any of "tally", "frame", "scorer", "rulebook", "society", "regimes", "decision",
        "outcome", "score", "groups", "intersections".
    estimand : str
    topic : str, optional
    """

    def register(answer: Answer) -> Answer:
        name = answer.__name__
        REGISTERED[name] = Audit(name, question, needs, estimand, answer, topic)
        return answer

    return register


def all_audits() -> list[Audit]:
    """Return the audits of this library, then those that other packages registered.

    Another package registers a function decorated with `audit` under the entry point group
    ``creditaudit.audits``.
    """
    for point in entry_points(group="creditaudit.audits"):
        point.load()
    own = [REGISTERED[name] for name in ORDER if name in REGISTERED]
    return [*own, *(one for one in REGISTERED.values() if one not in own)]
