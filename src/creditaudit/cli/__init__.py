"""The command line: parse, call, print. Data go to stdout, everything else to stderr."""

import click

from creditaudit import __version__
from creditaudit.cli.auditing import audit, check, report, verify
from creditaudit.cli.changing import diff
from creditaudit.cli.demonstrating import demo
from creditaudit.cli.generating import generate
from creditaudit.cli.ruling import rules
from creditaudit.cli.scoring import score
from creditaudit.cli.sharing import share
from creditaudit.cli.tallying import explore, merge, publish, tally


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="creditaudit")
def main() -> None:
    """Audit credit scoring and social-credit systems.

    Start with `creditaudit demo`, or with `creditaudit check decisions.csv`.

    Exit codes: 0 done, 1 input or audit error, 2 usage, 3 a finding at or above --fail-on,
    4 verify found a mismatch, 5 refused (too few people, or access too low).
    """


# In the order of a first use.
for command in (
    demo, check, audit, report, verify, tally, merge, publish, explore, generate, score, rules,
    share,
):  # fmt: skip
    main.add_command(command)
rules.add_command(diff)
