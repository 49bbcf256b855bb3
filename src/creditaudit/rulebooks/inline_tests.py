"""The tests that stand in a book beside its rules, run when it is read."""

from collections.abc import Mapping

from creditaudit.errors import InputError
from creditaudit.rulebooks.evaluations import evaluated
from creditaudit.rulebooks.program_building import build_program
from creditaudit.rulebooks.programs import DECISION, POINTS, TIER, Program, value_name, worked_out
from creditaudit.rulebooks.records import BookTest, Contents
from creditaudit.rulebooks.rows import WrongCell, uniform_row
from creditaudit.rulebooks.rule_conditions import RuleConditions
from creditaudit.rulebooks.rule_records import Rule, RuleTest
from creditaudit.rulebooks.shapes import Report
from creditaudit.rulebooks.toml_lines import Path
from creditaudit.rulebooks.versions import chosen_day, is_in_force, open_readings


def run_tests(contents: Contents, conditions: Mapping[str, RuleConditions], report: Report) -> None:
    """Report every test of a book that does not give what it says."""
    for place, rule in enumerate(contents.rules):
        for number, test in enumerate(rule.tests):
            path: Path = ("rules", place, "tests", number)
            _run(contents, conditions, rule, test, path, report)
    for place, whole in enumerate(contents.tests):
        _run_whole(contents, conditions, whole, ("tests", place), report)


def _program(
    contents: Contents,
    conditions: Mapping[str, RuleConditions],
    test: BookTest,
    subject: str,
) -> Program:
    day = chosen_day(contents, test.as_of)
    if test.reading is None and open_readings(contents, day):
        msg = "the book has readings, so the test names one: reading = 'mild' or 'strict'"
        raise InputError(msg)
    return build_program(contents, conditions, day, test.reading, subject)


def _run(
    contents: Contents,
    conditions: Mapping[str, RuleConditions],
    rule: Rule,
    test: RuleTest,
    path: Path,
    report: Report,
) -> None:
    both = conditions[rule.id]
    strange = [name for name in test.row if name not in both.columns]
    if strange:
        report((*path, "row"), f"{strange[0]!r} is no column of this rule")
        return
    if test.reading is None and rule.when.differ:
        report(path, "the rule has two readings, so the test names one")
        return
    try:
        default = rule.effective.from_ if rule.effective.to else None
        day = chosen_day(contents, test.as_of or default)
        reading = test.reading or "strict"
        program = build_program(contents, conditions, day, reading, both.subject)
        if not is_in_force(rule, day):
            report(path, f"the rule is not in force on {day}; the test needs as_of")
            return
        step = next(step for step in program.rules if step.rule.id == rule.id)
        row = uniform_row(test.row, program.columns)
        values = {value_name(name): value for name, value in row.items()}
        found = evaluated(program.steps[step.holds], values)
    except (InputError, WrongCell) as error:
        report(path, str(error))
        return
    if found is not test.fires:
        told = {True: "fires", False: "does not fire", None: "is unknown"}
        report(path, f"the rule {told[found]} on {dict(test.row)}")  # type: ignore[index]


def _run_whole(
    contents: Contents,
    conditions: Mapping[str, RuleConditions],
    test: BookTest,
    path: Path,
    report: Report,
) -> None:
    subject = test.subject or contents.book.subjects[0]
    read = {name for both in conditions.values() for name in both.columns}
    strange = [name for name in test.row if name not in read]
    if strange:
        report((*path, "row"), f"{strange[0]!r} is read by no rule")
        return
    try:
        program = _program(contents, conditions, test, subject)
        values = worked_out(program, uniform_row(test.row, program.columns))
    except (InputError, WrongCell) as error:
        report(path, str(error))
        return
    results: dict[str, object] = {
        "points": values[POINTS],
        "tier": values[TIER],
        "decision": values[DECISION],
    }
    for word, found in results.items():
        wanted = getattr(test, word)
        if wanted is not None and found != wanted:
            report((*path, word), f"{word} is {found!r}, the test says {wanted!r}")
        if word in test.unknown and found is not None:
            report((*path, "unknown"), f"{word} is {found!r}, the test says it is unknown")
    names = {
        "listed": [name for name, step in program.listed.items() if values[step] is True],
        "fired": [step.rule.id for step in program.rules if values[step.fires] is True],
    }
    for word, ids in names.items():
        wanted = getattr(test, word)
        if wanted is not None and set(ids) != set(wanted):
            report((*path, word), f"{word} is {ids}, the test says {list(wanted)}")
    asked = [word for word in (*results, *names) if getattr(test, word) is not None]
    if not asked and not test.unknown:
        report(path, "the test asks nothing")
