"""Help with the options of a command under headings."""

from collections.abc import Mapping, Sequence
from typing import Any

import click


class Sectioned(click.Command):
    """A command whose help lists options under headings, and the others last.

    Parameters
    ----------
    sections : mapping of str to sequence of str
        Heading -> names of parameters.
    """

    def __init__(self, *args: Any, sections: Mapping[str, Sequence[str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.sections = sections

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, heading by heading."""
        left = {
            param.name: param for param in self.get_params(ctx) if isinstance(param, click.Option)
        }
        for heading, names in self.sections.items():
            self._write(heading, [left.pop(name) for name in names], ctx, formatter)
        self._write("Other options", list(left.values()), ctx, formatter)

    def _write(
        self, heading: str, params: Sequence[click.Parameter], ctx: click.Context,
        formatter: click.HelpFormatter,
    ) -> None:  # fmt: skip
        rows = [row for param in params if (row := param.get_help_record(ctx)) is not None]
        if rows:
            with formatter.section(heading):
                formatter.write_dl(rows)
