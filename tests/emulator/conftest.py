"""A gateway core in virtual time, a real server whose functions are scripted, and the command with a small project."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import boto3
import pytest
import pytest_asyncio
from botocore.config import Config

from faulty_app import app, faulty_server  # noqa: F401 - fixtures
from longwire.clock.clock import Clock
from longwire.core.api import (
    AccessLogSettings,
    Api,
    Authorizer,
    EventSource,
    Function,
    Integration,
    IntegrationResponse,
    Resource,
    Route,
    Stack,
    Stage,
    StreamSource,
)
from longwire.core.events import (
    Effect,
    HandshakeReceived,
    Input,
    InvocationFinished,
    Invoke,
    LogAccess,
    MessageReceived,
    Noted,
    SendFrame,
)
from longwire.core.gateway import Gateway
from longwire.core.ids import Ids
from longwire.core.quotas import Quotas
from longwire.inspector.timeline import Timeline
from longwire.server.carrier import Carrier
from longwire.server.server import Server
from longwire.services.service_endpoints import service_endpoints
from longwire_command import HANDLERS, TEMPLATE, Dev, running_dev
from running_services import RunningServices

START = 1_700_000_000.0
HEADERS = (
    ("Host", "localhost:8765"),
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
)


def lambda_route(
    key: str, *, two_way: bool = False, authorizer: Authorizer | None = None, timeout: float = 29
) -> Route:
    name = key.strip("$").capitalize()
    return Route(key, Integration(f"{name}Integration", "AWS_PROXY", name, timeout), authorizer, two_way)


def mock_route(key: str, request: str, response: str) -> Route:
    responses = (IntegrationResponse("$default", {"$default": response}),)
    integration = Integration("Mock", "MOCK", request_templates={"$default": request}, responses=responses)
    return Route(key, integration, two_way=True)


def api(
    *routes: Route,
    expression: str = "$request.body.action",
    variables: dict[str, str] | None = None,
    access_log: str | None = None,
) -> Api:
    by_key = {route.key: route for route in routes}
    settings = None if access_log is None else AccessLogSettings("arn:aws:logs:us-east-1:1:log-group:x", access_log)
    stage = Stage("dev", variables or {}, access_log=settings)
    return Api("Ws", "abcdefghij", "ws", "us-east-1", "123456789012", expression, by_key, stage)


@dataclass
class World:
    """One gateway and a clock that moves only when told to."""

    gateway: Gateway
    now: float = START
    effects: list[Effect] = field(default_factory=list)
    opened: int = 0

    def receive(self, event: Input) -> list[Effect]:
        self.effects = self.gateway.receive(event, self.now)
        return self.effects

    def advance(self, seconds: float) -> list[Effect]:
        """Move on, ticking at every deadline on the way as the server does."""
        end, seen = self.now + seconds, []
        while (deadline := self.gateway.next_deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            seen += self.gateway.tick(self.now)
        self.now = end
        self.effects = seen
        return seen

    def shake(self, target: str = "/dev", headers: Iterable[tuple[str, str]] = ()) -> str:
        connection_id = self.gateway.deployment.ids.connection_id()
        self.receive(HandshakeReceived(connection_id, target, (*HEADERS, *headers), "192.0.2.7"))
        return connection_id

    def open(self, target: str = "/dev", headers: Iterable[tuple[str, str]] = ()) -> str:
        """A connection whose functions, if any, agreed."""
        connection_id = self.shake(target, headers)
        while found := self.invoked():
            self.answer(found[0], json.dumps({"statusCode": 200}))
        return connection_id

    def say(self, connection_id: str, message: Any) -> list[Effect]:
        payload = message if isinstance(message, (str, bytes)) else json.dumps(message)
        return self.receive(MessageReceived(connection_id, payload, len(payload)))

    def answer(self, invocation: Invoke, payload: str) -> list[Effect]:
        return self.receive(InvocationFinished(invocation.invocation_id, payload))

    def fail(self, invocation: Invoke, message: str = "boom", kind: Any = "raised") -> list[Effect]:
        return self.receive(InvocationFinished(invocation.invocation_id, "", kind, message, "Exception"))

    def invoked(self) -> list[Invoke]:
        return [effect for effect in self.effects if isinstance(effect, Invoke)]

    def event(self) -> Any:
        """The event of the one invocation that the last input caused."""
        (invocation,) = self.invoked()
        return json.loads(invocation.payload)

    def frames(self) -> list[str]:
        return [effect.payload for effect in self.effects if isinstance(effect, SendFrame)]

    def logged(self) -> list[str]:
        """Lines of the access log."""
        return [effect.line for effect in self.effects if isinstance(effect, LogAccess)]

    def of(self, kind: type[Any]) -> list[Any]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def noted(self, event: str) -> list[Any]:
        return [effect.data for effect in self.effects if isinstance(effect, Noted) and effect.event == event]


MakeWorld = Callable[..., World]


@pytest.fixture
def world() -> MakeWorld:
    """``world(route, ..., expression=..., variables=..., access_log=..., **quotas)``."""

    def make(
        *routes: Route,
        expression: str = "$request.body.action",
        variables: dict[str, str] | None = None,
        access_log: str | None = None,
        **quotas: Any,
    ) -> World:
        given = api(*routes, expression=expression, variables=variables, access_log=access_log)
        return World(Gateway(given, Ids(Random(7).randbytes), replace(Quotas(), **quotas)))

    return make


@pytest.fixture
def routes() -> Any:
    """The makers of routes, so that tests need no import of this file."""

    class Makers:
        aws_proxy = staticmethod(lambda_route)
        mock = staticmethod(mock_route)
        api = staticmethod(api)

    return Makers


class Running:
    """A real server on a loopback port whose functions are scripted: name -> event -> returned value."""

    def __init__(self, server: Server, port: int, functions: dict[str, Callable[[Any], Any]]) -> None:
        self.server = server
        self.port = port
        self.functions = functions
        self.url = f"ws://127.0.0.1:{port}/dev"

    @property
    def stage(self) -> Carrier:
        """What serves its first Stage."""
        return self.server.carriers[0]

    @property
    def management(self) -> Any:
        """Unmodified boto3, as a handler makes it."""
        return boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=f"http://127.0.0.1:{self.port}/dev",
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}),
        )


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Any]:
    """``await serve(api, functions, other_apis)`` gives a Running."""
    stops: list[Callable[[], None]] = []

    async def start(
        given: Api, functions: dict[str, Callable[[Any], Any]] | None = None, others: Iterable[Api] = (), **quotas: Any
    ) -> Running:
        scripted = functions or {}

        def invoke(invocation: Invoke, done: Callable[[InvocationFinished], None]) -> None:
            returned = scripted[invocation.function](json.loads(invocation.payload))
            result = InvocationFinished(invocation.invocation_id, json.dumps(returned))
            asyncio.get_running_loop().call_soon(done, result)

        ids, changed = Ids(os.urandom), replace(Quotas(), **quotas)
        gateways = [Gateway(each, ids, changed) for each in (given, *others)]
        server = Server(gateways, invoke, Timeline(), Clock(), lambda: 9)
        listener = await asyncio.get_running_loop().create_server(server.connection, "127.0.0.1", 0)
        stops.extend((server.stop, listener.close))
        return Running(server, listener.sockets[0].getsockname()[1], scripted)

    yield start
    for stop in stops:
        stop()


RunServices = Callable[..., RunningServices]


@pytest.fixture(scope="module")
def run_services() -> Iterator[RunServices]:
    """``run_services(resource, ..., functions=..., event_sources=..., invoke_url=...)``; ready when it returns."""
    running: list[RunningServices] = []

    def run(
        *resources: Resource,
        functions: Iterable[Function] = (),
        event_sources: tuple[EventSource | StreamSource, ...] = (),
        invoke_url: str = "http://127.0.0.1:9",
        region: str = "eu-west-1",
        environ: dict[str, str] | None = None,
        wait: bool = True,
        endpoints: Iterable[str] = (),
    ) -> RunningServices:
        by_id = {resource.logical_id: resource for resource in resources}
        named = {function.logical_id: function for function in functions}
        stack = Stack("chat", region, "123456789012", (api(),), named, by_id, event_sources)
        shell = dict(os.environ) if environ is None else environ
        services = RunningServices(stack, invoke_url, shell, service_endpoints(endpoints))
        running.append(services)
        if wait:
            services.call(services.services.ready())
        return services

    yield run
    for services in running:
        services.close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "app.py").write_text(HANDLERS)
    return tmp_path


@pytest.fixture
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A shell with real-looking credentials, and a cache of its own."""
    secrets = {"AWS_PROFILE": "prod", "AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "real", "OWN": "shell"}
    return {**os.environ, **secrets, "XDG_CACHE_HOME": str(tmp_path_factory.getbasetemp() / "cache")}


@pytest.fixture
def dev(project: Path, env: dict[str, str]) -> Dev:
    """``with dev(option, ..., ends_with=...) as running``: ``longwire dev --json`` in the project."""
    return partial(running_dev, project, env)
