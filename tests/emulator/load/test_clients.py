"""In one process, against a WebSocket server that is not ours. Times are short; nothing is compared with a clock."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from longwire.load.backoff import Backoff
from longwire.load.clients import Clients
from longwire.load.connection import Target
from longwire.load.payload import Payload
from longwire.load.scenario import Message, Scenario
from longwire.load.tally import Tally

pytestmark = pytest.mark.asyncio
SOON = Backoff(first=0.02, limit=0.05)


async def echo(ws: ServerConnection) -> None:
    async for message in ws:
        await ws.send(message)


@asynccontextmanager
async def running(scenario: Scenario, handler: Any = echo, **options: Any) -> AsyncIterator[Clients]:
    async with serve(handler, "127.0.0.1", 0, **options) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        indexes = range(scenario.most_connections)
        clients = Clients(scenario, Target.of(url, {}, {}, ""), indexes, random.Random(1), time.monotonic_ns)
        clients.start(asyncio.get_running_loop().time())
        yield clients
        await clients.finish(lambda: clients.tally.unanswered > 0)
        assert not clients.by_connection


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - there is no event for "has counted so many"
            await asyncio.sleep(0.005)


async def test_everybody_comes_sends_and_is_answered() -> None:
    say = Message("say", Payload("{id} {connection} {n}"), every=0.02)
    async with running(Scenario(5, (say,), ramp=0.1)) as clients:
        await until(lambda: clients.tally.sent["say"] >= 50)
        assert clients.open == 5
    tally = clients.tally
    assert tally.counts["opened"] == tally.counts["attempts"] == 5
    assert len(tally.latency) == tally.counts["expected"] == tally.sent["say"]
    assert tally.errors == 0


async def test_a_message_may_follow_the_answer_to_the_last() -> None:
    async with running(Scenario(2, (Message("go", Payload("{id}"), every=None),), ramp=0)) as clients:
        await until(lambda: len(clients.tally.latency) >= 300)
    assert clients.tally.unanswered == 0


async def test_what_is_sent_first_is_sent_on_each_connection() -> None:
    got: list[str | bytes] = []

    async def note(ws: ServerConnection) -> None:
        async for message in ws:
            got.append(message)  # noqa: PERF401 - one after the other, as they come

    async with running(Scenario(3, ramp=0, on_open=(Payload("join {connection}"),)), note):
        await until(lambda: len(got) == 3)
    assert sorted(map(str, got)) == ["join 1", "join 2", "join 3"]


async def test_a_herd_is_cut_at_once_and_comes_back() -> None:
    async with running(Scenario(10, ramp=0, herds=(0.2,), reconnect=SOON)) as clients:
        await until(lambda: clients.tally.counts["opened"] == 20)
        assert clients.tally.counts["reconnects"] == 10
        assert clients.tally.errors == 0


async def test_churn_replaces_connections_and_loses_no_answer() -> None:
    say = Message("say", Payload("{id}"), every=0.05)
    async with running(Scenario(10, (say,), ramp=0, churn=60.0, reconnect=SOON)) as clients:
        await until(lambda: clients.tally.counts["opened"] >= 13)
    assert clients.tally.errors == 0
    assert clients.tally.unanswered == 0


async def test_refusals_are_counted_and_end_after_so_many_tries() -> None:
    def refuse(ws: ServerConnection, _request: Any) -> Any:
        return ws.respond(HTTPStatus.TOO_MANY_REQUESTS, "")

    backoff = Backoff(first=0.01, tries=2)
    async with running(Scenario(3, ramp=0, reconnect=backoff), process_request=refuse) as clients:
        await until(lambda: clients.tally.counts["gave_up"] == 3)
    assert clients.tally.refused == {"429": 9}


async def test_a_close_that_was_not_meant_is_an_error() -> None:
    async def close(ws: ServerConnection) -> None:
        await ws.close(1001)

    async with running(Scenario(2, ramp=0, reconnect=Backoff(tries=0)), close) as clients:
        await until(lambda: clients.tally.counts["gave_up"] == 2)
    assert clients.tally.closed == {"1001": 2}


async def test_a_slow_client_reads_nothing_and_is_owed_nothing() -> None:
    say = Message("say", Payload("{id}"), every=0.02)
    async with running(Scenario(2, (say,), ramp=0, slow=1.0)) as clients:
        await until(lambda: clients.tally.sent["say"] >= 10)
    assert clients.tally.counts["messages_in"] == clients.tally.counts["expected"] == 0


async def test_a_tally_begins_anew_when_it_is_taken() -> None:
    async with running(Scenario(2, ramp=0)) as clients:
        await until(lambda: clients.open == 2)
        first, second = clients.take_tally(), clients.take_tally()
        assert (first.counts["opened"], first.open) == (2, 2)
        assert (second.counts["opened"], second.open) == (0, 2)
        total = Tally()
        total.take(first.tell())
        assert total.counts == first.counts
