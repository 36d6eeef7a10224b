"""The one port, from outside: sockets, HTTP and unmodified boto3."""

import asyncio
import http.client
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from longwire.inspector.timeline import shown
from longwire.server.http1 import Exchange, HttpRequest, HttpResponse

pytestmark = pytest.mark.asyncio


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


async def ask(
    port: int, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> Answer:
    def call() -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request(method, path, body, headers or {})
        answer = Answer(connection.getresponse())
        connection.close()
        return answer

    return await asyncio.to_thread(call)


async def test_boto3_posts_gets_and_deletes(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())
    async with connect(run.url) as ws:
        (connection_id,) = run.stage.gateway.connections
        client = run.management
        await asyncio.to_thread(client.post_to_connection, ConnectionId=connection_id, Data=b"hello")
        assert await ws.recv() == "hello"
        facts = await asyncio.to_thread(client.get_connection, ConnectionId=connection_id)
        assert facts["Identity"]["SourceIp"] == "127.0.0.1"
        assert facts["LastActiveAt"] >= facts["ConnectedAt"]
        await asyncio.to_thread(client.delete_connection, ConnectionId=connection_id)
        await asyncio.wait_for(ws.wait_closed(), 5)
        assert (ws.close_code, ws.close_reason) == (1000, "Connection Closed Normally")
        with pytest.raises(client.exceptions.GoneException):
            await asyncio.to_thread(client.post_to_connection, ConnectionId=connection_id, Data=b"again")


async def test_boto3_raises_its_modelled_exceptions(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())
    client = run.management
    async with connect(run.url):
        (connection_id,) = run.stage.gateway.connections
        with pytest.raises(client.exceptions.PayloadTooLargeException):
            await asyncio.to_thread(client.post_to_connection, ConnectionId=connection_id, Data=b"x" * 131_073)
    with pytest.raises(client.exceptions.GoneException):
        await asyncio.to_thread(client.get_connection, ConnectionId="L0SM9cOFvHcCIhw=")
    with pytest.raises(ClientError, match=r"BadRequestException.*Invalid connectionId: nonsense"):
        await asyncio.to_thread(client.get_connection, ConnectionId="nonsense")


@pytest.mark.parametrize("name", ["@connections", "%40connections"])
async def test_both_spellings_of_the_path_are_served(serve: Any, routes: Any, name: str) -> None:
    run = await serve(routes.api())
    async with connect(run.url) as ws:
        (connection_id,) = run.stage.gateway.connections
        path = f"/dev/{name}/{connection_id.replace('=', '%3D')}"
        answer = await ask(run.port, "POST", path, body=b"hi")
        assert (answer.status, answer.body) == (200, b"")
        assert await ws.recv() == "hi"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/prod/@connections/L0SM9cOFvHcCIhw%3D", {}),
        ("/@connections/L0SM9cOFvHcCIhw%3D", {}),
        ("/dev/@connections/L0SM9cOFvHcCIhw%3D", {"Host": "zzzzzzzzzz.execute-api.us-east-1.amazonaws.com"}),
        ("/nothing", {}),
    ],
)
async def test_a_wrong_stage_path_or_api_is_forbidden(
    serve: Any, routes: Any, path: str, headers: dict[str, str]
) -> None:
    """OBSERVED: 403 ForbiddenException."""
    run = await serve(routes.api())
    answer = await ask(run.port, "POST", path, headers, b"x")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (403, "ForbiddenException")


async def test_a_post_to_another_api_is_told_with_where_this_one_is(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())
    host = "abcdef1234.execute-api.us-east-1.amazonaws.com"
    await ask(run.port, "POST", "/prod/@connections/L0SM9cOFvHcCJhw=", {"Host": host}, b"x")
    (entry,) = [shown(entry) for entry in run.server.timeline.since(0) if entry[2] == "management_request"]
    assert (entry["method"], entry["status"], entry["connection_id"]) == ("POST", 403, "L0SM9cOFvHcCJhw=")
    assert f"no stage is at {host}/prod: this api is at " in entry["why"]
    assert run.server.carriers[0].api.domain_name in entry["why"]


@pytest.mark.parametrize("path", ["/dev", "/dev/x", "/dev/x/y"])
async def test_a_get_without_upgrade_is_426(serve: Any, routes: Any, path: str) -> None:
    """OBSERVED in 2019."""
    run = await serve(routes.api())
    assert (await ask(run.port, "GET", path)).status == 426


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1:80"])
async def test_a_rebound_host_is_refused_before_anything_runs(serve: Any, routes: Any, host: str) -> None:
    called: list[Any] = []
    run = await serve(routes.api(routes.aws_proxy("$connect")), {"Connect": called.append})
    for method, path in (("GET", "/_longwire/"), ("POST", "/dev/@connections/L0SM9cOFvHcCIhw%3D"), ("GET", "/dev")):
        assert (await ask(run.port, method, path, {"Host": host})).status == 403
    with pytest.raises(InvalidStatus):
        await connect(run.url, additional_headers={"Host": host}, host="127.0.0.1", port=run.port)
    assert called == []


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_a_page_of_another_site_cannot_post_to_a_connection(
    serve: Any, routes: Any, headers: dict[str, str]
) -> None:
    run = await serve(routes.api())
    async with connect(run.url):
        (connection_id,) = run.stage.gateway.connections
        path = f"/dev/@connections/{connection_id.replace('=', '%3D')}"
        answer = await ask(run.port, "DELETE", path, headers)
        assert answer.status == 403
        assert "access-control-allow-origin" not in answer.headers
        assert connection_id in run.stage.gateway.connections


async def test_a_proxy_request_names_the_host_that_is_not_emulated(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())
    reader, writer = await asyncio.open_connection("127.0.0.1", run.port)
    writer.write(b"CONNECT api.example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 403")
    assert b"api.example.com:443 is not emulated" in answer


async def test_a_browser_at_the_root_is_led_to_the_inspector(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())

    class Pages:
        def request(self, request: HttpRequest, exchange: Exchange) -> None:
            exchange.respond(HttpResponse(200, body=request.path.encode()))

    run.server.pages = Pages()
    answer = await ask(run.port, "GET", "/", {"Accept": "text/html"})
    assert (answer.status, answer.headers["location"]) == (302, "/_longwire/")
    assert (await ask(run.port, "GET", "/_longwire/x")).body == b"/_longwire/x"


async def test_idle_connections_are_closed_by_the_ports_own_clock(serve: Any, routes: Any) -> None:
    run = await serve(routes.api(), idle_timeout=0.05)
    async with connect(run.url) as ws:
        await asyncio.wait_for(ws.wait_closed(), 5)
        assert (ws.close_code, ws.close_reason) == (1001, "Going away")


async def test_an_answer_of_the_function_comes_back_to_the_right_client(serve: Any, routes: Any) -> None:
    api = routes.api(routes.aws_proxy("$default", two_way=True))
    run = await serve(api, {"Default": lambda event: {"body": event["body"]}})

    async def talk(number: int) -> None:
        async with connect(run.url) as ws:
            for turn in range(5):
                await ws.send(f"{number}-{turn}")
                assert await ws.recv() == f"{number}-{turn}"

    await asyncio.gather(*(talk(number) for number in range(40)))
    assert [shown(entry)["event"] for entry in run.server.timeline.since(0)].count("frame_sent") == 200


async def test_the_timeline_never_holds_a_token(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())
    async with connect(f"{run.url}?access_token=s3cret", additional_headers={"Authorization": "Bearer s3cret"}):
        text = json.dumps([shown(entry) for entry in run.server.timeline.since(0)])
    assert "s3cret" not in text
    assert "connection_opened" in text


async def test_a_browser_connects_from_pages_of_this_machine_and_of_allowed_sites_alone(
    serve: Any, routes: Any
) -> None:
    called: list[Any] = []

    def connected(event: Any) -> dict[str, int]:
        called.append(event)
        return {"statusCode": 200}

    run = await serve(routes.api(routes.aws_proxy("$connect")), {"Connect": connected})
    run.server.allow_origins = ("https://app.example.com",)
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}
    with pytest.raises(InvalidStatus) as caught:
        await connect(run.url, origin=Origin("http://evil.example"), additional_headers=browser, user_agent_header=None)
    assert caught.value.response.status_code == 403
    assert called == []
    (refused,) = [shown(entry) for entry in run.server.timeline.since(0) if entry[2] == "connection_refused"]
    assert "longwire dev --allow-origin allows it" in refused["reason"]
    for origin in ("http://localhost:3000", "https://app.example.com"):
        async with connect(run.url, origin=Origin(origin), additional_headers=browser, user_agent_header=None):
            pass
    async with connect(run.url, origin=Origin("http://evil.example")):  # no browser: for the API to judge
        pass
