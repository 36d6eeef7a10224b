"""What the Stages of one account share."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from longwire.core.account import Account
from longwire.core.api import Api, ApiKey, Stage, UsagePlan, UsageQuota
from longwire.core.events import AcceptHandshake, HandshakeReceived, MessageReceived, RejectHandshake, SendFrame
from longwire.core.gateway import Gateway
from longwire.core.ids import Ids
from longwire.core.quotas import Quotas

HOST = ("Host", "localhost")
KEY = ApiKey("Key", "abc", "partner", "partner-key-of-20-characters")
PLAN = UsagePlan("Plan", "gold", (KEY,), quota=UsageQuota(1, "DAY"))
NOW = 1_700_000_000.0


def gateways(*apis: Api, **quotas: Any) -> list[Gateway]:
    """Of one account."""
    changed = replace(Quotas(), **quotas)
    account, ids = Account(changed), Ids(Random(7).randbytes)
    return [Gateway(api, ids, changed, account=account) for api in apis]


def shake(gateway: Gateway, name: str) -> Any:
    headers = (HOST, ("x-api-key", KEY.value))
    return gateway.receive(HandshakeReceived(name, f"/{gateway.api.stage.name}", headers, "192.0.2.7"), NOW)


@pytest.fixture
def two(routes: Any) -> tuple[Api, Api]:
    connect = replace(routes.aws_proxy("$connect"), integration=None)
    api = routes.api(connect, routes.mock("$default", '{"statusCode": 200}', "x"))
    return api, replace(api, stage=Stage("prod"))


def test_requests_of_every_stage_take_from_the_accounts_bucket(two: tuple[Api, Api]) -> None:
    first, second = gateways(*two, account_rate=0.001, account_burst=2)
    assert isinstance(shake(first, "a")[1], AcceptHandshake)
    assert isinstance(shake(second, "b")[1], AcceptHandshake)
    sent = second.receive(MessageReceived("b", "x", 1), NOW)
    assert "Too Many Requests" in next(effect.payload for effect in sent if isinstance(effect, SendFrame))


def test_new_connections_are_counted_together(two: tuple[Api, Api]) -> None:
    first, second = gateways(*two, new_connections_rate=0.001, new_connections_burst=1)
    shake(first, "a")
    assert shake(second, "b")[1].status == 429


def test_a_keys_quota_is_used_by_every_stage_of_its_plan(two: tuple[Api, Api]) -> None:
    keyed = {key: replace(route, api_key_required=key == "$connect") for key, route in two[0].routes.items()}
    first, second = gateways(*(replace(api, routes=keyed, api_keys=(KEY,), usage_plans=(PLAN,)) for api in two))
    assert isinstance(shake(first, "a")[1], AcceptHandshake)
    assert isinstance(shake(second, "b")[1], RejectHandshake)
    first.deploy(first.api)
    assert isinstance(shake(second, "c")[1], AcceptHandshake)


def test_what_all_stages_cost_is_one_bill(two: tuple[Api, Api]) -> None:
    first, second = gateways(*two)
    for gateway, name in ((first, "a"), (second, "b")):
        shake(gateway, name)
        gateway.receive(MessageReceived(name, "x", 1), NOW)
    meter = first.deployment.account.meter
    assert meter is second.deployment.monitor.meter
    assert (meter.kinds()["route_message"]["count"], meter.accepted) == (2, 2)
