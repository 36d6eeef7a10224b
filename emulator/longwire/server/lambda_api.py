"""Lambda's Invoke API on our port: handlers that call functions, and event source mappings.

``POST /2015-03-31/functions/{name}/invocations`` with ``X-Amz-Invocation-Type`` RequestResponse, Event or DryRun.
"""

import json
import re
from collections.abc import Callable
from typing import Protocol
from urllib.parse import unquote

from longwire.core.api import Function, Stack
from longwire.core.events import InvocationFinished, Invoke
from longwire.server.http1 import Exchange, HttpRequest, HttpResponse

__all__ = ["LambdaApi"]

PATH = re.compile(r"/2015-03-31/functions/(?P<name>[^/]+)/invocations/?")
ASYNC_RETRIES = (60.0, 120.0)  # seconds; documented: two more tries, after one minute and after two
JSON_TYPE = ("content-type", "application/json")


class Runs(Protocol):
    def __call__(self, invocation: Invoke, done: Callable[[InvocationFinished], None]) -> None: ...


class LambdaApi:
    """``invoke`` is the runtime's; ``later(seconds, call)`` starts a timer; ``new_id()`` gives invocation ids."""

    def __init__(
        self,
        stack: Stack,
        invoke: Runs,
        new_id: Callable[[], str],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self.stack = stack
        self.invoke = invoke
        self.new_id = new_id
        self.later = later

    @staticmethod
    def handles(request: HttpRequest) -> bool:
        return request.path.startswith("/2015-03-31/functions/")

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        found = PATH.fullmatch(request.path)
        if found is None or request.method != "POST":
            exchange.respond(failure(501, "NotEmulated", "Of Lambda's API, Invoke alone is emulated."))
            return
        name = function_name(unquote(found["name"]))
        function = self.named(name)
        if function is None:
            arn = f"arn:aws:lambda:{self.stack.region}:{self.stack.account_id}:function:{name}"
            exchange.respond(failure(404, "ResourceNotFoundException", f"Function not found: {arn}"))
            return
        self.start(function, request, exchange)

    def start(self, function: Function, request: HttpRequest, exchange: Exchange) -> None:
        try:
            payload = request.body.decode() or "{}"
            json.loads(payload)
        except ValueError as exc:
            text = f"Could not parse request body into json: {exc}"
            exchange.respond(failure(400, "InvalidRequestContentException", text))
            return
        kind = request.header("X-Amz-Invocation-Type") or "RequestResponse"
        if kind == "RequestResponse":
            self.invoke(self.invocation(function, payload), lambda result: exchange.respond(answered(result)))
        elif kind == "Event":
            self.invoke_async(function, payload, ASYNC_RETRIES)
            exchange.respond(HttpResponse(202))
        else:
            exchange.respond(HttpResponse(204))

    def invoke_async(self, function: Function, payload: str, retries: tuple[float, ...]) -> None:
        def done(result: InvocationFinished) -> None:
            if result.error and retries:
                self.later(retries[0], lambda: self.invoke_async(function, payload, retries[1:]))

        self.invoke(self.invocation(function, payload), done)

    def invocation(self, function: Function, payload: str) -> Invoke:
        return Invoke(self.new_id(), function.logical_id, payload, "", "")

    def named(self, name: str) -> Function | None:
        return next((function for function in self.stack.functions.values() if function.name == name), None)


def function_name(text: str) -> str:
    """From a name, a partial ARN or an ARN, each with or without a qualifier."""
    parts = text.split(":")
    if "function" in parts:
        return parts[parts.index("function") + 1]
    return parts[0]


def answered(result: InvocationFinished) -> HttpResponse:
    version = ("X-Amz-Executed-Version", "$LATEST")
    if result.error == "throttled":
        return failure(429, "TooManyRequestsException", "Rate Exceeded.")
    if not result.error:
        return HttpResponse(200, (JSON_TYPE, version), result.payload.encode())
    body = {"errorMessage": result.error_message, "errorType": result.error_type}
    # Documented: a function's own failure is a 200 with this header.
    headers = (JSON_TYPE, version, ("X-Amz-Function-Error", "Unhandled"))
    return HttpResponse(200, headers, json.dumps(body).encode())


def failure(status: int, kind: str, message: str) -> HttpResponse:
    body = json.dumps({"Type": "User", "Message": message, "message": message}).encode()
    return HttpResponse(status, (JSON_TYPE, ("x-amzn-errortype", kind)), body)
