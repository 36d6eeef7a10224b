"""Routes to backends that are no Lambda proxies, and their scripted answers, for a gateway in virtual time."""

import json
from typing import Any

from longwire.core.api import Integration, IntegrationResponse, Route, ServiceAction
from longwire.core.events import CallHttp, CallService, IntegrationAnswered, Invoke

__all__ = ["RESPONSES", "answered", "called", "errors", "http", "service"]

RESPONSES = (
    IntegrationResponse("$default", {"$default": "got $input.path('$.a')"}),
    IntegrationResponse("/4../", {"$default": "no: $input.body"}),
)


def http(key: str, *, two_way: bool = True, kind: Any = "HTTP", timeout: float = 29, **fields: Any) -> Route:
    fields = {"url": "http://127.0.0.1:9/{id}", "responses": RESPONSES} | fields
    return Route(key, Integration("Http", kind, timeout=timeout, **fields), two_way=two_way)


def service(key: str, **fields: Any) -> Route:
    action = ServiceAction("dynamodb", "us-east-1", "PutItem")
    return Route(key, Integration("Put", "AWS", service=action, responses=RESPONSES, **fields), two_way=True)


def called(world: Any) -> Any:
    (found,) = [effect for effect in world.effects if isinstance(effect, CallHttp | CallService | Invoke)]
    return found


def answered(world: Any, status: int = 200, body: str = '{"a": 1}', **fields: Any) -> Any:
    found = called(world)
    return world.receive(IntegrationAnswered(found.invocation_id, status, body=body.encode(), **fields))


def errors(world: Any) -> list[str]:
    return [json.loads(frame)["message"] for frame in world.frames()]
