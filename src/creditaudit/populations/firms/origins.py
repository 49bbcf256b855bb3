"""Where synthetic firms come from: their world, how many, which columns, and how to make them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from creditaudit.populations.base import Population
from creditaudit.populations.biases import Bias
from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.registrations import FIRM_REGISTERED, firm_registered
from creditaudit.populations.randomness import BLOCK
from creditaudit.populations.storage import stored, table_schema, to_pandas
from creditaudit.populations.worlds import World
from creditaudit.roles import Roles
from creditaudit.vocabulary import load_vocabulary

FIRM = "firm_id"
FIRM_GROUPS = ("ownership", "size_class", "firm_region")
FIRM_TRUTHS = (
    "quality", "owner_ability", "exposed", "shadow_lender", "z_private", "debts", "hidden_debts",
    "true_log_odds", "true_pd", "label_true", "label_recorded", "firm_points",
    "approval_propensity", "firm_able", "identity_points", "finance_points", "governance_points",
    "compliance_points", "public_credit_points",
)  # fmt: skip
FLAGS = ("exposed", "shadow_lender", "label_true", "label_recorded")
TAX_RANGE = (0, 100)


def firm_seed(seed: int) -> int:
    """Return the seed of firms: their noise is apart from that of people under the same seed."""
    return int.from_bytes(blake2b(f"{seed}|firms".encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True, eq=False)
class FirmOrigin:
    """How many firms of which world, and which of their columns.

    Parameters
    ----------
    world : World
        Its bias is a `FirmBias`, its seed that of `firm_seed`.
    n : int
        How many.
    columns : tuple of str
        In this order.
    seed : int
        The seed that was asked for.
    first : int
        ``firm_id`` of the first firm; what is kept of people elsewhere comes before it.
    given : mapping of str to array
        Columns that something else decides, one value a firm.
    """

    world: World
    n: int
    columns: tuple[str, ...]
    seed: int
    first: int = 0
    given: Mapping[str, Any] | None = None

    @cached_property
    def bias(self) -> FirmBias:
        """The knobs."""
        return cast(FirmBias, self.world.bias)

    def population(self) -> Population:
        """Return them all in memory."""
        parts = [self._block(block) for block in range(-(-self.n // BLOCK))]
        return Population(
            to_pandas(pa.Table.from_batches([batch for batch, _ in parts])),
            firm_roles(self.columns),
            catalog=load_vocabulary().catalog(self.columns),
            truth=pd.concat([truth for _, truth in parts], ignore_index=True),
            made=self.made(),
            origin=self,
        )

    def replay(self, given: Mapping[str, Any], *, bias: Any = None, **how: Any) -> Population:
        """Return the same firms with quantities set by hand; see `World.changed`."""
        world = self.world.changed(self.n, given, bias=cast(Bias, bias), **how)
        return replace(self, world=world).population()

    def summary(self) -> pd.DataFrame:
        """Return what each knob implies; see `firms.truths.firm_summary`."""
        # Imported when asked for: firms are made without any statistics.
        from creditaudit.populations.firms.truths import firm_summary

        return firm_summary(self.world, self.bias, self.n)

    def made(self) -> dict[str, Any]:
        """Return how the firms came to be."""
        pack = self.world.pack
        plain = [name for name in self.columns if name in self.world.graph]
        asked = self.world.asked_of((*plain, *FIRM_TRUTHS))
        free = pack.free(asked)
        return {
            "name": f"{self.n:,} synthetic firms, {pack.title.lower()}",
            "about": (
                "Firms made from a causal graph; they describe none. What is found holds relative "
                "to that graph and its numbers."
            ),
            "source": f"creditaudit, calibration pack of firms {pack.name}",
            "synthetic": True,
            "seed": self.seed,
            "pack": pack.name,
            "bias": self.bias.to_dict(),
            "set_by_hand": sorted(self.world.settings),
            "free_parameters": free,
            "free_ranges": pack.free_ranges(asked),
            "limits": [
                f"Synthetic firms. {len(free)} of the numbers behind them were chosen and not "
                "measured; vary them before relying on a figure."
            ],
            "jurisdictions": (),
            "decision_date": None,
        }

    def _block(self, block: int) -> tuple[pa.RecordBatch, pd.DataFrame]:
        given = self.given or {}
        wanted = {name for name in self.columns if name in self.world.graph} | set(FIRM_TRUTHS)
        wanted.update(*(FIRM_REGISTERED.get(name, ()) for name in self.columns))
        values = self.world.values(block, wanted)
        inside = slice(0, min(self.n - block * BLOCK, BLOCK))
        numbers = np.arange(block * BLOCK, block * BLOCK + inside.stop)
        arrays = []
        for name in self.columns:
            if name in FIRM_REGISTERED:
                here = {key: values[key][inside] for key in FIRM_REGISTERED[name]}
                arrays.append(firm_registered(name, here, numbers))
            elif name == FIRM:
                arrays.append(stored(name, numbers + self.first))
            elif name in given:
                arrays.append(stored(name, given[name][numbers]))
            else:
                arrays.append(stored(name, values[name][inside]))
        truth = {
            name: values[name][inside].astype(np.int8 if name in FLAGS else np.float64, copy=False)
            for name in FIRM_TRUTHS
        }
        schema = table_schema(self.columns)
        return pa.RecordBatch.from_arrays(arrays, schema=schema), pd.DataFrame(truth)


def firm_roles(columns: Iterable[str]) -> Roles:
    """Return which of these columns plays which part."""
    kept = set(columns)
    given: dict[str, Any] = {"groups": [name for name in FIRM_GROUPS if name in kept]}
    if "firm_approved" in kept:
        given |= {"decision": "firm_approved", "favourable": 1}
    if "firm_default" in kept:
        given |= {"outcome": "firm_default", "good": 0}
    if "tax_points" in kept:
        given |= {"score": "tax_points", "higher_is": "safer", "score_range": TAX_RANGE}
    return Roles(**given)
