"""Fixtures of the backend's tests.

The code under test is wired by its environment alone, with unmodified boto3, as it is on Lambda.
"""

import io
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import boto3
import pytest
from moto.backends import get_backend

from backend_aws import REGION, Aws, MotoServer, Server, created
from backend_connections import Connections, ConnectionsServer
from backend_device import Stage
from backend_events import Context, caller_of, handshake_event, proxy_event
from backend_http import administration, service_sdk
from longwire_app import admin, authorizer, disconnect, fallback, message, publish_queue, wiring, worker
from longwire_app.application import app
from longwire_app.delivery import Delivery
from longwire_app.doorbell import Doorbell
from longwire_app.log import logger
from longwire_app.pump_runner import Parts, PumpRunner
from longwire_app.session import Caller, Peer, Session
from longwire_app.session_store import SessionStore
from longwire_app.spread import JobQueue
from longwire_app.store import Store
from longwire_app.stream import Window
from longwire_app.table import Table
from longwire_app.topic_log import TopicLog
from longwire_app.turn import Turn
from longwire_app.worker import Porter
from wire_tap import strangers

__all__ = ["administration", "service_sdk"]


def now() -> int:
    """Asked by each test: a token of the start of a long run would have expired."""
    return int(time.time())


S = TypeVar("S", bound=Server)


@pytest.fixture(scope="session")
def served() -> Iterator[Callable[[S], S]]:
    """Starts servers, and ends them with the session."""
    servers: list[Server] = []

    def start(server: S) -> S:
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def moto_server(served: Callable[[MotoServer], MotoServer]) -> MotoServer:
    return served(MotoServer())


@pytest.fixture(scope="session")
def connections_server(served: Callable[[ConnectionsServer], ConnectionsServer]) -> ConnectionsServer:
    return served(ConnectionsServer())


@pytest.fixture
def connections(connections_server: ConnectionsServer) -> Iterator[Connections]:
    """Whatever the test is about, no frame without a type may reach a client."""
    found = connections_server.reset()
    yield found
    assert found.untyped == []


@pytest.fixture
def aws(moto_server: MotoServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """Empty services, with the environment that makes boto3 use them."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_server.origin)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    found = created()
    moto_server.reset()
    yield found
    for service in ("dynamodb", "sqs", "secretsmanager"):
        get_backend(service).reset()


@pytest.fixture
def denials(aws: Aws, moto_server: MotoServer) -> Any:  # noqa: ARG001 (its services)
    """``denials["PutItem"] = 1`` has the next PutItem denied."""
    return moto_server.denials


@pytest.fixture
def calls(aws: Aws, moto_server: MotoServer) -> Any:  # noqa: ARG001 (its services)
    """How often each operation of a service was called, ``dynamodb:PutItem``."""
    return moto_server.calls


@pytest.fixture
def backend(aws: Aws, connections: Connections, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of template.yaml, and parts made anew from it."""
    variables = {
        "STATE_TABLE": aws.table,
        "LOG_TABLE": aws.log_table,
        "DOORBELL_QUEUE_URL": aws.queue_url,
        "BROADCAST_QUEUE_URL": aws.broadcast_queue_url,
        "MANAGEMENT_ENDPOINT": connections.url,
        "CONNECTIONS_PER_USER": "3",
        "GAUGE_SECONDS": "0",
        "ALLOWED_ORIGINS": "https://app.example.com,loopback",
        "TOKEN_SECRET_ARN": aws.secret_arn,
        "HUB": "chat",
        "PUBLISH_DEAD_LETTERS_URL": aws.dead_letters_url,
        "POWERTOOLS_METRICS_NAMESPACE": "Longwire",
        "POWERTOOLS_SERVICE_NAME": "test",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    _forget()
    yield
    _forget()


def _forget() -> None:
    modules = (admin, authorizer, disconnect, fallback, message, publish_queue, wiring, worker)
    for cached in [each for module in modules for each in vars(module).values() if hasattr(each, "cache_clear")]:
        cached.cache_clear()


@pytest.fixture
def store(table: Table, aws: Aws, moto_server: MotoServer) -> Iterator[Store]:
    """Whatever a test does with it, the tables must not contradict themselves."""
    yield Store(table)
    moto_server.denials.clear()
    assert aws.inconsistencies(interrupted=True) == []


@pytest.fixture
def table(aws: Aws) -> Table:
    return Table(boto3.client("dynamodb"), aws.table, sleep=lambda _: None)


@pytest.fixture
def sessions(table: Table) -> SessionStore:
    return SessionStore(table)


@pytest.fixture
def topic_log(table: Table, aws: Aws) -> TopicLog:
    log = Table(table.client, aws.log_table, sleep=lambda _: None)
    return TopicLog(table, log, sleep=lambda _: None)


@pytest.fixture
def doorbell(aws: Aws) -> Doorbell:
    return Doorbell(boto3.client("sqs"), aws.queue_url)


@pytest.fixture
def jobs(aws: Aws) -> JobQueue:
    return JobQueue(boto3.client("sqs"), aws.broadcast_queue_url)


@pytest.fixture
def delivery(aws: Aws, connections: Connections) -> Delivery:  # noqa: ARG001 (its environment)
    """Wired as on Lambda, but it does not wait between tries."""
    return Delivery(wiring.management_client(connections.url, 8), 8, sleep=lambda _: None)


@pytest.fixture
def pauses() -> list[float]:
    """What the pump's runner slept, without sleeping."""
    return []


@pytest.fixture
def porter(
    store: Store,
    sessions: SessionStore,
    topic_log: TopicLog,
    delivery: Delivery,
    doorbell: Doorbell,
    pauses: list[float],
) -> Porter:
    runner = PumpRunner(Parts(app, store, sessions, topic_log, delivery), Window(), sleep=pauses.append)
    return Porter(runner, doorbell)


@pytest.fixture
def stage(
    backend: None,  # noqa: ARG001 (its environment)
    aws: Aws,
    connections: Connections,
    moto_server: MotoServer,
) -> Iterator[Stage]:
    """For devices: clients without sockets. In the end the tables must agree with themselves in everything."""
    found = Stage(aws, connections, now())
    yield found
    moto_server.denials.clear()
    assert strangers(frame for frames in connections.frames.values() for frame in frames) == []
    assert aws.inconsistencies(interrupted=found.interrupted) == []


@pytest.fixture
def turn() -> Turn:
    """Plenty of time."""
    return Turn(now=now(), deadline=time.monotonic() + 60)


@pytest.fixture
def logged() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The log lines of the test so far, each of which must be one JSON object."""
    stream = io.StringIO()
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    previous = handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    handler.setStream(previous)


@pytest.fixture
def counted(
    backend: None,  # noqa: ARG001 (its namespace)
    capsys: pytest.CaptureFixture[str],
    logged: Any,  # noqa: ARG001 (keeps log lines apart)
) -> Callable[[], dict[str, float]]:
    """The metrics since the last look, as CloudWatch would read them from stdout."""

    def read() -> dict[str, float]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return {
            metric["Name"]: line[metric["Name"]][0]
            for line in lines
            for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        }

    return read


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture
def session() -> Callable[..., Session]:
    def make(connection: str = "c1=", user: str = "alice", tenant: str = "") -> Session:
        return Session(Peer(connection, connection), user, tenant, "json.webpubsub.azure.v1", now() * 1000)

    return make


@pytest.fixture
def caller() -> Callable[..., Caller]:
    return caller_of


@pytest.fixture
def event(caller: Callable[..., Caller]) -> Callable[..., dict[str, Any]]:
    """An event of API Gateway for any route, with our authorizer's context in it."""

    def make(
        route: str, *, body: str | None = None, headers: dict[str, str] | None = None, **who: Any
    ) -> dict[str, Any]:
        made: dict[str, Any] = proxy_event(route, caller(**who), now(), body, headers)
        return made

    return make


@pytest.fixture
def handshake() -> Callable[..., dict[str, Any]]:
    """The event that the authorizer is asked with."""

    def make(
        headers: dict[str, str] | None = None, query: dict[str, str] | None = None, connection: str = "c1="
    ) -> dict[str, Any]:
        made: dict[str, Any] = handshake_event(now(), headers or {}, query or {}, connection)
        return made

    return make
