"""Names and numbers under which synthetic firms are registered; they can be no firm's."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from creditaudit.populations.graphs import Array
from creditaudit.populations.identifiers import make_credit_codes, make_employer_numbers
from creditaudit.populations.names import firm_names

# Each with the quantities it is made of. Only made when named: texts cost more than numbers.
FIRM_REGISTERED: Mapping[str, tuple[str, ...]] = {
    "credit_code": ("employees",),
    "firm_name": (),
    "employer_number": (),
}


def firm_registered(name: str, values: Mapping[str, Array], numbers: Array) -> pa.Array:
    """Return a name or number for each firm of a block.

    Parameters
    ----------
    name : str
        One of `FIRM_REGISTERED`.
    values : mapping
        The quantities it is made of.
    numbers : array of int
        The firms, counted from 0.
    """
    if name == "firm_name":
        return firm_names(numbers)
    if name == "employer_number":
        return make_employer_numbers(numbers)
    # A firm without employees is the business of one person.
    return make_credit_codes(numbers, individual=np.asarray(values["employees"]) == 0)
