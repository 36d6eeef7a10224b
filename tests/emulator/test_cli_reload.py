"""Edits while ``longwire dev`` runs: what is saved holds within a second, and connections stay."""

import os
import sys
import time
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from longwire_command import HANDLERS, TEMPLATE, Dev, Running

TABLE = """
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: t
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
"""
OTHER = HANDLERS.replace('return {"body": os.environ', 'return {"body": "other " + os.environ')


def ask(ws: ClientConnection, message: str = "hi") -> str:
    ws.send(message)
    return str(ws.recv(10))


def test_the_next_message_meets_the_code_that_was_saved_and_the_connection_stays(dev: Dev, project: Path) -> None:
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        assert ask(ws) == "hello hi"
        saved = time.perf_counter()
        (project / "app.py").write_text(OTHER)
        reloaded = running.until("reloaded")
        assert ask(ws) == "other hello hi"
        assert time.perf_counter() - saved < 1
        assert reloaded["functions"] == ["Bye", "Echo"]
        assert reloaded["files"] == ["app.py"]
        assert reloaded["connections_closed"] is False


def test_a_module_that_is_added_and_one_that_is_replaced_by_a_rename_count_too(dev: Dev, project: Path) -> None:
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        (project / "greeting.py").write_text("WORD = 'salve'\n")
        assert running.until("reloaded")["files"] == ["greeting.py"]
        (project / "new.tmp").write_text(
            f"import greeting\n{HANDLERS}".replace('os.environ["GREETING"]', "greeting.WORD")
        )
        (project / "new.tmp").rename(project / "app.py")
        running.until("reloaded")
        assert ask(ws) == "salve hi"


def test_a_syntax_error_is_shown_when_it_is_saved_and_nothing_older_answers(dev: Dev, project: Path) -> None:
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        assert ask(ws) == "hello hi"
        (project / "app.py").write_text("def echo(:\n")
        running.until("reloaded")
        assert "Runtime.UserCodeSyntaxError" in said(running, "SyntaxError")
        assert "Internal server error" in ask(ws)
        (project / "app.py").write_text(HANDLERS)
        running.until("reloaded")
        assert ask(ws) == "hello hi"


def said(running: Running, text: str) -> str:
    """The next log line with this text in it."""
    while text not in (line := running.until("log")["line"]):
        pass
    return str(line)


def test_another_environment_and_another_route_of_the_template_hold_for_an_open_connection(
    dev: Dev, project: Path
) -> None:
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        assert ask(ws) == "hello hi"
        saved = time.perf_counter()
        (project / "template.yaml").write_text(TEMPLATE.replace("Default: hello", "Default: salve"))
        reloaded = running.until("reloaded")
        assert ask(ws) == "salve hi"
        assert time.perf_counter() - saved < 1.5  # the translator's import, on a busy machine
        assert (reloaded["functions"], reloaded["connections_closed"]) == (["Echo"], False)
        without = "\n".join(line for line in TEMPLATE.splitlines() if "$disconnect" not in line)
        (project / "template.yaml").write_text(without)
        assert running.until("reloaded")["connections_closed"] is False
        assert ask(ws) == "hello hi"
    assert not (project / "bye.txt").exists()


def test_variables_of_the_env_vars_file_are_followed(dev: Dev, project: Path) -> None:
    (project / "env.json").write_text('{"Echo": {"FROM_FILE": "dear "}}')
    with (
        dev("--port", "0", "--env-vars", "env.json") as running,
        connect(running.ready["websocket_url"]) as ws,
    ):
        assert ask(ws) == "hello dear hi"
        (project / "env.json").write_text('{"Echo": {"FROM_FILE": "my dear "}}')
        assert running.until("reloaded")["functions"] == ["Echo"]
        assert ask(ws) == "hello my dear hi"


def test_a_template_that_is_wrong_is_told_at_every_change_while_the_old_one_serves(dev: Dev, project: Path) -> None:
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        assert ask(ws) == "hello hi"
        (project / "template.yaml").write_text(TEMPLATE.replace("Handler: app.echo", "Handlr: app.echo"))
        failed = running.until("reload_failed")
        assert "template.yaml:" in failed["error_message"]
        assert "Handlr" in failed["error_message"]
        assert ask(ws) == "hello hi"
        (project / "app.py").write_text(OTHER)
        assert running.until("reload_failed")["files"] == ["app.py"]
        running.until("reloaded")
        assert ask(ws) == "other hello hi"
        (project / "template.yaml").write_text(TEMPLATE.replace("Default: hello", "Default: salve"))
        running.until("reloaded")
        assert ask(ws) == "other salve hi"


def test_a_new_table_closes_connections_and_whoever_comes_back_finds_it(dev: Dev, project: Path) -> None:
    with dev("--port", "0") as running:
        with connect(running.ready["websocket_url"]) as ws:
            assert ask(ws) == "hello hi"
            (project / "template.yaml").write_text(TEMPLATE + TABLE)
            with pytest.raises(ConnectionClosed) as closed:
                ws.recv(10)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
        with connect(running.ready["websocket_url"]) as ws:
            assert ask(ws) == "hello hi"
            assert running.until("reloaded")["connections_closed"] is True
    assert (project / "bye.txt").read_text().splitlines()[0] == "1001"


def test_people_see_a_line_for_each(dev: Dev, project: Path) -> None:
    with dev("--port", "0") as running:
        (project / "app.py").write_text(OTHER)
        running.until("reloaded")
        (project / "template.yaml").write_text("Resources: {")
        running.until("reload_failed")
        running.process.terminate()
        _, shown = running.process.communicate(timeout=20)
    assert "reloaded Bye, Echo (app.py)" in shown
    assert "not reloaded: what ran before goes on" in shown


def test_a_quiet_run_says_what_is_wrong_with_an_edit_and_no_more(dev: Dev, project: Path) -> None:
    with dev("--port", "0", "--quiet") as running, connect(running.ready["websocket_url"]) as ws:
        (project / "app.py").write_text(OTHER)
        (project / "template.yaml").write_text(TEMPLATE.replace("Handler: app.echo", "Handlr: app.echo"))
        assert running.process.stderr is not None
        seen = ""
        while "Handlr" not in seen:
            seen += running.process.stderr.readline()
        assert ask(ws) == "other hello hi"
        running.process.terminate()
        rest, more = running.process.communicate(timeout=20)
    assert rest == ""
    assert "reloaded Bye" not in seen + more


def test_no_reload_serves_what_was_read_at_the_start(dev: Dev, project: Path) -> None:
    with dev("--port", "0", "--no-reload") as running, connect(running.ready["websocket_url"]) as ws:
        first = ask(ws, "pid")
        (project / "app.py").write_text(OTHER)
        (project / "template.yaml").write_text("no template")
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            assert ask(ws, "pid") == first


def test_a_handler_that_writes_beside_its_code_keeps_its_environment(dev: Dev, project: Path) -> None:
    writing = '    open(os.environ["LAMBDA_TASK_ROOT"] + "/seen.log", "a").write("x")\n    print("heard"'
    (project / "app.py").write_text(HANDLERS.replace('    print("heard"', writing))
    with dev("--port", "0") as running, connect(running.ready["websocket_url"]) as ws:
        first = ask(ws, "pid")
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            assert ask(ws, "pid") == first
    assert (project / "seen.log").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_watcher_with_nothing_to_do_costs_next_to_no_processor_time(dev: Dev) -> None:
    with dev("--port", "0") as running:
        pid = running.process.pid
        with connect(running.ready["websocket_url"]) as ws:
            assert ask(ws) == "hello hi"
            before = processor_seconds(pid)
            with pytest.raises(TimeoutError):
                ws.recv(3)
            assert processor_seconds(pid) - before < 0.15


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
