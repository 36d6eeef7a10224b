"""What reaches nobody is told. That each kind of target is reached is shown by the tests of rules and schedules."""

import asyncio
import socket

import pytest

from longwire.services.invoke_client import InvokeClient
from longwire.services.targets import Targets, function_name
from moto_in_virtual_time import World, arn, function_arn
from scripted_lambda import scripted_lambda


def test_a_function_is_invoked_asynchronously_over_http(world: World) -> None:
    told: list[str] = []

    async def send(url: str) -> None:
        client = InvokeClient(url)
        targets = Targets(world.moto, client, told.append)
        for name in ("taken", "refused"):
            targets.send(function_arn(name), '{"a": 1}')
        await asyncio.gather(*targets.invocations)
        client.close()

    with scripted_lambda() as api:
        api.scripts["refused"] = lambda _: (404, {}, {"Message": "Function not found"})
        asyncio.run(send(api.url))
        found = [api.invocations.get(timeout=5) for _ in range(2)]
    assert {(one.function, one.type) for one in found} == {("taken", "Event"), ("refused", "Event")}
    assert [one.event for one in found] == [{"a": 1}, {"a": 1}]
    assert told == ['refused got no event: {"Message": "Function not found"}']


def test_nobody_at_the_port_is_told(world: World) -> None:
    told: list[str] = []

    async def send() -> None:
        targets = Targets(world.moto, InvokeClient("http://127.0.0.1:9"), told.append)
        targets.send(function_arn("f"), "{}")
        await asyncio.gather(*targets.invocations)

    asyncio.run(send())
    assert told[0].startswith("f got no event: ")


@pytest.mark.parametrize("wrong", ["", "worker", arn("ecs", "cluster/c"), "arn:aws:lambda"])
def test_what_is_no_target_is_told(world: World, wrong: str) -> None:
    world.targets.send(wrong, "{}")
    assert world.told == [f"{wrong} gets no event: such targets are not emulated"]


def test_an_event_that_a_bus_refuses_is_told(world: World) -> None:
    world.targets.send(arn("events", "event-bus/default"), "{}")
    assert "got no event: Parameter Source is not valid" in world.told[0]


def test_the_function_is_named_with_or_without_a_version() -> None:
    assert function_name(function_arn("f")) == "f"
    assert function_name(function_arn("f:live")) == "f"


def test_a_reset_takes_back_what_no_function_has_taken(world: World) -> None:
    told: list[str] = []

    async def send(port: int) -> None:
        targets = Targets(world.moto, InvokeClient(f"http://127.0.0.1:{port}"), told.append)
        targets.send(function_arn("f"), "{}")
        await asyncio.sleep(0)
        (task,) = targets.invocations
        targets.reset()
        await asyncio.wait([task])
        assert task.cancelled()

    with socket.create_server(("127.0.0.1", 0)) as nobody:
        asyncio.run(send(nobody.getsockname()[1]))
    assert told == []
