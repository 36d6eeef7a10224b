"""Where ``longwire dev`` writes the Stage's access log: a file, stdout, or stderr beside JSON events on stdout."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from longwire.core.api import Stage
from longwire.errors import UsageError

__all__ = ["access_log_output"]

Write = Callable[[str], None]
STDOUT = "-"
PREFIX = "access | "  # as a function's lines begin with its name


@contextmanager
def access_log_output(target: str | None, stage: Stage, *, as_json: bool, quiet: bool) -> Iterator[Write]:
    """What takes one line. ``target`` is a file, ``-``, or None when nobody asked. Raises UsageError."""
    if target is None:
        yield ignore if quiet else to_stderr if as_json else to_stdout
        return
    if stage.access_log is None:
        click.echo("longwire: --access-log: the Stage has no AccessLogSettings, so nothing will be written", err=True)
    if target == STDOUT:
        yield to_stdout
        return
    with appended(Path(target)) as file:
        yield lambda line: print(line, file=file)


def appended(target: Path) -> TextIO:
    try:
        return target.open("a", encoding="utf-8", errors="replace", buffering=1)
    except OSError as exc:
        raise UsageError(f"--access-log {target} cannot be written: {exc.strerror}") from exc


def ignore(_line: str) -> None:
    pass


def to_stdout(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def to_stderr(line: str) -> None:
    click.echo(PREFIX + line, err=True)
