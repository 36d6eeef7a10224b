"""The clients of one process: opened, replaced, cut off and brought back as the scenario says."""

import asyncio
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from longwire.load.connection import Connection, Target
from longwire.load.payload import Moment, ids_in
from longwire.load.scenario import Message, Scenario
from longwire.load.tally import Tally

__all__ = ["Clients"]

LAST_ANSWERS = 1.0  # seconds before a connection that is replaced is closed
CLOSING = 2.0  # seconds at the end for closing handshakes


@dataclass(slots=True, eq=False)
class Client:
    """A place that is filled by one connection after the other. ``attempt`` counts tries since it was last open."""

    number: int
    reads: bool
    connection: Connection | None = None
    attempt: int = 1
    asked: float = 0.0
    sent: int = 0
    meant: bool = False
    timers: list[asyncio.TimerHandle] = field(default_factory=list)


class Clients:
    """``indexes`` are those of the scenario's connections that are this process's. ``clock`` gives nanoseconds of a
    clock that all processes share; ``start`` is the loop's time at which the load begins.
    """

    def __init__(
        self,
        scenario: Scenario,
        target: Target,
        indexes: Iterable[int],
        chance: random.Random,
        clock: Callable[[], int],
    ) -> None:
        self.scenario = scenario
        self.target = target
        self.chance = chance
        self.clock = clock
        self.loop = asyncio.get_running_loop()
        self.clients = [Client(index + 1, chance.random() >= scenario.slow) for index in indexes]
        self.by_connection: dict[Connection, Client] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.tally = Tally()
        self.open = 0
        self.closed_loop = [message for message in scenario.messages if message.every is None]
        self.ending = False
        self.changed = asyncio.Event()

    def start(self, at: float) -> None:
        for client in self.clients:
            self.loop.call_at(at + self.scenario.opens_at(client.number - 1), self.dial, client)
        for herd in self.scenario.herds:
            self.loop.call_at(at + herd, self.cut_all)
        if self.scenario.churn:
            self.loop.call_at(at + self.scenario.ramp, self.churn)

    def take_tally(self) -> Tally:
        """What was counted since the last call."""
        taken, self.tally = self.tally, Tally()
        taken.open = self.open
        return taken

    async def finish(self, expected: Callable[[], bool]) -> None:
        """Send no more, wait for answers while ``expected()`` says so, and close."""
        self.ending = True
        for client in self.clients:
            self.quiet(client)
        await self.until(lambda: not expected(), self.scenario.timeout)
        for client in self.clients:
            client.meant = True
            if client.connection is not None:
                client.connection.close()
        await self.until(lambda: not self.by_connection, CLOSING)

    async def until(self, condition: Callable[[], bool], seconds: float) -> None:
        end = self.loop.time() + seconds
        while not condition() and self.loop.time() < end:
            self.changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), end - self.loop.time())

    # --- coming and going

    def dial(self, client: Client) -> None:
        if self.ending:
            return
        self.tally.counts["attempts"] += 1
        client.asked, client.meant = self.loop.time(), False
        client.connection = Connection(self, self.target, client.number, reads=client.reads)
        self.by_connection[client.connection] = client
        task = self.loop.create_task(client.connection.connect(self.scenario.timeout))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def again(self, client: Client) -> None:
        delay = self.scenario.reconnect.delay(client.attempt, self.chance)
        client.attempt += 1
        if delay is None:
            self.tally.counts["gave_up"] += 1
        elif not self.ending:
            self.tally.counts["reconnects"] += 1
            self.loop.call_later(delay, self.dial, client)

    def cut_all(self) -> None:
        """A herd: the network is gone for everybody at once."""
        for connection, client in list(self.by_connection.items()):
            client.meant = True
            connection.abort()

    def churn(self) -> None:
        """Replace one, and so many a minute: it waits for its last answers, leaves with 1000, and a new one comes."""
        if self.ending or not self.clients:
            return
        leaving = self.chance.choice(self.clients)
        if leaving.connection is not None and leaving.connection.is_open:
            leaving.meant = True
            self.quiet(leaving)
            self.loop.call_later(LAST_ANSWERS, leaving.connection.close)
        self.loop.call_later(60 / (self.scenario.churn * len(self.clients)), self.churn)

    # --- what connections tell (connection.Owner)

    def opened(self, connection: Connection) -> None:
        client = self.by_connection[connection]
        client.attempt = 1
        self.open += 1
        self.tally.counts["opened"] += 1
        self.tally.connecting.add(self.loop.time() - client.asked)
        for payload in self.scenario.on_open:
            self.send(client, payload.render(self.moment(client, self.clock())))
        for message in self.scenario.messages:
            self.begin(client, message)

    def refused(self, connection: Connection, why: str) -> None:
        client = self.gone(connection)
        self.tally.refused[why] += 1
        self.again(client)

    def closed(self, connection: Connection, code: int) -> None:
        client = self.gone(connection)
        self.open -= 1
        self.quiet(client)
        if not client.meant:
            self.tally.closed[str(code)] += 1
        self.again(client)

    def gone(self, connection: Connection) -> Client:
        client = self.by_connection.pop(connection)
        client.connection = None
        self.changed.set()
        return client

    def received(self, connection: Connection, message: bytes) -> None:
        self.tally.counts["messages_in"] += 1
        self.tally.counts["bytes_in"] += len(message)
        now = self.clock()
        if self.ending:
            self.changed.set()
        for due in ids_in(message):
            self.tally.latency.add(max(0, now - due) / 1e9)
            if self.closed_loop and not self.ending:
                self.send_message(self.by_connection[connection], self.chance.choice(self.closed_loop), now)

    # --- messages

    def begin(self, client: Client, message: Message) -> None:
        """The first one comes at any time of its first interval, so that clients are not in step."""
        if self.ending:
            return
        if message.every is None:
            self.send_message(client, message, self.clock())
        else:
            self.schedule(client, message, self.loop.time() + self.chance.uniform(0, message.every))

    def schedule(self, client: Client, message: Message, at: float) -> None:
        place = len(client.timers)
        client.timers.append(self.loop.call_at(at, self.due, client, message, at, place))

    def due(self, client: Client, message: Message, at: float, place: int) -> None:
        """Counted from when it was due: a process that falls behind does not hide what a server does."""
        assert message.every is not None
        late = max(0.0, self.loop.time() - at)
        self.send_message(client, message, self.clock() - int(late * 1e9))
        following = at + message.every
        client.timers[place] = self.loop.call_at(following, self.due, client, message, following, place)

    def send_message(self, client: Client, message: Message, due: int) -> None:
        client.sent += 1
        self.tally.sent[message.name] += 1
        if client.reads:
            self.tally.counts["expected"] += message.answers
        self.send(client, message.payload.render(self.moment(client, due)))

    def send(self, client: Client, payload: bytes) -> None:
        if client.connection is not None and not client.connection.over:
            self.tally.counts["bytes_out"] += len(payload)
            client.connection.send(payload)

    def moment(self, client: Client, due: int) -> Moment:
        return Moment(due, client.number, client.sent, self.chance)

    def quiet(self, client: Client) -> None:
        for timer in client.timers:
            timer.cancel()
        client.timers.clear()
