"""What each regime does, beside what the others do: charts from the tables of their findings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from creditaudit.charts import plain_label
from creditaudit.pages.cause_bars import REST, CauseBar, cause_axes
from creditaudit.pages.dot_figures import dots_drawn
from creditaudit.pages.figures import ROWS, Drawn, inline, said_of
from creditaudit.pages.number_rows import (
    NumberRow,
    hundredths,
    number,
    number_row,
    percent,
    table_rows,
)

Findings = Sequence[Mapping[str, Any]]
MOST_CAUSES = 6


def refusals_drawn(findings: Findings, people: str, *, prefix: str) -> Drawn | None:
    """Draw refusals for each finding by regime."""
    rows = list(_of_everybody(findings, "refusals_per_finding", hundredths))
    return dots_drawn(
        "shared_lists", "Refusals for each finding, by regime", rows,
        f"refusals for each finding against {people}",
        ("Regime", "Refusals for each finding", "Findings"), prefix, line=(1.0, "one each"),
    )  # fmt: skip


def reached_drawn(findings: Findings, people: str, *, prefix: str) -> Drawn | None:
    """Draw the share without a finding of their own, of people reached, by regime."""
    rows = list(_of_everybody(findings, "touched_without_own_finding", percent))
    return dots_drawn(
        "shared_lists", "People reached without a finding of their own, by regime", rows,
        f"share without a finding of their own, of {people} reached",
        ("Regime", "Share without a finding", "People reached"), prefix, scale="percent",
    )  # fmt: skip


def causes_drawn(findings: Findings, people: str, *, prefix: str) -> Drawn | None:
    """Draw what exclusion is owed to, by regime."""
    bars: list[CauseBar] = []
    for name, table in _by_regime(findings, "measure", "cause", "value"):
        told = [
            (plain_label(row["cause"]), number(row["value"]))
            for row in table
            if row["measure"] == "reached_share"
        ]
        parts = tuple((cause, value) for cause, value in told if value is not None)
        named = [cause for cause, _ in parts]
        alike = not bars or named == [cause for cause, _ in bars[0].parts]
        small = all(abs(value) <= 1 for _, value in parts)
        if alike and small and len(set(named)) == len(told) and 2 <= len(told) <= MOST_CAUSES:
            bars.append(CauseBar(plain_label(name), parts))
    if not bars:
        return None
    shown = bars[:ROWS]
    title = "What exclusion is owed to, by regime"
    axes = cause_axes(shown, f"of 100 {people}, those whom a measure reaches")
    said = [f"{bar.label}: {100 * bar.whole:.1f} of 100; {bar.words}" for bar in shown]
    heads = [("Regime", False), *((cause, True) for cause, _ in bars[0].parts), ("Sum", True)]
    cells = [
        [bar.label, *(percent(value) for _, value in bar.parts), percent(bar.whole)]
        for bar in shown
    ]
    shown_table = {"columns": heads, "rows": cells, "keys": 1, "total": len(bars), "long": False}
    caption = "The parts add up to the whole; their ranges are in the tables of the findings."
    if REST in [cause for cause, _ in bars[0].parts]:
        caption += f" {REST.capitalize()} is what no other cause explains."
    svg = inline(axes, title, said_of(said, len(bars)), prefix)
    return Drawn("audit exclusion_causes", svg, title, caption, shown_table)


def staying_drawn(findings: Findings, people: str, *, prefix: str) -> Drawn | None:
    """Draw by regime how many stay on the list, and what creditors are paid."""
    what = {"lock_in": "Stay listed", "creditors_paid": "Creditors paid"}
    rows, notes = [], {}
    for name, table in _by_regime(findings, "measure", "value"):
        for row in table:
            words = what.get(row["measure"]) if isinstance(row["measure"], str) else None
            label = f"{words}: {plain_label(name)}"
            if words and (found := number_row(label, row, percent)):
                rows.append((words, found))
                notes[words] = row.get("note")
    rows.sort(key=lambda one: list(what.values()).index(one[0]))
    said = [f"{words}: {note}." for words, note in notes.items() if note]
    drawn = dots_drawn(
        "list_exit", "How many stay on the list, and what creditors are paid, by regime",
        [row for _, row in rows], f"share ({people})", ("What, by regime", "Share"), prefix,
        scale="percent",
    )  # fmt: skip
    return drawn and drawn._replace(caption=" ".join([*said, drawn.caption]))


def _by_regime(findings: Findings, *needed: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each regime once, with its first table that has these columns."""
    seen = set()
    for finding in findings:
        name, table = finding["group"], table_rows(finding, *needed)
        if name is not None and finding["reference"] is None and table and name not in seen:
            seen.add(name)
            yield name, table


def _of_everybody(
    findings: Findings, measure: str, told: Callable[[float], str]
) -> Iterator[NumberRow]:
    """Yield a measure of all people for each regime, by the findings as they are recorded."""
    for name, table in _by_regime(findings, "measure", "findings", "by", "value"):
        for row in table:
            if (row["measure"], row["findings"], row["by"]) == (measure, "recorded", "all"):
                found = number_row(name, row, told)
                yield from [found] if found else []
