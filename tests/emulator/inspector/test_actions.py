"""What the inspector does to connections, with real clients."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from http_client import Answered, fetch
from longwire.core.api import Stage
from longwire.inspector.actions import Actions
from longwire.inspector.inspector import Inspector
from longwire.inspector.timeline import shown

pytestmark = pytest.mark.asyncio
UNKNOWN = "L0SM9cOFvHcCIhw="


async def inspected(serve: Any, routes: Any, *more: Any, **quotas: Any) -> Any:
    """A server that echoes, with an inspector; its ``$disconnect`` keeps its events."""
    given = routes.api(routes.aws_proxy("$default", two_way=True), routes.aws_proxy("$disconnect"))
    gone: list[Any] = []
    functions = {"Default": lambda event: {"body": f"echo {event['body']}"}, "Disconnect": gone.append}
    run = await serve(given, functions, [replace(given, stage=Stage("prod"), local_path=""), *more], **quotas)
    run.server.pages = Inspector(dict, run.server.timeline, calls=Actions(run.server).calls)
    run.gone = gone
    return run


async def call(run: Any, action: str, body: Any) -> Answered:
    url = f"http://127.0.0.1:{run.port}/_longwire/api/{action}"
    return await asyncio.to_thread(fetch, url, "POST", json.dumps(body).encode(), content_type="application/json")


def ids(run: Any) -> list[str]:
    return [each for carrier in run.server.carriers for each in carrier.gateway.connections]


async def closed(ws: ClientConnection) -> tuple[int | None, str | None]:
    with pytest.raises(ConnectionClosed):
        await ws.recv()
    return ws.close_code, ws.close_reason


async def test_a_message_is_sent_to_one_connection_or_to_all_of_every_stage(serve: Any, routes: Any) -> None:
    run = await inspected(serve, routes)
    async with connect(run.url) as first, connect(run.url.replace("/dev", "/prod")) as second:
        one, two = ids(run)
        answer = await call(run, "send", {"connection_id": two, "data": "héllo"})
        assert (answer.status, answer.json()) == (200, {"statuses": {two: 200}})
        assert await second.recv() == "héllo"
        answer = await call(run, "send", {"connection_id": "*", "data": "all"})
        assert answer.json() == {"statuses": {one: 200, two: 200}}
        assert await first.recv() == await second.recv() == "all"
    entries = [shown(entry) for entry in run.server.timeline.since(0)]
    posts = [entry for entry in entries if entry["event"] == "management_request"]
    assert [(entry["method"], entry["status"]) for entry in posts] == [("POST", 200)] * 3


async def test_what_is_sent_is_bound_as_at_connections(serve: Any, routes: Any) -> None:
    run = await inspected(serve, routes)
    async with connect(run.url):
        (one,) = ids(run)
        answer = await call(run, "send", {"connection_id": one, "data": "x" * 131_073})
        assert answer.json() == {"statuses": {one: 413}}


async def test_a_message_comes_in_as_if_its_client_had_sent_it(serve: Any, routes: Any) -> None:
    run = await inspected(serve, routes)
    async with connect(run.url) as ws:
        (one,) = ids(run)
        assert (await call(run, "receive", {"connection_id": one, "data": '{"a": 1}'})).json() == {}
        assert await ws.recv() == 'echo {"a": 1}'
        answer = await call(run, "receive", {"connection_id": one, "data": "é" * 65_537})
        assert (answer.status, answer.body) == (400, b"data has 131074 bytes; a message may have 131072.\n")
        assert run.stage.gateway.connections[one].messages_in == 1


async def test_a_connection_is_closed_with_code_and_reason_and_disconnect_runs(serve: Any, routes: Any) -> None:
    run = await inspected(serve, routes)
    async with connect(run.url) as first, connect(run.url) as second:
        one, two = ids(run)
        assert (await call(run, "disconnect", {"connection_id": one, "code": 4001, "reason": "bye"})).json() == {}
        assert await closed(first) == (4001, "bye")
        assert (await call(run, "disconnect", {"connection_id": two})).json() == {}
        assert await closed(second) == (1000, "")
    context = run.gone[0]["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (4001, "bye")
    assert len(run.gone) == 2


async def test_tcp_is_cut_without_a_close_frame(serve: Any, routes: Any) -> None:
    run = await inspected(serve, routes)
    async with connect(run.url) as ws:
        (one,) = ids(run)
        assert (await call(run, "drop", {"connection_id": one})).json() == {}
        with pytest.raises(ConnectionClosed):
            await ws.recv()
        assert ws.close_code == 1006
    assert ids(run) == []
    (entry,) = [shown(each) for each in run.server.timeline.since(0) if each[2] == "connection_closed"]
    assert entry["by"] == "network"


@pytest.mark.parametrize("action", ["send", "receive", "disconnect", "drop"])
async def test_a_connection_that_is_not_open_is_not_found(serve: Any, routes: Any, action: str) -> None:
    run = await inspected(serve, routes)
    body = {"connection_id": UNKNOWN} | ({"data": "x"} if action in ("send", "receive") else {})
    answer = await call(run, action, body)
    assert (answer.status, answer.body.decode()) == (404, f"There is no open connection '{UNKNOWN}'.\n")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("code", 1005, "code 1005 cannot be in a close frame: "),
        ("code", 999, "code 999 cannot be in a close frame: "),
        ("code", 5000, "code 5000 cannot be in a close frame: "),
        ("reason", "é" * 62, "reason may have 123 bytes of UTF-8."),
        ("reason", "\ud800", "reason may have 123 bytes of UTF-8."),
        ("cod", 1, "There is no field 'cod': do you mean code?"),
    ],
)
async def test_what_no_close_frame_can_say_is_refused(
    serve: Any, routes: Any, field: str, value: Any, message: str
) -> None:
    run = await inspected(serve, routes)
    async with connect(run.url):
        answer = await call(run, "disconnect", {"connection_id": ids(run)[0], field: value})
        assert answer.status == 400
        assert answer.body.decode().startswith(message)
        assert len(ids(run)) == 1
