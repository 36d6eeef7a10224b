"""A timeline as server-sent events, to one reader (HTML standard, "Server-sent events").

Each entry is an event of the default type: ``id`` is its seq, ``data`` its JSON. ``hello`` comes first and tells the
run; ``gap`` says how many entries a slow reader has missed, so nothing is dropped silently; ``bye`` ends it.
"""

import json
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable

from longwire.inspector.timeline import Entry, Timeline, shown
from longwire.server.http1 import Exchange
from longwire.server.http_message import HttpResponse

__all__ = ["EventStream", "encoded"]

# Every 50 ms up to 250 entries: a page shows no more than 5,000 a second, and this many cost the event loop 2 %.
FLUSH_AFTER = 0.05  # seconds between a new entry and its being sent
# Once entries leave the ring unread, nobody can follow: then a browser on the same processors takes little of them.
OVERTAKEN_AFTER = 1.0  # seconds
BATCH = 250  # entries
BATCH_SIZE = 256 * 1024  # characters after which a batch is sent early

# ASCII only: a payload may hold lone surrogates, and line separators that end an event's line.
ENCODE = json.JSONEncoder(separators=(",", ":"), default=str).encode


def encoded(entry: Entry) -> str:
    """One entry's JSON, in one line of ASCII."""
    return ENCODE(shown(entry))


class EventStream:
    """Follows the timeline from the entry after ``cursor``, at the reader's speed."""

    def __init__(
        self, timeline: Timeline, exchange: Exchange, loop: AbstractEventLoop, cursor: int, heartbeat: float
    ) -> None:
        self.timeline = timeline
        self.exchange = exchange
        self.loop = loop
        # A seq from the future is one of an earlier run: that reader knows nothing of this one.
        self.cursor = cursor if cursor <= timeline.last else 0
        self.heartbeat = heartbeat
        self.flushing: TimerHandle | None = None
        self.beating: TimerHandle | None = None
        self.left: Callable[[], None] = lambda: None
        self.unsubscribe: Callable[[], None] = lambda: None

    def start(self, response: HttpResponse, run: str, left: Callable[[], None]) -> None:
        """Begin the answer; ``left`` is called once when the reader has gone."""
        self.left = left
        self.exchange.stream(response, self.gone)
        hello = {"run": run, "first": self.timeline.first, "last": self.timeline.last}
        self.exchange.write(f"event: hello\ndata: {ENCODE(hello)}\n\n".encode())
        self.unsubscribe = self.timeline.subscribe(self.published)
        self.beating = self.loop.call_later(self.heartbeat, self.beat)
        self.flush()

    def published(self, _entry: Entry) -> None:
        if self.flushing is None:
            self.flushing = self.loop.call_later(FLUSH_AFTER, self.flush)

    def flush(self) -> None:
        self.flushing = None
        overtaken = self.timeline.missed(self.cursor) > 0
        self.send()
        if self.cursor < self.timeline.last:
            self.flushing = self.loop.call_later(OVERTAKEN_AFTER if overtaken else FLUSH_AFTER, self.flush)

    def send(self) -> bool:
        """Send a batch; what the reader has no room for stays in the ring and is asked for again."""
        chunk, cursor = self.batch()
        if cursor == self.cursor or not self.exchange.write(chunk.encode("ascii")):
            return False
        self.cursor = cursor
        return True

    def batch(self) -> tuple[str, int]:
        """The next events, and the cursor after them."""
        parts: list[str] = []
        cursor, room = self.cursor, BATCH_SIZE
        missed = self.timeline.missed(cursor)
        if missed:
            cursor += missed
            parts.append(f'id: {cursor}\nevent: gap\ndata: {{"missed":{missed},"first":{cursor + 1}}}\n\n')
        for entry in self.timeline.since(cursor, BATCH):
            cursor = entry[0]
            parts.append(f"id: {cursor}\ndata: {encoded(entry)}\n\n")
            room -= len(parts[-1])
            if room < 0:
                break
        return "".join(parts), cursor

    def beat(self) -> None:
        """A comment, so that both ends notice a connection that is dead."""
        self.exchange.write(b": heartbeat\n\n")
        self.beating = self.loop.call_later(self.heartbeat, self.beat)

    def end(self) -> None:
        """Send what there is, say goodbye and close."""
        while self.send():
            pass
        self.exchange.write(b"event: bye\ndata: {}\n\n")
        self.stop()
        self.exchange.connection.finished(close=True)

    def gone(self) -> None:
        self.stop()
        self.left()

    def stop(self) -> None:
        self.unsubscribe()
        for timer in (self.flushing, self.beating):
            if timer is not None:
                timer.cancel()
