"""The event loop."""

import asyncio

from longwire.event_loop import new_event_loop


def test_a_new_loop_runs_and_is_nobody_elses() -> None:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        assert runner.run(asyncio.sleep(0, "done")) == "done"
    first, second = new_event_loop(), new_event_loop()
    assert first is not second
    first.close()
    second.close()
