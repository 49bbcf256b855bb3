"""The books that come with the library, as one table."""

import pandas as pd

from creditaudit.rulebooks.book import Rulebook, preset_ids

COLUMNS = ("id", "title", "jurisdiction", "issuer", "in_force", "use", "confidence")


def presets() -> pd.DataFrame:
    """Return one row a preset.

    Returns
    -------
    pandas.DataFrame of shape (n_presets, 7)
        id, title, jurisdiction, issuer, in_force (a date, null where not known), use ("study" for
        lists and moral or civic points: see the guide on responsible use), confidence (the mark of
        the book as a whole: see `creditaudit.rulebooks.readers.MARKS`).
    """
    headers = [Rulebook.load(name).header for name in preset_ids()]
    rows = [[getattr(header, column) for column in COLUMNS] for header in headers]
    return pd.DataFrame(rows, columns=list(COLUMNS))
