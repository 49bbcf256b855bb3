"""A Postgres of this machine for the time of a test session, reached through a socket only."""

import csv
import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

TYPES = {"bool": "boolean", "date32[day]": "date", "string": "text", "int64": "bigint",
         "double": "double precision", "float": "real", "int8": "smallint", "int16": "smallint",
         "int32": "integer", "large_string": "text"}  # fmt: skip
PROGRAMS = ("initdb", "pg_ctl", "psql")


def programs():
    """Return where the programs are, or None where one of them is not."""
    folders = [str(one) for one in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    path = os.pathsep.join([os.environ.get("PATH", ""), *folders])
    found = {name: shutil.which(name, path=path) for name in PROGRAMS}
    return found if all(found.values()) else None


class Server:
    """A cluster in a folder of its own; without a network port."""

    def __init__(self, found):
        self.found = found
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        # A cluster refuses to belong to root.
        self.owner = {"user": "nobody"} if os.geteuid() == 0 else {}
        if self.owner:
            shutil.chown(self.folder, "nobody")
        self.data = self.folder / "data"
        self._run(
            "initdb", "-D", self.data, "-U", "tests", "--auth=trust", "-E", "UTF8", "--locale=C"
        )
        options = f"-c listen_addresses='' -c fsync=off -k {self.folder}"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.data, "-w", "-o", options, "-l", log, "start")

    def _run(self, name, *words):
        subprocess.run(
            [self.found[name], *map(str, words)], check=True, stdout=subprocess.DEVNULL,
            cwd=self.folder, **self.owner,
        )  # fmt: skip

    def sql(self, text, given=None):
        """Run statements; return what the last one prints as CSV. ``given`` is standard input."""
        words = ["-X", "-q", "-h", str(self.folder), "-U", "tests", "-d", "postgres", "--csv"]
        words += ["-v", "ON_ERROR_STOP=1"]
        words += ["-c", text] if given is not None else ["-f", "-"]
        done = subprocess.run(
            [self.found["psql"], *words], input=text if given is None else given,
            capture_output=True, text=True, check=False, cwd=self.folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def load(self, name, table):
        """Make a table of an Arrow table; nulls stay nulls, and empty text stays empty."""
        names = [one.name.replace('"', '""') for one in table.schema]
        types = [TYPES[str(one.type)] for one in table.schema]
        columns = ", ".join(f'"{one}" {kind}' for one, kind in zip(names, types, strict=True))
        self.sql(f'DROP TABLE IF EXISTS "{name}"; CREATE TABLE "{name}" ({columns});')
        # Quoted text is text, and what is not quoted and empty is null.
        written = pa.BufferOutputStream()
        pacsv.write_csv(table, written, pacsv.WriteOptions(include_header=False))
        text = written.getvalue().to_pybytes().decode()
        self.sql(f'COPY "{name}" FROM STDIN (FORMAT csv)', given=text)

    def rows(self, query):
        """Return the rows of a query as mappings of texts; null and empty text are both ''."""
        return list(csv.DictReader(io.StringIO(self.sql(query))))

    def close(self):
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
