"""The publish queue and its event bus in the emulator, by unmodified boto3."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo_server import Tokens

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load
from longwire.testing import Client

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


@pytest.fixture(scope="module")
def backend() -> Iterator[Longwire]:
    server = LongwireServer(load(TEMPLATE, parameters={"PublishEventBus": "default"}), Options(port=0))
    yield Longwire(server)
    server.close()


def queue_url(backend: Longwire, name: str) -> Any:
    return backend.physical_id(name)


def following(ws: Client, last: int = 0) -> Any:
    """The data of the first message after that id: what is not acknowledged may come again, under its id."""
    while True:
        frame = ws.receive_json(timeout=20)
        if frame["sequenceId"] > last:
            return frame["data"]


def test_messages_of_the_queue_and_of_the_bus_arrive_once_and_bad_ones_are_dead_letters(backend: Longwire) -> None:
    token = Tokens(backend).url("ada").partition("=")[2]
    sqs = backend.client("sqs")

    def put(body: str) -> None:
        sqs.send_message(QueueUrl=queue_url(backend, "PublishQueue"), MessageBody=body)

    with backend.connect(token=token, subprotocols=["json.reliable.webpubsub.azure.v1"]) as ws:
        assert ws.receive_json(timeout=20)["event"] == "connected"
        for _ in range(2):
            put(json.dumps({"to": {"user": "ada"}, "data": 1, "id": "order-1"}))
        put("not JSON")
        assert following(ws) == 1
        detail = json.dumps({"to": {"all": True}, "data": 2})
        event = {"Source": "shop", "DetailType": "Longwire Publish", "Detail": detail}
        backend.client("events").put_events(Entries=[event | {"DetailType": "Other"}, event])
        assert following(ws, 1) == 2
        put(json.dumps({"to": {"user": "ada"}, "data": 3}))
        assert following(ws, 2) == 3
    deadline, letters = time.monotonic() + 20, list[Any]()
    while not letters and time.monotonic() < deadline:
        answer = sqs.receive_message(
            QueueUrl=queue_url(backend, "PublishDeadLetters"), MessageAttributeNames=["reason"], WaitTimeSeconds=1
        )
        letters = answer.get("Messages", [])
    assert [each["Body"] for each in letters] == ["not JSON"]
    assert "JSON" in letters[0]["MessageAttributes"]["reason"]["StringValue"]
