"""The sector that each feature comes from, as a catalog says."""

from collections.abc import Mapping, Sequence

import pandas as pd

from creditaudit.errors import MissingColumn


def sectors_of(names: Sequence[str], catalog: pd.DataFrame | Mapping[str, str]) -> list[str]:
    """Return the sector of each feature.

    Parameters
    ----------
    names : sequence of str
    catalog : DataFrame or mapping
        With the columns ``column`` and ``sector``, as a population has; or feature to sector.

    Raises
    ------
    MissingColumn
        If a feature has no sector.
    """
    if isinstance(catalog, pd.DataFrame):
        catalog = dict(zip(catalog["column"], catalog["sector"], strict=True))
    missing = [name for name in names if name not in catalog]
    if missing:
        fix = "Add the sector of each feature to the catalog."
        raise MissingColumn.of(missing, catalog, fix)
    return [str(catalog[name]) for name in names]
