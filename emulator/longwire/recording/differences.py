"""What a replay found to be otherwise than recorded, and how that is shown."""

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import click

__all__ = ["Difference", "Outcome"]

Kind = Literal["missing", "unexpected", "changed", "handshake", "closed", "not_sent"]
SHOWN = 4000  # characters of a frame


@dataclass(frozen=True, slots=True)
class Difference:
    """``t`` is seconds since the recording began; frames are as they were compared, with ids and times replaced."""

    connection: int
    t: float
    kind: Kind
    expected: str
    actual: str

    def lines(self) -> Iterator[str]:
        where = f"connection {self.connection}, {self.t:.2f} s"
        if self.kind == "changed":
            yield f"{where}: another frame"
            yield from between(self.expected, self.actual)
        elif self.kind == "missing":
            yield f"{where}: this did not come"
            yield click.style(f"  - {self.expected[:SHOWN]}", fg="red")
        elif self.kind == "unexpected":
            yield f"{where}: this came too"
            yield click.style(f"  + {self.actual[:SHOWN]}", fg="green")
        else:
            yield f"{where}: {self.expected}, and now {self.actual}"


def between(expected: str, actual: str) -> Iterator[str]:
    """A diff of two frames, by the lines of their JSON."""
    for line in difflib.unified_diff(rows(expected), rows(actual), lineterm="", n=3):
        if not line.startswith(("---", "+++", "@@")):
            colour = {"-": "red", "+": "green"}.get(line[0])
            yield click.style(f"  {line[:SHOWN]}", fg=colour) if colour else f"  {line[:SHOWN]}"


def rows(frame: str) -> list[str]:
    try:
        return json.dumps(json.loads(frame), indent=2, ensure_ascii=False).splitlines()
    except ValueError:
        return frame.splitlines()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one replay. ``reordered`` counts connections that got the recorded frames in another order."""

    url: str
    connections: int
    sent: int
    received: int
    seconds: float
    reordered: int
    differences: Sequence[Difference]

    def text(self) -> str:
        counts = f"{self.connections} connections, {self.sent} messages sent, {self.received} received"
        lines = [f"{self.url}: {counts} in {self.seconds:.1f} s"]
        for difference in self.differences:
            lines += difference.lines()
        if self.reordered:
            some = "a connection" if self.reordered == 1 else f"{self.reordered} connections"
            lines.append(f"{some} got the same frames in another order, which API Gateway does not promise")
        count = len(self.differences)
        lines.append("as recorded" if not count else f"{count} difference{'s' if count > 1 else ''}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "differences": [asdict(each) for each in self.differences]}
