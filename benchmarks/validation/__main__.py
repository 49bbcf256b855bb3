"""``python -m benchmarks.validation [--missing]``: the table of docs/ideas/validation.md.

It takes about an hour. With ``--missing`` only what the last record lacks is scored and added; the
rest stays, so use it where cases were added and nothing else has changed.
"""

import argparse
import json
import sys
from dataclasses import asdict, replace
from typing import Any

from benchmarks.run import RESULTS, setting_of
from benchmarks.validation.case import Case
from benchmarks.validation.cases import CASES
from benchmarks.validation.people import CROWD, EVERY_SETTING
from benchmarks.validation.scores import Score, report_alarms, scores

SIZE, SAMPLES = 4_000, 200
HEAD = (
    "audit", "knob", "truth", "range held it", "true behind the record", "range held that",
    "alarms", "a gap?", "median width", "samples", "",
)  # fmt: skip


Row = dict[str, Any]


def told(one: Score) -> Row:
    """Return a score as plain values, as the record keeps it."""
    name = f"{one.case.audit}: {one.case.about}"
    asked = one.case.none is not None
    return {**asdict(one), "case": name, "asked": asked, "faults": one.faults}


def line(one: Row) -> list[str]:
    """Return a line of the table."""
    behind = one["behind"] is not None and abs(one["behind"] - one["truth"]) > 0.002
    return [
        one["case"], one["setting"], f"{one['truth']:.3f}", f"{one['covered']:.1%}",
        f"{one['behind']:.3f}" if behind else "", f"{one['covered_behind']:.1%}" if behind else "",
        "" if one["alarms"] is None else f"{one['alarms']:.1%}",
        "" if not one["asked"] else "yes" if one["gap"] else "no",
        "no end" if one["width"] == float("inf") else f"{one['width']:.3f}",
        str(one["samples"]), "; ".join(one["faults"]),
    ]  # fmt: skip


def table(found: list[Row]) -> str:
    """Return the scores as a table, audit by audit."""
    cases = [f"{case.audit}: {case.about}" for case in CASES]
    order = {
        (name, setting): (cases.index(name), place)
        for name in cases
        for place, setting in enumerate(EVERY_SETTING)
    }
    found = sorted(found, key=lambda one: order[one["case"], one["setting"]])
    lines = [HEAD, ["---"] * len(HEAD), *map(line, found)]
    return "\n".join(f"| {' | '.join(one)} |" for one in lines)


def recorded() -> tuple[list[Row], str]:
    """Return the lines of the last record that are still asked, and what it says of reports."""
    path = RESULTS / "validation.json"
    if not path.exists():
        return [], ""
    record = json.loads(path.read_text(encoding="utf-8"))
    asked = {(f"{case.audit}: {case.about}", one) for case in CASES for one in case.settings}
    rows = [one for one in record["scores"] if (one["case"], one["setting"]) in asked]
    return rows, record.get("reports", "")


def left(case: Case, rows: list[Row]) -> Case:
    """Return the case with the settings that the record lacks."""
    name = f"{case.audit}: {case.about}"
    there = {one["setting"] for one in rows if one["case"] == name}
    return replace(case, settings=tuple(one for one in case.settings if one not in there))


def main() -> int:
    """Run, print and write; 1 if a range or an alarm is worse than chance explains."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.validation", description=__doc__)
    ask.add_argument("--samples", type=int, default=SAMPLES)
    ask.add_argument("--size", type=int, default=SIZE)
    ask.add_argument("--only", help="one audit; nothing is written")
    ask.add_argument("--missing", action="store_true", help="score what the last record lacks")
    asked = ask.parse_args()
    rows, reports = recorded() if asked.missing else ([], "")
    cases = [left(case, rows) for case in CASES if asked.only in (None, case.audit)]
    for one in scores(cases, EVERY_SETTING, asked.size, asked.samples, CROWD):
        rows.append(told(one))
        print(" | ".join(line(rows[-1])), file=sys.stderr)
    if asked.only is None and not reports:
        number, share = report_alarms("nothing", asked.size, asked.samples // 2, CROWD)
        reports = f"With every knob at zero, {share:.1%} of {number} whole reports held an alarm."
    print(table(rows), reports, sep="\n\n")
    if asked.samples >= SAMPLES and asked.only is None:
        where = setting_of(CROWD, full=False)
        page = (
            f"# The audit of the audits\n\nMeasured on {where['date']}: samples of {asked.size:,} "
        )
        page += "synthetic people, or firms, for each line. "
        page += f"{reports}\n\n{table(rows)}\n"
        (RESULTS / "validation.md").write_text(page, encoding="utf-8")
        record = {"setting": where, "size": asked.size, "reports": reports, "scores": rows}
        text = json.dumps(record, indent=1, default=str)
        (RESULTS / "validation.json").write_text(text + "\n", encoding="utf-8")
    return int(any(one["faults"] for one in rows))


if __name__ == "__main__":
    sys.exit(main())
