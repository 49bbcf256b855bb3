"""The causal graph of synthetic people: every column, its causes and its formula."""

from creditaudit.populations.graphs import Graph
from creditaudit.populations.persons import (
    bureaus,
    courts,
    debts,
    findings,
    lenders,
    livelihoods,
    offices,
    platforms,
    roots,
)

PEOPLE = Graph(
    node
    for part in (roots, livelihoods, debts, bureaus, courts, platforms, offices, findings, lenders)
    for node in part.NODES
)

__all__ = ["PEOPLE"]
