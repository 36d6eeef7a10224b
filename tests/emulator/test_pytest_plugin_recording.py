"""Recordings in somebody's own tests."""

import json
from pathlib import Path

import pytest

from chat_to_record import chat_project

pytest_plugins = ["pytester"]


def test_a_test_is_recorded_and_its_recording_is_a_test(pytester: pytest.Pytester) -> None:
    chat_project(pytester.path)
    pytester.makepyfile(
        """
        def test_hello(longwire):
            with longwire.connect(query={"token": "good"}) as ws:
                ws.send(action="hello")
                assert "you" in ws.receive_json(timeout=20)
        """
    )
    pytester.runpytest_subprocess("-q", "--longwire-record", "kept").assert_outcomes(passed=1)
    kept = pytester.path / "kept" / "test_hello.jsonl"
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    lines = [{**line, "payload": '{"you": "nobody"}'} if line.get("event") == "frame_sent" else line for line in lines]
    Path("other.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    pytester.makepyfile(
        test_regressions="""
        def test_as_recorded(longwire):
            assert longwire.replay("kept/test_hello.jsonl", secrets={"token": "good"}).received == 1

        def test_otherwise(longwire):
            longwire.replay("other.jsonl", secrets={"token": "good"})
        """
    )
    result = pytester.runpytest_subprocess("-q", "test_regressions.py")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*another frame*", '*-  "you": "nobody"*', "*1 difference*"])
