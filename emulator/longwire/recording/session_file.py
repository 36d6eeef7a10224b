"""The file of one recording: JSON lines, the first of which says what it is, each other one entry of the timeline.

``{"longwire": "recording", "version": 1, "at": 1764060000.0, "url": "ws://127.0.0.1:8765/v1", "made_by": "..."}``, then
``{"t": 0.012, "event": "message_received", "connection_id": "...", "payload": "..."}`` and so on: ``t`` is seconds
since ``at``, the rest as inspector/timeline.py describes it. Events are those of API Gateway's side:
``message_received`` came from the client, ``frame_sent`` went to it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longwire.errors import UsageError

__all__ = ["PLAYED", "Line", "Recording", "first_line", "read_recording"]

VERSION = 1
MARK = "recording"
# What a client does and sees, with the fields that have to be there. Other entries are kept for people.
PLAYED: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "handshake": {"path": str, "query": list, "headers": list},
    "connection_opened": {},
    "connection_refused": {"status": int},
    "message_received": {"payload": str},
    "frame_sent": {"payload": str},
    "connection_closed": {"code": int, "by": str},
}


@dataclass(frozen=True, slots=True)
class Line:
    """``t`` is seconds since the recording began, ``data`` what the entry's kind says."""

    t: float
    event: str
    connection_id: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recording:
    """``url`` is where it was made, ``at`` when (epoch seconds). ``lines`` are those that are played, in order."""

    url: str
    at: float
    lines: tuple[Line, ...]

    @property
    def connections(self) -> list[str]:
        """The ids of its connections, in the order of their handshakes."""
        return [line.connection_id for line in self.lines if line.event == "handshake"]


def first_line(url: str, at: float, made_by: str) -> dict[str, Any]:
    return {"longwire": MARK, "version": VERSION, "at": round(at, 3), "url": url, "made_by": made_by}


def read_recording(path: Path) -> Recording:
    """Raises UsageError with the line that is wrong."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"{path} cannot be read: {exc}") from exc
    rows = [(number, row) for number, row in enumerate(text.splitlines(), 1) if row.strip()]
    if not rows:
        raise UsageError(f"{path} is empty; a recording is made by `longwire dev --record DIR`")
    head = parsed(path, *rows[0])
    if head.get("longwire") != MARK:
        raise UsageError(f"{path}:1: no recording of `longwire dev --record` or `longwire record`")
    if head.get("version") != VERSION:
        raise UsageError(f"{path}:1: version {head.get('version')!r}; this Longwire reads version {VERSION}")
    url, at = of_type(path, 1, head, "url", str), of_type(path, 1, head, "at", (int, float))
    found = [line_of(path, number, parsed(path, number, row)) for number, row in rows[1:]]
    lines = [line for line in found if line is not None]
    check_order(path, lines)
    return Recording(url, float(at), tuple(lines))


def parsed(path: Path, number: int, row: str) -> dict[str, Any]:
    try:
        found = json.loads(row)
    except ValueError as exc:
        raise UsageError(f"{path}:{number}: no JSON: {exc}. Was the file cut off?") from exc
    if not isinstance(found, dict):
        raise UsageError(f"{path}:{number}: each line is a JSON object")
    return found


def of_type(path: Path, number: int, facts: Mapping[str, Any], name: str, kind: type | tuple[type, ...]) -> Any:
    value = facts.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        wanted = kind if isinstance(kind, type) else kind[0]
        raise UsageError(f"{path}:{number}: {name} has to be there, a {wanted.__name__}, and is {value!r}")
    return value


def line_of(path: Path, number: int, facts: dict[str, Any]) -> Line | None:
    """None for what only people read."""
    event = of_type(path, number, facts, "event", str)
    if event == "entries_lost":
        raise UsageError(f"{path}:{number}: {facts.get('count')} entries were lost here, so it cannot be played")
    if event not in PLAYED:
        return None
    seconds = of_type(path, number, facts, "t", (float, int))
    connection_id = of_type(path, number, facts, "connection_id", str)
    for name, kind in PLAYED[event].items():
        of_type(path, number, facts, name, kind)
    for name in {"query", "headers"} & PLAYED[event].keys():
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in facts[name]):
            raise UsageError(f"{path}:{number}: {name} is a list of pairs of a name and a value")
    return Line(float(seconds), event, connection_id, facts)


def check_order(path: Path, lines: list[Line]) -> None:
    if not lines:
        raise UsageError(f"{path} holds no connection")
    begun = {line.connection_id for line in lines if line.event == "handshake"}
    for line in lines:
        if line.connection_id not in begun:
            raise UsageError(f"{path}: connection {line.connection_id} has no handshake in it")
