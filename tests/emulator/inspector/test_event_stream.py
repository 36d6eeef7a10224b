"""Server-sent events at the speed of a reader, who may be slow, gone, or from an earlier run."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from longwire.inspector.event_stream import BATCH, OVERTAKEN_AFTER, EventStream, encoded
from longwire.inspector.timeline import Timeline
from longwire.server.http_message import HttpResponse

RESPONSE = HttpResponse(200, (("content-type", "text/event-stream"),))


class Reader:
    """The reader's end of an exchange: keeps what it is sent, and takes nothing while it is ``busy``."""

    def __init__(self) -> None:
        self.busy = False
        self.chunks: list[str] = []
        self.closed = False
        self.changed = asyncio.Event()
        self.connection = self

    def stream(self, response: HttpResponse, gone: Callable[[], None]) -> None:
        self.response = response
        self.leave = gone

    def write(self, chunk: bytes) -> bool:
        if not self.busy:
            self.chunks.append(chunk.decode())
        self.changed.set()
        return not self.busy

    def finished(self, *, close: bool) -> None:
        self.closed = close

    def events(self) -> list[dict[str, Any]]:
        """The events so far: id, event and data; comments as ``comment``."""
        return [parsed(block) for block in "".join(self.chunks).split("\n\n") if block]

    def seqs(self) -> list[int]:
        return [event["data"]["seq"] for event in self.events() if "event" not in event and "comment" not in event]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


def parsed(block: str) -> dict[str, Any]:
    if block.startswith(":"):
        return {"comment": block[1:].strip()}
    fields: dict[str, Any] = dict(line.split(": ", 1) for line in block.split("\n"))
    fields["data"] = json.loads(fields["data"])
    return fields


def started(timeline: Timeline, reader: Reader, cursor: int = 0, heartbeat: float = 60.0) -> EventStream:
    exchange: Any = reader
    stream = EventStream(timeline, exchange, asyncio.get_running_loop(), cursor, heartbeat)
    stream.start(RESPONSE, "run-1", lambda: None)
    return stream


def fill(timeline: Timeline, count: int) -> None:
    for _ in range(count):
        timeline.publish("log", "c", 1.0, {"line": "x"})


@pytest.mark.asyncio
async def test_a_stream_says_hello_then_gives_what_is_held_then_what_comes() -> None:
    timeline, reader = Timeline(), Reader()
    fill(timeline, 2)
    stream = started(timeline, reader)
    fill(timeline, 1)
    await reader.until(lambda: len(reader.events()) == 4)
    stream.stop()
    hello, *entries = reader.events()
    assert hello == {"event": "hello", "data": {"run": "run-1", "first": 1, "last": 2}}
    assert [(entry["id"], entry["data"]["seq"]) for entry in entries] == [("1", 1), ("2", 2), ("3", 3)]


@pytest.mark.asyncio
async def test_a_reader_goes_on_after_the_entry_it_knows() -> None:
    timeline, reader = Timeline(), Reader()
    fill(timeline, 5)
    started(timeline, reader, cursor=3).stop()
    assert reader.seqs() == [4, 5]


@pytest.mark.asyncio
async def test_a_number_of_an_earlier_run_starts_from_the_beginning() -> None:
    timeline, reader = Timeline(), Reader()
    fill(timeline, 2)
    started(timeline, reader, cursor=900).stop()
    assert reader.seqs() == [1, 2]


@pytest.mark.asyncio
async def test_what_left_the_ring_before_it_was_sent_is_told_as_a_gap() -> None:
    timeline, reader = Timeline(capacity=10), Reader()
    fill(timeline, 25)
    started(timeline, reader, cursor=3).stop()
    gap = reader.events()[1]
    assert gap == {"id": "15", "event": "gap", "data": {"missed": 12, "first": 16}}
    assert reader.seqs() == list(range(16, 26))


@pytest.mark.asyncio
async def test_a_slow_reader_misses_nothing_that_the_ring_still_holds() -> None:
    timeline, reader = Timeline(), Reader()
    stream = started(timeline, reader)
    reader.busy = True
    fill(timeline, 3)
    reader.changed.clear()
    await reader.until(reader.changed.is_set)
    reader.busy = False
    await reader.until(lambda: len(reader.seqs()) == 3)
    stream.stop()
    assert reader.seqs() == [1, 2, 3]


@pytest.mark.asyncio
async def test_a_reader_slower_than_the_ring_gets_one_gap_and_the_rest() -> None:
    timeline, reader = Timeline(capacity=10), Reader()
    stream = started(timeline, reader)
    reader.busy = True
    fill(timeline, 40)
    reader.changed.clear()
    await reader.until(reader.changed.is_set)
    fill(timeline, 5)
    reader.busy = False
    await reader.until(lambda: reader.seqs()[-1:] == [45])
    stream.stop()
    gaps = [event["data"] for event in reader.events() if event.get("event") == "gap"]
    assert gaps == [{"missed": 35, "first": 36}]
    assert reader.seqs() == list(range(36, 46))


@pytest.mark.parametrize(("published", "overtaken"), [(2 * BATCH, False), (4 * BATCH, True)])
@pytest.mark.asyncio
async def test_a_reader_that_is_overtaken_gets_the_next_batch_later(published: int, overtaken: bool) -> None:
    loop, timeline, reader = asyncio.get_running_loop(), Timeline(capacity=2 * BATCH), Reader()
    fill(timeline, published)
    before = loop.time()
    stream = started(timeline, reader)
    assert stream.flushing is not None
    assert (stream.flushing.when() >= before + OVERTAKEN_AFTER) is overtaken
    stream.stop()
    assert len(reader.seqs()) == BATCH


@pytest.mark.asyncio
async def test_a_burst_is_sent_in_batches_and_in_order() -> None:
    timeline, reader = Timeline(), Reader()
    stream = started(timeline, reader)
    fill(timeline, 2 * BATCH + 1)
    await reader.until(lambda: len(reader.seqs()) == 2 * BATCH + 1)
    stream.stop()
    assert reader.seqs() == list(range(1, 2 * BATCH + 2))
    assert len(reader.chunks) == 1 + 3


@pytest.mark.asyncio
async def test_large_messages_are_sent_in_smaller_batches() -> None:
    timeline, reader = Timeline(), Reader()
    for _ in range(8):
        timeline.publish("message_received", "c", 1.0, {"payload": "x" * 131_072})
    stream = started(timeline, reader)
    await reader.until(lambda: len(reader.seqs()) == 8)
    stream.stop()
    assert max(len(chunk) for chunk in reader.chunks) < 500_000


@pytest.mark.asyncio
async def test_a_quiet_stream_beats_so_that_a_dead_connection_is_noticed() -> None:
    reader = Reader()
    stream = started(Timeline(), reader, heartbeat=0.01)
    await reader.until(lambda: len(reader.chunks) >= 3)
    stream.stop()
    assert reader.events()[1:3] == [{"comment": "heartbeat"}] * 2


@pytest.mark.asyncio
async def test_a_reader_that_left_is_told_nothing_more() -> None:
    timeline, reader = Timeline(), Reader()
    left: list[bool] = []
    exchange: Any = reader
    stream = EventStream(timeline, exchange, asyncio.get_running_loop(), 0, 60.0)
    stream.start(RESPONSE, "run-1", lambda: left.append(True))
    reader.leave()
    fill(timeline, 1)
    assert left == [True]
    assert timeline.subscribers == ()
    assert len(reader.chunks) == 1


@pytest.mark.asyncio
async def test_the_end_comes_after_everything_else_and_closes_the_connection() -> None:
    timeline, reader = Timeline(), Reader()
    stream = started(timeline, reader)
    fill(timeline, BATCH + 1)
    stream.end()
    assert reader.seqs() == list(range(1, BATCH + 2))
    assert reader.events()[-1] == {"event": "bye", "data": {}}
    assert reader.closed


def test_an_entry_is_one_line_of_ascii_whatever_it_holds() -> None:
    payload = 'a\nb\r\n\ndata: x\u2028\u2029\x00\ud800 <script> "é"'
    timeline = Timeline()
    timeline.publish("frame_sent", "c\nid: 9", 1.0, {"payload": payload})
    line = encoded(timeline.since(0)[0])
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["payload"] == payload
