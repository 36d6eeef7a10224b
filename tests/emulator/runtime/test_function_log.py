import json
from dataclasses import dataclass, field, replace
from typing import Any

from longwire.core.api import Function
from longwire.core.events import Invoke
from longwire.runtime.environment import Call
from longwire.runtime.function_log import FunctionLog
from longwire.runtime.lambda_log import Report
from longwire.runtime.outcome import Outcome


@dataclass
class Listener:
    told: list[Any] = field(default_factory=list)

    def invocation_started(self, invocation_id: str, function: str, cold: bool) -> None:
        self.told.append(("started", invocation_id, function, cold))

    def invocation_finished(self, report: Report) -> None:
        self.told.append(report)

    def logged(self, function: str, invocation_id: str | None, stream: str, line: str) -> None:
        self.told.append((function, invocation_id, stream, line))

    @property
    def lines(self) -> list[str]:
        return [entry[3] for entry in self.told if isinstance(entry, tuple) and entry[0] == "App"]


CALL = Call(Invoke("inv", "App", "{}", "conn", "$default"), lambda _: None, "req", 0.0)
TIMED_OUT = Outcome("", "timed_out", "Sandbox.Timedout", duration_ms=3000)
EXITED = Outcome("", "crashed", "Runtime.ExitError", "exit status 1")
BROKEN = Outcome("", "init_failed", "Runtime.ImportModuleError", "no module", ("  File x\n",))


def journal(log_format: Any = "Text") -> tuple[FunctionLog, Listener]:
    listener = Listener()
    function = Function("App", "app", "app.handler", "python3.11", "/srv", log_format=log_format)
    return FunctionLog(function, listener, lambda: 1_795_508_380.5), listener


def test_a_successful_invocation_is_start_end_and_report() -> None:
    log, listener = journal()
    log.started(CALL, cold=True)
    log.finished(CALL, Outcome("{}", duration_ms=5, memory_mb=30), 100.0)
    assert listener.told[0] == ("started", "inv", "App", True)
    assert [line.split()[0] for line in listener.lines] == ["START", "END", "REPORT"]
    assert listener.told[-1] == Report("inv", "req", "App", 5, 100.0, 30, 128)


def test_a_timeout_is_worded_with_the_request_and_the_functions_timeout() -> None:
    log, listener = journal()
    assert log.finished(CALL, TIMED_OUT, None).error_message == "req Task timed out after 3.00 seconds"
    assert listener.lines[0] == "2026-11-24T08:19:40.500Z req Task timed out after 3.00 seconds"


def test_an_exit_is_worded_with_the_request() -> None:
    log, listener = journal()
    message = "RequestId: req Error: Runtime exited with error: exit status 1"
    assert log.finished(CALL, EXITED, None).error_message == message
    assert listener.lines[0] == f"{message}\nRuntime.ExitError"


def test_a_throttled_invocation_is_reported_and_writes_nothing() -> None:
    log, listener = journal()
    log.finished(CALL, Outcome("", "throttled", "TooManyRequestsException", "Rate Exceeded."), None)
    (report,) = listener.told
    assert report.error == "throttled"


def test_an_error_that_the_runtime_has_logged_itself_is_not_logged_again() -> None:
    log, listener = journal()
    log.init_failed(replace(BROKEN, logged=True), 5)
    log.finished(CALL, Outcome("", "raised", "TypeError", "no", logged=True), None)
    assert [line.split()[0] for line in listener.lines] == ["INIT_REPORT", "END", "REPORT"]


def test_what_to_do_about_a_missing_module_is_told_once_though_the_runtime_logs_the_error_itself() -> None:
    log, listener = journal()
    log.function = Function("App", "app", "app.handler", "nodejs16.x", "/srv")
    missing = replace(BROKEN, error_message="Error: Cannot find module 'aws-sdk'\nRequire stack:", logged=True)
    for _ in range(2):
        log.init_failed(missing, 5)
    assert [line.split()[0] for line in listener.lines] == ["longwire:", "INIT_REPORT", "INIT_REPORT"]
    assert "npm install --prefix /srv aws-sdk" in listener.lines[0]


def test_a_failed_init_is_told_once_until_it_is_forgotten() -> None:
    log, listener = journal()
    log.init_failed(BROKEN, 5)
    log.init_failed(BROKEN, 6)
    assert [line.split()[0] for line in listener.lines] == ["[ERROR]", "INIT_REPORT", "INIT_REPORT"]
    log.forget()
    log.init_failed(BROKEN, 7)
    assert listener.lines[-2].startswith("[ERROR] Runtime.ImportModuleError: no module\nTraceback")


def test_the_json_format_writes_objects_and_no_end() -> None:
    log, listener = journal("JSON")
    log.started(CALL, cold=False)
    log.finished(CALL, Outcome("", "raised", "ValueError", "no", ("  File x\n",), 5, 30), None)
    entries = [json.loads(line) for line in listener.lines]
    assert [entry.get("type", entry.get("level")) for entry in entries] == [
        "platform.start",
        "ERROR",
        "platform.report",
    ]


def test_more_memory_than_lambda_would_give_is_told_once() -> None:
    log, listener = journal()
    for _ in range(2):
        log.started(CALL, cold=False)
        log.finished(CALL, Outcome("1", "", "", "", (), 5, 300), None)
    (told,) = [line for line in listener.lines if line.startswith("longwire: ")]
    assert told.startswith("longwire: it has used 300 MB, and MemorySize is 128: AWS would have killed it")
