"""Where synthetic people come from: their world, how many, which columns, and how to make them."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from creditaudit.populations.base import Population
from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array
from creditaudit.populations.randomness import BLOCK
from creditaudit.populations.registrations import REGISTERED, births_before, registered
from creditaudit.populations.storage import PERSON, stored, table_schema, to_pandas
from creditaudit.populations.worlds import World
from creditaudit.roles import Roles
from creditaudit.vocabulary import load_vocabulary

GROUPS = ("minority", "sex", "registration", "disability")
SCORE_RANGE = (300, 850)
TRUTHS = (
    "ability", "opportunity", "exposed", "true_log_odds", "true_pd", "label_true",
    "label_recorded", "approval_propensity", "income", "debt_service", "hidden_service",
)  # fmt: skip
TRUTH_PREFIX = "truth_"
_FREED = 31 << 20


@dataclass(frozen=True, eq=False)
class Origin:
    """How many people of which world, and which of their columns."""

    world: World
    n: int
    columns: tuple[str, ...]
    workers: int = 1

    def population(self) -> Population:
        """Return them all in memory."""
        batches = list(self.batches(self.n, truth=True))
        whole = pa.Table.from_batches(batches)
        truths = [name for name in whole.column_names if name.startswith(TRUTH_PREFIX)]
        truth = whole.select(truths).to_pandas()
        truth.columns = [name.removeprefix(TRUTH_PREFIX) for name in truths]
        return Population(
            to_pandas(whole.select(list(self.columns))),
            _roles(self.columns),
            catalog=load_vocabulary().catalog(self.columns),
            truth=truth,
            made=self.made(),
            origin=self,
        )

    def replay(self, given: Mapping[str, Any], **how: Any) -> Population:
        """Return the same people with quantities set by hand; see `World.changed`."""
        world = self.world.changed(self.n, given, **how)
        return replace(self, world=world).population()

    def summary(self) -> pd.DataFrame:
        """Return what each knob implies; see `truths.summary`."""
        # Imported when asked for: people are made without any statistics.
        from creditaudit.populations.truths import summary

        return summary(self.world, self.n)

    def made(self) -> dict[str, Any]:
        """Return how the people came to be."""
        pack, bias = self.world.pack, self.world.bias
        asked = self.world.asked_of((*self.columns, *TRUTHS))
        free = pack.free(asked)
        return {
            "name": f"{self.n:,} synthetic borrowers, {pack.title.lower()}",
            "about": (
                "People made from a causal graph; they describe nobody. What is found holds "
                "relative to that graph and its numbers."
            ),
            "source": f"creditaudit, calibration pack {pack.name}",
            "synthetic": True,
            "seed": self.world.seed,
            "pack": pack.name,
            "bias": bias.to_dict(),
            "set_by_hand": sorted(self.world.settings),
            "free_parameters": free,
            "free_ranges": pack.free_ranges(asked),
            "limits": [
                f"Synthetic people. {len(free)} of the numbers behind them were chosen and not "
                "measured; vary them before relying on a figure."
            ],
            "jurisdictions": (),
            "decision_date": None,
        }

    def batches(
        self, rows: int, *, start: int = 0, truth: bool = False
    ) -> Iterator[pa.RecordBatch]:
        """Yield the people in batches of so many rows."""
        waiting: list[pa.RecordBatch] = []
        length = 0
        for part in self._blocks(start, truth=truth):
            waiting.append(part)
            length += len(part)
            while length >= rows:
                whole = _joined(waiting)
                yield whole.slice(0, rows)
                # An empty rest would make every next block be copied.
                waiting, length = ([whole.slice(rows)] if length > rows else []), length - rows
        if length:
            yield _joined(waiting)

    def _blocks(self, start: int, *, truth: bool) -> Iterator[pa.RecordBatch]:
        # glibc keeps freed memory up to twice the largest array that was ever freed. Else every
        # block would be given back and asked for anew, a tenth of the time; elsewhere a no-op.
        np.empty(_FREED, dtype=np.uint8)
        first, last = start // BLOCK, -(-self.n // BLOCK)
        taken = births_before(self.world, first, last, self.columns)
        blocks = zip(range(first, last), taken, strict=True)
        if self.workers == 1:
            yield from (self._block(*block, start, truth=truth) for block in blocks)
            return
        with ThreadPoolExecutor(self.workers) as pool:
            # No more than two blocks a worker are ahead, so that memory stays bounded.
            ahead: list[Future[pa.RecordBatch]] = [
                pool.submit(self._block, *block, start, truth=truth)
                for block in islice(blocks, 2 * self.workers)
            ]
            while ahead:
                yield ahead.pop(0).result()
                ahead += [
                    pool.submit(self._block, *block, start, truth=truth)
                    for block in islice(blocks, 1)
                ]

    def _block(
        self, block: int, taken: NDArray[np.int32] | None, start: int, *, truth: bool
    ) -> pa.RecordBatch:
        """Return the people of one block who are in the table; the block is computed whole."""
        inside = slice(max(start - block * BLOCK, 0), min(self.n - block * BLOCK, BLOCK))
        plain = {name for name in self.columns if name != PERSON and name not in REGISTERED}
        whole = set().union(*(REGISTERED.get(name, ()) for name in self.columns))
        if truth:
            whole.update(TRUTHS, ["record_of"])

        def kept(name: str, array: Array) -> Any:
            # A block of all columns takes 40 MB as it is computed and 15 MB as it is stored.
            return array if name in whole else stored(name, array[inside])

        values = self.world.values(block, plain | whole, kept_as=kept)
        told = {}
        if truth:
            true = _truth(values, block, self.world.bias).items()
            told = {TRUTH_PREFIX + name: pa.array(column[inside]) for name, column in true}
        values[PERSON] = np.arange(block * BLOCK, (block + 1) * BLOCK)
        made = {
            name: registered(name, values, block, taken)[inside]
            if name in REGISTERED
            else values[name]
            for name in self.columns
        }
        for name in self.columns:
            if name in whole or name == PERSON:
                made[name] = stored(name, values[name][inside])
        schema = table_schema(self.columns)
        for name, array in told.items():
            schema = schema.append(pa.field(name, array.type))
        arrays = [*(made[name] for name in self.columns), *told.values()]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _truth(values: Mapping[str, Any], block: int, bias: Bias) -> dict[str, Any]:
    flags = ("exposed", "label_true", "label_recorded")
    truth = {
        name: values[name].astype(np.int8 if name in flags else np.float64, copy=False)
        for name in TRUTHS
    }
    truth["true_id"] = block * BLOCK + values["record_of"].astype(np.int64)
    truth["weight"] = 1 / (1 - bias.representation * truth["exposed"])
    return truth


def _joined(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(parts) == 1:
        return parts[0]
    table = pa.Table.from_batches(parts).combine_chunks()
    (whole,) = table.to_batches()
    return whole


def _roles(columns: Iterable[str]) -> Roles:
    kept = set(columns)
    given: dict[str, Any] = {"groups": [name for name in GROUPS if name in kept]}
    if "approved" in kept:
        given |= {"decision": "approved", "favourable": 1}
    if "default" in kept:
        given |= {"outcome": "default", "good": 0}
    if "lender_points" in kept:
        given |= {"score": "lender_points", "higher_is": "safer", "score_range": SCORE_RANGE}
    return Roles(**given)
