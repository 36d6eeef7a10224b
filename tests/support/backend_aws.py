"""AWS for the backend's tests: moto behind a real port, with calls counted and failures on request."""

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from dynamodb_units import units
from longwire_app import items
from table_invariants import inconsistencies, read_tables, scanned

REGION = "eu-west-1"


class Quiet(BaseHTTPRequestHandler):
    """One request, one answer, connections kept open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Nothing: stderr belongs to the tests."""

    def do_DELETE(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        self.answer(*self.respond(self.rfile.read(int(self.headers.get("Content-Length", 0)))))

    def respond(self, body: bytes) -> tuple[int, dict[str, Any], bytes]:
        """Status, headers and body for a request with this body."""
        raise NotImplementedError

    def answer(self, status: int, headers: dict[str, Any], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """On a free port."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class MotoServer(Server):
    """``calls`` counts operations, ``units`` what DynamoDB bills for them.

    ``denials`` says how many of the next calls of an operation are denied.
    """

    def __init__(self) -> None:
        super().__init__(MotoHandler)
        self.calls: Counter[str] = Counter()
        self.denials: Counter[str] = Counter()
        self.units: Counter[str] = Counter()
        # moto's DynamoDB is not thread safe: one call at a time.
        self.lock = threading.Lock()

    def reset(self) -> None:
        self.calls.clear()
        self.denials.clear()
        self.units.clear()

    def serve(self, service: str, path: str, headers: HTTPHeaders, body: bytes) -> tuple[int, dict[str, Any], bytes]:
        operation = headers["X-Amz-Target"].rpartition(".")[2]
        with self.lock:
            self.calls[f"{service}:{operation}"] += 1
            if self.denials[operation] > 0:
                self.denials[operation] -= 1
                return 400, {"Content-Type": "application/x-amz-json-1.0"}, b'{"__type":"AccessDeniedException"}'
            url = f"https://{service}.{REGION}.amazonaws.com{path}"
            request = AWSPreparedRequest("POST", url, headers, body, False)
            status, answered, content = botocore_stubber.process_request(request)
            if service == "dynamodb":
                self.units += units(operation, json.loads(body), json.loads(content))
        return status, dict(answered), content.encode() if isinstance(content, str) else content


class MotoHandler(Quiet):
    server: MotoServer

    def respond(self, body: bytes) -> tuple[int, dict[str, Any], bytes]:
        headers = HTTPHeaders.from_pairs(self.headers.items())
        return self.server.serve(headers["Authorization"].split("/")[3], self.path, headers, body)


@dataclass(frozen=True)
class Aws:
    """What template.yaml would have created."""

    table: str
    log_table: str
    queue_url: str
    secret_arn: str
    dead_letters_url: str
    broadcast_queue_url: str

    def items(self) -> list[dict[str, Any]]:
        """Everything in the table."""
        found: list[dict[str, Any]] = boto3.client("dynamodb").scan(TableName=self.table)["Items"]
        return found

    def put(self, item: dict[str, Any]) -> None:
        boto3.client("dynamodb").put_item(TableName=self.table, Item=item)

    def inconsistencies(self, *, interrupted: bool = False) -> list[str]:
        """What contradicts itself in the tables, see table_invariants.py; nothing where a test has removed one."""
        try:
            state, log = scanned(self.table), scanned(self.log_table)
        except boto3.client("dynamodb").exceptions.ResourceNotFoundException:
            return []
        return inconsistencies(read_tables(state, log, int(time.time())), interrupted=interrupted)

    def key_pairs(self) -> set[tuple[str, str]]:
        return {(item["pk"]["S"], item["sk"]["S"]) for item in self.items()}

    def jobs(self) -> list[dict[str, Any]]:
        """The broadcasts that wait, as a Lambda event's records. They are taken."""
        client = boto3.client("sqs")
        answer = client.receive_message(QueueUrl=self.broadcast_queue_url, MaxNumberOfMessages=10)
        for each in answer.get("Messages", []):
            client.delete_message(QueueUrl=self.broadcast_queue_url, ReceiptHandle=each["ReceiptHandle"])
        return [{"messageId": each["MessageId"], "body": each["Body"]} for each in answer.get("Messages", [])]

    def bells(self) -> list[dict[str, Any]]:
        """The doorbell's messages, as a Lambda event's records."""
        answer = boto3.client("sqs").receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        return [
            {"messageId": each["MessageId"], "body": each["Body"], "receiptHandle": each["ReceiptHandle"]}
            for each in answer.get("Messages", [])
        ]


def recorded(session_id: str) -> Any:
    """The Session in the table, None when it has ended."""
    key = items.session_key(session_id, "META")
    found = boto3.client("dynamodb").get_item(TableName="state", Key=key).get("Item")
    return None if found is None else items.session_of(session_id, found)


def created() -> Aws:
    """Creates them with the clients of the environment."""
    tables = create_table("state", "S"), create_table("log", "N")
    return Aws(*tables, _queue("doorbell.fifo"), _secret(), _queue("dead"), _queue("broadcasts"))


def create_table(name: str, sort: Literal["S", "N"]) -> str:
    boto3.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": sort},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    return name


def _queue(name: str) -> str:
    client = boto3.client("sqs")
    fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    attributes: Any = {"VisibilityTimeout": "0"} | fifo
    return client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def _secret() -> str:
    return boto3.client("secretsmanager").create_secret(Name="token", SecretString="s" * 64)["ARN"]
