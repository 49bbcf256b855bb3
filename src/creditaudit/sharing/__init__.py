"""Shared lists and data: the sharing rule is the treatment, and its consequences are counted."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creditaudit.sharing.agreements import agreement_by_chance, matching_thresholds
    from creditaudit.sharing.base_rates import PredictiveValue, predictive_value
    from creditaudit.sharing.cascades import Cascade, cascade
    from creditaudit.sharing.closures import apply_closure, byte_tables, import_closure
    from creditaudit.sharing.coefficients import feedback_numbers
    from creditaudit.sharing.contrasts import Contrast, contrast
    from creditaudit.sharing.exposures import Exposure, exposure
    from creditaudit.sharing.fact_holders import recipients
    from creditaudit.sharing.feedback_results import Feedback
    from creditaudit.sharing.feedbacks import feedback, repealed
    from creditaudit.sharing.generations import (
        NextGeneration,
        Tipping,
        first_generation,
        next_generation,
        tipping,
    )
    from creditaudit.sharing.governances import GovernanceShares, governance_shares
    from creditaudit.sharing.homogenisations import Homogenisation, homogenisation
    from creditaudit.sharing.inferences import Inference, attribute_inference
    from creditaudit.sharing.joint_refusals import (
        RefusedTogether,
        poisson_binomial,
        refused_together,
    )
    from creditaudit.sharing.justices import Justice, justice
    from creditaudit.sharing.leakages import Leakage, leakage
    from creditaudit.sharing.linkages import LinkageError, linkage_error
    from creditaudit.sharing.listings import LISTING_ENTRIES, listings_of
    from creditaudit.sharing.namesakes import wrongful_hits
    from creditaudit.sharing.packed_keys import unique_share
    from creditaudit.sharing.purpose_flows import PurposeFlow, purpose_flow
    from creditaudit.sharing.records import Denial, Import, TieRule
    from creditaudit.sharing.regime_files import RegimeFault, regime_ids
    from creditaudit.sharing.regime_shelves import regimes_frame
    from creditaudit.sharing.regimes import SharingRegime
    from creditaudit.sharing.retentions import Retention, retention_of
    from creditaudit.sharing.retractions import Retraction, retraction
    from creditaudit.sharing.sector_worths import InformationValue
    from creditaudit.sharing.sweeps import FreeParameter, Swept, Unswept, sweep
    from creditaudit.sharing.tie_graphs import TieGraph, graph_of
    from creditaudit.sharing.trained_linkages import WrittenWrong, splink_hits
    from creditaudit.sharing.values import information_value

# Names are looked up when first used: a kernel is compiled, and an engine loaded, only when asked.
_HOMES = {
    "tipping": "generations",
    "next_generation": "generations",
    "first_generation": "generations",
    "Tipping": "generations",
    "NextGeneration": "generations",
    "poisson_binomial": "joint_refusals",
    "refused_together": "joint_refusals",
    "RefusedTogether": "joint_refusals",
    "Cascade": "cascades",
    "Contrast": "contrasts",
    "Denial": "records",
    "Exposure": "exposures",
    "Feedback": "feedback_results",
    "FreeParameter": "sweeps",
    "GovernanceShares": "governances",
    "Homogenisation": "homogenisations",
    "Import": "records",
    "Inference": "inferences",
    "InformationValue": "sector_worths",
    "LISTING_ENTRIES": "listings",
    "Leakage": "leakages",
    "LinkageError": "linkages",
    "PredictiveValue": "base_rates",
    "PurposeFlow": "purpose_flows",
    "RegimeFault": "regime_files",
    "Retention": "retentions",
    "Retraction": "retractions",
    "SharingRegime": "regimes",
    "Swept": "sweeps",
    "TieGraph": "tie_graphs",
    "TieRule": "records",
    "Unswept": "sweeps",
    "WrittenWrong": "trained_linkages",
    "agreement_by_chance": "agreements",
    "apply_closure": "closures",
    "attribute_inference": "inferences",
    "byte_tables": "closures",
    "cascade": "cascades",
    "contrast": "contrasts",
    "exposure": "exposures",
    "feedback": "feedbacks",
    "feedback_numbers": "coefficients",
    "governance_shares": "governances",
    "graph_of": "tie_graphs",
    "homogenisation": "homogenisations",
    "import_closure": "closures",
    "information_value": "values",
    "leakage": "leakages",
    "linkage_error": "linkages",
    "listings_of": "listings",
    "matching_thresholds": "agreements",
    "predictive_value": "base_rates",
    "purpose_flow": "purpose_flows",
    "recipients": "fact_holders",
    "regime_ids": "regime_files",
    "regimes_frame": "regime_shelves",
    "repealed": "feedbacks",
    "retention_of": "retentions",
    "retraction": "retractions",
    "splink_hits": "trained_linkages",
    "sweep": "sweeps",
    "unique_share": "packed_keys",
    "wrongful_hits": "namesakes",
    "Justice": "justices",
    "justice": "justices",
}

__all__ = [
    "LISTING_ENTRIES",
    "Cascade",
    "Contrast",
    "Denial",
    "Exposure",
    "Feedback",
    "FreeParameter",
    "GovernanceShares",
    "Homogenisation",
    "Import",
    "Inference",
    "InformationValue",
    "Justice",
    "Leakage",
    "LinkageError",
    "NextGeneration",
    "PredictiveValue",
    "PurposeFlow",
    "RefusedTogether",
    "RegimeFault",
    "Retention",
    "Retraction",
    "SharingRegime",
    "Swept",
    "TieGraph",
    "TieRule",
    "Tipping",
    "Unswept",
    "WrittenWrong",
    "agreement_by_chance",
    "apply_closure",
    "attribute_inference",
    "byte_tables",
    "cascade",
    "contrast",
    "exposure",
    "feedback",
    "feedback_numbers",
    "first_generation",
    "governance_shares",
    "graph_of",
    "homogenisation",
    "import_closure",
    "information_value",
    "justice",
    "leakage",
    "linkage_error",
    "listings_of",
    "matching_thresholds",
    "next_generation",
    "poisson_binomial",
    "predictive_value",
    "purpose_flow",
    "recipients",
    "refused_together",
    "regime_ids",
    "regimes_frame",
    "repealed",
    "retention_of",
    "retraction",
    "splink_hits",
    "sweep",
    "tipping",
    "unique_share",
    "wrongful_hits",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'creditaudit.sharing' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"creditaudit.sharing.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
