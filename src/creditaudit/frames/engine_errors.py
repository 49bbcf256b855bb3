"""What an engine raises, as an error that names the engine and what it said."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from creditaudit.errors import CorruptFile, CreditauditError, InputError
from creditaudit.frames.sources import first_line


@dataclass
class EngineErrors:
    """Turns the errors of an engine into ours.

    ``in_files`` says that the engine reads files which we opened before, so that what fails is
    the files. ``own`` keeps what our reader raised inside the engine, which wraps it.
    """

    engine: str
    in_files: bool = False
    own: list[CreditauditError] = field(default_factory=list)

    @contextmanager
    def as_ours(self) -> Iterator[None]:
        """Raise every error of the engine as one of ours.

        Raises
        ------
        InputError
            Or CorruptFile, if files cannot be read.
        """
        try:
            yield
        except (CreditauditError, ImportError, MemoryError):
            raise
        except Exception as error:
            if self.own:
                raise self.own.pop() from error
            raise self._of(error) from error
        except BaseException as error:
            # Polars panics outside of Exception, as on a damaged Parquet file.
            if type(error).__name__ != "PanicException":
                raise
            raise self._of(error) from error

    def _of(self, error: BaseException) -> InputError:
        what = f"{self.engine} could not read the table: {type(error).__name__}: "
        # The first lines of an error out of Java name calls; a line with a code says what happened.
        java = re.search(r"\[[A-Z_]+(\.[A-Z_]+)*\] .+", str(error))
        what += first_line(java[0] if java else error)
        if self.in_files and "memory" not in type(error).__name__.lower():
            fix = "Check that every file is whole, or export it again."
            return CorruptFile(f"{what} {fix}")
        return InputError(f"{what} Check that it is there, and the columns named in Roles.")
