"""Lambda's queue of asynchronous invocations: tries, tries again, and tells the destinations."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from longwire.core.api import Function, Stack
from longwire.core.asynchronous import (
    AsyncEvent,
    Ended,
    Invocable,
    attributes,
    destination_record,
    settled,
)
from longwire.core.events import InvocationFinished, Invoke
from longwire.server.destinations import Undelivered, event_call, message_call, send
from longwire.server.http_message import HttpRequest

__all__ = ["AsyncInvocations", "Later", "Runs", "qualified_arn"]

Later = Callable[[float, Callable[[], None]], Any]
NOBODY = Invocable()


class Runs(Protocol):
    def __call__(self, invocation: Invoke, done: Callable[[InvocationFinished], None]) -> None: ...


class AsyncInvocations:
    """``later(seconds, call)`` starts a timer; ``clock`` gives epoch seconds; ``failed(text)`` gets a line for what
    could not be delivered. An edit of the template does not end the waiting: what was accepted stays."""

    def __init__(  # noqa: PLR0913 - two with keywords
        self,
        stack: Stack,
        invoke: Runs,
        new_id: Callable[[], str],
        later: Later,
        clock: Callable[[], float],
        *,
        services_port: Callable[[], int],
        failed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.stack = stack
        self.invoke = invoke
        self.new_id = new_id
        self.later = later
        self.clock = clock
        self.services_port = services_port
        self.failed = failed
        self.sending: set[asyncio.Task[None]] = set()
        self.forgotten = 0

    def forget(self) -> None:
        """Nothing that waits is tried again."""
        self.forgotten += 1

    def stop(self) -> None:
        self.forget()
        for task in self.sending:
            task.cancel()

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        before = self.forgotten
        self.later(seconds, lambda: call() if self.forgotten == before else None)

    def accept(self, function: Function, qualifier: str, payload: str, context: str = "") -> str:
        """Run it as soon as it can be; returns its request id, which is the same in every attempt."""
        event = AsyncEvent(self.new_id(), qualified_arn(self.stack, function, qualifier), payload, self.clock())
        self.attempt(function, qualifier, event, context)
        return event.request_id

    def attempt(self, function: Function, qualifier: str, event: AsyncEvent, context: str) -> None:
        def done(result: InvocationFinished) -> None:
            self.attempted(function, qualifier, event, context, result)

        invocation = Invoke(
            self.new_id(), function.logical_id, event.payload, "", "", event.request_id, qualifier, context
        )
        self.invoke(invocation, done)

    def attempted(
        self, function: Function, qualifier: str, event: AsyncEvent, context: str, result: InvocationFinished
    ) -> None:
        settings = self.invocable(function).settings(qualifier)
        never = function.reserved_concurrency == 0
        step = settled(event, settings, result, self.clock(), never=never)
        if isinstance(step, Ended):
            if step.pause:
                self.after(step.pause, lambda: self.tell(function, qualifier, step, result))
            else:
                self.tell(function, qualifier, step, result)
        else:
            self.after(step.pause, lambda: self.attempt(function, qualifier, step.event, context))

    def invocable(self, function: Function) -> Invocable:
        return self.stack.invocables.get(function.logical_id, NOBODY)

    # --- destinations

    def tell(self, function: Function, qualifier: str, ended: Ended, result: InvocationFinished) -> None:
        invocable = self.invocable(function)
        settings = invocable.settings(qualifier)
        succeeded = ended.condition == "Success"
        destination = settings.on_success if succeeded else settings.on_failure
        if destination:
            version = invocable.version_of(qualifier) or "$LATEST"
            record = destination_record(ended, result, version, self.clock(), function.runtime)
            self.record(destination, record)
        if invocable.dead_letter and not succeeded:
            letter = message_call(invocable.dead_letter, ended.event.payload, attributes(ended.event, result))
            self.send(invocable.dead_letter, letter)

    def record(self, destination: str, record: Mapping[str, Any]) -> None:
        service = destination.split(":")[2]
        function_arn = record["requestContext"]["functionArn"]
        if service == "lambda":
            self.call(destination, json.dumps(record))
        elif service == "events":
            self.send(destination, event_call(destination, record, function_arn))
        else:
            self.send(destination, message_call(destination, json.dumps(record)))

    def call(self, arn: str, payload: str) -> None:
        name, _, qualifier = arn.rpartition(":function:")[2].partition(":")
        function = next((each for each in self.stack.functions.values() if each.name == name), None)
        if function is None:
            self.failed(f"{arn} got no record of an invocation: there is no such function")
        else:
            self.accept(function, qualifier, payload)

    def send(self, arn: str, request: HttpRequest) -> None:
        async def deliver() -> None:
            try:
                await send(request, self.services_port())
            except Undelivered as exc:
                self.failed(f"{arn} got no record of an invocation: {exc}")

        task = asyncio.get_running_loop().create_task(deliver())
        self.sending.add(task)
        task.add_done_callback(self.sending.discard)


def qualified_arn(stack: Stack, function: Function, qualifier: str) -> str:
    """Documented: ``...:function:my-function:$LATEST`` where nothing else was asked for."""
    return f"arn:aws:lambda:{stack.region}:{stack.account_id}:function:{function.name}:{qualifier or '$LATEST'}"
