"""Throttling: of a route, of the account, of new connections."""

import json
from typing import Any

import pytest
from botocore.config import Config

from deployed_stage import PATIENCE, DeployedStage
from emulated_stages import Emulated

ACCOUNT = "an account's own limits cannot be lowered for a test"


def statuses(stage: DeployedStage, count: int) -> list[int]:
    return [stage.upgraded()[1].status for _ in range(count)]


def answers(stage: DeployedStage, *actions: str) -> list[str]:
    """Of messages sent in one go on one connection."""
    client = stage.connect()
    for action in actions:
        client.send(action=action, answer={"body": "served"})
    return [client.receive_text(PATIENCE) for _ in actions]


def throttled_frame(answer: str) -> bool:
    found = json.loads(answer)
    expected = f'"connectionId":"{found["connectionId"]}", "requestId":"{found["requestId"]}"}}'
    return answer == '{"message": "Too Many Requests", ' + expected


def test_a_route_above_its_rate_has_a_frame_and_stays_open(throttled: DeployedStage) -> None:
    """C3.6, D.11 UNKNOWN [REST's THROTTLED text]: `Too Many Requests`; the connection stays open."""
    found = answers(throttled, "twoway", "twoway", "twoway")
    refused = [answer for answer in found if answer != "served"]
    assert 1 <= len(refused) <= 2
    assert all(throttled_frame(answer) for answer in refused)


def test_each_route_has_a_bucket_of_its_own(throttled: DeployedStage) -> None:
    """D.11 DOCUMENTED [DG:websocket-api-protect]: RouteSettings limit their route alone, in a token bucket."""
    assert answers(throttled, "other", "other", "other", "other") == ["served"] * 4


@pytest.mark.emulator_only(reason="it needs a stack of its own with other parameters")
def test_connect_above_its_rate_is_429(emulated: Emulated) -> None:
    """A2.14 OBSERVED [GH:serverlessunicorn/ServerlessNetworkingClients#3]: a throttled handshake: 429."""
    stage = emulated("throttled", parameters={"ConnectRate": "1", "ConnectBurst": "2"})
    assert statuses(stage, 4) == [101, 101, 429, 429]


@pytest.mark.emulator_only(reason="it needs a stack of its own with other parameters")
def test_a_rate_and_a_burst_of_zero_let_nobody_in(emulated: Emulated) -> None:
    """A2.15 OBSERVED [GH:hashicorp/terraform-provider-aws#14742]: rate 0 and burst 0, as Terraform has: 429."""
    assert statuses(emulated("throttled", parameters={"ConnectRate": "0", "ConnectBurst": "0"}), 2) == [429, 429]


@pytest.mark.emulator_only(reason=ACCOUNT)
def test_too_many_new_connections_are_429(emulated: Emulated) -> None:
    """A2.14, D.8, J.new_connections_rate, J.new_connections_burst DOCUMENTED [DG:limits]: 500/s, else 429."""
    stage = emulated("selection", new_connections_rate=0.01, new_connections_burst=2)
    assert statuses(stage, 3) == [101, 101, 429]


@pytest.mark.emulator_only(reason=ACCOUNT)
def test_the_accounts_rate_is_shared_by_handshakes_messages_and_callbacks(emulated: Emulated) -> None:
    """D.10, E4, J.account_rate, J.account_burst DOCUMENTED [DG:limits]: one bucket for an account's requests: 429."""
    stage = emulated("selection", account_rate=0.01, account_burst=3)
    client = stage.connect()
    for _ in range(3):
        client.send("{}")
    found = [client.receive_text(PATIENCE) for _ in range(3)]
    assert sum(answer != "/" for answer in found) == 1
    assert throttled_frame(next(answer for answer in found if answer != "/"))
    management: Any = stage.management(config=Config(retries={"max_attempts": 0}))
    with pytest.raises(management.exceptions.LimitExceededException):
        management.get_connection(ConnectionId="AAAAAAAAAAACAAA=")
    assert statuses(stage, 1) == [429]


@pytest.mark.emulator_only(reason=ACCOUNT)
def test_boto3_sends_a_429_again(emulated: Emulated) -> None:
    """E6 OBSERVED [RUN]: boto3 sends a 429 LimitExceededException again, by default up to five times in all."""
    stage = emulated("selection", account_rate=0.01, account_burst=3)
    statuses(stage, 4)
    management = stage.management(config=Config(retries={"total_max_attempts": 2}))
    sent: list[Any] = []
    management.meta.events.register("before-send.apigatewaymanagementapi", lambda **seen: sent.append(seen["request"]))
    with pytest.raises(management.exceptions.LimitExceededException):
        management.get_connection(ConnectionId="AAAAAAAAAAACAAA=")
    assert len(sent) == 2
