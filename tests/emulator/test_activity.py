"""What functions do, on the timeline."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from longwire.activity import Activity
from longwire.core.events import InvocationFinished, Invoke
from longwire.inspector.timeline import Timeline, shown
from longwire.runtime.lambda_environment import trace_id
from longwire.runtime.runtime import Report

pytestmark = pytest.mark.asyncio
INVOKE = Invoke("i1", "Send", "{}", "L0SM9cOFvHcCIhw=", "send")


class Scripted:
    """A runtime that finishes when it is told to."""

    def __init__(self) -> None:
        self.done: list[Callable[[InvocationFinished], None]] = []

    def __call__(self, _invocation: Invoke, done: Callable[[InvocationFinished], None]) -> None:
        self.done.append(done)


def activity() -> tuple[Activity, Scripted, Timeline]:
    timeline, runtime = Timeline(), Scripted()
    made = Activity(timeline, lambda: 5.0)
    made.runtime = runtime
    return made, runtime, timeline


async def test_an_invocation_is_shown_with_its_connection_and_route() -> None:
    made, runtime, timeline = activity()
    made.invoke(INVOKE, lambda _: None)
    made.invocation_started("i1", "Send", True)
    made.logged("Send", "i1", "stdout", "hello")
    made.invocation_finished(Report("i1", "r", "Send", 1.5, 80.0, 40, 128))
    runtime.done[0](InvocationFinished("i1", "{}"))
    started, log, finished = [shown(entry) for entry in timeline.since(0)]
    assert (started["event"], started["connection_id"], started["route_key"], started["cold"]) == (
        "invocation_started", "L0SM9cOFvHcCIhw=", "send", True,
    )  # fmt: skip
    assert (log["line"], log["connection_id"]) == ("hello", "L0SM9cOFvHcCIhw=")
    assert (finished["duration_ms"], finished["init_ms"], finished["billed_ms"], finished["error"]) == (
        1.5,
        80.0,
        82,
        "",
    )


async def test_a_call_with_the_trace_of_an_invocation_that_runs_is_that_ones() -> None:
    made, runtime, _ = activity()
    request_id = "8f2c1a90-7b1e-4d3a-9c55-0123456789ab"
    header = trace_id(request_id, 1_790_000_000.0)
    made.invoke(replace(INVOKE, request_id=request_id), lambda _: None)
    assert made.invocation_of(header) == "i1"
    assert made.invocation_of("Root=1-00000000-000000000000000000000000;Sampled=0") == ""
    assert made.invocation_of("") == ""
    runtime.done[0](InvocationFinished("i1", "{}"))
    assert made.invocation_of(header) == ""


async def test_what_is_run_without_a_request_id_is_nobodys_cause() -> None:
    made, _, _ = activity()
    made.invoke(INVOKE, lambda _: None)
    assert made.invocation_of("") == ""


async def test_a_failure_has_its_stack_trace() -> None:
    made, _, timeline = activity()
    trace = '  File "/var/task/app.py", line 41, in handler\n'
    made.invocation_finished(Report("i1", "r", "Send", 1.5, None, 40, 128, "raised", "KeyError", "'x'", trace))
    assert shown(timeline.since(0)[0])["stack_trace"] == trace


async def test_a_line_outside_any_invocation_belongs_to_no_connection() -> None:
    made, _, timeline = activity()
    made.logged("Send", None, "stderr", "at import")
    assert shown(timeline.since(0)[0])["connection_id"] == ""


async def test_idle_means_that_nothing_runs() -> None:
    made, runtime, _ = activity()
    assert made.idle.is_set()
    results: list[InvocationFinished] = []
    made.invoke(INVOKE, results.append)
    assert not made.idle.is_set()
    assert made.functions() == ["Send"]
    runtime.done[0](InvocationFinished("i1", "{}"))
    await asyncio.wait_for(made.idle.wait(), 1)
    assert made.functions() == []
    assert [result.payload for result in results] == ["{}"]


async def test_what_an_answer_sets_off_keeps_it_busy() -> None:
    made, runtime, _ = activity()
    made.invoke(INVOKE, lambda _: made.invoke(Invoke("i2", "Next", "{}", "", ""), lambda _: None))
    runtime.done[0](InvocationFinished("i1", "{}"))
    assert not made.idle.is_set()
    assert made.functions() == ["Next"]
