"""The same cascade as SQL text: whoever is new, joined with the ties, until nobody is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.sharing.arc_draws import arc_keys, open_arcs_sql
from creditaudit.sharing.closures import Masks, apply_closure
from creditaudit.sharing.records import CHILD
from creditaudit.sharing.regime_flows import carried_by, ways_of
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.spreading import ALL, open_limit

MOST_STEPS = 10_000


@dataclass(frozen=True)
class SqlFlow:
    """One way in which something travels; as `spreading.Flow`, by the name of its ties."""

    relation: str
    way: str
    keys: tuple[int, ...]
    limit: int
    carry: int = int(ALL)
    layer: int = 0
    hops: int | None = 1


def sql_flows(regime: SharingRegime, seed: int) -> tuple[SqlFlow, ...]:
    """Return the flows of a regime for one seed; a rule that reaches children has none.

    Raises
    ------
    InputError
        If a rule has a condition on the listed person: the text reads ties and findings only.
    """
    rules = [one for one in regime.ties if one.relation != CHILD and one.p > 0]
    if conditional := [one.what for one in rules if one.when]:
        msg = (
            f"Rules with a condition on people are not written as SQL: {conditional}. Leave them "
            "out, or give the ties of those who meet it a kind of their own."
        )
        raise InputError(msg)
    measures = list(dict.fromkeys(one.measure for one in rules if one.carries == "measure"))
    return tuple(
        SqlFlow(
            rule.relation, way, arc_keys(seed, rule.relation, way), open_limit(rule.p),
            carried_by(regime, rule),
            0 if rule.carries == "listing" else 1 + measures.index(rule.measure), rule.hops,
        )
        for rule in rules
        for way in ways_of(rule)
    )  # fmt: skip


def start_sql(closure: Masks) -> list[str]:
    """Return the statements before the first step.

    They read ``findings(entity, mask)``, masks as signed whole numbers of 64 bits, and make
    ``reached(entity, layer, mask, ties)``, one row for each time that something new came, and
    ``fresh(entity, layer, mask)``, what came last.

    Notes
    -----
    Written for DuckDB, and tested with it. ``create or replace table``, ``bit_or`` over a group and
    ``~`` are what other databases may write otherwise; the draws are plain whole-number arithmetic.
    """
    held = closure_sql("mask", closure)
    return [
        "create or replace table reached as select cast(entity as bigint) as entity, 0 as layer, "
        f"{held} as mask, 0 as ties from findings where mask <> 0",
        "create or replace table fresh as select entity, layer, mask from reached",
    ]


def step_sql(flows: Sequence[SqlFlow], closure: Masks, ties: int) -> list[str]:
    """Return the statements of step ``ties``, 1 for the first; none if no flow goes so far.

    They read ``arcs(src, dst, relation)``.

    Raises
    ------
    InputError
        If ties list, and an import may not be passed on: a mask then does not tell what to add.
    """
    passed_on = np.array_equal(apply_closure(closure, closure), closure)
    if not passed_on and any(one.layer == 0 for one in flows):
        msg = (
            "Listings that come through ties are not written as SQL where an import may not be "
            "passed on (own_only). Use spread."
        )
        raise InputError(msg)
    active = [one for one in flows if one.hops is None or one.hops >= ties]
    if not active:
        return []
    arrivals = "\n  union all\n  ".join(_arrivals(one) for one in active)
    held = closure_sql("came", closure)
    return [
        "create or replace table held as select entity, layer, bit_or(mask) as mask from reached "
        "group by entity, layer",
        "create or replace table incoming as select entity, layer, bit_or(mask) as came from (\n  "
        f"{arrivals}\n) as arrivals group by entity, layer",
        "create or replace table fresh as select entity, layer, mask from (select i.entity, "
        "i.layer, (case when i.layer = 0 then i.closed else i.came end) & ~coalesce(h.mask, 0) as "
        f"mask from (select entity, layer, came, {held} as closed from incoming) as i left join "
        "held as h on h.entity = i.entity and h.layer = i.layer) as merged where mask <> 0",
        f"insert into reached select entity, layer, mask, {ties} from fresh",
    ]


def _arrivals(flow: SqlFlow) -> str:
    here, there = ("src", "dst") if flow.way == "forward" else ("dst", "src")
    layers = "f.layer = 0" if flow.layer == 0 else f"f.layer in (0, {flow.layer})"
    carry = signed(flow.carry)
    arcs = (
        f"select a.{here} as i, a.{there} as j, f.mask & {carry} as mask from fresh as f join arcs "
        f"as a on a.{here} = f.entity where a.relation = '{flow.relation}' and {layers} and "
        f"f.mask & {carry} <> 0"
    )
    return (
        f"select j as entity, {flow.layer} as layer, mask from "
        f"({open_arcs_sql(arcs, flow.keys, flow.limit)}) as flow"
    )


def closure_sql(column: str, closure: Masks) -> str:
    """Return a mask after all imports as an expression: the OR of what each set bit brings."""
    parts = [
        f"(case when {column} & {signed(1 << bit)} <> 0 then {signed(int(reach))} "
        "else cast(0 as bigint) end)"
        for bit, reach in enumerate(closure)
    ]
    return f"({' | '.join(parts)})"


def signed(mask: int) -> str:
    """Return a mask of 64 bits as a signed whole number in SQL."""
    number = mask - (1 << 64) if mask >> 63 else mask
    # The least number cannot be written as such: databases read the digits before the sign.
    if number == -(1 << 63):
        return f"(cast({number + 1} as bigint) - 1)"
    return f"cast({number} as bigint)"


def run_sql(
    connection: Any, flows: Sequence[SqlFlow], closure: Masks, *, n: int, n_layers: int
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return masks and fewest ties as `spreading.spread` does, worked out by a database.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the tables ``findings`` and ``arcs``; see `start_sql` and `step_sql`.
    flows : sequence of SqlFlow
    closure : array of uint64
    n, n_layers : int

    Returns
    -------
    masks, levels : arrays of shape (n_layers, n)
    """
    for _ in run_steps(connection, flows, closure):
        pass
    rows = connection.execute("select entity, layer, mask, ties from reached").fetchnumpy()
    masks = np.zeros((n_layers, n), np.uint64)
    levels = np.full((n_layers, n), -1, np.int32)
    order = np.argsort(-rows["ties"], kind="stable")
    layer, entity, mask, ties = (rows[k][order] for k in ("layer", "entity", "mask", "ties"))
    levels[layer, entity] = ties
    np.bitwise_or.at(masks, (layer, entity), mask.astype(np.int64).view(np.uint64))
    return masks, levels


def run_steps(connection: Any, flows: Sequence[SqlFlow], closure: Masks) -> Iterator[int]:
    """Run step by step and yield how many rows are new, so that a caller can keep each step."""
    for statement in start_sql(closure):
        connection.execute(statement)
    for ties in range(1, MOST_STEPS):
        statements = step_sql(flows, closure, ties)
        for statement in statements:
            connection.execute(statement)
        new = connection.execute("select count(*) from fresh").fetchone()[0]
        if not statements or not new:
            return
        yield int(new)
