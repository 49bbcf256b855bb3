"""The steps of a program and single conditions, worked out on a small table."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.engine_tables import opened
from creditaudit.rulebooks.expressions import column_value, expression
from creditaudit.rulebooks.kinds import Kind
from creditaudit.rulebooks.programs import Program, value_name
from creditaudit.rulebooks.trees import Node, rebuilt, refs_of
from creditaudit.rulebooks.trees import Ref as Reference

Flags = npt.NDArray[np.bool_]


def columns_of(program: Program, wanted: Sequence[str]) -> dict[str, Kind]:
    """Return the columns that some steps of a program read, at whatever depth."""
    read = {
        ref for stage in program.stages(wanted) for node in stage.values() for ref in refs_of(node)
    }
    return {name: kind for name, kind in program.columns.items() if value_name(name) in read}


def true_steps(program: Program, wanted: Sequence[str], data: pd.DataFrame) -> Flags:
    """Return where truth values of a program are true; shape (n_rows, n_wanted)."""
    frame = uniform(data, columns_of(program, wanted))
    for stage in program.stages(wanted):
        frame = frame.with_columns(*(expression(n).alias(name) for name, n in stage.items()))
    return _flags(frame, wanted, len(data))


def steps_of(program: Program, wanted: Sequence[str], data: pd.DataFrame) -> pd.DataFrame:
    """Return steps and values of columns of a program for each row; truth values may be missing."""
    steps = [name for name in wanted if name in program.steps]
    kinds = columns_of(program, steps)
    kinds |= {n: kind for n, kind in program.columns.items() if value_name(n) in wanted}
    frame = uniform(data, kinds)
    for stage in program.stages(steps):
        frame = frame.with_columns(*(expression(n).alias(name) for name, n in stage.items()))
    table = frame.select(*wanted).to_native() if wanted else frame.to_native()
    found = table.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
    return found if wanted else found[[]]


def true_conditions(conditions: Sequence[Condition], data: pd.DataFrame) -> Flags:
    """Return where conditions without parameters are true; shape (n_rows, n_conditions)."""
    kinds = {name: kind for one in conditions for name, kind in one.columns.items()}
    frame = uniform(data, kinds)
    names = [f"truth_{place}" for place in range(len(conditions))]
    trees = [rebuilt(one.tree, _renamed) for one in conditions]
    if names:
        named = zip(names, trees, strict=True)
        frame = frame.with_columns(*(expression(tree).alias(name) for name, tree in named))
    return _flags(frame, names, len(data))


def uniform(data: pd.DataFrame, kinds: Mapping[str, Kind]) -> Any:
    """Return some columns in one uniform form, under `value_name`."""
    frame = opened(data, list(kinds), "Conditions read it; add it, empty where it is not known.")
    schema = frame.collect_schema()
    values = [column_value(n, schema[n], kind).alias(value_name(n)) for n, kind in kinds.items()]
    return frame.select(*values) if values else frame


def _renamed(node: Node) -> Node:
    return Reference(value_name(node.name), node.kind) if isinstance(node, Reference) else node


def _flags(frame: Any, names: Sequence[str], rows: int) -> Flags:
    found = np.zeros((rows, len(names)), dtype=bool)
    for place, name in enumerate(names):
        found[:, place] = frame[name].fill_null(False).to_numpy()
    return found
