"""Whole templates whose routes end in services, HTTP servers, mapping templates and plain functions."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.testing import Client, Refused
from sample_templates import sample


def running(name: str, folder: Path, **parameters: str) -> Iterator[Longwire]:
    made = LongwireServer(sample(name, folder).load(parameters=parameters), Options(port=0))
    longwire = Longwire(made)
    yield longwire
    longwire.close()
    made.close()


def said(client: Client, **message: Any) -> str:
    client.send(**message)
    return client.receive_text(15)


# --- VTL to DynamoDB, without a function


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Longwire]:
    yield from running("velocity", tmp_path_factory.mktemp("velocity"))


def test_a_table_is_kept_by_templates_alone(notes: Longwire) -> None:
    assert notes.stack.functions == {}
    client = notes.connect(query={"name": "Ann"})
    mine = notes.connection_id(client)
    assert json.loads(said(client, action="put", note={"id": "1", "text": 'it\'s "so"', "tags": ["a", "b"]}))["saved"]
    again = said(client, action="put", note={"id": "1", "text": "", "tags": []})
    assert json.loads(again) == {"saved": False, "why": "ConditionalCheckFailedException"}
    listed = json.loads(said(client, action="list", kind="note"))
    assert listed == {"count": 1, "notes": [{"id": "1", "tags": ["a", "b"]}]}
    assert json.loads(said(client, action="list", kind="connections"))["notes"][0]["id"] == mine

    items = notes.client("dynamodb").scan(TableName=notes.physical_id("Notes"))["Items"]
    by_id = {item["note"]["S"]: item for item in items}
    assert by_id["1"]["text"] == {"S": 'it\'s "so"'}
    assert (by_id["1"]["by"], by_id[mine]["name"]) == ({"S": mine}, {"S": "Ann"})

    client.close()
    notes.wait_for("integration_finished", backend="dynamodb DeleteItem", status=200)
    left = notes.client("dynamodb").scan(TableName=notes.physical_id("Notes"))["Items"]
    assert [item["note"]["S"] for item in left] == ["1"]


def test_dynamodb_may_refuse_a_connection(notes: Longwire) -> None:
    with pytest.raises(Refused) as caught:
        notes.connect(query={"name": "nobody"})
    assert caught.value.status == 400


def test_what_templates_make_is_on_the_timeline(notes: Longwire) -> None:
    client = notes.connect(query={"name": "Bob"})
    said(client, action="list", kind="note")
    called = notes.wait_for("integration_called", backend="dynamodb Scan")
    assert json.loads(called["body"])["ExpressionAttributeValues"] == {":kind": {"S": "note"}}
    client.send("no json at all")
    client.send('{"action": "put", "note": 5}')
    notes.wait_for("integration_finished", route_key="put")


# --- SQS FIFO, SNS, EventBridge, Kinesis, Step Functions


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Longwire]:
    yield from running("messaging", tmp_path_factory.mktemp("messaging"))


def test_messages_go_to_queues_topics_buses_and_streams(shop: Longwire) -> None:
    client = shop.connect()
    assert len(json.loads(said(client, action="order", customer="ann", what="tea & more"))["queued"]) == 32
    published = json.loads(said(client, action="news", text="hello & ü"))["PublishResponse"]
    assert published["PublishResult"]["SequenceNumber"] is None
    assert said(client, action="event", a="it's") == "failed: 0"
    client.send(action="click", a=1)
    shop.wait_for("integration_finished", backend="kinesis PutRecord", status=200)

    sqs = shop.client("sqs")
    (order,) = sqs.receive_message(QueueUrl=shop.physical_id("Orders"), AttributeNames=["All"])["Messages"]
    assert json.loads(order["Body"])["what"] == "tea & more"
    assert order["Attributes"]["MessageGroupId"] == "ann"
    (copy,) = sqs.receive_message(QueueUrl=shop.physical_id("Copies"))["Messages"]
    assert copy["Body"] == "hello & ü"

    kinesis = shop.client("kinesis")
    (shard,) = kinesis.list_shards(StreamName="clicks")["Shards"]
    given = kinesis.get_shard_iterator(StreamName="clicks", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    (record,) = kinesis.get_records(ShardIterator=given["ShardIterator"])["Records"]
    assert (json.loads(record["Data"])["a"], record["PartitionKey"]) == (1, shop.connection_id(client))


def test_a_state_machine_is_started_and_waited_for(shop: Longwire) -> None:
    client = shop.connect()
    assert said(client, action="later", a=1) == shop.physical_id("Later").rpartition(":")[2]
    assert said(client, action="now", number=21).strip() == "42"


# --- MOCK $connect, a plain function, HTTP


class Recorder(BaseHTTPRequestHandler):
    """Answers a post with what it got, a picture with its bytes the other way round."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = 418 if "teapot" in body else 200
        facts = {"path": self.path, "stage": self.headers["X-Stage"], "body": body}
        self.answer(status, "application/json", json.dumps(facts).encode())

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200 if body else 404, "image/png", body[::-1])

    def answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quietly."""


class Backend(ThreadingHTTPServer):
    request_queue_size = 128


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Longwire]:
    server = Backend(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield from running("proxied", tmp_path_factory.mktemp("proxied"), Backend=f"127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.mark.parametrize(("query", "status"), [({"name": "Eve"}, 403), ({}, 400)])
def test_a_mock_connect_lets_its_guests_in_alone(proxied: Longwire, query: dict[str, str], status: int) -> None:
    with pytest.raises(Refused) as caught:
        proxied.connect(query=query)
    assert caught.value.status == status


def test_a_message_is_handed_to_an_http_server(proxied: Longwire) -> None:
    client = proxied.connect(query={"name": "Ann"})
    client.send("not even JSON")
    path = f"/messages/{proxied.connection_id(client).replace('=', '%3D')}?from=websocket"
    assert client.receive_json(5) == {"path": path, "stage": "dev", "body": "not even JSON"}
    assert json.loads(said(client, action="teapot"))["body"] == '{"action": "teapot"}'
    proxied.wait_for("integration_finished", status=418)


def test_a_function_without_proxy_greets(proxied: Longwire) -> None:
    client = proxied.connect(query={"name": "Bob"})
    assert said(client, action="hello", name="Bob") == f"Hello Bob, you are {proxied.connection_id(client)}"
    assert said(client, action="hello", name="") == "Whom? (ValueError)"


def test_a_picture_is_base64_on_the_socket_and_bytes_at_the_server(proxied: Longwire) -> None:
    client = proxied.connect(query={"name": "Ann"})
    data = bytes(range(256))
    answer = said(client, action="picture", data=base64.b64encode(data).decode())
    assert base64.b64decode(answer) == data[::-1]
    assert said(client, action="picture", data="") == "no picture"
    assert json.loads(said(client, action="picture", data="?"))["message"] == "Internal server error"


def test_an_http_server_that_is_gone_is_an_error_frame(tmp_path: Path, unused_tcp_port: int) -> None:
    for longwire in running("proxied", tmp_path, Backend=f"127.0.0.1:{unused_tcp_port}"):
        client = longwire.connect(query={"name": "Ann"})
        assert json.loads(said(client, action="x"))["message"] == "Internal server error"
        assert "cannot be reached" in longwire.wait_for("integration_finished")["error"]
        assert said(client, action="hello", name="Ann").startswith("Hello Ann")


def test_a_hundred_messages_at_once_are_all_answered(proxied: Longwire) -> None:
    client = proxied.connect(query={"name": "Ann"})
    for number in range(100):
        client.send(action="n", number=number)
    bodies = [json.loads(json.loads(client.receive_text(15))["body"])["number"] for _ in range(100)]
    assert sorted(bodies) == list(range(100))
