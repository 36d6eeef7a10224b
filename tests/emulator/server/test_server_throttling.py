"""What clients and boto3 get on real sockets when they are throttled or have no API key."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from longwire.core.api import ApiKey, Stage, Throttle, UsagePlan, UsageQuota

pytestmark = pytest.mark.asyncio
VALUE = "abcdefghij0123456789"


async def refused(url: str, **headers: str) -> tuple[int, bytes]:
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, additional_headers=headers)
    return caught.value.response.status_code, bytes(caught.value.response.body or b"")


async def test_a_throttled_client_is_refused_with_429(serve: Any, routes: Any) -> None:
    run = await serve(replace(routes.api(), stage=Stage("dev", throttle=Throttle(0, 0))))
    status, body = await refused(run.url)

    assert (status, b'"Too Many Requests"' in body) == (429, True)


async def test_a_throttled_message_gets_a_frame_and_the_connection_goes_on(serve: Any, routes: Any) -> None:
    stage = Stage("dev", route_throttles={"$default": Throttle(20, 1)})
    api = replace(routes.api(routes.aws_proxy("$default", two_way=True)), stage=stage)
    run = await serve(api, {"Default": lambda event: {"body": event["body"]}})

    async with connect(run.url) as ws:
        await ws.send("one")
        await ws.send("two")
        answers = sorted([await ws.recv(), await ws.recv()])
        assert answers[0] == "one" or answers[1] == "one"
        assert any(str(answer).startswith('{"message": "Too Many Requests", "connectionId":"') for answer in answers)
        await ws.ping()


async def test_boto3_raises_limit_exceeded(serve: Any, routes: Any) -> None:
    run = await serve(routes.api(), account_rate=0, account_burst=1)

    async with connect(run.url):
        (connection_id,) = run.stage.gateway.connections
        client = run.management

        with pytest.raises(client.exceptions.LimitExceededException, match="Rate exceeded"):
            await asyncio.to_thread(client.post_to_connection, ConnectionId=connection_id, Data=b"x")
        client.close()


async def test_a_key_opens_what_requires_one_until_its_quota_is_used_up(serve: Any, routes: Any) -> None:
    key = ApiKey("Key", "keyid12345", "partner", VALUE)
    plan = UsagePlan("Plan", "gold", (key,), quota=UsageQuota(1, "MONTH"))
    route = replace(routes.aws_proxy("$connect"), api_key_required=True)
    api = replace(routes.api(route), api_keys=(key,), usage_plans=(plan,))
    run = await serve(api, {"Connect": lambda _: {"statusCode": 200}})

    status, body = await refused(run.url)
    assert (status, b'"Forbidden"' in body) == (403, True)
    async with connect(run.url, additional_headers={"x-api-key": VALUE}) as ws:
        await ws.ping()
    status, body = await refused(run.url, **{"x-api-key": VALUE})
    assert (status, b'"Limit Exceeded"' in body) == (429, True)
