"""Dated law entries: what each lets an audit claim, and what not."""

from creditaudit.law.entries import PRODUCTS, TOPICS, LawEntry, load_entries
from creditaudit.law.resolutions import (
    FOUR_FIFTHS,
    NOT_ADVICE,
    ResolvedLaw,
    resolve,
    resolve_ids,
)

__all__ = [
    "FOUR_FIFTHS",
    "NOT_ADVICE",
    "PRODUCTS",
    "TOPICS",
    "LawEntry",
    "ResolvedLaw",
    "load_entries",
    "resolve",
    "resolve_ids",
]
