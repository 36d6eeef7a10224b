"""The object of the ``longwire_async`` fixture."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from faulty_app import PATIENCE, FaultyApp, faulty_server
from longwire.harness_async import AsyncLongwire


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app() -> AsyncIterator[AsyncLongwire]:
    server = await asyncio.to_thread(faulty_server)
    longwire = FaultyApp(server)
    yield AsyncLongwire(longwire)
    await asyncio.to_thread(longwire.close)
    await asyncio.to_thread(server.close)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_fault_lasts_as_long_as_its_block(app: AsyncLongwire) -> None:
    async with app.connect() as alice, app.connect() as bob:
        async with app.fault("post_to_connection", gone=bob) as fault:
            await alice.send(action="post", to=bob.connection_id, texts=["lost"])
        assert fault.hits == 1
        assert await alice.receive(PATIENCE) == "GoneException 410"
        await alice.send(action="post", to=bob.connection_id, texts=["there"])
        assert await bob.receive(PATIENCE) == "there"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_dropped_client_has_no_close_frame(app: AsyncLongwire) -> None:
    async with app.connect() as alice:
        assert alice.is_open
        async with app.fault("connection", drop=alice):
            assert (await alice.closed()).code == 1006
        assert not alice.is_open


@pytest.mark.asyncio(loop_scope="module")
async def test_a_fault_that_was_not_entered_has_no_hits(app: AsyncLongwire) -> None:
    assert app.fault("frame", latency=1).hits == 0
