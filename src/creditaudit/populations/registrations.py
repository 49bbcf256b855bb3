"""Names and numbers under which synthetic people are registered; they can be nobody's."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.populations.graphs import Array
from creditaudit.populations.identifiers import (
    make_resident_ids,
    make_taxpayer_ids,
    sequence_numbers,
)
from creditaudit.populations.identifiers.births import SEQUENCES
from creditaudit.populations.names import load_name_pool
from creditaudit.populations.randomness import BLOCK
from creditaudit.populations.worlds import World

# Each with the quantities it is made of. Only made when named: texts cost more than numbers.
REGISTERED: Mapping[str, tuple[str, ...]] = {
    "person_name": ("surname_rank", "given_rank"),
    "resident_id": ("birth_date", "sex"),
    "taxpayer_id": (),
}
FEMALE = 0
_FIRST_DAY = np.datetime64("1900-01-01", "D")
_DAYS = 80_000


def registered(
    name: str, values: Mapping[str, Array], block: int, taken: NDArray[np.int32] | None
) -> pa.Array:
    """Return a name or number for each person of a block.

    Parameters
    ----------
    name : str
        One of `REGISTERED`.
    values : mapping
        The quantities it is made of.
    block : int
        Which people.
    taken : array of int32, optional
        From `births_before`, for resident numbers.
    """
    people = np.arange(block * BLOCK, (block + 1) * BLOCK)
    if name == "taxpayer_id":
        return make_taxpayer_ids(people)
    if name == "person_name":
        pool = load_name_pool()
        given = pool.given_words(values["given_rank"])
        return pc.binary_join_element_wise(pool.surname_words(values["surname_rank"]), given, " ")
    births = values["birth_date"].astype("datetime64[D]")
    female = values["sex"] == FEMALE
    place = sequence_numbers(births, female, people)
    if taken is not None:
        place = place + taken[_cells(births, female)]
    if place.max() >= SEQUENCES:
        msg = (
            f"More than {SEQUENCES} people share a birth date and a sex, and one region has no "
            "more numbers. Leave out resident_id, or make fewer people."
        )
        raise InputError(msg)
    return make_resident_ids(births, female, place)


def births_before(
    world: World, first: int, last: int, columns: Sequence[str]
) -> Iterator[NDArray[np.int32] | None]:
    """Yield for each block how many people before it were born on each day, by sex.

    Resident numbers of a day are given in the order of people, so a block has to know how many
    are taken; None when no such numbers are asked for.
    """
    if "resident_id" not in columns:
        yield from [None] * (last - first)
        return
    taken = np.zeros(2 * _DAYS, dtype=np.int32)
    for block in range(last):
        if block >= first:
            yield taken.copy()
        values = world.values(block, REGISTERED["resident_id"])
        births = values["birth_date"].astype("datetime64[D]")
        cells = _cells(births, values["sex"] == FEMALE)
        taken += np.bincount(cells, minlength=len(taken)).astype(np.int32)


def _cells(births: Array, female: Array) -> NDArray[np.int64]:
    days = (births - _FIRST_DAY).astype(np.int64)
    return np.asarray(2 * days + female)
