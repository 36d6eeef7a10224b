"""Which file an entry belongs to: one for each time that clients were connected, from the first to the last."""

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from longwire.recording.hidden import hidden_json, hidden_text
from longwire.recording.session_file import first_line

__all__ = ["Sessions"]

TEXTS = ("payload", "event_payload", "line")
ENDS = ("connection_closed", "connection_refused")


class Sessions:
    """Writes entries to files in ``folder``, which is made. ``url`` and ``made_by`` go into each first line."""

    def __init__(self, folder: Path, url: str, made_by: str) -> None:
        self.folder = folder
        self.url = url
        self.made_by = made_by
        self.open: set[str] = set()
        self.file: TextIO | None = None
        self.since = 0.0
        self.name = ""

    def begin(self, name: str) -> None:
        """What follows goes to a file of this name, when a client connects."""
        self.end()
        self.name = re.sub(r"[^\w.\[\]=,-]+", "_", name)[:120]

    def add(self, event: str, connection_id: str, at: float, data: Mapping[str, Any]) -> None:
        if event == "handshake":
            if not self.open and not (self.name and self.file):
                self.start(at)
            self.open.add(connection_id)
        elif event in ENDS:
            self.open.discard(connection_id)
        if self.file is not None:
            line = {"t": round(at - self.since, 4), "event": event, "connection_id": connection_id, **shown(data)}
            self.write(line)

    def lost(self, count: int) -> None:
        """Says in the file that ``count`` entries are missing."""
        if self.file is not None:
            self.write({"event": "entries_lost", "count": count})

    def start(self, at: float) -> None:
        self.end()
        self.since = at
        stamp = datetime.fromtimestamp(at, UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
        self.folder.mkdir(parents=True, exist_ok=True)
        # Of one's own alone: what clients say is in it.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        descriptor = os.open(self.folder / f"{self.name or stamp}.jsonl", flags, 0o600)
        self.file = os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace")
        self.write(first_line(self.url, at, self.made_by))

    def write(self, line: Mapping[str, Any]) -> None:
        assert self.file is not None
        self.file.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False, default=str) + "\n")

    def flush(self) -> None:
        if self.file is not None:
            self.file.flush()

    def end(self) -> None:
        if self.file is not None:
            self.file.close()
        self.file = None
        self.open.clear()


def shown(data: Mapping[str, Any]) -> dict[str, Any]:
    """Without credentials."""
    texts = {name: hidden_text(data[name]) for name in TEXTS if isinstance(data.get(name), str)}
    others: dict[str, Any] = hidden_json({name: value for name, value in data.items() if name not in texts})
    return others | texts
