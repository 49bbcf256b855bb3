"""People or firms with their roles, their catalog and the way they were made."""

from creditaudit.populations.base import Population
from creditaudit.populations.real import (
    load_german_credit,
    load_hmda_boston,
    load_loanapp,
    load_taiwan_default,
)

__all__ = [
    "Population",
    "load_german_credit",
    "load_hmda_boston",
    "load_loanapp",
    "load_taiwan_default",
]
