"""One invocation in one environment."""

import sys

import pytest

from longwire.errors import EnvironmentFailed
from longwire.runtime.runtime import Runtime
from running_functions import Listener, Make, until

pytestmark = pytest.mark.asyncio


async def test_a_handler_gets_the_event_and_its_answer_comes_back(world: Make) -> None:
    it = world("def handler(event, context): return {'got': event}")
    assert await it.call({"text": "grüße 🎈", "n": [1, 2.5, None]}) == {
        "got": {"text": "grüße 🎈", "n": [1, 2.5, None]}
    }


async def test_invoke_does_not_call_back_before_it_returns(world: Make) -> None:
    it = world("def handler(event, context): return 1", reserved_concurrency=0)
    it.start()
    assert it.answers == []
    await until(lambda: it.answers == ["inv-1"])


async def test_big_events_and_answers_pass_whole(world: Make) -> None:
    it = world("def handler(event, context): return event * 30")
    text = "x" * 131_072
    assert await it.call(text) == text * 30


async def test_the_request_id_is_a_uuid_and_not_the_invocation_id(world: Make) -> None:
    it = world("def handler(event, context): return context.aws_request_id")
    request_id = await it.call()
    assert len(request_id) == 36
    assert it.listener.reports["inv-1"].request_id == request_id


async def test_the_log_has_lambdas_own_lines_around_what_the_handler_prints(world: Make) -> None:
    it = world("def handler(event, context): print('in between')")
    await it.call()
    report = it.listener.reports["inv-1"]
    start, printed, end, line = [line for _, _, line in it.listener.lines]
    assert start == f"START RequestId: {report.request_id} Version: $LATEST"
    assert printed == "in between"
    assert end == f"END RequestId: {report.request_id}"
    assert report.init_ms is not None
    assert line == (
        f"REPORT RequestId: {report.request_id}\tDuration: {report.duration_ms:.2f} ms"
        f"\tBilled Duration: {report.billed_ms} ms\tMemory Size: 128 MB\tMax Memory Used: {report.max_memory_mb} MB"
        f"\tInit Duration: {report.init_ms:.2f} ms\t"
    )
    assert 5 < report.max_memory_mb < 100


async def test_only_the_first_invocation_of_an_environment_is_cold(world: Make) -> None:
    it = world("import os\ndef handler(event, context): return os.getpid()")
    pids = [await it.call() for _ in range(3)]
    assert len(set(pids)) == 1
    started = [data for kind, data in it.listener.events if kind == "started"]
    assert started == [("inv-1", "App", True), ("inv-2", "App", False), ("inv-3", "App", False)]
    assert it.listener.reports["inv-2"].init_ms is None


async def test_the_module_is_imported_once_and_keeps_its_state(world: Make) -> None:
    it = world("seen = []\ndef handler(event, context):\n    seen.append(event)\n    return seen")
    await it.call(1)
    assert await it.call(2) == [1, 2]


async def test_the_report_comes_before_the_answer(world: Make) -> None:
    it = world("def handler(event, context): return 1")
    answer = it.start()
    answer.add_done_callback(lambda _: it.listener.events.append(("answered", None)))
    await answer
    await until(lambda: it.listener.events[-1][0] == "answered")
    assert it.listener.events[-2] == ("finished", "inv-1")


async def test_the_handler_knows_how_much_time_is_left(world: Make) -> None:
    it = world("def handler(event, context): return context.get_remaining_time_in_millis()", timeout=7.0)
    assert 6000 < await it.call() <= 7000


async def test_dynamodbs_numbers_can_be_answered(world: Make) -> None:
    it = world(
        "from decimal import Decimal\ndef handler(event, context): return [Decimal('3'), Decimal('2.5'), Decimal('-1')]"
    )
    assert (await it.finish()).payload == "[3,2.5,-1]"


async def test_windows_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(EnvironmentFailed, match="Windows is not supported"):
        Runtime({}, lambda _: {}, Listener())
