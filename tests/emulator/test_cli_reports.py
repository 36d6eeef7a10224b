"""What ``longwire dev`` tells of its work: usage, metrics, access log."""

import http.client
import json
import signal
from pathlib import Path

import pytest
from websockets.sync.client import connect

from longwire_command import Dev, Running, run
from longwire_infra.usage import Usage

FORMAT = "$context.eventType $context.routeKey $context.status $context.requestId"


def got(running: Running, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(running.ready["endpoint_url"].removeprefix("http://"), timeout=10)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    status, body = response.status, response.read().decode()
    connection.close()
    return status, body


def chat(running: Running, *messages: str) -> None:
    with connect(running.ready["websocket_url"]) as ws:
        for message in messages:
            ws.send(message)
            ws.recv(10)


@pytest.fixture
def logging(project: Path) -> Path:
    """The project, with an access log."""
    settings = f"      AccessLogSettings: {{DestinationArn: arn, Format: {FORMAT}}}\n"
    template = project / "template.yaml"
    template.write_text(template.read_text().replace("      StageName: dev\n", f"      StageName: dev\n{settings}"))
    return project


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_when_it_stops_the_usage_is_in_the_file(dev: Dev, project: Path, number: signal.Signals) -> None:
    with dev("--port", "0", "--quiet", "--usage-out", "usage.json") as running:
        chat(running, "a", "b" * 32_766)
        with connect(running.ready["websocket_url"]) as ws:
            ws.send("open")
            ws.recv(10)
            running.process.send_signal(number)
            running.process.communicate(timeout=20)
    usage = Usage.from_json(json.loads((project / "usage.json").read_text()))

    # With hello before it the second answer is longer than 32 KB; both connections' $disconnect functions ran.
    assert usage.websocket_messages == 6 + 1
    assert usage.connection_minutes == 2
    assert usage.lambda_requests == 3 + 2
    assert usage.lambda_x86_gb_seconds is not None
    assert usage.lambda_x86_gb_seconds > 0
    assert usage.lambda_arm_gb_seconds == 0
    assert usage.period_seconds > 0
    assert [path.name for path in project.iterdir() if "usage" in path.name] == ["usage.json"]


def test_a_usage_file_in_no_folder_ends_it_before_it_starts(project: Path, env: dict[str, str]) -> None:
    ended = run(project, env, "dev", "--port", "0", "--usage-out", "absent/usage.json")

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "--usage-out absent/usage.json: there is no folder" in ended.stderr


def test_the_port_tells_the_usage_so_far(dev: Dev) -> None:
    with dev("--port", "0", "--set", "count_connect_as_message=true") as running:
        with connect(running.ready["websocket_url"]) as ws:
            ws.send("hi")
            ws.recv(10)
            body = json.loads(got(running, "/_longwire/usage")[1])
        details = body.pop("details")
        assert Usage.from_json(body).websocket_messages == 3
        assert (details["connections"]["open"], details["functions"]["Echo"]["invocations"]) == (1, 1)
        assert details["routes"] == {"$default": {"count": 1, "billed": 1, "bytes": 2}}


def test_metrics_and_usage_are_not_for_other_sites(dev: Dev) -> None:
    with dev("--port", "0") as running:
        chat(running, "hi")
        _, text = got(running, "/metrics")
        assert 'longwire_message_count_total{route="$default",stage="dev"} 2.0' in text
        assert 'longwire_invocation_duration_seconds_count{function="Echo",stage="dev"} 1.0' in text
        for path in ("/metrics", "/_longwire/usage"):
            assert got(running, path, Origin="https://example.com")[0] == 403


@pytest.mark.usefixtures("logging")
def test_beside_json_the_access_log_is_on_stderr(dev: Dev) -> None:
    with dev("--port", "0") as running:
        chat(running, "hi")
        running.until("connection_closed")
        running.process.terminate()
        _, stderr = running.process.communicate(timeout=20)

    lines = [line.split() for line in stderr.splitlines() if line.startswith("access | ")]
    assert [line[2:5] for line in lines] == [
        ["CONNECT", "$connect", "200"], ["MESSAGE", "$default", "200"], ["DISCONNECT", "$disconnect", "200"],
    ]  # fmt: skip
    assert len({line[5] for line in lines}) == 3


def test_the_access_log_is_added_to_a_file(dev: Dev, logging: Path) -> None:
    (logging / "access.log").write_text("before\n")
    with dev("--port", "0", "--access-log", "access.log", "--quiet") as running:
        chat(running, "hi")
        running.process.terminate()
        _, stderr = running.process.communicate(timeout=20)

    kinds = [line.split()[0] for line in (logging / "access.log").read_text().splitlines()]
    assert kinds == ["before", "CONNECT", "MESSAGE", "DISCONNECT"]
    assert "access |" not in stderr


def test_a_file_for_the_access_log_that_cannot_be_written_ends_it(project: Path, env: dict[str, str]) -> None:
    ended = run(project, env, "dev", "--port", "0", "--access-log", "absent/access.log")

    assert ended.returncode == 1
    assert "--access-log absent/access.log cannot be written" in ended.stderr
