"""The Lambda Runtime API, as one execution environment sees it.

Lambda developer guide, "Using the Lambda runtime API for custom runtimes", version 2018-06-01: a runtime asks for the
next invocation, posts its response or its error, and asks again. An error before the first ``next`` is the init's.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from longwire.bootstrap.main import MAX_PAYLOAD
from longwire.runtime.lambda_log import ErrorKind
from longwire.runtime.outcome import Outcome
from longwire.server.http1 import Exchange, HttpRequest, HttpResponse

__all__ = ["Invocation", "RuntimeApi"]

VERSION = "/2018-06-01/runtime"
RESULT = re.compile(rf"{VERSION}/invocation/(?P<request_id>[^/]+)/(?P<what>response|error)/?")
JSON_TYPE = ("content-type", "application/json")
ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"


@dataclass(frozen=True, slots=True)
class Invocation:
    """``deadline_ms`` is Unix time."""

    request_id: str
    deadline_ms: int
    trace_id: str
    payload: str
    qualifier: str = ""
    client_context: str = ""


class Told(Protocol):
    """Hears what the runtime says; a failed init may be told more than once, by runtimes that try again."""

    def asked_for_next(self) -> None: ...
    def init_error(self, outcome: Outcome) -> None: ...
    def result(self, outcome: Outcome) -> None: ...


class RuntimeApi:
    """``deliver`` an invocation; it is sent as soon as the runtime asks for the next one. ``arn`` is the function's."""

    def __init__(self, arn: str, told: Told) -> None:
        self.arn = arn
        self.told = told
        self.asking: Exchange | None = None
        self.waiting: Invocation | None = None
        self.running = ""

    def deliver(self, invocation: Invocation) -> None:
        self.waiting = invocation
        self.send()

    def send(self) -> None:
        if self.asking is None or self.waiting is None:
            return
        exchange, invocation = self.asking, self.waiting
        self.asking = self.waiting = None
        self.running = invocation.request_id
        headers: tuple[tuple[str, str], ...] = (
            JSON_TYPE,
            ("Lambda-Runtime-Aws-Request-Id", invocation.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(invocation.deadline_ms)),
            ("Lambda-Runtime-Invoked-Function-Arn", ":".join(filter(None, (self.arn, invocation.qualifier)))),
            ("Lambda-Runtime-Trace-Id", invocation.trace_id),
        )
        if invocation.client_context:
            headers = (*headers, ("Lambda-Runtime-Client-Context", decoded(invocation.client_context)))
        exchange.respond(HttpResponse(200, headers, invocation.payload.encode()))

    # --- what it asks: an HttpApplication

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        result = RESULT.fullmatch(request.path)
        if request.method == "GET" and request.path.rstrip("/") == f"{VERSION}/invocation/next":
            self.next(exchange)
        elif request.method == "POST" and request.path.rstrip("/") == f"{VERSION}/init/error":
            exchange.respond(accepted())
            self.told.init_error(failure(request, "init_failed"))
        elif request.method == "POST" and result is not None:
            self.result(result["request_id"], result["what"], request, exchange)
        else:
            exchange.respond(refusal(404, "NotFound", f"{request.method} {request.path} is not of the Runtime API"))

    def next(self, exchange: Exchange) -> None:
        if self.running:
            text = "The invocation before has neither a response nor an error"
            exchange.respond(refusal(403, "InvalidStateTransition", text))
            return
        self.asking = exchange
        exchange.gone = lambda: self.left(exchange)
        self.told.asked_for_next()
        self.send()

    def left(self, exchange: Exchange) -> None:
        """A runtime may give up waiting and ask again on another connection."""
        if self.asking is exchange:
            self.asking = None

    def result(self, request_id: str, what: str, request: HttpRequest, exchange: Exchange) -> None:
        if not self.running or request_id != self.running:
            exchange.respond(refusal(400, "InvalidRequestID", "Invalid request ID"))
            return
        self.running = ""
        if what == "error":
            exchange.respond(accepted())
            self.told.result(failure(request, "raised"))
        elif len(request.body) > MAX_PAYLOAD:
            text = f"Response payload size exceeded maximum allowed payload size ({MAX_PAYLOAD} bytes)."
            exchange.respond(refusal(413, "RequestEntityTooLarge", text))
            self.told.result(Outcome("", "raised", "Function.ResponseSizeTooLarge", text))
        else:
            exchange.respond(accepted())
            self.told.result(Outcome(request.body.decode("utf-8", "replace")))


def decoded(client_context: str) -> str:
    """Runtimes get JSON; in ASCII, so that a header can hold it."""
    return json.dumps(json.loads(b64decode(client_context)))


def accepted() -> HttpResponse:
    return HttpResponse(202, (JSON_TYPE,), b'{"status":"OK"}\n')


def refusal(status: int, kind: str, message: str) -> HttpResponse:
    return HttpResponse(status, (JSON_TYPE,), json.dumps({"errorType": kind, "errorMessage": message}).encode())


def failure(request: HttpRequest, error: ErrorKind) -> Outcome:
    """Runtimes send ``errorType``, ``errorMessage`` and ``stackTrace`` (Node's: ``trace``); none of it is sure.

    They write what went wrong to their log themselves.
    """
    said = told_error(request.body)
    kind = str(said.get("errorType") or request.header(ERROR_TYPE) or "Error")
    trace = said.get("stackTrace") or said.get("trace") or ()
    lines = tuple(f"{str(line).rstrip()}\n" for line in trace) if isinstance(trace, list) else ()
    return Outcome("", error, kind, str(said.get("errorMessage") or ""), lines, logged=True)


def told_error(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {"errorMessage": body.decode("utf-8", "replace")}
