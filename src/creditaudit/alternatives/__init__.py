"""Alternatives: models as good that discriminate less, and what each costs."""

from creditaudit.alternatives.candidates import Candidate
from creditaudit.alternatives.frontiers import Alternative, Frontier
from creditaudit.alternatives.searching import frontier

__all__ = ["Alternative", "Candidate", "Frontier", "frontier"]
