"""Societies: people and firms with the ties, events and debts that join them."""

from creditaudit.populations.societies.agencies import agencies_frame, society_catalog
from creditaudit.populations.societies.calibrated import society_numbers
from creditaudit.populations.societies.checks import check_society
from creditaudit.populations.societies.folders import load_society, write_society
from creditaudit.populations.societies.making import make_society
from creditaudit.populations.societies.society import Society

__all__ = [
    "Society",
    "agencies_frame",
    "check_society",
    "load_society",
    "make_society",
    "society_catalog",
    "society_numbers",
    "write_society",
]
