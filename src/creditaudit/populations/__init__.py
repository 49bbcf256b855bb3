"""People or firms with their roles, their catalog and the way they were made."""

from creditaudit.populations.base import Population
from creditaudit.populations.biases import Bias
from creditaudit.populations.borrowers import borrower_batches, causal_graph, make_borrowers
from creditaudit.populations.calibrations import check_calibration
from creditaudit.populations.firms.calibrations import check_firm_calibration
from creditaudit.populations.firms.distress import altman_scores
from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.making import firm_graph, make_firms
from creditaudit.populations.firms.packs import firm_pack_names, load_firm_pack
from creditaudit.populations.free_numbers import vary_free_numbers
from creditaudit.populations.injections import Injection, inject
from creditaudit.populations.packs import load_pack, pack_names
from creditaudit.populations.panels import Panel, make_panel
from creditaudit.populations.real import (
    load_german_credit,
    load_hmda_boston,
    load_loanapp,
    load_taiwan_default,
)
from creditaudit.populations.societies import (
    Society,
    agencies_frame,
    check_society,
    load_society,
    make_society,
    society_catalog,
    society_numbers,
    write_society,
)

__all__ = [
    "Bias",
    "FirmBias",
    "Injection",
    "Panel",
    "Population",
    "Society",
    "agencies_frame",
    "altman_scores",
    "borrower_batches",
    "causal_graph",
    "check_calibration",
    "check_firm_calibration",
    "check_society",
    "firm_graph",
    "firm_pack_names",
    "inject",
    "load_firm_pack",
    "load_german_credit",
    "load_hmda_boston",
    "load_loanapp",
    "load_pack",
    "load_society",
    "load_taiwan_default",
    "make_borrowers",
    "make_firms",
    "make_panel",
    "make_society",
    "pack_names",
    "society_catalog",
    "society_numbers",
    "vary_free_numbers",
    "write_society",
]
