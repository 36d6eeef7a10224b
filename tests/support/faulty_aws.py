"""DynamoDB, SQS, Secrets Manager and @connections behind botocore's own hook, each of whose calls may fail.

The clients are unmodified: what a hook answers or raises, botocore takes for what came from the network, and tries
again as it always does.
"""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import unquote

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse

from fifo_queue import FifoQueue
from moto_in_virtual_time import world
from virtual_clock import VirtualClock

__all__ = ["FAULTS", "Cloud", "Faults", "Killed", "Reply"]

LATENCY = 0.005
"""Seconds of every call."""

Reply = tuple[int, dict[str, str], bytes]

NETWORK = (
    *("no answer", "an answer that got lost", "no connection in time", "nobody listens"),
    *("reset before the call", "reset after the call"),
)
"""Of every service. Of two of them the call had its effect."""

FAULTS: Mapping[str, tuple[str, ...]] = {
    "dynamodb": ("throttled", "500", "503", "conflict", "partial", *NETWORK),
    "sqs": ("throttled", "500", "503", "partial", *NETWORK),
    "secrets-manager": ("throttled", "500", "503", *NETWORK),
    "apigatewaymanagementapi": ("throttled", "500", "503", "403", *NETWORK),
}


class Killed(BaseException):
    """Lambda ends the invocation here; nothing of it catches this."""


@dataclass
class Faults:
    """``rate`` of the calls fail, by one of ``kinds`` that the service knows. ``count`` is how many did."""

    rate: float = 0.0
    kinds: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    random: Random = field(default_factory=lambda: Random(0))
    count: int = 0

    def next(self, service: str, operation: str) -> str | None:
        if (self.operations and operation not in self.operations) or self.random.random() >= self.rate:
            return None
        possible = [kind for kind in FAULTS[service] if not self.kinds or kind in self.kinds]
        if not possible:
            return None
        self.count += 1
        return self.random.choice(possible)


def error(status: int, code: str, **fields: Any) -> Reply:
    body = {"__type": code, "message": "scripted", **fields}
    return status, {"x-amzn-errortype": code, "Content-Type": "application/json"}, json.dumps(body).encode()


def answer(**fields: Any) -> Reply:
    return 200, {"Content-Type": "application/json"}, json.dumps(fields).encode()


class Cloud:
    """``hook`` is for botocore's ``before-send``. ``post`` and ``close`` are @connections; they return a status."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.faults = Faults()
        self.queue = FifoQueue(clock)
        self.secret = "s" * 64
        self.post: Callable[[str, bytes], int] = lambda _id, _frame: 410
        self.close: Callable[[str], int] = lambda _id: 204
        self.calls: list[str] = []
        self.script: Callable[[int], str | None] | None = None  # the fault of the nth call, from 0, or None
        self.interlude: dict[int, Callable[[], None]] = {}  # what somebody else does just before the nth call
        self.lock = threading.Lock()
        self.moto = world().moto

    def hook(self, request: Any, event_name: str, **_: Any) -> AWSResponse:
        service, operation = event_name.split(".")[1:]
        number = len(self.calls)
        self.calls.append(operation)
        self.clock.sleep(LATENCY)
        if number in self.interlude:
            self.interlude.pop(number)()
        fault = self.script(number) if self.script else self.faults.next(service, operation)
        if fault == "killed":
            raise Killed
        status, headers, body = self.faulty(fault, service, operation, request)
        return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), MockRawResponse(body))

    def faulty(self, fault: str | None, service: str, operation: str, request: Any) -> Reply:
        match fault:
            case "throttled":
                return throttled(service)
            case "500" | "503" | "403":
                return error(int(fault), "InternalServerError" if fault != "403" else "ForbiddenException")
            case "conflict":
                return conflict(operation) or self.perform(service, operation, request)
            case "untrue":
                return untrue(operation, request) or self.perform(service, operation, request)
            case "partial":
                return self.partial(service, operation, request)
        if fault in {"an answer that got lost", "reset after the call"}:
            self.perform(service, operation, request)
        if fault in NETWORK:
            self.fail(fault, request.url)
        return self.perform(service, operation, request)

    def fail(self, fault: str, url: str) -> None:
        match fault:
            case "no answer" | "an answer that got lost":
                self.clock.sleep(2)  # what the clients are configured to wait
                raise ReadTimeoutError(endpoint_url=url)
            case "no connection in time":
                self.clock.sleep(1)
                raise ConnectTimeoutError(endpoint_url=url)
            case "nobody listens":
                raise EndpointConnectionError(endpoint_url=url, error="refused")
        raise ConnectionClosedError(endpoint_url=url)

    def partial(self, service: str, operation: str, request: Any) -> Reply:
        """Half of a batch; a page of one item."""
        body = json.loads(request.body)
        match operation:
            case "BatchWriteItem":
                ((table, writes),) = body["RequestItems"].items()
                half = len(writes) // 2
                if half:
                    request.body = json.dumps({"RequestItems": {table: writes[:half]}}).encode()
                    self.perform(service, operation, request)
                return answer(UnprocessedItems={table: writes[half:]})
            case "Query":
                request.body = json.dumps({"Limit": 1} | body).encode()
            case "SendMessageBatch":
                half = len(body["Entries"]) // 2
                self.queue.send_all(body["Entries"][:half])
                failed = [
                    {"Id": each["Id"], "Code": "InternalError", "SenderFault": False} for each in body["Entries"][half:]
                ]
                return answer(Successful=[], Failed=failed)
        return self.perform(service, operation, request)

    def perform(self, service: str, operation: str, request: Any) -> Reply:
        if service == "dynamodb":
            target = (("X-Amz-Target", request.headers["X-Amz-Target"].decode()),)
            with self.lock:  # moto's DynamoDB is not thread safe
                found = self.moto.call("dynamodb", "POST", "/", request.body, target)
            return found.status, dict(found.headers), found.body
        if service == "apigatewaymanagementapi":
            return self.connection(operation, unquote(request.url.rpartition("/")[2]), request.body)
        body = json.loads(request.body)
        if service == "secrets-manager":
            if body["VersionStage"] != "AWSCURRENT":
                return error(400, "ResourceNotFoundException")
            return answer(SecretString=self.secret, VersionId="1", ARN="arn", Name="token")
        return self.queued(operation, body)

    def queued(self, operation: str, body: Any) -> Reply:
        match operation:
            case "SendMessage" if "MessageGroupId" in body:  # and not to the dead letters
                self.queue.send_all([body])
            case "SendMessageBatch":
                self.queue.send_all(body["Entries"])
                return answer(Successful=[], Failed=[])
            case "ChangeMessageVisibility":
                self.queue.postpone(body["ReceiptHandle"], body["VisibilityTimeout"])
        return answer(MessageId="m")

    def connection(self, operation: str, connection_id: str, body: bytes) -> Reply:
        status = self.close(connection_id) if operation == "DeleteConnection" else self.post(connection_id, body)
        return (status, {}, b"") if status in {200, 204} else error(status, "GoneException")


def throttled(service: str) -> Reply:
    if service == "apigatewaymanagementapi":
        return error(429, "LimitExceededException")
    return error(400, "ProvisionedThroughputExceededException" if service == "dynamodb" else "ThrottlingException")


def conflict(operation: str) -> Reply | None:
    """What DynamoDB answers while a transaction touches the same item; None where it never does."""
    if operation == "TransactWriteItems":
        reasons = [{"Code": "None"}, {"Code": "TransactionConflict", "Message": "ongoing"}]
        return error(400, "TransactionCanceledException", CancellationReasons=reasons)
    if re.match("Put|Update|Delete", operation):
        return error(400, "TransactionConflictException")
    return None


def untrue(operation: str, request: Any) -> Reply | None:
    """A condition that does not hold, as if somebody else had been faster; None where there is none."""
    body = json.loads(request.body or b"{}")
    if "ConditionExpression" in body:
        return error(400, "ConditionalCheckFailedException")
    if operation == "TransactWriteItems":
        reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
        return error(400, "TransactionCanceledException", CancellationReasons=reasons)
    return None
