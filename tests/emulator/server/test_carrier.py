"""Several Stages at one port, each with connections, ``@connections`` and a clock of its own."""

import asyncio
import json
from dataclasses import replace
from http.client import HTTPConnection
from typing import Any

import boto3
import pytest
from botocore.config import Config
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from longwire.core.api import Stage
from longwire.inspector.timeline import shown

pytestmark = pytest.mark.asyncio

ECHO = {"Default": lambda event: {"body": json.dumps(event["requestContext"])}}


async def several(serve: Any, routes: Any) -> Any:
    """Chat's dev and prod, and Feed's dev."""
    first = replace(routes.api(routes.aws_proxy("$default", two_way=True)), logical_id="Chat", local_path="/Chat/dev")
    prod = replace(first, stage=Stage("prod"), local_path="")
    feed = replace(first, logical_id="Feed", api_id="feedfeedfe", local_path="/Feed/dev")
    return await serve(first, ECHO, (prod, feed))


def url(run: Any, path: str) -> str:
    return f"ws://127.0.0.1:{run.port}{path}"


@pytest.mark.parametrize(
    ("path", "api_id", "stage"),
    [
        ("/Chat/dev", "abcdefghij", "dev"),
        ("/abcdefghij/dev/", "abcdefghij", "dev"),
        ("/prod?token=1", "abcdefghij", "prod"),
        ("/Chat/prod", "abcdefghij", "prod"),
        ("/Feed/dev", "feedfeedfe", "dev"),
    ],
)
async def test_the_path_says_which_stage(serve: Any, routes: Any, path: str, api_id: str, stage: str) -> None:
    run = await several(serve, routes)
    async with connect(url(run, path)) as ws:
        await ws.send("hi")
        context = json.loads(await ws.recv())
    assert (context["apiId"], context["stage"]) == (api_id, stage)
    assert context["domainName"] == f"{api_id}.execute-api.us-east-1.amazonaws.com"


@pytest.mark.parametrize("path", ["/dev", "/nowhere", "/Feed/prod", "/Chat", "/Feed/dev/more"])
async def test_a_path_that_names_no_stage_is_refused_and_the_timeline_says_where_to_go(
    serve: Any, routes: Any, path: str
) -> None:
    run = await several(serve, routes)
    with pytest.raises(InvalidStatus) as caught:
        async with connect(url(run, path)):
            pass
    assert caught.value.response.status_code == 403
    (refused,) = [shown(entry) for entry in run.server.timeline.since(0) if entry[2] == "connection_refused"]
    assert refused["reason"].endswith("here /Feed/dev" if "Feed" in path else "here /Chat/dev")


async def test_the_host_says_which_api(serve: Any, routes: Any) -> None:
    run = await several(serve, routes)
    host = "feedfeedfe.execute-api.us-east-1.amazonaws.com"
    async with connect(f"ws://{host}/dev", host="127.0.0.1", port=run.port) as ws:
        await ws.send("hi")
        assert json.loads(await ws.recv())["apiId"] == "feedfeedfe"
    with pytest.raises(InvalidStatus):
        async with connect(f"ws://{host}/prod", host="127.0.0.1", port=run.port):
            pass


async def test_a_post_reaches_a_connection_through_its_own_stage_alone(serve: Any, routes: Any) -> None:
    run = await several(serve, routes)

    def management(path: str) -> Any:
        return boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=f"http://127.0.0.1:{run.port}{path}",
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}),
        )

    async with connect(url(run, "/Feed/dev")) as ws:
        (connection_id,) = run.server.carriers[2].gateway.connections
        for path in ("/Feed/dev", "/feedfeedfe/dev"):
            await asyncio.to_thread(management(path).post_to_connection, ConnectionId=connection_id, Data=path)
            assert await ws.recv() == path
        other = management("/prod")
        with pytest.raises(other.exceptions.GoneException):
            await asyncio.to_thread(other.post_to_connection, ConnectionId=connection_id, Data=b"x")
        nowhere = management("/dev")
        with pytest.raises(nowhere.exceptions.ForbiddenException):
            await asyncio.to_thread(nowhere.post_to_connection, ConnectionId=connection_id, Data=b"x")


@pytest.mark.parametrize(("path", "status"), [("/Feed/dev/x", 426), ("/prod", 426), ("/dev", 403), ("/Chat", 403)])
async def test_a_get_without_upgrade_is_426_below_a_stage_and_403_elsewhere(
    serve: Any, routes: Any, path: str, status: int
) -> None:
    run = await several(serve, routes)

    def answered() -> int:
        connection = HTTPConnection("127.0.0.1", run.port, timeout=5)
        connection.request("GET", path)
        found = connection.getresponse().status
        connection.close()
        return found

    assert await asyncio.to_thread(answered) == status


async def test_a_stage_that_is_served_no_longer_closes_its_connections_and_the_others_keep_theirs(
    serve: Any, routes: Any
) -> None:
    run = await several(serve, routes)
    async with connect(url(run, "/prod")) as gone, connect(url(run, "/Feed/dev")) as kept:
        run.server.serve([carrier.gateway for carrier in run.server.carriers if carrier.api.stage.name == "dev"])
        await asyncio.wait_for(gone.wait_closed(), 5)
        assert gone.close_code == 1001
        await kept.send("hi")
        assert json.loads(await kept.recv())["apiId"] == "feedfeedfe"
