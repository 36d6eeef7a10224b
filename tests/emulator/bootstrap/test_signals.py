"""Signals of a handler reach what it has started alone."""

import signal

import pytest

from bootstrap_process import Start


@pytest.mark.parametrize(
    "send",
    [
        "os.kill(os.getppid(), 9)",
        "os.killpg(os.getpgid(os.getppid()), 9)",
        "os.kill(-os.getpgid(os.getppid()), 9)",
        "os.kill(-1, 9)",
        "os.killpg(1, 9)",
    ],
)
def test_longwire_and_the_rest_of_the_machine_are_out_of_reach(start: Start, send: str) -> None:
    # Should the guard be gone, signal 0 tells it without hurting anybody.
    child = start(f"import os\ndef handler(event, context): {send.replace('9)', '0)')}").ready()
    error = child.fail()
    assert error["errorType"] == "PermissionError"
    assert error["errorMessage"].endswith("that is no process of this function")


def test_what_the_handler_has_started_gets_its_signals(start: Start) -> None:
    child = start(
        """
        import os, signal, subprocess
        def handler(event, context):
            one = subprocess.Popen(["sleep", "300"])
            two = subprocess.Popen(["sleep", "300"], start_new_session=True)
            os.kill(one.pid, signal.SIGTERM)
            os.killpg(two.pid, signal.SIGTERM)
            return [one.wait(), two.wait()]
        """
    ).ready()
    assert child.call() == [-signal.SIGTERM, -signal.SIGTERM]
