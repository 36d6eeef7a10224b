"""Frames that want an answer, on the connection that there is now."""

import asyncio
from collections.abc import Callable
from typing import Any

from longwire_client.errors import LongwireClientError, Refused, Unacknowledged
from longwire_client.link import Manners, Timers
from longwire_client.session import Outbox, Pending

__all__ = ["Sender"]


class Sender:
    """``write`` says whether there is a connection to write to."""

    def __init__(self, manners: Manners, timers: Timers, write: Callable[[str], bool]) -> None:
        self.outbox = Outbox(manners.queue_limit, manners.in_flight, manners.max_message_bytes)
        self._manners, self._timers, self._write = manners, timers, write

    async def ask(self, frame: dict[str, Any]) -> None:
        pending = self.outbox.put(frame, asyncio.get_running_loop().create_future())
        self.flush()
        await pending.answer

    def join_first(self, groups: list[str]) -> None:
        """Before all that waits. Nobody awaits these joins."""
        asked = {each.frame["group"] for each in self.outbox.waiting if each.frame["type"] == "joinGroup"}
        for group in reversed([group for group in groups if group not in asked]):
            answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            answer.add_done_callback(lambda done: done.cancelled() or done.exception())
            self.outbox.put_first({"type": "joinGroup", "group": group}, answer)

    def flush(self) -> None:
        for pending in self.outbox.to_send(self._write):
            self._later(pending, self._manners.ack_timeout, Unacknowledged("no answer came; it may have arrived"))

    def settle(self, frame: dict[str, Any]) -> None:
        """An ``ack`` came."""
        pending = self.outbox.find(frame.get("ackId"))
        if not pending:
            return
        self._timers.clear(pending.ack_id)
        error = frame.get("error") or {}
        refused = Refused(error.get("name", "Refused"), str(error.get("message", "")))
        if frame.get("success") or refused.name == "Duplicate":
            self._done(pending, None)
        elif refused.name == "InternalServerError":
            self._later(pending, self._manners.backoff.delay(pending.sends, self._manners.random()), refused)
        else:
            self._done(pending, refused)

    def _later(self, pending: Pending, seconds: float, error: LongwireClientError) -> None:
        self._timers.later(pending.ack_id, seconds, lambda: self._again(pending, error))

    def _again(self, pending: Pending, error: LongwireClientError) -> None:
        """With the same ackId: the backend says Duplicate if it has had it."""
        if pending.sends >= self._manners.max_sends:
            self._done(pending, error)
            return
        pending.in_flight = False
        self.flush()

    def _done(self, pending: Pending, error: LongwireClientError | None) -> None:
        self.outbox.waiting.remove(pending)
        if error:
            pending.fail(error)
        elif not pending.answer.done():
            pending.answer.set_result(None)
        self.flush()
