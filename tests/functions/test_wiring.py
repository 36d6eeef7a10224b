"""Parts made of the environment: what they reach, how long they may take, that they are kept."""

from typing import Any

import pytest

from longwire_app import wiring
from longwire_app.delivery import ATTEMPT, Outcome
from longwire_app.errors import SettingsError
from longwire_app.session import Peer

pytestmark = pytest.mark.usefixtures("backend")


def test_the_store_is_the_table_of_the_environment(session: Any, aws: Any, turn: Any) -> None:
    wiring.store().open_session(session(), [], limit=0, now=turn.now)
    assert ("S#c1=", "META") in aws.key_pairs()


def test_the_doorbell_is_the_queue_of_the_environment(aws: Any) -> None:
    wiring.doorbell().ring(Peer("s=", "c="), "connected")
    assert len(aws.bells()) == 1


def test_frames_go_to_the_management_endpoint_of_the_environment(connections: Any, turn: Any) -> None:
    assert wiring.delivery().post(Peer("s=", "a/b="), b'{"type":"pong"}', turn.deadline) is Outcome.DELIVERED
    assert connections.frames == {"a/b=": [{"type": "pong"}]}


def test_the_fan_out_is_as_wide_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANOUT_WIDTH", "7")
    assert wiring.delivery().width == 7


def test_parts_are_made_once() -> None:
    for part in (wiring.settings, wiring.store, wiring.delivery, wiring.doorbell, wiring.secrets):
        assert part() is part()


@pytest.mark.parametrize(
    "variable", ["STATE_TABLE", "DOORBELL_QUEUE_URL", "BROADCAST_QUEUE_URL", "MANAGEMENT_ENDPOINT"]
)
def test_what_is_missing_is_named_at_the_first_use(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.delenv(variable)
    with pytest.raises(SettingsError, match=variable):
        wiring.store()
    monkeypatch.setenv(variable, "http://127.0.0.1:1/now-it-is-there")
    wiring.store()


def test_the_management_client_tries_once(connections: Any) -> None:
    connections.statuses["c="] = 500
    client = wiring.management_client(connections.url, 1)
    with pytest.raises(client.exceptions.ClientError, match="500"):
        client.post_to_connection(ConnectionId="c=", Data=b"{}")
    assert connections.posts["c="] == 1


def test_one_try_to_post_ends_within_the_time_that_delivery_reckons_with(connections: Any) -> None:
    config: Any = wiring.management_client(connections.url, 9).meta.config
    assert config.connect_timeout + config.read_timeout <= ATTEMPT
    assert config.max_pool_connections == 9


def test_a_service_that_hangs_costs_less_than_api_gateway_waits() -> None:
    config: Any = wiring.secrets().meta.config
    tries = config.retries["total_max_attempts"]
    assert tries == 3
    assert tries * (config.connect_timeout + config.read_timeout) < 10
