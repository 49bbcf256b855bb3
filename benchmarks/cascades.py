"""A million people with seven million ties: what a cascade costs, beside igraph and networkx.

A script of its own: ``python -m benchmarks.cascades``, no part of ``benchmarks.run``. The society
is made once; its ties and findings, as plain arrays, are what everybody starts from, each in a
process of its own. The task of the peers is the part they know: who can be reached from anybody
with a finding, along all ties, with the fewest ties. They know no agencies, imports, measures or
draws. networkx gets the first people only, with ties among them; its time is multiplied by ties.
``--ten`` does ten million people: the same society ten times, side by side.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.clock import ENOUGH_SECONDS, REPEATS
from benchmarks.run import RESULTS, setting_of

PEOPLE, FIRMS = 1_000_000, 100_000
KINDS = ("household", "kin", "employment", "ownership", "representation")
NETWORKX_PEOPLE = 300_000
AGENCIES = ("bank", "court", "tax", "ecommerce", "telecom", "police", "social", "market_regulator")
CPU_BAR, MB_BAR, IGRAPH_BAR, NETWORKX_BAR, TEN_MB_BAR = 0.5, 600, 10, 60, 6000

REGIMES: dict[str, tuple[bool, list[tuple[str, float, int | None]]]] = {
    "silos": (False, []),
    "all from all": (True, []),
    "measure to the household, one tie, p .3": (True, [("household", 0.3, 1)]),
    "listing to household .3 and officers .6, any ties (stress test)": (
        True, [("household", 0.3, None), ("representation", 0.6, None)],
    ),
    "listing to household, kin, staff, owners, officers, p 1, any ties (stress test)": (
        True, [(name, 1.0, None) for name in KINDS],
    ),
}  # fmt: skip
"""Whether all import from all, and the ties that carry: kind, p, hops."""
WORST = [*REGIMES][-1]


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return median CPU seconds and the last result; the peak of memory stays that of it all."""
    spent: list[float] = []
    result = None
    while len(spent) < REPEATS and sum(spent) < ENOUGH_SECONDS:
        result = None
        start = time.process_time()
        result = run()
        spent.append(time.process_time() - start)
    return median(spent), result


def arrays(folder: Path) -> None:
    """Make the society and keep its ties and findings."""
    from creditaudit import make_society
    from creditaudit.sharing import listings_of
    from creditaudit.sharing.tie_graphs import ties_by_kind

    world = make_society(PEOPLE, FIRMS, seed=7, relations=list(KINDS))
    for name, (src, dst) in ties_by_kind(world.ties).items():
        if name in KINDS:
            np.save(folder / f"{name}.npy", np.stack([src, dst]).astype(np.int32))
    np.save(folder / "own.npy", listings_of(world, AGENCIES))


def _load(folder: Path, copies: int = 1) -> tuple[Any, dict[str, tuple[Any, Any]]]:
    own = np.load(folder / "own.npy")
    n = len(own)
    ties = {}
    for name in KINDS:
        src, dst = np.load(folder / f"{name}.npy")
        shift = (np.arange(copies, dtype=np.int32) * n)[:, None]
        ties[name] = ((src + shift).ravel(), (dst + shift).ravel())
    return np.tile(own, copies), ties


def _graph(own: Any, ties: dict[str, tuple[Any, Any]]) -> Any:
    from creditaudit.sharing import TieGraph

    graph = TieGraph(len(own), len(own), ties)
    for name in KINDS:
        graph.arcs(name)
    graph.arcs("representation", "backward")
    return graph


def _closure(shared: bool) -> Any:
    size = len(AGENCIES)
    alone = np.uint64(1) << np.arange(size, dtype=np.uint64)
    return np.full(size, 2**size - 1, np.uint64) if shared else alone


def _ways(kind: str) -> tuple[str, ...]:
    return ("forward", "backward") if kind == "representation" else ("forward",)


def _regime(graph: Any, own: Any, name: str, engine: str) -> Any:
    from creditaudit.sharing.arc_draws import arc_keys
    from creditaudit.sharing.closures import byte_tables
    from creditaudit.sharing.spreading import Flow, open_limit, spread

    shared, rules = REGIMES[name]
    measured = any(hops == 1 for *_, hops in rules)
    flows = [
        Flow(
            graph.arcs(kind, way), arc_keys(7, kind, way), open_limit(p), layer=int(measured),
            hops=hops,
        )
        for kind, p, hops in rules
        for way in _ways(kind)
    ]  # fmt: skip
    return spread(own, byte_tables(_closure(shared)), flows, n_layers=1 + measured, engine=engine)


def ours(folder: Path, engine: str, copies: int = 1) -> dict[str, Any]:
    """Return build, each regime, and the task of the peers with everything built anew."""
    warm = np.ones(4, np.uint64)
    chain = {
        name: (np.arange(3, dtype=np.int32), np.arange(1, 4, dtype=np.int32)) for name in KINDS
    }
    for name in REGIMES:
        _regime(_graph(warm, chain), warm, name, engine)
    own, ties = _load(folder, copies)
    built, graph = _timed(lambda: _graph(own, ties))
    told: dict[str, Any] = {"build": built, "ties": sum(len(src) for src, _ in ties.values())}
    told["graph_mb"] = graph.nbytes / 1e6
    for name in REGIMES:
        reading, reach = _timed(lambda name=name: _regime(graph, own, name, engine))
        told[name] = reading
        told[f"reached, {name}"] = int((reach.masks != 0).any(axis=0).sum())
        told[f"depth, {name}"] = reach.depth
        del reach
    told["reach"], told["task"] = _task_of_ours(own, ties, engine)
    return told


def _task_of_ours(own: Any, ties: dict[str, tuple[Any, Any]], engine: str) -> tuple[int, float]:
    from creditaudit.sharing.closures import byte_tables
    from creditaudit.sharing.spreading import Flow, open_limit, spread
    from creditaudit.sharing.tie_graphs import laid_out

    seeds = (own != 0).astype(np.uint64)
    table = byte_tables(np.ones(1, np.uint64))

    def run() -> Any:
        flows = [
            Flow(laid_out(len(own), *pair), (1, 1, 1, 1, 1), open_limit(1.0), hops=None)
            for pair in ties.values()
        ]
        return spread(seeds, table, flows, engine=engine)

    reading, reach = _timed(run)
    return int((reach.masks[0] != 0).sum()), reading


def in_duckdb(folder: Path, _: str) -> dict[str, Any]:
    """Return each regime as SQL text in DuckDB, on tables that are there already."""
    import duckdb
    import pandas as pd

    from creditaudit.sharing.arc_draws import arc_keys
    from creditaudit.sharing.spreading import open_limit
    from creditaudit.sharing.spreading_sql import SqlFlow, run_sql

    own, ties = _load(folder)
    told: dict[str, Any] = {}
    with duckdb.connect() as database:
        found = pd.DataFrame({"entity": np.arange(len(own)), "mask": own.view(np.int64)})
        database.register("given_findings", found)
        database.execute("create table findings as select * from given_findings")
        database.execute("create table arcs (src bigint, dst bigint, relation varchar)")
        for kind, (src, dst) in ties.items():
            database.register("given_ties", pd.DataFrame({"src": src, "dst": dst}))
            database.execute(f"insert into arcs select src, dst, '{kind}' from given_ties")
        for name, (shared, rules) in REGIMES.items():
            measured = any(hops == 1 for *_, hops in rules)
            flows = [
                SqlFlow(
                    kind, way, arc_keys(7, kind, way), open_limit(p), layer=int(measured), hops=hops
                )
                for kind, p, hops in rules
                for way in _ways(kind)
            ]
            run = partial(
                run_sql, database, flows, _closure(shared), n=len(own), n_layers=1 + measured
            )
            told[name], (masks, _levels) = _timed(run)
            told[f"reached, {name}"] = int((masks != 0).any(axis=0).sum())
    return told


def igraph(folder: Path, _: str) -> dict[str, Any]:
    """Return the task in igraph: breadth first from one node that leads to all findings."""
    import igraph as peer

    own, ties = _load(folder)
    seeds = np.flatnonzero(own)

    def run() -> int:
        n = len(own)
        start = np.column_stack([np.full(len(seeds), n), seeds])
        edges = np.concatenate([start, *(np.column_stack(pair) for pair in ties.values())])
        graph = peer.Graph(n=n + 1, edges=edges, directed=True)
        reached, _layers, _parents = graph.bfs(n, mode="out")
        return len(reached) - 1

    reading, reach = _timed(run)
    return {"task": reading, "reach": reach}


def networkx(folder: Path, _: str) -> dict[str, Any]:
    """Return the task in networkx, on the first people and the ties among them."""
    import networkx as peer

    own, ties = _load(folder)
    every = sum(len(src) for src, _ in ties.values())
    some = {}
    for name, (src, dst) in ties.items():
        kept = (src < NETWORKX_PEOPLE) & (dst < NETWORKX_PEOPLE)
        some[name] = src[kept], dst[kept]
    seeds = np.flatnonzero(own[:NETWORKX_PEOPLE]).tolist()

    def run() -> int:
        graph = peer.DiGraph()
        graph.add_nodes_from(range(NETWORKX_PEOPLE))
        for src, dst in some.values():
            graph.add_edges_from(zip(src.tolist(), dst.tolist(), strict=True))
        return sum(len(layer) for layer in peer.bfs_layers(graph, seeds))

    reading, reach = _timed(run)
    within = sum(len(src) for src, _ in some.values())
    mine, _cpu = _task_of_ours(own[:NETWORKX_PEOPLE], some, "auto")
    return {
        "task": reading * every / within, "spent": reading, "ties": within, "reach": reach,
        "same": reach == mine,
    }  # fmt: skip


CONTESTANTS: dict[str, Callable[..., dict[str, Any]]] = {
    "numba": ours, "numpy": ours, "duckdb": in_duckdb, "igraph": igraph, "networkx": networkx,
}  # fmt: skip


def _alone(folder: Path, name: str, copies: int = 1) -> dict[str, Any]:
    """Run one contestant in a process of its own and return what it told, with its peak memory."""
    given = [sys.executable, "-m", "benchmarks.cascades", "--folder", str(folder)]
    given += ["--only", name, "--copies", str(copies)]
    done = subprocess.run(given, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _peak_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


def main() -> int:
    """Print and write the tables; 1 if a bar does not hold."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.cascades", description=__doc__)
    ask.add_argument("--folder", type=Path)
    ask.add_argument("--only", choices=[*CONTESTANTS, "arrays"])
    ask.add_argument("--copies", type=int, default=1)
    ask.add_argument("--ten", action="store_true", help="ten million people too")
    asked = ask.parse_args()
    if asked.only == "arrays":
        arrays(asked.folder)
        return 0
    if asked.only:
        more = {"copies": asked.copies} if CONTESTANTS[asked.only] is ours else {}
        told = CONTESTANTS[asked.only](asked.folder, asked.only, **more)
        print(json.dumps({**told, "peak_mb": _peak_mb()}))
        return 0
    where = setting_of(PEOPLE, full=False)
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        if not (folder / "own.npy").exists():
            subprocess.run(
                [sys.executable, "-m", "benchmarks.cascades", "--folder", str(folder), "--only",
                 "arrays"], check=True,
            )  # fmt: skip
        told = {name: _alone(folder, name) for name in CONTESTANTS}
        ten = _alone(folder, "numba", 10) if asked.ten else None
    page, held = _page(where, told, ten)
    print(page)
    (RESULTS / "cascades.md").write_text(page, encoding="utf-8")
    kept = {"where": where, "one_million": told, "ten_million": ten}
    (RESULTS / "cascades.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return int(not held)


def _page(where: Any, told: dict[str, Any], ten: Any) -> tuple[str, bool]:
    mine, plain, text = told["numba"], told["numpy"], told["duckdb"]
    lines = [f"| {name} | {mine[name]:.3f} | {plain[name]:.3f} | {text[name]:.2f} | "
             f"{mine[f'reached, {name}']:,} | {mine[f'depth, {name}']} |"
             for name in REGIMES]  # fmt: skip
    tasks = [f"| {name} | {one['task']:.2f} | {one['task'] / mine['task']:,.1f} | "
             f"{one['peak_mb']:,.0f} |" for name, one in told.items() if "task" in one]  # fmt: skip
    worst = max(mine[name] for name in REGIMES)
    same = mine["reach"] == plain["reach"] == told["igraph"]["reach"] and told["networkx"]["same"]
    same &= all(
        mine[f"reached, {name}"] == other[f"reached, {name}"]
        for name in REGIMES
        for other in (plain, text)
    )
    bars = [
        (f"A regime under {CPU_BAR} CPU s once the graph is built", worst, worst < CPU_BAR, "s"),
        (f"Under {MB_BAR} MB, the process as a whole", mine["peak_mb"], mine["peak_mb"] < MB_BAR,
         "MB"),
        *(
            (f"At least {least} times faster than {name}, with the build",
             told[name]["task"] / mine["task"], told[name]["task"] / mine["task"] >= least, "times")
            for name, least in (("igraph", IGRAPH_BAR), ("networkx", NETWORKX_BAR))
        ),
    ]  # fmt: skip
    if ten:
        slow = max(ten[name] for name in REGIMES)
        what = f"Ten million people (this society ten times over) under {TEN_MB_BAR} MB"
        unit = f"MB; the slowest regime {slow:.1f} CPU s, the build {ten['build']:.1f} CPU s"
        bars.append((what, ten["peak_mb"], ten["peak_mb"] < TEN_MB_BAR, unit))
    part = told["networkx"]
    peers = ", ".join(
        f"{name} {version(name)}" for name in ("numba", "duckdb", "igraph", "networkx")
    )
    page = (
        f"# Cascades over a million people\n\nMeasured on {where['date']} with `python -m "
        f"benchmarks.cascades`: {PEOPLE:,} people, {FIRMS:,} firms, {mine['ties']:,} ties, "
        f"{where['cores']} cores, load {where['load_at_start']} at the start. Python "
        f"{where['python']}, {peers}. The graph takes {mine['build']:.2f} CPU s to build and "
        f"{mine['graph_mb']:.0f} MB.\n\n| regime | CPU s, numba | CPU s, numpy | CPU s, "
        "SQL in DuckDB | reached | ties |\n| --- | --- | --- | --- | --- | --- |\n"
        + "\n".join(lines) + "\n\n"
        "The part that graph libraries know, from arrays to everybody reached along all ties, "
        f"with the build. networkx ran on {NETWORKX_PEOPLE:,} people and {part['ties']:,} ties in "
        f"{part['spent']:.2f} CPU s, multiplied by ties.\n\n"
        "| engine | CPU s | beside numba | peak MB |\n| --- | --- | --- | --- |\n"
        + "\n".join(tasks) + "\n\n"
        + f"All reach the same people: {'yes' if same else 'NO'}.\n\n"
        + "".join(f"- {what}: {value:,.2f} {unit}. {'Held' if ok else 'NOT HELD'}.\n"
                  for what, value, ok, unit in bars)
    )  # fmt: skip
    return page, same and all(ok for *_, ok, _ in bars)


if __name__ == "__main__":
    raise SystemExit(main())
