"""What a handler puts into a service comes back to its client by another function: all parts are real."""

from collections.abc import Iterator
from typing import Any

import pytest

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.testing import Client
from sample_templates import sample


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    stack = sample("events", tmp_path_factory.mktemp("events")).load()
    made = LongwireServer(stack, Options(port=0))
    yield made
    made.close()


@pytest.fixture
def client(server: LongwireServer) -> Iterator[Client]:
    longwire = Longwire(server)
    yield longwire.connect()
    longwire.close()


def heard(client: Client, action: str) -> Any:
    client.send_json({"action": action})
    return client.receive_json(timeout=20)


def test_a_tables_stream_tells_of_an_insert_and_of_the_end_of_its_time(client: Client) -> None:
    (insert,) = heard(client, "table")["Records"]
    assert insert["eventName"] == "INSERT"
    assert insert["dynamodb"]["NewImage"]["at"] == {"S": "first"}
    (remove,) = client.receive_json(timeout=20)["Records"]  # the filter lets no MODIFY through
    assert remove["eventName"] == "REMOVE"
    assert remove["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert remove["dynamodb"]["OldImage"]["at"] == {"S": "second"}


@pytest.mark.parametrize(
    ("action", "source"),
    [("topic", "aws:sns"), ("stream", "aws:kinesis"), ("bucket", "aws:s3")],
)
def test_a_service_with_records_tells(client: Client, action: str, source: str) -> None:
    (record,) = heard(client, action)["Records"]
    assert record.get("eventSource", record.get("EventSource")) == source


def test_a_rule_on_a_bus_tells(client: Client) -> None:
    event = heard(client, "bus")
    assert (event["source"], event["detail-type"]) == ("chat", "Said")


def test_a_state_machine_calls_services_functions_and_connections(client: Client) -> None:
    heard_event = heard(client, "machine")
    assert (heard_event["n"], heard_event["stage"]) == (1, "dev")
    assert client.receive_json(timeout=20) == {"posted": True}
    assert client.receive_json(timeout=20) == {"ended": "SUCCEEDED"}


def test_the_keys_of_a_user_pool_are_where_its_provider_url_says(client: Client) -> None:
    assert heard(client, "keys") == {"keys": ["RSA"]}


def test_a_schedule_that_a_handler_makes_tells_in_time(client: Client) -> None:
    assert set(heard(client, "reminder")) == {"reminder"}
