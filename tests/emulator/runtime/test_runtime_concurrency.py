"""Many invocations at once, and the limits to them."""

import asyncio
import time

import pytest

from longwire.runtime.limits import RuntimeLimits
from running_functions import SLOW, Make, alive, until

pytestmark = pytest.mark.asyncio


async def test_three_slow_invocations_run_side_by_side(world: Make) -> None:
    it = world(SLOW)
    started = time.monotonic()
    pids = await asyncio.gather(*(it.call(1) for _ in range(3)))
    assert time.monotonic() - started < 2
    assert len(set(pids)) == 3


async def test_a_burst_of_short_invocations_starts_few_processes(world: Make) -> None:
    it = world(SLOW)
    await it.call(0)
    pids = await asyncio.gather(*(it.call(0) for _ in range(50)))
    assert len(set(pids)) <= 3


async def test_long_invocations_after_many_short_ones_still_run_side_by_side(world: Make) -> None:
    it = world(SLOW)
    await asyncio.gather(*(it.call(0) for _ in range(50)))
    started = time.monotonic()
    await asyncio.gather(*(it.call(1) for _ in range(8)))
    assert time.monotonic() - started < 2.5


async def test_our_own_limit_lets_invocations_wait(world: Make) -> None:
    it = world(SLOW, limits=RuntimeLimits(max_environments_per_function=2))
    pids = await asyncio.gather(*(it.call(0.1) for _ in range(6)))
    assert len(set(pids)) <= 2


async def test_invocations_that_wait_are_served_in_order(world: Make) -> None:
    it = world(SLOW, limits=RuntimeLimits(max_environments_per_function=1))
    await asyncio.gather(*(it.call(0) for _ in range(10)))
    assert it.answers == [f"inv-{number}" for number in range(1, 11)]


async def test_the_total_limit_is_shared_by_ending_idle_environments(world: Make) -> None:
    it = world(SLOW, names="One Two Three", limits=RuntimeLimits(max_environments=2))
    pids = [await it.call(0, name) for name in ("One", "Two", "Three")]
    assert len(set(pids)) == 3
    await until(lambda: not alive(pids[0]))
    assert alive(pids[1])
    assert alive(pids[2])


async def test_an_environment_on_its_way_out_is_room_enough(world: Make) -> None:
    """Asked again before the process is gone, the runtime does not end a second one."""
    it = world(SLOW, names="One Two", limits=RuntimeLimits(max_environments=2))
    pids = [await it.call(0, name) for name in ("One", "Two")]
    assert not it.runtime.room()
    assert not it.runtime.room()
    await until(lambda: not alive(pids[0]))
    assert alive(pids[1])
    await until(it.runtime.room)


async def test_reserved_concurrency_throttles_what_is_beyond_it(world: Make) -> None:
    it = world(SLOW, reserved_concurrency=2)
    results = await asyncio.gather(*(it.finish(0.2) for _ in range(3)))
    assert [result.error for result in results] == ["", "", "throttled"]
    assert results[2].error_type == "TooManyRequestsException"
    assert results[2].error_message == "Rate Exceeded."
    assert (await it.finish(0)).error == ""


async def test_a_reserved_concurrency_of_zero_throttles_everything(world: Make) -> None:
    it = world(SLOW, reserved_concurrency=0)
    assert (await it.finish(0)).error == "throttled"
    assert it.listener.events == [("finished", "inv-1")]
