"""JSON of a consultation, made up for the tests of its page."""

import copy

VERSION = {
    "id": "xx_old", "title": "Points of a town", "issuer": "A town", "as_of": "2016-01-01",
    "reading": "strict", "confidence": "V/M", "use": "study", "looked_at": "2026-11-22",
    "reviewer": "none yet", "file": "xx_old.toml", "rules": 2, "decision": "The lowest tier.",
    "rests_on": "assumption", "notes": ["The annex was not read."],
}  # fmt: skip
RULE = {
    "rule": "fines", "title": "Fines", "change": "tightened", "what": "Points: -5 -> -10.",
    "old_line": 30, "new_line": 31, "old_mark": "V", "new_mark": "M", "source": "A gazette",
    "where": "art. 3", "basis": "not searched", "fires_before": 900, "fires_after": 900,
    "no_longer": 0, "newly": 0,
}  # fmt: skip
SHARES = {"only_loses": (0.09, 0.08, 0.1), "only_gains": (0.0, 0.0, 0.001)}


def flips(column, group, n, shares=SHARES):
    return [
        {"column": column, "group": group, "measure": measure, "value": value, "low": low,
         "high": high, "n": n, "note": ""}
        for measure, (value, low, high) in shares.items()
    ]  # fmt: skip


def changed(rules=1, groups=("f", "m"), **changes):
    """Return the JSON of a page with so many tightened rules and these groups of one column."""
    few = {"value": None, "low": None, "high": None, "n": None, "note": "Fewer than 5 people."}
    page = {
        "$schema": "creditaudit.consultation/1", "title": "From old to new",
        "report_date": "2026-11-22", "synthetic": True, "source": "synthetic people, seed 7",
        "min_cell": 5, "people": 10_000, "old": VERSION,
        "new": VERSION | {"id": "xx_new", "file": "xx_new.toml", "as_of": "2019-01-01"},
        "mandatory": "yes",
        "counts": {"added": 0, "removed": 0, "tightened": rules, "loosened": 0, "changed": 0,
                   "unchanged": 3},
        "rules": [RULE | {"rule": f"r{at}"} for at in range(rules)]
        + [RULE | {"change": "unchanged", "what": "", "rule": "same"}],
        "flips": [
            *flips(None, None, 10_000),
            *(row for name in groups for row in flips("sex", name, 5_000)),
            {"column": "sex", "group": "few", "measure": "only_loses"} | few,
        ],
        "rights": [{"right": "notice", "old": "not searched", "new": "stated: a letter."}],
        "sources": [{"version": "new", "title": "A gazette", "publisher": "A town",
                     "date": "2019-01-01", "url": "https://example.org/gazette", "read": "art. 3",
                     "mark": "M"}],
    }  # fmt: skip
    return copy.deepcopy(page) | changes
