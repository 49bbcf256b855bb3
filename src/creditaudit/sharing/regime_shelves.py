"""The regimes that come with the library, as one table."""

import pandas as pd

from creditaudit.sharing.regime_files import regime_ids
from creditaudit.sharing.regimes import SharingRegime

COLUMNS = (
    "id", "title", "jurisdiction", "as_of", "use", "mark", "agencies", "imports", "ties",
    "denials", "free",
)  # fmt: skip


def regimes_frame() -> pd.DataFrame:
    """Return one row a regime.

    Returns
    -------
    pandas.DataFrame
        id, title, jurisdiction (null where none is meant), as_of, use, mark (of the regime as a
        whole), and how many agencies, imports, ties, denials and free parameters it has.
    """
    rows = []
    for one in map(SharingRegime.load, regime_ids()):
        counts = [len(x) for x in (one.agencies, one.imports, one.ties, one.denials, one.free)]
        rows.append([one.name, one.title, one.jurisdiction, one.as_of, one.use, one.mark, *counts])
    return pd.DataFrame(rows, columns=list(COLUMNS))
