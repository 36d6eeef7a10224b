"""The ``longwire`` command as a process: its contract."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Greeting:
    Type: String
    Default: hello
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes:
        $disconnect: {FunctionArn: !GetAtt Bye.Arn}
        $default: {FunctionArn: !GetAtt Echo.Arn, RouteResponseSelectionExpression: $default}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Ws, RouteId: !Ref WsDefaultRoute, RouteResponseKey: $default}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.echo
      Runtime: python3.13
      Environment: {Variables: {GREETING: !Ref Greeting, FROM_FILE: ""}}
  Bye:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.bye, Runtime: python3.13}
"""
HANDLERS = """
import os
def echo(event, context):
    print("heard", event["body"])
    if event["body"] == "pid":
        return {"body": str(os.getpid())}
    if event["body"] == "env":
        return {"body": repr(sorted(os.environ.items()))}
    if event["body"] == "hang":
        import time
        time.sleep(60)
    if event["body"] == "boom":
        raise ValueError("boom")
    return {"body": os.environ["GREETING"] + " " + os.environ["FROM_FILE"] + event["body"]}
def bye(event, context):
    open(os.path.join(os.environ["LAMBDA_TASK_ROOT"], "bye.txt"), "a").write(
        str(event["requestContext"]["disconnectStatusCode"]) + "\\n")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "app.py").write_text(HANDLERS)
    return tmp_path


@pytest.fixture
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A shell with real-looking credentials, and a cache of its own."""
    secrets = {"AWS_PROFILE": "prod", "AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "real", "OWN": "shell"}
    return {**os.environ, **secrets, "XDG_CACHE_HOME": str(tmp_path_factory.getbasetemp() / "cache")}


class Running:
    """A ``longwire dev --json`` process; ``events`` are read as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.ready = self.next()

    def next(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            pytest.fail(f"longwire ended: {self.process.communicate()[1]}")
        found = json.loads(line)
        assert isinstance(found, dict)
        return found

    def until(self, event: str) -> dict[str, Any]:
        return next(found for found in iter(self.next, None) if found["event"] == event)


Dev = Callable[..., Any]


@pytest.fixture
def dev(project: Path, env: dict[str, str]) -> Dev:
    @contextmanager
    def start(*options: str, ends_with: int = 0) -> Iterator[Running]:
        command = [sys.executable, "-m", "longwire", "dev", "--json", *options]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=project, env=env, stdout=pipe, stderr=pipe, text=True)
        try:
            yield Running(process)
        finally:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=20)
        assert process.returncode == ends_with

    return start


def run(project: Path, env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "longwire", *arguments]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=30, check=False)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_version_and_help(project: Path, env: dict[str, str]) -> None:
    assert run(project, env, "--version").stdout == "longwire 0.1.0\n"
    for command in ([], ["dev"]):
        shown = run(project, env, *command, "--help")
        assert shown.returncode == 0
        assert "Example" in shown.stdout


def test_the_first_line_is_ready_with_all_addresses(dev: Dev) -> None:
    with dev("--port", "0") as running:
        ready = running.ready
        port = ready["endpoint_url"].rpartition(":")[2]
        assert ready == {
            "event": "ready",
            "websocket_url": f"ws://127.0.0.1:{port}/dev",
            "management_url": f"http://127.0.0.1:{port}/dev/@connections",
            "endpoint_url": f"http://127.0.0.1:{port}",
            "inspector_url": f"http://127.0.0.1:{port}/_longwire/",
        }


def test_every_later_line_is_one_event(dev: Dev) -> None:
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        ws.send("hi")
        assert ws.recv(10) == "hello hi"
        ws.close(4000, "done")
        seen: list[str] = []
        while "connection_closed" not in seen:
            seen.append(running.next()["event"])
    expected = {"handshake", "connection_opened", "message_received", "invocation_started", "log", "frame_sent"}
    assert expected < set(seen)


def test_localhost_works_too(dev: Dev) -> None:
    with dev("--port", "0") as running:
        url = running.ready["websocket_url"].replace("127.0.0.1", "localhost")
        with connect(url) as ws:
            ws.send("hi")
            assert ws.recv(10) == "hello hi"


def test_parameters_and_variables_reach_the_handler(dev: Dev, project: Path) -> None:
    (project / "env.json").write_text('{"Echo": {"FROM_FILE": "dear "}}')
    options = ("--port", "0", "--env-vars", "env.json", "--parameter-overrides", "Greeting=salve")
    with dev(*options) as running, connect(running.ready["websocket_url"]) as ws:
        ws.send("you")
        assert ws.recv(10) == "salve dear you"


def test_handlers_see_lambdas_environment_and_nothing_of_the_shell(dev: Dev) -> None:
    with dev("--port", "0", "--region", "eu-west-1") as running, connect(running.ready["websocket_url"]) as ws:
        ws.send("env")
        seen = dict(eval(str(ws.recv(10))))  # noqa: S307 - a list of pairs of strings, from our own handler
    assert seen["AWS_LAMBDA_FUNCTION_NAME"].endswith("Echo")
    assert (seen["_HANDLER"], seen["AWS_REGION"]) == ("app.echo", "eu-west-1")
    assert "AWS_PROFILE" not in seen
    assert "OWN" not in seen
    assert "AKIAREAL" not in str(seen)


def test_print_lines_carry_the_functions_name_and_logs_go_to_stderr(dev: Dev) -> None:
    with dev("--port", "0") as running:
        with connect(running.ready["websocket_url"]) as ws:
            ws.send("hi")
            ws.recv(10)
        running.until("connection_closed")
        running.process.terminate()
        _, stderr = running.process.communicate(timeout=20)
    assert "Echo | heard hi" in stderr


def test_a_crash_is_shown_with_its_traceback_and_the_client_gets_awss_answer(dev: Dev) -> None:
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        ws.send("boom")
        assert json.loads(ws.recv(10))["message"] == "Internal server error"
        finished = running.until("invocation_finished")
        assert (finished["error"], finished["error_type"], finished["error_message"]) == (
            "raised",
            "ValueError",
            "boom",
        )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_with_1001_runs_disconnect_and_leaves_no_process(
    dev: Dev, project: Path, number: signal.Signals
) -> None:
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        ws.send("pid")
        pid = int(ws.recv(10))
        running.process.send_signal(number)
        with pytest.raises(ConnectionClosed):
            ws.recv(10)
        assert ws.close_code == 1001
        running.process.communicate(timeout=20)
        assert running.process.returncode == 0
        assert not alive(pid)
    assert (project / "bye.txt").read_text() == "1001\n"


def test_a_hanging_handler_does_not_keep_it_from_stopping(dev: Dev) -> None:
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        ws.send("hang")
        running.until("invocation_started")
        started = time.monotonic()
        running.process.terminate()
        running.process.communicate(timeout=20)
        assert time.monotonic() - started < 9
        assert running.process.returncode == 0


def test_killed_it_leaves_no_orphan_for_longer_than_two_seconds(dev: Dev) -> None:
    with dev("--port", "0", ends_with=-signal.SIGKILL) as running:
        with connect(running.ready["websocket_url"]) as ws:
            ws.send("pid")
            pid = int(ws.recv(10))
            running.process.kill()
            running.process.wait(5)
            deadline = time.monotonic() + 2
            while alive(pid) and time.monotonic() < deadline:
                time.sleep(0.02)
        assert not alive(pid)


def test_a_busy_explicit_port_is_an_error_and_a_busy_default_moves_on(
    project: Path, env: dict[str, str], dev: Dev
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        refused = run(project, env, "dev", "--port", str(port))
        assert refused.returncode == 1
        assert f"127.0.0.1:{port} is in use" in refused.stderr
        assert "Traceback" not in refused.stderr
    with dev() as first, dev() as second:
        assert first.ready["endpoint_url"] != second.ready["endpoint_url"]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["dev", "--nonsense"], 2, "No such option"),
        (["dev", "--port", "99999"], 2, "--port"),
        (["nonsense"], 2, "No such command"),
        (["dev", "stray"], 2, "unexpected extra argument"),
        (["dev", "--parameter-overrides", "nonsense"], 2, "nonsense"),
        (["dev", "-t", "absent.yaml"], 1, "absent.yaml"),
        (["dev", "--env-vars", "absent.json"], 1, "absent.json"),
        (["dev", "--host", "192.0.2.1", "--port", "0"], 1, "192.0.2.1"),
        (["dev", "--parameter-overrides", "Unknown=1"], 1, "Unknown"),
    ],
)
def test_a_mistake_is_one_message_and_the_right_exit_code(
    project: Path, env: dict[str, str], arguments: list[str], code: int, complaint: str
) -> None:
    shown = run(project, env, *arguments)
    assert shown.returncode == code, shown.stderr
    assert complaint in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("a: [", "template.yaml:"),
        ("Resources:\n  Table:\n    Type: AWS::SQS::Queue\n", "WebSocket"),
        (TEMPLATE.replace("app.echo", "missing.echo"), "missing"),
        (TEMPLATE.replace("python3.13", "cobol85", 1), "cobol85"),
        (TEMPLATE.replace("!GetAtt Echo.Arn", "!GetAtt Ecko.Arn"), "Ecko"),
        (TEMPLATE + "  Odd: {Type: AWS::Neptune::DBCluster}\n", "AWS::Neptune::DBCluster"),
    ],
)
def test_a_wrong_template_is_one_message_with_file_and_line(
    project: Path, env: dict[str, str], template: str, complaint: str
) -> None:
    (project / "template.yaml").write_text(template)
    shown = run(project, env, "dev", "--port", "0")
    assert shown.returncode == 1
    assert complaint in shown.stderr
    assert "template.yaml" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_no_template_at_all_says_where_it_looked(tmp_path: Path, env: dict[str, str]) -> None:
    shown = run(tmp_path, env, "dev")
    assert shown.returncode == 1
    assert f"no template.yaml or template.yml in {tmp_path}" in shown.stderr


def test_a_table_that_cannot_be_is_said_with_its_line(project: Path, env: dict[str, str]) -> None:
    key = "KeySchema: [{AttributeName: a, KeyType: HASH}], AttributeDefinitions: []"
    table = f"  Bad: {{Type: AWS::DynamoDB::Table, Properties: {{BillingMode: PAY_PER_REQUEST, {key}}}}}\n"
    (project / "template.yaml").write_text(TEMPLATE + table)
    shown = run(project, env, "dev", "--port", "0")
    assert shown.returncode == 1
    assert "Bad" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_template_yml_is_found_too(project: Path, dev: Dev) -> None:
    (project / "template.yaml").rename(project / "template.yml")
    with dev("--port", "0") as running:
        assert running.ready["event"] == "ready"


def test_a_person_sees_routes_and_addresses(project: Path, env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "longwire", "dev", "--port", "0"]
    process = subprocess.Popen(command, cwd=project, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    shown = ""
    while "Ctrl-C" not in shown:
        shown += process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert "$default" in shown
    assert "app.echo" in shown
    assert "/_longwire/" in shown
