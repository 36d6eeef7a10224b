"""Lambda's queue of asynchronous invocations, with a scripted function and timers that are kept."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from longwire.core.api import Function, Stack
from longwire.core.asynchronous import AsyncSettings, Invocable
from longwire.core.events import InvocationFinished, Invoke
from longwire.server.async_invocations import AsyncInvocations
from longwire.server.http1 import HttpRequest, HttpResponse
from raw_http import Recorder, served

pytestmark = pytest.mark.asyncio

QUEUE = "arn:aws:sqs:us-east-1:123456789012:failed"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"
FAILED: dict[str, Any] = {"error": "raised", "error_message": "boom", "error_type": "ValueError"}


class Queue:
    """The queue of one function ``work``; a second one, ``told``, gets records."""

    def __init__(
        self, invocable: Invocable, *results: dict[str, Any], reserved: int | None = None, port: int = 9
    ) -> None:
        self.results = list(results)
        self.invocations: list[Invoke] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.lines: list[str] = []
        self.now = 1000.0
        functions = {
            name: Function(name, name.lower(), "a.b", "python3.13", "/", reserved_concurrency=reserved)
            for name in ("Work", "Told")
        }
        stack = Stack("stack", "us-east-1", "123456789012", (), functions, invocables={"Work": invocable})
        ids = (f"id{number}" for number in range(99))
        self.queue = AsyncInvocations(
            stack,
            self.invoke,
            lambda: next(ids),
            lambda seconds, call: self.timers.append((seconds, call)),
            lambda: self.now,
            services_port=lambda: port,
            failed=self.lines.append,
        )
        self.queue.accept(functions["Work"], "", '{"n":1}')

    def invoke(self, invocation: Invoke, done: Callable[[InvocationFinished], None]) -> None:
        self.invocations.append(invocation)
        result = self.results.pop(0) if invocation.function == "Work" else {"payload": "null"}
        done(InvocationFinished(invocation.invocation_id, **result))

    def wait(self) -> float:
        """Until the next timer; how long that is."""
        ((seconds, call),) = self.timers
        self.timers.clear()
        self.now += seconds
        call()
        return seconds

    @property
    def record(self) -> Any:
        assert self.invocations[-1].function == "Told"
        return json.loads(self.invocations[-1].payload)


def told(**settings: Any) -> Invocable:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:told"
    return Invocable(asynchronous={"$LATEST": AsyncSettings(on_failure=arn, on_success=arn, **settings)})


async def test_it_is_tried_three_times_and_then_its_destination_is_told() -> None:
    queue = Queue(told(), FAILED, FAILED, FAILED)

    assert [queue.wait(), queue.wait()] == [60, 120]
    context = queue.record["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 3)
    assert queue.record["responsePayload"]["errorMessage"] == "boom"
    assert queue.timers == []


async def test_a_success_is_told_too() -> None:
    queue = Queue(told(), {"payload": '"done"'})

    assert queue.record["requestContext"]["condition"] == "Success"
    assert queue.record["responsePayload"] == "done"


async def test_an_event_that_is_too_old_is_given_up() -> None:
    queue = Queue(told(max_age=100), FAILED, FAILED)

    assert [queue.wait(), queue.wait()] == [60, 40]
    assert queue.record["requestContext"]["condition"] == "EventAgeExceeded"


async def test_a_function_that_may_never_run_gives_its_events_up_at_once() -> None:
    queue = Queue(told(), {"error": "throttled"}, reserved=0)

    assert queue.record["responseContext"] is None


async def test_nothing_is_told_where_nobody_listens() -> None:
    queue = Queue(Invocable(), {"payload": "1"})

    assert (len(queue.invocations), queue.timers, queue.lines) == (1, [], [])


async def test_what_is_forgotten_is_not_tried_again() -> None:
    queue = Queue(told(), FAILED)
    queue.queue.forget()
    queue.wait()

    assert len(queue.invocations) == 1


async def test_a_dead_letter_and_a_record_go_to_the_services() -> None:
    def answer(_request: HttpRequest, exchange: Any) -> None:
        exchange.respond(HttpResponse(200, (), b"{}", close=True))

    recorder = Recorder(answer)
    async with served(recorder) as client:
        port = client.writer.get_extra_info("peername")[1]
        queue = Queue(Invocable(dead_letter=QUEUE, asynchronous={"$LATEST": AsyncSettings(0)}), FAILED, port=port)
        await asyncio.gather(*queue.queue.sending)

    (request,) = recorder.requests
    letter = json.loads(request.body)
    assert (letter["QueueUrl"], letter["MessageBody"]) == (
        "https://sqs.us-east-1.amazonaws.com/123456789012/failed",
        '{"n":1}',
    )
    assert letter["MessageAttributes"]["ErrorMessage"] == {"DataType": "String", "StringValue": "boom"}


async def test_what_cannot_be_delivered_is_a_line() -> None:
    queue = Queue(Invocable(asynchronous={"$LATEST": AsyncSettings(0, on_failure=BUS)}), FAILED)
    await asyncio.gather(*queue.queue.sending)
    nobody = "arn:aws:lambda:us-east-1:123456789012:function:gone"
    lost = Queue(Invocable(asynchronous={"$LATEST": AsyncSettings(0, on_failure=nobody)}), FAILED)

    assert queue.lines[0].startswith(f"{BUS} got no record of an invocation: ")
    assert lost.lines == [f"{nobody} got no record of an invocation: there is no such function"]
