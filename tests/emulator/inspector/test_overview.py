"""The state that the inspector shows."""

import json
from dataclasses import replace
from typing import Any

import pytest

from longwire.core.api import ApiKey, Function, Stack, UsagePlan
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
    named = Urls(host, 9, "/dev").named()
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
    stack = Stack("stack", "us-east-1", "123456789012", (w.gateway.deployment.api,), {"Default": function})
    state = json.loads(json.dumps(overview(stack, [w.gateway], Urls("127.0.0.1", 9, "/dev"), {"now": w.now})))
    assert [row["connection_id"] for row in state["connections"]] == [connection_id]
    assert state["connections"][0]["user_agent"] == "me"
    by_key = {row["key"]: row for row in state["stack"]["routes"]}
    assert by_key["$default"] == {
        "key": "$default", "integration": "AWS_PROXY", "function": "Default", "handler": "app.handler", "timeout": 10,
        "authorizer": None, "two_way": True, "api_key_required": False,
    }  # fmt: skip
    assert (by_key["ping"]["integration"], by_key["ping"]["function"]) == ("MOCK", None)
    assert state["quotas"]["idle_timeout"] == 600


def test_api_keys_are_listed_with_the_values_that_are_made_here(world: Any) -> None:
    w = world()
    made, given = ApiKey("Made", "i", "s-Made", "m" * 40, generated=True), ApiKey("Given", "j", "s-Given", "g" * 40)
    plan = UsagePlan("Plan", "gold", (made,))
    api = replace(w.gateway.deployment.api, api_keys=(made, given), usage_plans=(plan,))
    state = overview(
        Stack("s", "us-east-1", "1", (api,), {}), [w.gateway], Urls("127.0.0.1", 9, "/dev"), {"now": w.now}
    )
    assert state["stack"]["api_keys"] == [
        {"logical_id": "Made", "name": "s-Made", "id": "i", "enabled": True, "usage_plan": "gold", "value": "m" * 40},
        {"logical_id": "Given", "name": "s-Given", "id": "j", "enabled": True, "usage_plan": None, "value": None},
    ]
