"""AWS calls through the one port."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import boto3
import pytest
import pytest_asyncio
from botocore.config import Config
from botocore.exceptions import ClientError

from longwire.server.forward import is_aws_call
from longwire.server.http1 import Exchange, HttpConnection, HttpRequest, HttpResponse


class Recorder:
    """Services that keep what they were asked and answer as DynamoDB does."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        self.requests.append(request)
        headers = (("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-requestid", "r"))
        exchange.respond(HttpResponse(200, headers, b'{"TableNames":["a"]}'))


@pytest_asyncio.fixture
async def services() -> AsyncIterator[tuple[Recorder, int]]:
    recorder, loop = Recorder(), asyncio.get_running_loop()
    listener = await loop.create_server(lambda: HttpConnection(recorder, loop), "127.0.0.1", 0)
    yield recorder, listener.sockets[0].getsockname()[1]
    listener.close()


def dynamodb(port: int) -> Any:
    return boto3.client(
        "dynamodb", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="x",
        aws_secret_access_key="x", config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip


@pytest.mark.asyncio
async def test_a_signed_call_reaches_the_services_as_it_was_sent(serve: Any, routes: Any, services: Any) -> None:
    recorder, port = services
    run = await serve(routes.api())
    run.server.services_port = lambda: port
    client = dynamodb(run.port)
    for _ in range(3):
        assert (await asyncio.to_thread(client.list_tables))["TableNames"] == ["a"]
    (first, *_) = recorder.requests
    assert (first.method, first.path, first.body) == ("POST", "/", b"{}")
    assert first.header("X-Amz-Target") == "DynamoDB_20120810.ListTables"
    assert (first.header("Authorization") or "").startswith("AWS4-HMAC-SHA256")


@pytest.mark.asyncio
async def test_services_that_do_not_answer_are_a_503(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())
    with pytest.raises(ClientError, match="503"):
        await asyncio.to_thread(dynamodb(run.port).list_tables)


@pytest.mark.asyncio
async def test_the_answer_to_a_head_keeps_its_length(serve: Any, routes: Any, services: Any) -> None:
    _, port = services
    run = await serve(routes.api())
    run.server.services_port = lambda: port
    reader, writer = await asyncio.open_connection("127.0.0.1", run.port)
    writer.write(b"HEAD /bucket/key HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\nConnection: close\r\n\r\n")
    head = (await asyncio.wait_for(reader.read(), 5)).lower()
    writer.close()
    assert head.count(b"content-length: 20\r\n") == 1
    assert head.endswith(b"\r\n\r\n")


def test_a_presigned_url_is_an_aws_call() -> None:
    assert is_aws_call(HttpRequest("GET", "/bucket/key?X-Amz-Signature=abc", (("Host", "localhost"),)))


@pytest.mark.parametrize(
    ("headers", "aws"),
    [
        ((("Authorization", "AWS4-HMAC-SHA256 Credential=x"),), True),
        ((("X-Amz-Target", "x"),), True),
        ((("Host", "sqs.us-east-1.amazonaws.com"),), True),
        ((("Authorization", "Bearer x"), ("Host", "localhost")), False),
        (
            (("Authorization", "AWS4-HMAC-SHA256 Credential=x"), ("Host", "a.execute-api.us-east-1.amazonaws.com")),
            False,
        ),
        ((), False),
    ],
)
def test_signed_or_addressed_to_aws_is_an_aws_call(headers: tuple[tuple[str, str], ...], aws: bool) -> None:
    assert is_aws_call(HttpRequest("POST", "/", headers)) is aws
