"""Errors of AWS's services that faults ask for, decided where the services are.

The codes are those of each service's API reference; what clients make of them is botocore's and the others' own.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from longwire.core.fault import read_fault
from longwire.core.faults import Decision, Faults, Rule
from longwire.runtime.lambda_environment import TEST_AGENT
from longwire.server.delays import Action, Held
from longwire.server.http1 import Exchange
from longwire.server.http_message import HttpRequest, HttpResponse
from longwire.services.aws_request import Destination, destination, operation
from longwire.services.moto_dispatch import failure

__all__ = ["ServiceFaults"]

PROVISIONED = "ProvisionedThroughputExceededException"
# Documented in each API reference, under "Common errors" or its own; ThrottlingException is the common one.
THROTTLING = {
    "dynamodb": (400, PROVISIONED, "The level of configured provisioned throughput for the table was exceeded."),
    "kinesis": (400, PROVISIONED, "Rate exceeded for shard."),
    "s3": (503, "SlowDown", "Please reduce your request rate."),
    "sns": (400, "Throttling", "Rate exceeded"),
    "sqs": (400, "RequestThrottled", "Request is throttled."),
}
THROTTLED = (400, "ThrottlingException", "Rate exceeded")
SERVER_ERRORS = {
    "dynamodb": "InternalServerError",
    "s3": "InternalError",
    "secretsmanager": "InternalServiceError",
    "ssm": "InternalServerError",
}
CONDITIONAL = "The conditional request failed"
CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons"


@dataclass(slots=True, eq=False)
class Due:
    """``when`` is epoch seconds."""

    when: float
    call: Action
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class ServiceFaults:
    """``pass_on`` serves a request that no fault answers. ``check`` has to be called when something is due, and is
    asked for by ``look``."""

    def __init__(
        self,
        faults: Faults,
        region: str,
        pass_on: Callable[[HttpRequest, Exchange], None],
        clock: Callable[[], float],
        look: Callable[[], None],
    ) -> None:
        self.faults = faults
        self.region = region
        self.pass_on = pass_on
        self.clock = clock
        self.look = look
        self.due: list[Due] = []
        self.held = Held(self.later)
        self.known: dict[int, Rule] = {}
        self.hanging: list[tuple[int, Exchange]] = []

    @property
    def active(self) -> bool:
        return bool(self.faults.active)

    @property
    def parked(self) -> int:
        """How many callers wait for the clock."""
        return len(self.held.waiting) + len(self.hanging)

    def later(self, seconds: float, call: Action) -> "Due":
        timer = Due(self.clock() + seconds, call)
        self.due.append(timer)
        self.look()
        return timer

    def check(self) -> float | None:
        """Do what is due; when the next is."""
        now = self.clock()
        self.due = [each for each in self.due if not each.cancelled]
        for timer in [each for each in self.due if each.when <= now]:
            self.due.remove(timer)
            timer.call()
        return min((each.when for each in self.due), default=None)

    def set(self, items: Iterable[Mapping[str, Any]]) -> None:
        """These are in force from now on; those that were keep their numbers and hits."""
        wanted = {int(item["id"]): item for item in items}
        for rule_id in self.known.keys() - wanted.keys():
            del self.known[rule_id]
            self.faults.end(rule_id)
        for rule_id, item in wanted.items():
            if rule_id not in self.known:
                self.known[rule_id] = self.faults.begin(rule_id, read_fault(item["fault"]))
                self.known[rule_id].hits = item["hits"]
        for rule_id, exchange in self.hanging:
            if rule_id not in self.known:
                exchange.connection.transport.abort()
        self.hanging = [each for each in self.hanging if each[0] in self.known]
        if not self.active:
            self.held.flush()

    def take(self, request: HttpRequest, exchange: Exchange) -> bool:
        """Whether a fault befalls the request, now or later."""
        target = destination(request, self.region)
        if target is None or TEST_AGENT in (request.header("User-Agent") or ""):
            return False
        facts = {"service": target.service, "operation": operation(request), "conditional": conditional(request.body)}
        decision = self.faults.decide("service", facts)
        if decision is None:
            return False
        self.held.add(decision.delay, partial(self.befall, request, exchange, target, decision))
        return True

    def befall(self, request: HttpRequest, exchange: Exchange, target: Destination, decision: Decision) -> None:
        if decision.outcome == "timeout":
            self.hanging.append((decision.rule_ids[-1], exchange))
        elif decision.outcome == "conditional_check_failed":
            exchange.respond(condition_failed(request))
        elif decision.outcome:
            exchange.respond(failure(request, target.service, *error(target.service, decision)))
        else:
            self.pass_on(request, exchange)


def error(service: str, decision: Decision) -> tuple[int, str, str]:
    """Status, code and message."""
    if decision.outcome == "throttling":
        return THROTTLING.get(service, THROTTLED)
    if decision.outcome == "error":
        return 400, str(decision.value), "A fault of longwire's."
    if decision.value == 503:
        return 503, "ServiceUnavailable", "Service is unable to handle request."
    return int(decision.value), SERVER_ERRORS.get(service, "InternalFailure"), "Internal server error"


def conditional(body: bytes) -> str:
    """Text that is empty where DynamoDB is asked for a write without a condition."""
    return "yes" if b'"ConditionExpression"' in body or b'"Expected"' in body else ""


def condition_failed(request: HttpRequest) -> HttpResponse:
    """Documented: a transaction says which of its items failed, in their order."""
    if operation(request) != "TransactWriteItems":
        return failure(request, "dynamodb", 400, "ConditionalCheckFailedException", CONDITIONAL)
    items = json.loads(request.body)["TransactItems"]
    failing = ["ConditionExpression" in write for item in items for write in item.values()]
    reasons = [
        {"Code": "ConditionalCheckFailed", "Message": CONDITIONAL} if failed else {"Code": "None"} for failed in failing
    ]
    codes = ", ".join(reason["Code"] for reason in reasons)
    kind = "TransactionCanceledException"
    body = {"__type": kind, "Message": f"{CANCELLED} [{codes}]", "CancellationReasons": reasons}
    headers = (("content-type", "application/x-amz-json-1.0"), ("x-amzn-errortype", kind))
    return HttpResponse(400, headers, json.dumps(body).encode())
