"""Small random worlds for cascades, and the closure of imports by another road."""

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas as pd

from creditaudit.sharing.arc_draws import arc_keys
from creditaudit.sharing.spreading import Flow, open_limit
from creditaudit.sharing.tie_graphs import laid_out


def transitive(matrix):
    """Masks of everything each agency's list ends on, by networkx and not by our own code."""
    graph = nx.DiGraph(matrix)
    return np.array(
        [sum(1 << b for b in {a, *nx.descendants(graph, a)}) for a in range(len(matrix))],
        dtype=np.uint64,
    )


def flow(n, ties, p=1.0, *, seed=0, name="kin", **given):
    ties = np.array(ties, dtype=np.int64).reshape(-1, 2)
    arcs = laid_out(n, ties[:, 0], ties[:, 1])
    return Flow(arcs, arc_keys(seed, name, "forward"), open_limit(p), **given)


def made(rng):
    """A random world: up to 25 nodes, 5 agencies, three kinds of ties with their own rules."""
    n, size = int(rng.integers(2, 26)), int(rng.integers(1, 6))
    imports = rng.random((size, size)) < 0.2
    own = rng.integers(0, 1 << size, n).astype(np.uint64)
    own[rng.random(n) < 0.7] = 0
    flows = []
    for k in range(3):
        ties = {tuple(pair) for pair in rng.integers(0, n, (int(rng.integers(0, 3 * n)), 2))}
        ties = [pair for pair in ties if pair[0] != pair[1]]
        flows.append(
            flow(
                n, ties, rng.choice([0.2, 0.5, 1.0]), seed=int(rng.integers(99)), name=f"kind {k}",
                carry=int(rng.integers(0, 1 << size)), layer=int(rng.choice([0, 0, 1, 2])),
                hops=[1, 2, 3, None][rng.integers(4)],
                eligible=rng.random(n) < 0.8 if rng.random() < 0.3 else None,
            )
        )  # fmt: skip
    return n, size, imports, own, flows


class SmallWorld:
    """People and firms of a table each, their ties and the entries about them, as a society has."""

    def __init__(self, people, firms=0, *, ties=(), findings=(), columns=None, groups=()):
        self.first_firm = people
        frame = pd.DataFrame({"person_id": np.arange(people), "household_id": np.arange(people)})
        for name, values in (columns or {}).items():
            frame[name] = values
        self.people = SimpleNamespace(
            n=people, frame=frame, truth=frame[[]], roles=SimpleNamespace(groups=tuple(groups))
        )
        self.firms = SimpleNamespace(
            n=firms, frame=pd.DataFrame({"firm_id": people + np.arange(firms)}),
            roles=SimpleNamespace(groups=()),
        )  # fmt: skip
        kinds = ["household", "kin", "employment", "ownership", "representation", "guarantee"]
        rows = sorted((kinds.index(kind), i, j) for i, j, kind in ties)
        self.ties = pd.DataFrame(rows, columns=["relation", "src", "dst"]).astype("int64")
        self.ties["relation"] = pd.Categorical.from_codes(self.ties["relation"], kinds)
        rows = [(who, agency, "listing", kind) for who, agency, kind in findings]
        self.events = pd.DataFrame(rows, columns=["entity", "agency", "event", "finding"])
        self.events["entity"] = self.events["entity"].astype("int64")
        self.events["date"] = pd.Timestamp("2024-06-01")
        self.events["expiry"] = pd.NaT
        self.events["expiry"] = self.events["expiry"].astype("datetime64[s]")
        self.made = {"as_of": "2025-01-01", "synthetic": True}


LISTINGS = {name: {"listing": 1} for name in ("court", "bank", "tax", "police")}
"""A finding of `SmallWorld` is an entry called listing, whoever made it."""
