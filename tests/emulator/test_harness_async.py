"""The object of the ``longwire_async`` fixture."""

import pytest

from faulty_app import PATIENCE, FaultyApp
from longwire.harness_async import AsyncLongwire

pytestmark = pytest.mark.asyncio


@pytest.fixture
def async_app(app: FaultyApp) -> AsyncLongwire:
    return AsyncLongwire(app)


async def test_a_fault_lasts_as_long_as_its_block(async_app: AsyncLongwire) -> None:
    async with async_app.connect() as alice, async_app.connect() as bob:
        async with async_app.fault("post_to_connection", gone=bob) as fault:
            await alice.send(action="post", to=bob.connection_id, texts=["lost"])
        assert fault.hits == 1
        assert await alice.receive(PATIENCE) == "GoneException 410"
        await alice.send(action="post", to=bob.connection_id, texts=["there"])
        assert await bob.receive(PATIENCE) == "there"


async def test_a_dropped_client_has_no_close_frame(async_app: AsyncLongwire) -> None:
    async with async_app.connect() as alice:
        assert alice.is_open
        async with async_app.fault("connection", drop=alice):
            assert (await alice.closed()).code == 1006
        assert not alice.is_open


async def test_a_fault_that_was_not_entered_has_no_hits(async_app: AsyncLongwire) -> None:
    assert async_app.fault("frame", latency=1).hits == 0
