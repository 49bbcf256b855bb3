"""What else an auditor may hold beside decisions: terms, stages, and inputs to hold equal."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from creditaudit.cli.shared import pairs
from creditaudit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from creditaudit.funnels import Funnel, Stage
    from creditaudit.tally import Tally
    from creditaudit.terms_tally import TermsTally

a_path = click.Path(path_type=Path)
OPTIONS = (
    click.option("--price", metavar="COLUMN",
                 help="What approved people pay: higher is worse for them."),
    click.option("--limit", metavar="COLUMN",
                 help="What approved people get: higher is better for them."),
    click.option("--unit", metavar="WORDS", help='Unit of the price or limit, such as "%/year".'),
    click.option("--band", metavar="COLUMN=EDGES",
                 help="Also compare within bands, such as points=500,600,700."),
    click.option("--edges", metavar="NUMBERS",
                 help="Edges of the price or limit, for medians and worst cases."),
    click.option("--terms", type=a_path, metavar="TABLE",
                 help="A table of means by group instead of DATA, or a saved summary of terms."),
    click.option("--offers", metavar="COLUMN",
                 help="With --terms: people who got an offer; n by default."),
    click.option("--sd", metavar="COLUMN", help="With --terms: standard deviation."),
    click.option("--without", metavar="COLUMN", help="With --terms: people who got no offer."),
    click.option("--stages", metavar="A,B,C",
                 help="Columns of the stages, first to last; or NAME:COLUMN=VALUE."),
    click.option("--everyone", metavar="NAME", help="A stage before these, reached by every row."),
    click.option("--reached", metavar="VALUE", help="The value that means reached; 1 by default."),
    click.option("--funnel", type=a_path, metavar="TABLE",
                 help="A table of people by group and stage, instead of DATA."),
    click.option("--control", "controls", multiple=True, metavar="COLUMN=REASON",
                 help="An input to hold equal, with the reason; repeatable."),
)  # fmt: skip
SECTIONS = {
    "Terms (what approved people pay or get)": (
        "price", "limit", "unit", "band", "edges", "terms", "offers", "sd", "without",
    ),
    "Stages": ("stages", "everyone", "reached", "funnel"),
    "Held equal": ("controls",),
}  # fmt: skip


def holding_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of this module to a command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def check_holding(rows: bool, options: dict[str, Any]) -> None:
    """Raise for options that do not go together; ``rows``: whether DATA has one row a person."""
    given = {name for names in SECTIONS.values() for name in names if options[name]}
    amount = [f"--{name}" for name in ("price", "limit") if name in given]
    if len(amount) > 1:
        msg = "--price and --limit are two questions; ask one in each report."
        raise click.UsageError(msg)
    about = [f"--{n}" for n in ("unit", "band", "edges", "offers", "sd", "without") if n in given]
    if about and not amount:
        msg = f"Add --price COLUMN or --limit COLUMN, to which {', '.join(about)} belongs."
        raise click.UsageError(msg)
    if amount and "terms" not in given and not rows:
        msg = f"{amount[0]} reads DATA, one row a person; give a table of means with --terms TABLE."
        raise click.UsageError(msg)
    of_means = [f"--{name}" for name in ("offers", "sd", "without") if name in given]
    if of_means and "terms" not in given:
        msg = f"Add --terms TABLE, the table of means to which {', '.join(of_means)} belongs."
        raise click.UsageError(msg)
    if "edges" in given and "terms" in given:
        msg = "--edges needs rows, as a table of means does not say who is in which bin."
        raise click.UsageError(msg)
    staged = [f"--{name}" for name in ("everyone", "reached", "funnel") if name in given]
    if staged and "stages" not in given:
        msg = f"Add --stages, the stages from first to last, to which {', '.join(staged)} belongs."
        raise click.UsageError(msg)
    if "stages" in given and "funnel" not in given and not rows:
        msg = "--stages reads DATA, one row a person; give a table of counts with --funnel TABLE."
        raise click.UsageError(msg)
    if "funnel" in given and given & {"everyone", "reached"}:
        msg = (
            "--everyone and --reached are for rows; a table of counts has a column for each stage."
        )
        raise click.UsageError(msg)
    bare = [
        one for one in options["controls"] if "=" not in one or not one.split("=", 1)[1].strip()
    ]
    if bare:
        name = bare[0].split("=", 1)[0]
        msg = (
            f"--control {name} needs the reason why it may be held equal, such as "
            f'--control {name}="stated lending criterion".'
        )
        raise click.UsageError(msg)
    if "controls" in given and not rows:
        msg = "--control reads the inputs from DATA, one row a person."
        raise click.UsageError(msg)


def held_beside(
    data: Path | None, tally: "Tally | None", options: dict[str, Any]
) -> dict[str, Any]:
    """Return the parts of `Evidence` beside the tally: terms, funnel, frame and controls.

    Raises
    ------
    InputError, CorruptFile
    """
    groups = list(options["groups"]) or ([] if tally is None else list(tally.roles.groups))
    held: dict[str, Any] = {}
    if options["price"] or options["limit"] or options["terms"]:
        held["terms"] = _terms(data, groups, options)
    if options["stages"]:
        held["funnel"] = _funnel(data, groups, options)
    if options["controls"]:
        assert data is not None
        controls = pairs(options["controls"], "--control")
        held |= {"controls": controls, "frame": _inputs(data, groups, controls, options)}
    return held


def _terms(data: Path | None, groups: Sequence[str], options: dict[str, Any]) -> "TermsTally":
    from creditaudit.terms_counting import TermsRoles
    from creditaudit.terms_files import is_terms
    from creditaudit.terms_tally import TermsTally

    table: Path | None = options["terms"]
    if table is not None and is_terms(table):
        return TermsTally.load(table)
    amount = options["price"] or options["limit"]
    if not amount:
        msg = (
            f"{table.name if table else 'The table'} is no saved summary of terms. Name the column "
            "of its means with --price COLUMN or --limit COLUMN."
        )
        raise InputError(msg)
    _need_groups(groups)
    control, bands = _banded(options["band"])
    of_rows = {
        name: options[name] for name in ("decision", "favourable", "weight") if table is None
    }
    roles = TermsRoles(
        groups=groups, amount=amount, higher_is="worse" if options["price"] else "better",
        unit=options["unit"] or "", control=control, **of_rows,
    )  # fmt: skip
    if table is not None:
        return TermsTally.from_counts(
            table, roles, n=options["offers"] or "n", sd=options["sd"],
            without=options["without"], bands=bands,
        )  # fmt: skip
    edges = _numbers(options["edges"], "--edges") if options["edges"] else None
    return TermsTally.from_frame(data, roles, bands=bands, edges=edges)


def _need_groups(groups: Sequence[str]) -> None:
    if not groups:
        msg = "Missing option '--group': name at least one column with the groups to compare."
        raise click.UsageError(msg)


def _banded(given: str | None) -> tuple[str | None, list[float] | None]:
    if given is None:
        return None, None
    ((column, edges),) = pairs([given], "--band").items()
    return column, _numbers(edges, "--band")


def _numbers(given: str, option: str) -> list[float]:
    try:
        return [float(one) for one in given.split(",")]
    except ValueError as error:
        msg = f"{option} {given} must be rising numbers with commas between, such as 0,5,10."
        raise click.UsageError(msg) from error


def _funnel(data: Path | None, groups: Sequence[str], options: dict[str, Any]) -> "Funnel":
    from creditaudit.funnels import Funnel

    _need_groups(groups)
    stages = [_stage(one.strip()) for one in options["stages"].split(",")]
    if options["funnel"] is not None:
        spelled = [one for one in stages if not isinstance(one, str)]
        if spelled:
            msg = f"--stages {spelled[0][0]}: a table of counts has a column for each stage."
            raise click.UsageError(msg)
        return Funnel.from_counts(options["funnel"], groups, stages)  # type: ignore[arg-type]
    reached = options["reached"] or 1
    return Funnel.from_frame(
        data, groups, stages, everyone=options["everyone"], reached=reached,
        weight=options["weight"],
    )  # fmt: skip


def _stage(given: str) -> "Stage":
    name, colon, rest = given.partition(":")
    column, equals, value = rest.partition("=")
    if not colon:
        return given
    if not (name and column and equals and value):
        msg = f"--stages {given} must be a column, or NAME:COLUMN=VALUE."
        raise click.UsageError(msg)
    return name, column, value


def _inputs(
    data: Path, groups: Sequence[str], controls: dict[str, str], options: dict[str, Any]
) -> "pd.DataFrame":
    from creditaudit.frames import open_source
    from creditaudit.frames.columns import read_columns

    more = [options[name] for name in ("decision", "weight", "cluster") if options[name]]
    wanted = [*groups, *more, *controls]
    return read_columns(open_source(data), wanted, fix="Check the names given to --control.")
