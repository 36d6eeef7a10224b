"""An HTTP entry point and requests to it, as the core sees them."""

from dataclasses import replace
from random import Random
from typing import Any

from longwire.core.events import InvocationFinished, Invoke
from longwire.core.http.api import HttpApi, HttpRoute, Kind, LambdaProxy
from longwire.core.http.gateway import Answered, HttpGateway
from longwire.core.http.request import Incoming
from longwire.core.http.response import Answer
from longwire.core.http.routes import Match, Router
from longwire.core.iam import AccessKey
from longwire.core.ids import Ids
from longwire.core.quotas import Quotas

START = 1_700_000_000.25
PROXY = LambdaProxy("Publish", "2.0", 30.0)
V1 = LambdaProxy("Publish", "1.0", 30.0)


def route(key: str, integration: Any = PROXY, **more: Any) -> HttpRoute:
    """``route("GET /pets/{id}")``, ``route("$default")``."""
    method, _, path = key.partition(" ")
    return HttpRoute(method if path else "ANY", path or key, integration, **more)


def entry(*routes: HttpRoute, kind: Kind = "http", **more: Any) -> HttpApi:
    api_id = "a" * 32 if kind == "url" else "abcdefghij"
    given = routes or (route("$default"),)
    return HttpApi("Api", api_id, "api", kind, "eu-west-1", "123456789012", given, **more)


def incoming(method: str = "GET", target: str = "/", *headers: tuple[str, str], body: bytes = b"") -> Incoming:
    shown = (("Host", "127.0.0.1:8765"), ("User-Agent", "test/1"), *headers)
    return Incoming("reqid=", method, target, shown, body, "192.0.2.7", START, "1-6553f100-0")


def matched(api: HttpApi, request: Incoming) -> Match:
    found = Router(api).match(request.method, request.below(api))
    assert found is not None
    return found


class Entry:
    """A gateway and a clock that moves only when told to."""

    def __init__(self, api: HttpApi, *keys: AccessKey, **quotas: Any) -> None:
        known = {key.key_id: key for key in keys}
        self.gateway = HttpGateway(api, Ids(Random(7).randbytes), replace(Quotas(), **quotas), known)
        self.now = START
        self.effects: list[Invoke | Answered] = []

    def ask(self, method: str = "GET", target: str = "/", *headers: tuple[str, str], body: bytes = b"") -> "Entry":
        return self.send(incoming(method, target, *headers, body=body))

    def send(self, request: Incoming) -> "Entry":
        self.effects = self.gateway.receive(replace(request, received_at=self.now), self.now)
        return self

    @property
    def invoked(self) -> Invoke:
        (effect,) = self.effects
        assert isinstance(effect, Invoke), effect
        return effect

    @property
    def answered(self) -> Answered:
        (effect,) = self.effects
        assert isinstance(effect, Answered), effect
        return effect

    @property
    def answer(self) -> Answer:
        return self.answered.answer

    @property
    def said(self) -> tuple[int, str]:
        return self.answer.status, self.answer.body.decode()

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.answer.headers)

    def returns(self, payload: str) -> "Entry":
        self.effects = self.gateway.finished(InvocationFinished(self.invoked.invocation_id, payload), self.now)
        return self

    def fails(self, error: Any = "raised", message: str = "boom") -> "Entry":
        result = InvocationFinished(self.invoked.invocation_id, "", error, message)
        self.effects = self.gateway.finished(result, self.now)
        return self

    def wait(self, seconds: float) -> "Entry":
        self.now += seconds
        self.effects = self.gateway.tick(self.now)
        return self
