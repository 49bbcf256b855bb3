"""The cells of a tally as a table that can be compared with one on paper."""


def people_in(tally, by):
    """Return people by the words of each cell, missing as None."""
    frame = tally.labelled(by).drop(columns=["w", "w2"])
    frame = frame.astype(object).where(frame.notna(), None)
    return {tuple(row[:-1]): row[-1] for row in frame.itertuples(index=False)}
