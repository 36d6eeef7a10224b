"""The state that the inspector shows."""

import json
from typing import Any

import pytest

from longwire.core.api import Function, Stack
from longwire.inspector.overview import Urls, overview


@pytest.mark.parametrize(
    ("host", "authority"),
    [
        ("127.0.0.1", "127.0.0.1:9"),
        ("localhost", "localhost:9"),
        ("0.0.0.0", "127.0.0.1:9"),
        ("::", "[::1]:9"),
        ("::1", "[::1]:9"),
    ],
)
def test_the_addresses_are_ones_that_can_be_connected_to(host: str, authority: str) -> None:
    named = Urls(host, 9, "dev").named()
    assert named == {
        "websocket_url": f"ws://{authority}/dev",
        "management_url": f"http://{authority}/dev/@connections",
        "endpoint_url": f"http://{authority}",
        "inspector_url": f"http://{authority}/_longwire/",
    }


def test_open_connections_and_routes_are_listed_as_json(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$connect"), routes.aws_proxy("$default", two_way=True), routes.mock("ping", "{}", ""))
    connection_id = w.open(headers=[("User-Agent", "me")])
    w.shake()
    function = Function("Default", "stack-Default", "app.handler", "python3.13", "/code", timeout=10)
    stack = Stack("stack", "us-east-1", "123456789012", w.gateway.deployment.api, {"Default": function})
    state = json.loads(json.dumps(overview(stack, w.gateway, Urls("127.0.0.1", 9, "dev"), w.now)))
    assert [row["connection_id"] for row in state["connections"]] == [connection_id]
    assert state["connections"][0]["user_agent"] == "me"
    by_key = {row["key"]: row for row in state["stack"]["routes"]}
    assert by_key["$default"] == {
        "key": "$default", "integration": "AWS_PROXY", "function": "Default", "handler": "app.handler", "timeout": 10,
        "authorizer": None, "two_way": True,
    }  # fmt: skip
    assert (by_key["ping"]["integration"], by_key["ping"]["function"]) == ("MOCK", None)
    assert state["quotas"]["idle_timeout"] == 600
