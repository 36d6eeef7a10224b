"""A process of its own: what the handler sees, what it answers, how it begins and ends."""

import json
import os
import select
import signal
from pathlib import Path

import pytest

from bootstrap_process import ARN, Start


def test_the_context_is_lambdas(start: Start) -> None:
    child = start(
        """
        NAMES = ("aws_request_id", "function_name", "function_version", "invoked_function_arn", "memory_limit_in_mb",
                 "log_group_name", "log_stream_name", "client_context")
        def handler(event, context):
            identity = context.identity.cognito_identity_id
            return {name: getattr(context, name) for name in NAMES} | {"identity": identity}
        """,
        memory_mb=512,
    ).ready()
    assert child.call() == {
        "aws_request_id": "00000000-0000-4000-8000-000000000001",
        "function_name": "chat",
        "function_version": "$LATEST",
        "invoked_function_arn": ARN,
        "memory_limit_in_mb": "512",
        "log_group_name": "/aws/lambda/chat",
        "log_stream_name": "2026/11/24/[$LATEST]0123",
        "client_context": None,
        "identity": None,
    }


def test_the_time_that_is_left_runs_down_and_never_below_zero(start: Start) -> None:
    child = start(
        """
        import time
        def handler(event, context):
            before = context.get_remaining_time_in_millis()
            time.sleep(0.02)
            context._deadline_ms -= 100_000
            return before, context.get_remaining_time_in_millis()
        """
    ).ready()
    before, after = child.call()
    assert 4000 < before <= 5000
    assert after == 0


def test_the_environment_holds_nothing_of_the_shell_and_nothing_of_ours(start: Start) -> None:
    os.environ["LEAKED_FROM_THE_SHELL"] = "1"
    try:
        child = start("import os\ndef handler(event, context): return dict(os.environ)").ready()
    finally:
        del os.environ["LEAKED_FROM_THE_SHELL"]
    seen = child.call()
    assert not [name for name in seen if "LONGWIRE" in name or name.startswith(("PYTHON", "LC_", "LEAKED"))]
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "chat"


def test_each_invocation_has_its_trace_id(start: Start) -> None:
    child = start("import os\ndef handler(event, context): return os.environ['_X_AMZN_TRACE_ID']").ready()
    assert [child.call(), child.call()] == ["Root=1-5-1;Sampled=0", "Root=1-5-2;Sampled=0"]


def test_the_code_folder_is_the_first_on_the_path_and_the_working_directory(start: Start, tmp_path: Path) -> None:
    child = start("import os, sys\ndef handler(event, context): return sys.path, os.getcwd(), sys.argv").ready()
    path, folder, argv = child.call()
    assert path[0] == folder == str(tmp_path / "task")
    assert "" not in path
    assert argv == ["/var/runtime/bootstrap.py", "app.handler"]


def test_our_package_is_not_what_a_handler_gets_when_it_has_one_of_that_name(start: Start, tmp_path: Path) -> None:
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "longwire.py").write_text("WHOSE = 'theirs'")
    child = start("import longwire\ndef handler(event, context): return longwire.WHOSE").ready()
    assert child.call() == "theirs"


def test_a_module_of_the_handler_may_have_a_name_of_the_standard_librarys(start: Start, tmp_path: Path) -> None:
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "secrets.py").write_text("TOKEN = 1")
    child = start("import secrets\ndef handler(event, context): return secrets.TOKEN").ready()
    assert child.call() == 1


@pytest.mark.parametrize("spec", ["pkg.deep.mod.handle", "pkg/deep/mod.handle"])
def test_a_handler_may_stand_in_a_package(start: Start, tmp_path: Path, spec: str) -> None:
    folder = tmp_path / "task" / "pkg" / "deep"
    folder.mkdir(parents=True)
    (folder / "mod.py").write_text("def handle(event, context): return __name__")
    assert start("", handler=spec).ready().call() == "pkg.deep.mod"


def test_an_event_that_is_no_json_is_an_unmarshal_error(start: Start) -> None:
    child = start("def handler(event, context): return 1").ready()
    assert child.fail(b"{nope")["errorType"] == "Runtime.UnmarshalError"


@pytest.mark.parametrize(("runtime", "payload"), [("python3.11", rb'"\u00fc"'), ("python3.12", '"ü"'.encode())])
def test_answers_are_escaped_up_to_python_3_11(start: Start, runtime: str, payload: bytes) -> None:
    child = start("def handler(event, context): return 'ü'", runtime=runtime).ready()
    child.send(None)
    assert child.receive()[1].partition(b"\n")[2] == payload


def test_bytes_are_answered_as_they_are(start: Start) -> None:
    assert start("def handler(event, context): return b'[1, 2]'").ready().call() == [1, 2]


def test_the_result_says_how_long_it_took_and_how_much_memory_there_was(start: Start) -> None:
    child = start("import time\ndef handler(event, context): time.sleep(0.05)").ready()
    child.send(None)
    duration, memory = child.receive()[1].partition(b"\n")[0].split()
    assert 50 <= float(duration) < 1000
    assert 5 <= int(memory) < 50


def test_bytecode_of_the_code_folder_is_kept_elsewhere(start: Start, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    start("def handler(event, context): return 1", bytecode=str(cache)).ready()
    assert list(cache.rglob("app.*.pyc"))
    assert [entry.name for entry in (tmp_path / "task").iterdir()] == ["app.py"]


def test_without_a_place_for_it_no_bytecode_is_written(start: Start, tmp_path: Path) -> None:
    start("def handler(event, context): return 1").ready()
    assert [entry.name for entry in (tmp_path / "task").iterdir()] == ["app.py"]


def test_a_file_that_is_saved_twice_within_a_second_is_compiled_twice(start: Start, tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    assert start("def handler(event, context): return 1", bytecode=cache).ready().call() == 1
    assert start("def handler(event, context): return 2", bytecode=cache).ready().call() == 2


def test_an_environment_ends_with_its_channel_and_takes_its_subprocesses_along(start: Start) -> None:
    child = start(
        "import subprocess\ndef handler(event, context): return subprocess.Popen(['sleep', '300']).pid"
    ).ready()
    pid = child.call()
    watched = os.pidfd_open(pid)
    child.channel.close()
    assert child.process.wait(10) == -signal.SIGKILL
    assert select.select([watched], [], [], 10)[0]
    os.close(watched)


def test_an_init_error_is_told_and_the_process_waits_to_be_killed(start: Start) -> None:
    child = start("import nowhere")
    kind, body = child.receive()
    assert kind == b"F"
    assert json.loads(body)["errorType"] == "Runtime.ImportModuleError"
    assert child.process.poll() is None


@pytest.mark.parametrize(
    ("spec", "error_type"),
    [("handler", "Runtime.MalformedHandlerName"), ("sys.exit", "Runtime.BuiltInModuleConflict")],
)
def test_handlers_that_cannot_be_are_named(start: Start, spec: str, error_type: str) -> None:
    assert json.loads(start("", handler=spec).receive()[1])["errorType"] == error_type
