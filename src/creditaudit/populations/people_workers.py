"""Files of people made by several processes at once."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal

from creditaudit.errors import InputError
from creditaudit.populations.people_files import Order, Records, write_file

POOL = "ARROW_DEFAULT_MEMORY_POOL"


def written(
    order: Order, folder: Path, numbers: Sequence[int], workers: int
) -> Iterator[tuple[int, Records]]:
    """Write files of people and yield the number and the records of each that is done.

    Raises
    ------
    InputError
        If a file cannot be written, or a worker was stopped.
    """
    workers = min(workers, len(numbers))
    if workers <= 1:
        for number in numbers:
            yield number, write_file(order, folder, number)
        return
    # Started fresh: the threads of Arrow do not survive a fork.
    context = get_context("spawn")
    pipes: list[Connection] = []
    processes: list[BaseProcess] = []
    try:
        for worker in range(workers):
            ours, theirs = context.Pipe(duplex=False)
            pipes.append(ours)
            given = (order, folder, numbers[worker::workers], theirs)
            processes.append(context.Process(target=_work, args=given, daemon=True))
            with _lean_arrow():
                processes[-1].start()
            theirs.close()
        yield from _received(pipes, set(numbers))
    finally:
        for process in processes:
            if process.is_alive():
                process.terminate()
            process.join()


@contextmanager
def _lean_arrow() -> Iterator[None]:
    """Let processes started here take Arrow's memory from the system: its pool keeps 25 MB."""
    before = os.environ.get(POOL)
    os.environ.setdefault(POOL, "system")
    try:
        yield
    finally:
        if before is None:
            del os.environ[POOL]


def _received(pipes: list[Connection], left: set[int]) -> Iterator[tuple[int, Records]]:
    while left:
        for pipe in wait(pipes):
            assert isinstance(pipe, Connection)
            try:
                number, result = pipe.recv()
            except EOFError:
                pipes.remove(pipe)
                continue
            if isinstance(result, InputError):
                raise result
            left.remove(number)
            yield number, result
        if left and not pipes:
            msg = (
                f"A worker was stopped with {len(left)} files to make. The same call goes on from "
                "there; where memory is short, ask for fewer workers."
            )
            raise InputError(msg)


def _work(order: Order, folder: Path, numbers: Iterable[int], pipe: Connection) -> None:
    # An interrupt is for the run, which ends its workers itself.
    signal(SIGINT, SIG_IGN)
    # Where the run is gone nobody reads from the pipe, and the worker ends too.
    with suppress(BrokenPipeError):
        for number in numbers:
            try:
                result: object = write_file(order, folder, number)
            except InputError as error:
                result = error
            pipe.send((number, result))
    pipe.close()
