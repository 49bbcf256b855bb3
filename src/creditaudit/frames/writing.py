"""Files leave whole or not at all."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from creditaudit.errors import InputError


def write_whole(path: str | os.PathLike[str], write: Callable[[Path], None]) -> None:
    """Write a file whole or not at all: ``write`` fills a temporary name, then it is renamed.

    Raises
    ------
    InputError
        If the folder is not there or cannot be written.
    """
    target = Path(path)
    if not target.parent.is_dir():
        msg = f"Folder of {target.name!r} does not exist. Make it first, or name another."
        raise InputError(msg)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(handle)
    except OSError as error:
        msg = f"Cannot write {target.name!r}: {error.strerror}. Choose a folder you may write to."
        raise InputError(msg) from error
    try:
        write(Path(name))
        with open(name, "rb+") as file:
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, target)
    except OSError as error:
        # Arrow puts its own words around those of the system.
        why = os.strerror(error.errno) if error.errno else str(error)
        msg = f"Cannot write {target.name!r}: {why}. The old file, if any, is unchanged."
        raise InputError(msg) from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def file_hash(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
