"""The command that shows what there is: demo."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from creditaudit.cli.leaving import FILES, save_report, tell_report
from creditaudit.cli.shared import as_json, force, guarded, make_folder, not_there, progress

if TYPE_CHECKING:
    from creditaudit.report import Report

SIDE_BY_SIDE = ("side_by_side_real.html", "side_by_side_synthetic.html")
SHARED = "shared_lists.html"
PEOPLE, FIRMS, SEED = 2_000, 200, 7
REGIME = "regime_cn_joint_2016_family"


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("creditaudit-demo"))
@as_json
@force
@guarded
def demo(out: Path, *, as_json: bool, force: bool) -> None:
    """Audit real mortgage decisions (Boston, 1990), then synthetic people and a synthetic society.

    A list, a scorecard and boosting decide on the real people and on synthetic ones, side by
    side; and a list travels through a synthetic society.
    """
    from creditaudit.scenarios.three_scorers import real_people, synthetic_people

    table = out / "decisions.csv"
    pages = [out / name for name in SIDE_BY_SIDE]
    not_there([table, *pages, out / SHARED, *(out / name for name in FILES)], force=force)
    make_folder(out)
    with progress("Auditing"):
        made = _of_boston(table)
    save_report(made, out)
    with progress("Deciding in three ways"):
        compared = [real_people(), synthetic_people()]
        for one, page in zip(compared, pages, strict=True):
            one.report().save(page)
    with progress("Sharing a list"):
        shared = _of_a_society()
        shared.save(out / SHARED)
    if not as_json:
        for one, page in zip(compared, pages, strict=True):
            click.echo(f"{one.sentence}\nOpen {page}\n")
        change = next(one for one in shared.findings if one.audit == "regime_contrast")
        click.echo(f"Synthetic society. {change.claim}\nOpen {out / SHARED}\n")
    tell_report(made, out, as_json=as_json)


def _of_boston(table: Path) -> "Report":
    from creditaudit.audits import run_audits
    from creditaudit.evidence import Evidence
    from creditaudit.frames import file_hash, write_whole
    from creditaudit.plan import Plan
    from creditaudit.populations import load_hmda_boston
    from creditaudit.tally import Tally

    people = load_hmda_boston()
    write_whole(table, lambda path: people.frame.to_csv(path, index=False))
    return run_audits(
        Evidence(tally=Tally.from_frame(table, people.roles), about=people.made),
        title="Mortgage applications in Boston, 1990",
        plan=Plan(reference={"race": "white"}),
        file={"name": table.name, "hash": file_hash(table)},
    )


def _of_a_society() -> "Report":
    from creditaudit.audits import run_audits
    from creditaudit.evidence import Evidence
    from creditaudit.plan import Plan
    from creditaudit.populations import make_society
    from creditaudit.sharing.regimes import SharingRegime

    regime = SharingRegime.load(REGIME)
    world = make_society(PEOPLE, FIRMS, seed=SEED, columns="all")
    plan = Plan(groups=["registration"])
    return run_audits(
        Evidence(society=world, regimes={regime.name: regime}, plan=plan),
        title="A list that travels through a synthetic society",
    )
