"""AWS for the backend's tests: moto behind a real port, and an @connections endpoint that does what it is told.

The code under test is wired by its environment alone, with unmodified boto3, as it is on Lambda.
"""

import io
import json
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from moto.backends import get_backend
from moto.core.models import botocore_stubber

from longwire_app import authorizer, message, wiring, worker
from longwire_app.delivery import Delivery
from longwire_app.log import logger
from longwire_app.session import Caller, Identity, Peer, Session
from longwire_app.store import Store
from longwire_app.turn import Turn

REGION = "eu-west-1"
NOW = int(time.time())


class Quiet(BaseHTTPRequestHandler):
    """One request, one answer, connections kept open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Nothing: stderr belongs to the tests."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status: int, headers: dict[str, Any], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class MotoHandler(Quiet):
    """moto's DynamoDB is not thread safe: one call at a time."""

    lock = threading.Lock()

    def do_POST(self) -> None:
        body = self.body()
        service = self.headers["Authorization"].split("/")[3]
        url = f"https://{service}.{REGION}.amazonaws.com{self.path}"
        request = AWSPreparedRequest("POST", url, self.headers, body, False)
        with self.lock:
            status, headers, content = botocore_stubber.process_request(request)
        self.answer(status, dict(headers), content.encode() if isinstance(content, str) else content)


class ConnectionsHandler(Quiet):
    def do_POST(self) -> None:
        connection_id = unquote(self.path.rpartition("/")[2])
        status = self.server.connections.take(connection_id, self.body())
        names = {
            410: "GoneException",
            429: "LimitExceededException",
            403: "ForbiddenException",
            400: "BadRequestException",
        }
        headers = {"x-amzn-errortype": names[status]} if status in names else {}
        content = b"" if status in {200, 410} else b'{"message":"scripted"}'
        self.answer(status, headers | {"Content-Type": "application/json"}, content)


@dataclass
class Connections:
    """Records frames by connection; ``scripts`` holds the statuses of the next posts, ``statuses`` of all others."""

    frames: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    posts: Counter[str] = field(default_factory=Counter)
    scripts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, int] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.Lock)
    url: str = ""

    def take(self, connection_id: str, body: bytes) -> int:
        with self.lock:
            self.posts[connection_id] += 1
            script = self.scripts[connection_id]
            status = script.pop(0) if script else self.statuses.get(connection_id, 200)
            if status == 200:
                self.frames[connection_id].append(json.loads(body))
            return status


@dataclass(frozen=True)
class Aws:
    """What template.yaml would have created."""

    table: str
    queue_url: str
    secret_arn: str

    def items(self) -> list[dict[str, Any]]:
        """Everything in the table."""
        return boto3.client("dynamodb").scan(TableName=self.table)["Items"]

    def key_pairs(self) -> set[tuple[str, str]]:
        return {(item["pk"]["S"], item["sk"]["S"]) for item in self.items()}

    def bells(self) -> list[dict[str, Any]]:
        """The doorbell's messages, as a Lambda event's records."""
        answer = boto3.client("sqs").receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        return [{"messageId": each["MessageId"], "body": each["Body"]} for each in answer.get("Messages", [])]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


@pytest.fixture(scope="session")
def served() -> Iterator[Callable[[type[Quiet]], Server]]:
    """Starts servers on free ports, and ends them with the session."""
    servers = []

    def start(handler: type[Quiet]) -> Server:
        server = Server(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def moto_url(served: Any) -> str:
    return f"http://127.0.0.1:{served(MotoHandler).server_port}"


@pytest.fixture(scope="session")
def connections_server(served: Any) -> Any:
    return served(ConnectionsHandler)


@pytest.fixture
def connections(connections_server: Any) -> Connections:
    connections_server.connections = Connections(url=f"http://127.0.0.1:{connections_server.server_port}/v1")
    return connections_server.connections


@pytest.fixture
def aws(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """Empty services, with the environment that makes boto3 use them."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    _create_table()
    yield Aws("state", _queue(), _secret())
    for service in ("dynamodb", "sqs", "secretsmanager"):
        get_backend(service).reset()


def _create_table() -> None:
    boto3.client("dynamodb").create_table(
        TableName="state",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )


def _queue() -> str:
    attributes = {"FifoQueue": "true", "VisibilityTimeout": "0"}
    return boto3.client("sqs").create_queue(QueueName="doorbell.fifo", Attributes=attributes)["QueueUrl"]


def _secret() -> str:
    return boto3.client("secretsmanager").create_secret(Name="token", SecretString="s" * 64)["ARN"]


@pytest.fixture
def backend(aws: Aws, connections: Connections, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of template.yaml, and parts made anew from it."""
    variables = {
        "STATE_TABLE": aws.table,
        "DOORBELL_QUEUE_URL": aws.queue_url,
        "MANAGEMENT_ENDPOINT": connections.url,
        "CONNECTIONS_PER_USER": "3",
        "ALLOWED_ORIGINS": "https://app.example.com,loopback",
        "TOKEN_SECRET_ARN": aws.secret_arn,
        "POWERTOOLS_METRICS_NAMESPACE": "Longwire",
        "POWERTOOLS_SERVICE_NAME": "test",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    _forget()
    yield
    _forget()


def _forget() -> None:
    caches = [wiring.settings, wiring.store, wiring.delivery, wiring.doorbell, wiring.secrets]
    for cached in [*caches, authorizer.settings, authorizer.verifier, message.dispatcher, worker.greeter]:
        cached.cache_clear()


@pytest.fixture
def store(aws: Aws) -> Store:
    return Store(boto3.client("dynamodb"), aws.table, sleep=lambda _: None)


@pytest.fixture
def delivery(aws: Aws, connections: Connections) -> Delivery:  # noqa: ARG001 (its environment)
    """Wired as on Lambda, but it does not wait between tries."""
    return Delivery(wiring.management_client(connections.url, 8), 8, sleep=lambda _: None)


@pytest.fixture
def turn() -> Turn:
    """Plenty of time."""
    return Turn(now=NOW, deadline=time.monotonic() + 60)


@pytest.fixture
def logged() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The log lines of the test so far, each of which must be one JSON object."""
    stream = io.StringIO()
    handler = logger.registered_handler
    previous = handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    handler.setStream(previous)


@dataclass(frozen=True)
class Context:
    """What Lambda hands to a handler."""

    remaining: int = 20_000
    function_name: str = "function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:function"
    aws_request_id: str = "a"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture
def session() -> Callable[..., Session]:
    def make(connection: str = "c1=", user: str = "alice", tenant: str = "") -> Session:
        return Session(Peer(connection, connection), user, tenant, "json.webpubsub.azure.v1", NOW * 1000)

    return make


@pytest.fixture
def caller() -> Callable[..., Caller]:
    def make(
        connection: str = "c1=", user: str = "alice", roles: tuple[str, ...] = (), groups: tuple[str, ...] = ()
    ) -> Caller:
        identity = Identity(user, "", frozenset(roles), groups)
        return Caller(Peer(connection, connection), identity, "json.webpubsub.azure.v1")

    return make


@pytest.fixture
def event(caller: Any) -> Callable[..., dict[str, Any]]:
    """An event of API Gateway for any route, with our authorizer's context in it."""

    def make(
        route: str, *, body: str | None = None, headers: dict[str, str] | None = None, **who: Any
    ) -> dict[str, Any]:
        sender = caller(**who)
        request_context = {
            "routeKey": route,
            "authorizer": sender.to_context() | {"principalId": sender.identity.user_id},
            "eventType": {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}.get(route, "MESSAGE"),
            "connectionId": sender.peer.connection_id,
            "connectedAt": NOW * 1000,
            "requestId": "AAAAAAAAAAAAAAA=",
            "domainName": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
            "stage": "v1",
            "apiId": "abcdefghij",
        }
        found: dict[str, Any] = {"requestContext": request_context, "isBase64Encoded": False}
        if headers is not None:
            found |= {"headers": headers, "multiValueHeaders": {name: [value] for name, value in headers.items()}}
        return found if body is None else found | {"body": body}

    return make
