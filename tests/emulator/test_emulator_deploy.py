"""Another template under a running emulator."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from longwire.core.api import Resource
from longwire.emulator import Emulator, Options
from longwire.template.load import load

pytestmark = pytest.mark.asyncio

LATE = """
import time
def echo(event, context):
    time.sleep(0.3)
    return {"body": "late"}
def bye(event, context): ...
"""
SECRET = Resource("Secret", "AWS::SecretsManager::Secret", {"Name": "s", "SecretString": "x"}, "s")


async def test_the_same_template_replaces_the_environments_that_are_named_and_no_connection(project: Path) -> None:
    emulator = await Emulator.start(load(project / "template.yaml"), Options(port=0))
    try:
        async with connect(emulator.urls.named()["websocket_url"]) as ws:
            await ws.send("pid")
            first = await ws.recv()
            deployed = await emulator.deploy(emulator.stack, {"Echo"})
            await ws.send("pid")
            assert await ws.recv() != first
        assert (deployed.functions, deployed.connections_closed) == (("Echo",), False)
    finally:
        await emulator.close()


async def test_with_other_resources_connections_end_and_who_comes_meanwhile_is_served_by_the_new_stack(
    project: Path,
) -> None:
    stack = load(project / "template.yaml")
    emulator = await Emulator.start(stack, Options(port=0))
    try:
        url, port = emulator.urls.named()["websocket_url"], emulator.services.port
        other = replace(stack.functions["Echo"], environment={"GREETING": "new", "FROM_FILE": " "})
        now = replace(stack, resources={"Secret": SECRET}, functions={**stack.functions, "Echo": other})
        async with connect(url) as ws:
            deploying = asyncio.ensure_future(emulator.deploy(now))
            with pytest.raises(ConnectionClosed):
                await ws.recv()
        async with connect(url) as again:
            await again.send("hi")
            assert await again.recv() == "new  hi"
        deployed = await deploying
        assert (deployed.functions, deployed.connections_closed) == (("Bye", "Echo"), True)
        assert emulator.services.port != port
    finally:
        await emulator.close()
    assert (project / "bye.txt").read_text().splitlines()[0] == "1001"


async def test_another_name_of_the_stage_is_another_address(project: Path) -> None:
    stack = load(project / "template.yaml")
    emulator = await Emulator.start(stack, Options(port=0))
    try:
        renamed = replace(stack.api, stage=replace(stack.api.stage, name="prod"))
        deployed = await emulator.deploy(replace(stack, apis=(renamed,)))
        assert deployed.connections_closed
        url = emulator.urls.named()["websocket_url"]
        assert url.endswith("/prod")
        async with connect(url) as ws:
            await ws.send("hi")
            assert await ws.recv() == "hello hi"
    finally:
        await emulator.close()


async def test_a_function_that_is_gone_finishes_and_is_reported(project: Path) -> None:
    (project / "app.py").write_text(LATE)
    stack = load(project / "template.yaml")
    emulator = await Emulator.start(stack, Options(port=0))
    try:
        async with connect(emulator.urls.named()["websocket_url"]) as ws:
            await ws.send("hi")
            while not emulator.activity.functions():  # noqa: ASYNC110 - the condition is the server's
                await asyncio.sleep(0)
            await emulator.deploy(replace(stack, apis=(replace(stack.api, routes={}),), functions={}))
            assert await ws.recv() == "late"
            await ws.send("hi")
            assert json.loads(await ws.recv())["message"] == "Forbidden"
    finally:
        await emulator.close()
