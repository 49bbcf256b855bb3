"""The causal graph of synthetic firms: every column, its causes and its formula."""

from creditaudit.populations.firms import (
    accounts,
    courts,
    dealings,
    lending,
    registers,
    supervision,
    taxes,
)
from creditaudit.populations.graphs import Graph

FIRMS = Graph(
    node
    for part in (registers, accounts, dealings, courts, taxes, supervision, lending)
    for node in part.NODES
)

__all__ = ["FIRMS"]
