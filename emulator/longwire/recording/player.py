"""Plays the clients of a recording, and finds what they get to be as recorded or not.

Nothing is sent before what had arrived by then in the recording has arrived again, so that a fast or a slow run makes
the same conversation. API Gateway promises no order among frames, so none is asked for.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from longwire.errors import UsageError
from longwire.recording.differences import Difference, Kind, Outcome
from longwire.recording.learning import Learning, given_secrets
from longwire.recording.live_connection import LiveConnection, Opening
from longwire.recording.session_file import Line, Recording, read_recording
from longwire.recording.transformers import Transformers, transformers

__all__ = ["Plan", "Player", "plan_of", "replayed"]

LINGER = 0.3  # seconds for frames that were not expected
AFTER_A_MISS = 0.3  # seconds to wait on a connection that has disappointed once
BESIDE_A_STRANGER = 1.0  # seconds to wait where a frame has come that the recording does not know


@dataclass(frozen=True, slots=True)
class Plan:
    """``against`` replaces the recorded URL. ``speed`` divides the pauses, 0 leaves them out.

    ``patience`` is how many seconds a frame may take.
    """

    rules: Transformers
    against: str | None = None
    speed: float = 1.0
    patience: float = 5.0
    secrets: dict[tuple[int | None, str], str] = field(default_factory=dict)


class Player:
    """``wall`` gives epoch seconds."""

    def __init__(self, recording: Recording, plan: Plan, wall: Callable[[], float] = time.time) -> None:
        self.recording = recording
        self.plan = plan
        self.learning = Learning(plan.rules, plan.secrets, recording.at, wall())
        self.live: dict[str, LiveConnection] = {}
        self.opening: dict[str, asyncio.Task[None]] = {}
        self.order: dict[int, list[int]] = {}
        self.differences: list[Difference] = []
        self.sent = 0

    async def play(self) -> Outcome:
        """Raises UsageError when there is nothing to connect to, or a credential is not known."""
        began = time.monotonic()
        steps = {
            "handshake": self.handshake,
            "connection_opened": self.opened,
            "connection_refused": self.refused,
            "message_received": self.send,
            "frame_sent": self.expect,
            "connection_closed": self.close,
        }
        try:
            for line in self.recording.lines:
                if line.event in ("handshake", "message_received"):
                    await self.pace(line, began)
                await steps[line.event](line)
            await asyncio.sleep(LINGER)
            self.pair_up()
        finally:
            await self.leave()
        received = sum(each.arrived for each in self.live.values())
        reordered = sum(1 for numbers in self.order.values() if numbers != sorted(numbers))
        url = self.plan.against or self.recording.url
        took = time.monotonic() - began
        return Outcome(url, len(self.live), self.sent, received, took, reordered, tuple(self.differences))

    async def pace(self, line: Line, began: float) -> None:
        if self.plan.speed:
            await asyncio.sleep(max(0.0, began + line.t / self.plan.speed - time.monotonic()))

    # --- one step each

    async def handshake(self, line: Line) -> None:
        """The answer is waited for where the recording has it: $connect may send to others before."""
        live = self.live[line.connection_id] = LiveConnection(len(self.live) + 1)
        query = self.learning.pairs(line.data["query"], live.number)
        headers = self.learning.pairs(line.data["headers"], live.number)
        opening = Opening(self.url(line.data["path"]), query, headers)
        self.opening[line.connection_id] = asyncio.create_task(live.open(opening))

    def url(self, path: str) -> str:
        if self.plan.against is not None:
            return self.plan.against
        parts = urlsplit(self.recording.url)
        return f"{parts.scheme}://{parts.netloc}{path}"

    async def opened(self, line: Line) -> None:
        live = await self.answered(line)
        if live.refused is not None:
            self.differs(live, line, "handshake", "it was let in", f"refused with {live.refused}")
            return
        recorded = line.data.get("subprotocol") or None
        spoken = live.socket.subprotocol if live.socket is not None else None
        if recorded != spoken:
            self.differs(live, line, "handshake", f"the subprotocol was {recorded}", f"it is {spoken}")

    async def refused(self, line: Line) -> None:
        live = await self.answered(line)
        if live.refused != line.data["status"]:
            now = "it is let in" if live.refused is None else f"with {live.refused}"
            self.differs(live, line, "handshake", f"refused with {line.data['status']}", now)

    async def answered(self, line: Line) -> LiveConnection:
        await self.opening[line.connection_id]
        return self.live[line.connection_id]

    async def send(self, line: Line) -> None:
        live = await self.answered(line)
        payload = self.learning.payload(line.data["payload"], live.number)
        if await live.send(payload):
            self.sent += 1
        else:
            self.differs(live, line, "not_sent", "a message was sent here", "the connection is not open")

    async def expect(self, line: Line) -> None:
        live = await self.answered(line)
        recorded = self.plan.rules.frame(line.data["payload"], self.recording.at)

        def fits(text: str) -> bool:
            return self.comparable(text) == recorded

        missed = any(each.connection == live.number for each in self.differences)
        found = await live.take(fits, min(self.plan.patience, AFTER_A_MISS if missed else BESIDE_A_STRANGER))
        if found is None and not missed and not self.strangers(live, line):
            found = await live.take(fits, self.plan.patience)
        if found is None:
            self.differs(live, line, "missing", recorded, "")
            return
        self.order.setdefault(live.number, []).append(found[0])
        self.learning.learn(line.data["payload"], found[1])

    def strangers(self, live: LiveConnection, line: Line) -> bool:
        """Whether something came that is not recorded from here on: then what is waited for has changed to it."""
        known = {
            self.plan.rules.frame(each.data["payload"], self.recording.at)
            for each in self.recording.lines
            if each.event == "frame_sent" and each.connection_id == line.connection_id and each.t >= line.t
        }
        return any(self.comparable(text) not in known for _, text in live.frames)

    def comparable(self, payload: str) -> str:
        return self.plan.rules.frame(payload, self.learning.now)

    async def close(self, line: Line) -> None:
        live = await self.answered(line)
        code, by = int(line.data["code"]), line.data["by"]
        if live.socket is None:
            return
        if by in ("client", "network"):
            await live.close(code, str(line.data.get("reason") or ""))
            return
        closed = await live.wait_closed(self.plan.patience)
        if closed is None or closed[0] != code:
            now = "it is open" if closed is None else f"with {closed[0]} {closed[1]}".rstrip()
            self.differs(live, line, "closed", f"the gateway closed it with {code}", now)

    # --- the end

    def pair_up(self) -> None:
        """What came instead of something is one difference, and what only came another."""
        for live in self.live.values():
            for _, text in live.frames:
                actual = self.comparable(text)
                position = next((number for number, each in enumerate(self.differences) if lacks(each, live)), None)
                if position is None:
                    end = self.recording.lines[-1].t
                    self.differences.append(Difference(live.number, end, "unexpected", "", actual))
                    continue
                found = self.differences[position]
                changed = Difference(found.connection, found.t, "changed", found.expected, actual)
                self.differences[position] = changed

    async def leave(self) -> None:
        for task in self.opening.values():
            task.cancel()
        await asyncio.gather(*self.opening.values(), return_exceptions=True)
        await asyncio.gather(*(live.close(1000, "") for live in self.live.values()), return_exceptions=True)

    def differs(self, live: LiveConnection, line: Line, kind: Kind, expected: str, actual: Any) -> None:
        self.differences.append(Difference(live.number, line.t, kind, expected, actual))


def plan_of(
    against: str | None,
    secrets: Sequence[str],
    rules: Sequence[str],
    ignored: Sequence[str],
    speed: float,
    patience: float,
) -> Plan:
    """Of options as they are typed: a URL, ``NAME=VALUE``, ``NAME=REGEX``, ``FIELD``. Raises UsageError."""
    if against is not None and urlsplit(against).scheme not in ("ws", "wss"):
        raise UsageError(f"--against {against}: give a ws:// or wss:// URL")
    return Plan(transformers(rules, ignored), against, speed, patience, given_secrets(secrets))


def replayed(file: Path, plan: Plan) -> Outcome:
    return asyncio.run(Player(read_recording(file), plan).play())


def lacks(difference: Difference, live: LiveConnection) -> bool:
    return difference.kind == "missing" and difference.connection == live.number
