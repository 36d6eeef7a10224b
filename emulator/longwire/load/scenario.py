"""What a load consists of: how many clients, when they come and go, what they send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from longwire.load.backoff import Backoff
from longwire.load.payload import Payload

__all__ = ["Message", "Phase", "Scenario"]

MAX_SECONDS = 3600.0
MAX_CONNECTIONS = 100_000


@dataclass(frozen=True, slots=True)
class Message:
    """Sent by every connection each ``every`` seconds; None sends the next when the last is answered.

    ``answers`` is how many messages with its id come back, to whatever connection; 0 waits for none.
    """

    name: str
    payload: Payload
    every: float | None = 1.0
    answers: int = 1


class Phase(NamedTuple):
    """``connections`` is how many there are at its end."""

    name: str
    start: float
    end: float
    connections: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """Times are seconds. ``churn`` and ``slow`` are shares of 1: of connections replaced a minute, of those that read
    nothing. ``herds`` are times at which all connections are cut at once, and come back as ``reconnect`` says.
    """

    connections: int
    messages: tuple[Message, ...] = ()
    ramp: float = 5.0
    hold: float = 10.0
    double: float = 0.0
    churn: float = 0.0
    slow: float = 0.0
    herds: tuple[float, ...] = ()
    reconnect: Backoff = field(default_factory=Backoff)
    timeout: float = 10.0
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    subprotocol: str = ""
    on_open: tuple[Payload, ...] = ()

    @property
    def phases(self) -> tuple[Phase, ...]:
        """In order, without gaps. The second ramp is as steep as the first one."""
        peak, found = self.connections, list[Phase]()
        steps = [("ramp", self.ramp, peak), ("peak", self.hold, peak)]
        if self.double:
            steps += [("second ramp", self.ramp, 2 * peak), ("twice the peak", self.double, 2 * peak)]
        start = 0.0
        for name, seconds, connections in steps:
            if seconds:
                found.append(Phase(name, start, start + seconds, connections))
            start += seconds
        return tuple(found)

    @property
    def seconds(self) -> float:
        """All of it, without the time at the end for answers that are under way."""
        return self.phases[-1].end

    @property
    def most_connections(self) -> int:
        return self.connections * (2 if self.double else 1)

    def opens_at(self, index: int) -> float:
        """When the connection ``index``, from 0, is to be opened."""
        second, place = divmod(index, self.connections)
        start = self.ramp + self.hold if second else 0.0
        return start + self.ramp * place / self.connections
