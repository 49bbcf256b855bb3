"""``python -m benchmarks.validation [--samples N]``: the table of docs/ideas/validation.md."""

import argparse
import json
import sys
from dataclasses import asdict

from benchmarks.run import RESULTS, setting_of
from benchmarks.validation.cases import CASES
from benchmarks.validation.people import CROWD, EVERY_SETTING
from benchmarks.validation.scores import Score, report_alarms, scores

SIZE, SAMPLES = 4_000, 200
HEAD = (
    "audit", "knob", "truth", "range held it", "true behind the record", "range held that",
    "alarms", "a gap?", "median width", "",
)  # fmt: skip


def row(one: Score) -> list[str]:
    """Return a line of the table."""
    behind = one.behind is not None and abs(one.behind - one.truth) > 0.002
    return [
        f"{one.case.audit}: {one.case.about}", one.setting, f"{one.truth:.3f}",
        f"{one.covered:.1%}", f"{one.behind:.3f}" if behind else "",
        f"{one.covered_behind:.1%}" if behind else "",
        "" if one.alarms is None else f"{one.alarms:.1%}",
        "" if one.case.none is None else "yes" if one.gap else "no",
        "no end" if one.width == float("inf") else f"{one.width:.3f}", "; ".join(one.faults),
    ]  # fmt: skip


def table(found: list[Score]) -> str:
    """Return the scores as a table, audit by audit."""
    order = {case.audit + case.about: place for place, case in enumerate(CASES)}
    found = sorted(found, key=lambda one: order[one.case.audit + one.case.about])
    lines = [HEAD, ["---"] * len(HEAD), *map(row, found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> int:
    """Run, print and write; 1 if a range or an alarm is worse than chance explains."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.validation", description=__doc__)
    ask.add_argument("--samples", type=int, default=SAMPLES)
    ask.add_argument("--size", type=int, default=SIZE)
    ask.add_argument("--only", help="one audit; nothing is written")
    asked = ask.parse_args()
    cases = [case for case in CASES if asked.only in (None, case.audit)]
    found = []
    for one in scores(cases, EVERY_SETTING, asked.size, asked.samples, CROWD):
        found.append(one)
        print(" | ".join(row(one)), file=sys.stderr)
    alarms = ""
    if asked.only is None:
        number, share = report_alarms("nothing", asked.size, asked.samples // 2, CROWD)
        alarms = f"With every knob at zero, {share:.1%} of {number} whole reports held an alarm."
    print(table(found), alarms, sep="\n\n")
    if asked.samples >= SAMPLES and asked.only is None:
        where = setting_of(CROWD, full=False)
        page = f"# The audit of the audits\n\nMeasured on {where['date']}: {asked.samples} samples "
        page += f"of {asked.size:,} synthetic people for each line. {alarms}\n\n{table(found)}\n"
        (RESULTS / "validation.md").write_text(page, encoding="utf-8")
        rows = [{**asdict(one), "case": f"{one.case.audit}: {one.case.about}"} for one in found]
        record = {"setting": where, "size": asked.size, "scores": rows}
        text = json.dumps(record, indent=1, default=str)
        (RESULTS / "validation.json").write_text(text + "\n", encoding="utf-8")
    return int(any(one.faults for one in found))


if __name__ == "__main__":
    sys.exit(main())
