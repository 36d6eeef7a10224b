"""Lambda's Invoke API on our port: handlers that call functions, and event source mappings.

``POST /2015-03-31/functions/{name}/invocations`` with ``X-Amz-Invocation-Type`` RequestResponse, Event or DryRun.
"""

import base64
import json
import re
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote

from longwire.core.api import Function, Stack
from longwire.core.asynchronous import Invocable, function_failure
from longwire.core.events import InvocationFinished, Invoke
from longwire.server.async_invocations import AsyncInvocations, Runs
from longwire.server.http1 import Exchange, HttpRequest, HttpResponse

__all__ = ["LambdaApi", "Logs"]

PATH = re.compile(r"/2015-03-31/functions/(?P<name>[^/]+)/invocations/?")
FUNCTIONS = re.compile(r"/\d{4}-\d\d-\d\d/functions(/.*)?")
STREAMING = re.compile(r"/2021-11-15/functions/[^/]+/response-streaming-invocations/?")
KINDS = ("RequestResponse", "Event", "DryRun")
# Quota "Invocation payload": 6 MB, synchronous; 1 MB, asynchronous. Words observed.
LIMITS = {"RequestResponse": 6_291_456, "DryRun": 6_291_456, "Event": 1_048_576}
MAX_TAIL = 4096  # bytes; documented: LogResult is "the last 4 KB of the execution log"
MAX_CONTEXT = 3583  # bytes; documented: "up to 3,583 bytes of base64-encoded data"
JSON_TYPE = ("content-type", "application/json")


class Logs(Protocol):
    """Keeps what one invocation writes to its log, from ``keep`` until ``kept``."""

    def keep_log(self, invocation_id: str) -> None: ...
    def kept_log(self, invocation_id: str) -> str: ...


class LambdaApi:
    """``invoke`` is the runtime's; ``new_id()`` gives UUIDs."""

    def __init__(
        self, stack: Stack, invoke: Runs, new_id: Callable[[], str], queue: AsyncInvocations, logs: Logs
    ) -> None:
        self.stack = stack
        self.invoke = invoke
        self.new_id = new_id
        self.queue = queue
        self.logs = logs
        self.waiting: set[str] = set()  # the invocations whose callers wait for the answer

    @staticmethod
    def handles(request: HttpRequest) -> bool:
        return FUNCTIONS.fullmatch(request.path) is not None

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        found = PATH.fullmatch(request.path)
        if found is None or request.method != "POST":
            exchange.respond(not_emulated(request))
            return
        name, qualifier = named(unquote(found["name"]))
        asked = parse_qs(request.target.partition("?")[2]).get("Qualifier", [""])[-1]
        if qualifier and asked and qualifier != asked:
            # Observed: InvalidParameterValueException where the two differ.
            text = "The derived qualifier from the function name does not match the specified qualifier."
            exchange.respond(failure(400, "InvalidParameterValueException", text))
            return
        self.start(name, qualifier or asked, request, exchange)

    def start(self, name: str, qualifier: str, request: HttpRequest, exchange: Exchange) -> None:
        function = next((each for each in self.stack.functions.values() if each.name == name), None)
        version = None if function is None else self.invocable(function).version_of(qualifier)
        if function is None or version is None:
            arn = f"arn:aws:lambda:{self.stack.region}:{self.stack.account_id}:function:{name}"
            shown = f"{arn}:{qualifier}" if qualifier else arn
            exchange.respond(failure(404, "ResourceNotFoundException", f"Function not found: {shown}"))
            return
        refused = refusal(request)
        if refused is not None:
            exchange.respond(refused)
            return
        payload, context = request.body.decode() or "{}", request.header("X-Amz-Client-Context") or ""
        kind = request.header("X-Amz-Invocation-Type") or KINDS[0]
        if kind == "Event":
            request_id = self.queue.accept(function, qualifier, payload, context)
            exchange.respond(HttpResponse(202, (("x-amzn-requestid", request_id),)))
        elif kind == "DryRun":
            exchange.respond(HttpResponse(204, (("x-amzn-requestid", self.new_id()),)))
        else:
            tail = request.header("X-Amz-Log-Type") == "Tail"
            ids = self.new_id(), self.new_id()
            invocation = Invoke(ids[0], function.logical_id, payload, "", "", ids[1], qualifier, context)
            self.run(invocation, version, exchange, tail=tail)

    def run(self, invocation: Invoke, version: str, exchange: Exchange, *, tail: bool) -> None:
        if tail:
            self.logs.keep_log(invocation.invocation_id)

        runtime = self.stack.functions[invocation.function].runtime

        def done(result: InvocationFinished) -> None:
            self.waiting.discard(invocation.invocation_id)
            log = self.logs.kept_log(invocation.invocation_id) if tail else ""
            failed = function_failure(result, invocation.request_id, runtime) if result.error else None
            exchange.respond(answered(result, failed, invocation.request_id, version, log))

        self.waiting.add(invocation.invocation_id)
        self.invoke(invocation, done)

    def invocable(self, function: Function) -> Invocable:
        return self.stack.invocables.get(function.logical_id, Invocable())


def named(text: str) -> tuple[str, str]:
    """Name and qualifier of a name, a partial ARN or an ARN."""
    parts = text.split(":")
    if "function" in parts:
        parts = parts[parts.index("function") + 1 :]
    return parts[0], parts[1] if len(parts) > 1 else ""


def refusal(request: HttpRequest) -> HttpResponse | None:
    """What is wrong with the request, whatever the function."""
    kind = request.header("X-Amz-Invocation-Type") or KINDS[0]
    if kind not in KINDS:
        text = f"Value '{kind}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set"
        return failure(400, "InvalidParameterValueException", text)
    if len(request.body) > LIMITS[kind]:
        text = f"Request must be smaller than {LIMITS[kind]} bytes for the InvokeFunction operation"
        return failure(413, "RequestEntityTooLargeException", text)
    try:
        json.loads(request.body.decode() or "{}")
    except (ValueError, RecursionError) as exc:
        return failure(400, "InvalidRequestContentException", f"Could not parse request body into json: {exc}")
    return wrong_context(request.header("X-Amz-Client-Context") or "")


def wrong_context(context: str) -> HttpResponse | None:
    try:
        known = not context or isinstance(json.loads(base64.b64decode(context, validate=True)), dict)
    except (ValueError, RecursionError):
        known = False
    if known and len(context) <= MAX_CONTEXT:
        return None
    text = "Client context must be a valid Base64-encoded JSON object of at most 3583 bytes."
    return failure(400, "InvalidRequestContentException", text)


def answered(
    result: InvocationFinished, failed: dict[str, Any] | None, request_id: str, version: str, log: str
) -> HttpResponse:
    if result.error == "throttled":
        return failure(
            429,
            "TooManyRequestsException",
            "Rate Exceeded.",
            Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
        )
    headers = [JSON_TYPE, ("x-amzn-requestid", request_id), ("X-Amz-Executed-Version", version)]
    if log:
        headers.append(("X-Amz-Log-Result", base64.b64encode(log.encode()[-MAX_TAIL:]).decode()))
    if failed is None:
        return HttpResponse(200, tuple(headers), result.payload.encode())
    # Documented: a function's own failure is a 200 with this header.
    headers.append(("X-Amz-Function-Error", "Unhandled"))
    return HttpResponse(200, tuple(headers), json.dumps(failed).encode())


def not_emulated(request: HttpRequest) -> HttpResponse:
    if STREAMING.fullmatch(request.path):
        text = "InvokeWithResponseStream is not emulated: call Invoke."
    else:
        text = "Of Lambda's API, Invoke alone is emulated."
    return failure(501, "NotEmulated", text)


def failure(status: int, kind: str, message: str, **more: str) -> HttpResponse:
    body = json.dumps({"Type": "User", "Message": message, "message": message, **more}).encode()
    return HttpResponse(status, (JSON_TYPE, ("x-amzn-errortype", kind)), body)
