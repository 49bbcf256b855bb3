"""Who is taken for somebody on a list: the closed form beside counts, and a trained linkage.

A script of its own: ``python -m benchmarks.linkage``. A million synthetic people are searched for a
list of ten thousand, drawn twenty times; wherever more than 1,000 people are hit the closed form
has to be within 5 per cent of the count. Splink searches 50,000 people for 2,000 entries with
errors in them.
"""

import argparse
from importlib.metadata import version

import creditaudit as ca
from benchmarks.clock import measure
from benchmarks.run import RESULTS, setting_of
from creditaudit.populations.names import load_name_pool

ROWS, LISTED, BAR, ENOUGH = 1_000_000, 10_000, 0.05, 1_000
COLUMNS = ["person_name", "birth_date", "region", "minority"]
KEYS = (
    ["surname", "birth_year"],
    ["person_name", "birth_year", "region"],
    ["person_name", "birth_date"],
)
SMALL, ENTRIES = 50_000, 2_000


def main() -> int:
    """Print and write the tables; 1 if the bar does not hold."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.linkage", description=__doc__)
    ask.add_argument("--rows", type=int, default=ROWS)
    rows = ask.parse_args().rows
    listed = rows * LISTED // ROWS
    people = ca.make_borrowers(rows, seed=7, columns=COLUMNS)
    lines, worst, seen = [], 0.0, set()
    for keys in KEYS:
        reading, found = measure(
            lambda keys=keys: ca.sharing.linkage_error(people, keys, list_size=listed)  # type: ignore[misc]
        )
        counted, expected = found.of("wrongful_counted"), found.of("wrongful_expected")
        each, known = found.of("per_listing_counted"), found.of("effective_keys")
        for place, name in enumerate(counted["keys"]):
            if name in seen:
                continue
            seen.add(name)
            value, form = float(counted["value"][place]), float(expected["value"][place])
            off = abs(form / value - 1) if value else float("nan")
            worst = max(worst, off if value > ENOUGH else 0.0)
            reach = f"{counted['low'][place]:,.1f} to {counted['high'][place]:,.1f}"
            lines.append((
                name, f"{known['value'][place]:,.0f}", f"{value:,.1f} ({reach})", f"{form:,.1f}",
                f"{off:.1%}" if value > 100 else "too few", f"{each['value'][place]:.4f}",
                f"{reading.cpu:.1f}",
            ))  # fmt: skip
    head = (
        "searched by", "effective keys", "wrongly hit, counted", "closed form", "off",
        "for each listing", "CPU s of its call",
    )  # fmt: skip
    table = "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))
    law = load_name_pool().effective_names
    held = worst <= BAR
    bars = (
        f"- Above {ENOUGH:,} people hit, the closed form is within {BAR:.0%} of the count: at most "
        f"{worst:.1%} off. {'Held' if held else 'NOT HELD'}.\n"
        f"- Effective full names by the law the names were drawn from: {law:,.0f}.\n"
    )
    trained = _trained() if rows == ROWS else ""
    print(table, bars, trained, sep="\n\n")
    if rows == ROWS:
        where = setting_of(rows, full=False)
        page = (
            "# Who is taken for somebody on a list\n\n"
            f"Measured on {where['date']} with `python -m benchmarks.linkage`: {rows:,} synthetic "
            f"people, a list of {listed:,} drawn 20 times, {where['cores']} cores, load "
            f"{where['load_at_start']} at the start. Python {where['python']}.\n\n"
            f"{table}\n\n{bars}\n{trained}"
        )
        (RESULTS / "linkage.md").write_text(page, encoding="utf-8")
    return int(not held)


def _trained() -> str:
    """Return the table of a trained linkage, or that it is not installed."""
    people = ca.make_borrowers(SMALL, seed=7, columns=COLUMNS)
    try:
        reading, found = measure(
            lambda: ca.sharing.splink_hits(
                people, list_size=ENTRIES, thresholds=(0.05, 0.5, 0.9, 0.99)
            )
        )
    except ca.errors.MissingExtra as error:
        return f"Splink: {error}\n"
    wide = found.pivot_table(
        index=["search", "threshold"], columns="measure", values="value", dropna=False
    ).dropna()
    head = ("search", "probability from", "true entries found", "wrongly hit", "for each listing")
    lines = [
        (search, "" if threshold != threshold else f"{threshold:g}", f"{row.recall:.1%}",
         f"{row.wrongful:,.0f}", f"{row.per_listing:.4f}")
        for (search, threshold), row in wide.iterrows()
    ]  # fmt: skip
    table = "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))
    return (
        f"Splink {version('splink')} on {SMALL:,} people and {ENTRIES:,} entries with errors "
        f"({found['note'].iloc[0]}), training included: {reading.cpu:.1f} CPU s. The errors are "
        f"assumptions.\n\n{table}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
