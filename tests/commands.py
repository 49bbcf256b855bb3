"""The command line as the tests call it."""

import json
from pathlib import Path

from click.testing import CliRunner

from creditaudit.cli import main

AUDIT = ("--group", "group", "--decision", "approved", "--favourable", "1")


def run(*words, code=0):
    """Run the command; return stdout. Nothing may raise anything but an exit."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    if code:
        assert done.stderr.strip()
    return done


def audit(*words, code=0, data="decisions.csv"):
    return run("audit", data, *AUDIT, *words, code=code)


def written(folder="audit"):
    return json.loads(Path(folder, "audit.json").read_text(encoding="utf-8"))
