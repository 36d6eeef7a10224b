"""Somebody's small project, served by an emulator of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longwire.emulator import Options
from longwire.emulator_thread import LongwireServer
from longwire.template.load import load

__all__ = ["served_app"]


@contextmanager
def served_app(folder: Path, template: str, handlers: str, options: Options | None = None) -> Iterator[LongwireServer]:
    """The texts of its template.yaml and app.py, which are written into ``folder``."""
    folder.mkdir(exist_ok=True)
    (folder / "template.yaml").write_text(template)
    (folder / "app.py").write_text(handlers)
    server = LongwireServer(load(folder / "template.yaml"), options or Options(port=0))
    try:
        yield server
    finally:
        server.close()
