"""Audit credit scoring and social-credit systems, from published counts to rows and models."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creditaudit import (
        alternatives,
        audits,
        charts,
        errors,
        explain,
        intervals,
        law,
        metrics,
        populations,
        rulebooks,
        scenarios,
        scorers,
        sharing,
        thresholds,
    )
    from creditaudit.audits.run import run_audits as audit
    from creditaudit.evidence import Evidence
    from creditaudit.finding import Finding
    from creditaudit.funnels import Funnel
    from creditaudit.memberships import Memberships
    from creditaudit.plan import Plan
    from creditaudit.populations import (
        Bias,
        FirmBias,
        Population,
        inject,
        load_german_credit,
        load_hmda_boston,
        load_loanapp,
        load_taiwan_default,
        make_borrowers,
        make_firms,
        make_society,
    )
    from creditaudit.proposals import check
    from creditaudit.refusals import Refusals
    from creditaudit.report import Report
    from creditaudit.roles import Roles
    from creditaudit.rulebooks import Rulebook, RulebookScorer
    from creditaudit.scorers import BoostingScorer, ScorecardScorer
    from creditaudit.sharing import SharingRegime
    from creditaudit.tally import Tally
    from creditaudit.terms_counting import TermsRoles
    from creditaudit.terms_tally import TermsTally
    from creditaudit.thresholds import cutoffs

__version__ = "0.1.0"
__all__ = [
    "Bias",
    "BoostingScorer",
    "Evidence",
    "Finding",
    "FirmBias",
    "Funnel",
    "Memberships",
    "Plan",
    "Population",
    "Refusals",
    "Report",
    "Roles",
    "Rulebook",
    "RulebookScorer",
    "ScorecardScorer",
    "SharingRegime",
    "Tally",
    "TermsRoles",
    "TermsTally",
    "alternatives",
    "audit",
    "audits",
    "charts",
    "check",
    "cutoffs",
    "errors",
    "explain",
    "inject",
    "intervals",
    "law",
    "load_german_credit",
    "load_hmda_boston",
    "load_loanapp",
    "load_taiwan_default",
    "make_borrowers",
    "make_firms",
    "make_society",
    "metrics",
    "populations",
    "rulebooks",
    "scenarios",
    "scorers",
    "sharing",
    "thresholds",
]

# Names are looked up when first used, so that importing the package costs next to nothing.
_HOMES = {
    "Bias": "populations",
    "BoostingScorer": "scorers",
    "Evidence": "evidence",
    "Finding": "finding",
    "FirmBias": "populations",
    "Funnel": "funnels",
    "Memberships": "memberships",
    "Plan": "plan",
    "Population": "populations",
    "Refusals": "refusals",
    "Report": "report",
    "Roles": "roles",
    "Rulebook": "rulebooks",
    "RulebookScorer": "rulebooks",
    "ScorecardScorer": "scorers",
    "SharingRegime": "sharing",
    "Tally": "tally",
    "TermsRoles": "terms_counting",
    "TermsTally": "terms_tally",
    "audit": "audits.run",
    "check": "proposals",
    "cutoffs": "thresholds",
    "inject": "populations",
    "load_german_credit": "populations",
    "load_hmda_boston": "populations",
    "load_loanapp": "populations",
    "load_taiwan_default": "populations",
    "make_borrowers": "populations",
    "make_firms": "populations",
    "make_society": "populations",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        msg = f"module 'creditaudit' has no attribute {name!r}"
        raise AttributeError(msg)
    if name not in _HOMES:
        return import_module(f"creditaudit.{name}")
    if name == "audit":
        return import_module("creditaudit.audits").run_audits
    return getattr(import_module(f"creditaudit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
