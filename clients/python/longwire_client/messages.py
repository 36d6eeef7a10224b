"""What a client shows its application."""

from dataclasses import dataclass
from typing import Any, Literal, Self

__all__ = ["Item", "Message", "Reset", "Resync", "State"]


@dataclass(frozen=True, slots=True)
class Message:
    """``source`` is "group" or "server"; ``group`` and ``user_id`` are None where they do not apply."""

    source: str
    data: Any
    data_type: str
    group: str | None = None
    user_id: str | None = None
    sequence_id: int | None = None


@dataclass(frozen=True, slots=True)
class Resync:
    """The server no longer has the messages ``first`` to ``last`` of this group."""

    group: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Reset:
    """A new session took the old one's place: what the groups got in between is lost."""

    connection_id: str


Item = Message | Resync | Reset


def shown(frame: dict[str, Any]) -> Message | Resync:
    """Of a ``message`` frame."""
    data = frame.get("data")
    if frame.get("from") == "server" and isinstance(data, dict) and data.get("$rt") == "resync":
        return Resync(str(data.get("group")), int(data.get("from", 0)), int(data.get("to", 0)))
    return Message(
        source=str(frame.get("from")),
        data=data,
        data_type=str(frame.get("dataType")),
        group=frame.get("group"),
        user_id=frame.get("fromUserId"),
        sequence_id=frame.get("sequenceId"),
    )


@dataclass(frozen=True, slots=True)
class State:
    """``waiting``: the next try is ``retry_in`` seconds after this was said. ``stopped``: ``reason`` and ``detail``.

    Reasons: not-started, application, unreachable, unauthorized, forbidden, refused, policy, too-big, slow-consumer.
    """

    name: Literal["connecting", "connected", "recovering", "waiting", "stopped"]
    tries: int = 0
    retry_in: float | None = None
    reason: str | None = None
    detail: str = ""

    @classmethod
    def stopped(cls, reason: str, detail: str = "") -> Self:
        return cls("stopped", reason=reason, detail=detail)
