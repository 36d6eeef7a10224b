"""StartSyncExecution, which moto does not have: an Express execution, and the wait for its end."""

import asyncio
import json
import math
from dataclasses import replace
from typing import Any

from longwire.server.http1 import Exchange
from longwire.server.http_message import HttpRequest, HttpResponse
from longwire.services.aws_request import destination
from longwire.services.moto_dispatch import Moto

__all__ = ["SyncExecutions"]

TARGET = "AWSStepFunctions.StartSyncExecution"
STARTED = "AWSStepFunctions.StartExecution"
POLL = 0.005  # seconds; moto tells nobody when an execution ends
# Step Functions pricing: memory in chunks of 64 MB, duration rounded up to 100 ms.
BILLED_MB, BILLED_MS = 64, 100
JSON_TYPE = ("content-type", "application/x-amz-json-1.0")


class SyncExecutions:
    def __init__(self, moto: Moto) -> None:
        self.moto = moto
        self.waiting: set[asyncio.Task[None]] = set()

    def take(self, request: HttpRequest, exchange: Exchange) -> bool:
        """Answer a StartSyncExecution, when it has ended; false for any other request."""
        target = destination(request, self.moto.region)
        if request.header("X-Amz-Target") != TARGET or target is None:
            return False
        others = tuple(pair for pair in request.headers if pair[0].lower() != "x-amz-target")
        started = self.moto.respond(replace(request, headers=(*others, ("X-Amz-Target", STARTED))))
        if started.status >= 300:
            exchange.respond(started)
            return True
        execution = self.execution(json.loads(started.body)["executionArn"], target.region)
        if execution.state_machine.type != "EXPRESS":
            text = "This operation is not supported by this type of state machine"
            exchange.respond(failure("StateMachineTypeNotSupported", text))
            return True
        task = asyncio.get_running_loop().create_task(finish(execution, exchange))
        self.waiting.add(task)
        task.add_done_callback(self.waiting.discard)
        return True

    def execution(self, arn: str, region: str) -> Any:
        from moto.stepfunctions.parser.models import stepfunctions_parser_backends

        return stepfunctions_parser_backends[self.moto.account_id][region].describe_execution(arn)


async def finish(execution: Any, exchange: Exchange) -> None:
    while execution.status == "RUNNING":  # noqa: ASYNC110 - a thread of moto's ends it
        await asyncio.sleep(POLL)
    exchange.respond(HttpResponse(200, (JSON_TYPE,), json.dumps(described(execution)).encode()))


def described(execution: Any) -> dict[str, Any]:
    """What the API answers, times in seconds since the epoch."""
    started, stopped = execution.start_date.timestamp(), execution.stop_date.timestamp()
    took = math.ceil((stopped - started) * 1000 / BILLED_MS) * BILLED_MS
    told = {
        "executionArn": execution.exec_arn.replace(":execution:", ":express:"),
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "startDate": started,
        "stopDate": stopped,
        # "SUCCEEDED | FAILED | TIMED_OUT"
        "status": "FAILED" if execution.status == "ABORTED" else execution.status,
        "input": execution.execution_input,
        "inputDetails": {"included": True},
        "billingDetails": {"billedMemoryUsedInMB": BILLED_MB, "billedDurationInMilliseconds": took},
    }
    if execution.status == "SUCCEEDED":
        output = json.dumps(execution.output, separators=(",", ":"))
        return {**told, "output": output, "outputDetails": {"included": True}}
    named = {"error": execution.error, "cause": execution.cause}
    return {**told, **{name: value for name, value in named.items() if value is not None}}


def failure(code: str, message: str) -> HttpResponse:
    body = json.dumps({"__type": code, "message": message})
    return HttpResponse(400, (JSON_TYPE, ("x-amzn-errortype", code)), body.encode())
