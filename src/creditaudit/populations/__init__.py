"""People or firms with their roles, their catalog and the way they were made."""

from creditaudit.populations.base import Population
from creditaudit.populations.biases import Bias
from creditaudit.populations.borrowers import borrower_batches, causal_graph, make_borrowers
from creditaudit.populations.calibrations import check_calibration
from creditaudit.populations.injections import Injection, inject
from creditaudit.populations.packs import load_pack, pack_names
from creditaudit.populations.panels import Panel, make_panel
from creditaudit.populations.real import (
    load_german_credit,
    load_hmda_boston,
    load_loanapp,
    load_taiwan_default,
)

__all__ = [
    "Bias",
    "Injection",
    "Panel",
    "Population",
    "borrower_batches",
    "causal_graph",
    "check_calibration",
    "inject",
    "load_german_credit",
    "load_hmda_boston",
    "load_loanapp",
    "load_pack",
    "load_taiwan_default",
    "make_borrowers",
    "make_panel",
    "pack_names",
]
