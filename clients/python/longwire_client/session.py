"""What outlives a connection: the session's name and place in the stream, and the frames that wait. No I/O."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from longwire_client.errors import LongwireClientError, QueueFull, TooBig, Unacknowledged

__all__ = ["Gap", "Outbox", "Pending", "Session"]


class Gap(LongwireClientError):
    """A sequence id was left out; the server repeats what is missing when the session is recovered."""


@dataclass
class Session:
    """``token`` is None under the protocol that cannot recover. Sequence ids begin with 1 and are dense."""

    id: str
    token: str | None
    last: int = 0
    acked: int = 0

    def is_new(self, sequence_id: int, follows: int | None = None) -> bool:
        """Whether to show it. ``follows`` is the id before it where the server passes some over. Raises Gap."""
        if (sequence_id - 1 if follows is None else follows) > self.last:
            raise Gap(f"gap: {self.last} was followed by {sequence_id}")
        if sequence_id <= self.last:
            return False
        self.last = sequence_id
        return True


@dataclass(eq=False)
class Pending:
    frame: dict[str, Any]
    answer: asyncio.Future[None]
    sends: int = 0
    in_flight: bool = False

    @property
    def ack_id(self) -> int:
        return int(self.frame["ackId"])

    @property
    def has_effect(self) -> bool:
        """Whether repeating it in another session could show something twice."""
        return self.frame["type"] in ("sendToGroup", "event")

    def fail(self, error: LongwireClientError) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass
class Outbox:
    """Frames that want an ack, oldest first, at most ``limit``; ``width`` of them are under way at once."""

    limit: int = 100
    width: int = 1
    largest: int = 32_768
    waiting: list[Pending] = field(default_factory=list)
    last_ack_id: int = 0

    def put(self, frame: dict[str, Any], answer: asyncio.Future[None]) -> Pending:
        """Raises QueueFull or TooBig."""
        if len(self.waiting) >= self.limit:
            raise QueueFull(f"{self.limit} frames are waiting already")
        pending = self._numbered(frame, answer)
        if len(json.dumps(pending.frame).encode()) > self.largest:
            raise TooBig(f"a message has at most {self.largest} bytes")
        self.waiting.append(pending)
        return pending

    def put_first(self, frame: dict[str, Any], answer: asyncio.Future[None]) -> None:
        self.waiting.insert(0, self._numbered(frame, answer))

    def _numbered(self, frame: dict[str, Any], answer: asyncio.Future[None]) -> Pending:
        self.last_ack_id += 1
        return Pending({**frame, "ackId": self.last_ack_id}, answer)

    def to_send(self, write: Callable[[str], bool]) -> Iterator[Pending]:
        """What was written now; ``write`` says whether it was."""
        for pending in self.waiting[: self.width]:
            if not pending.in_flight and write(json.dumps(pending.frame)):
                pending.in_flight = True
                pending.sends += 1
                yield pending

    def find(self, ack_id: object) -> Pending | None:
        return next((pending for pending in self.waiting if pending.ack_id == ack_id), None)

    def lost_connection(self) -> None:
        for pending in self.waiting:
            pending.in_flight = False

    def lost_session(self) -> None:
        """What was sent in it without an answer may have arrived; to repeat it elsewhere could show it twice."""
        for pending in [each for each in self.waiting if each.sends and each.has_effect]:
            self.waiting.remove(pending)
            pending.fail(Unacknowledged("the session ended before an answer came; it may have arrived"))
        for pending in self.waiting:
            pending.sends = 0

    def fail_all(self, error: LongwireClientError) -> None:
        for pending in self.waiting:
            pending.fail(error)
        self.waiting.clear()
