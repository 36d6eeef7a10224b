"""Posts whose frames change places: API Gateway does not promise that they keep the order of their requests."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from longwire.core.events import SendFrame
from longwire.core.faults import Decision
from longwire.server.delays import Cancellable, Later

__all__ = ["Reordering"]

LONGEST = 0.25  # seconds that a frame waits for others to change places with


@dataclass(slots=True)
class Waiting:
    frames: list[SendFrame] = field(default_factory=list)
    timer: Cancellable | None = None


class Reordering:
    """``send`` sends a frame. Frames wait by connection until there are as many as the fault says."""

    def __init__(self, later: Later, send: Callable[[SendFrame], None]) -> None:
        self.later = later
        self.send = send
        self.waiting: dict[str, Waiting] = {}

    def add(self, frames: Iterable[SendFrame], decision: Decision) -> None:
        for frame in frames:
            waiting = self.waiting.setdefault(frame.connection_id, Waiting())
            waiting.frames.append(frame)
            if len(waiting.frames) >= decision.value:
                waiting.frames = shuffled(waiting.frames, decision.chance)
                self.let_go(frame.connection_id)
            elif waiting.timer is None:
                waiting.timer = self.later(LONGEST, partial(self.let_go, frame.connection_id))

    def let_go(self, connection_id: str) -> None:
        waiting = self.waiting.pop(connection_id)
        if waiting.timer is not None:
            waiting.timer.cancel()
        for frame in waiting.frames:
            self.send(frame)

    def flush(self) -> None:
        for connection_id in tuple(self.waiting):
            self.let_go(connection_id)

    def forget(self) -> None:
        for waiting in self.waiting.values():
            if waiting.timer is not None:
                waiting.timer.cancel()
        self.waiting.clear()


def shuffled(frames: list[SendFrame], chance: Callable[[], float]) -> list[SendFrame]:
    """In another order than theirs: Fisher and Yates's shuffle, turned round where it changed nothing."""
    found = list(frames)
    for last in range(len(found) - 1, 0, -1):
        other = int(chance() * (last + 1))
        found[last], found[other] = found[other], found[last]
    return found[::-1] if found == frames else found
