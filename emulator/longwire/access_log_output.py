"""Where ``longwire dev`` writes the Stage's access log: a file, stdout, or stderr beside JSON events on stdout."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TextIO

from longwire.console import Console
from longwire.core.api import Stage
from longwire.errors import UsageError

__all__ = ["Style", "access_log_output"]

Write = Callable[[str], None]
Style = Literal["quiet", "json", "text"]
STDOUT = "-"
PREFIX = "access | "  # as a function's lines begin with its name


@contextmanager
def access_log_output(target: str | None, stages: Iterable[Stage], console: Console, style: Style) -> Iterator[Write]:
    """What takes one line. ``target`` is a file, ``-``, or None when nobody asked. Raises UsageError."""
    if target is None:
        yield {"quiet": ignore, "json": lambda line: console.err(PREFIX + line), "text": console.out}[style]
        return
    if all(stage.access_log is None for stage in stages):
        console.err("longwire: --access-log: the Stage has no AccessLogSettings, so nothing will be written")
    if target == STDOUT:
        yield console.out
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
