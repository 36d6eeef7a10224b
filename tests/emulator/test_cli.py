"""The ``longwire`` command as a process: its contract."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from longwire_command import Dev, run


def management(endpoint: str, secret: str) -> Any:
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="AKIDALICE",
        aws_secret_access_key=secret,
    )


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
            "apis": ready["apis"],
            "http_apis": [],
            "function_urls": [],
        }
        (api,) = ready["apis"]
        assert (api["logical_id"], api["stage"]) == ("Ws", "dev")
        assert (api["websocket_url"], api["management_url"]) == (ready["websocket_url"], ready["management_url"])


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


def test_posts_have_to_be_signed_by_a_handler_or_a_user_of_the_file(dev: Dev, project: Path) -> None:
    (project / "keys.json").write_text('{"AKIDALICE": {"secret": "a"}}')
    with dev("--port", "0", "--verify-sigv4", "--access-keys", "keys.json") as running:
        endpoint = running.ready["management_url"].removesuffix("/@connections")
        with closing(management(endpoint, "a")) as alice, closing(management(endpoint, "b")) as wrong:
            with pytest.raises(alice.exceptions.GoneException):
                alice.get_connection(ConnectionId="L0SM9cOFvHcCIhw=")
            with pytest.raises(ClientError, match="InvalidSignatureException"):
                wrong.get_connection(ConnectionId="L0SM9cOFvHcCIhw=")


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


def test_samconfig_gives_parameters_region_and_name_and_options_win(project: Path, dev: Dev) -> None:
    (project / "samconfig.toml").write_text(
        "[default.deploy.parameters]\nstack_name = 'chat'\nregion = 'eu-west-1'\n"
        "parameter_overrides = ['Greeting=salve', 'Unknown=1']\n"
    )
    environment = ("AWS_LAMBDA_FUNCTION_NAME', 'chat-Echo", "AWS_REGION', 'eu-west-1", "GREETING', 'salve")
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        ws.send("env")
        shown = str(ws.recv(10))
        assert [part in shown for part in environment] == [True] * 3
    options = ("--port", "0", "--region", "us-west-2", "--parameter-overrides", "Greeting=ave")
    with dev(*options) as running, connect(running.ready["websocket_url"]) as ws:
        ws.send("env")
        shown = str(ws.recv(10))
        assert "AWS_REGION', 'us-west-2" in shown
        assert "GREETING', 'ave" in shown
