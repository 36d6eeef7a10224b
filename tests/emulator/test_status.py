"""``longwire status`` beside a running ``longwire dev``, beside none, and beside something else."""

import http.server
import json
import threading
from pathlib import Path

import pytest

from longwire_command import Dev, run


def test_the_addresses_of_a_running_emulator(dev: Dev, project: Path, env: dict[str, str]) -> None:
    with dev() as running:
        url = running.ready["endpoint_url"]
        told = json.loads(run(project, env, "status", "--url", url, "--output", "json").stdout)
        assert {name: told[name] for name in ("websocket_url", "inspector_url")} == {
            name: running.ready[name] for name in ("websocket_url", "inspector_url")
        }
        assert told["connections"] == 0
        lines = run(project, env, "status", "--url", url, "--output", "env").stdout.splitlines()
        assert f"export LONGWIRE_WS_URL={running.ready['websocket_url']}" in lines
        assert lines[-1].startswith("unset AWS_PROFILE ")
        assert running.ready["websocket_url"] in run(project, env, "status", "--url", url).stdout


def test_without_an_emulator_it_says_how_to_start_one(project: Path, env: dict[str, str], unused_tcp_port: int) -> None:
    done = run(project, env, "status", "--url", f"http://127.0.0.1:{unused_tcp_port}")
    assert done.returncode == 1
    assert "no emulator answers at" in done.stderr
    assert "Start one: longwire dev" in done.stderr


class Other(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if "plain" in self.server.answers else 404)  # type: ignore[attr-defined]  # set below
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        return None


@pytest.mark.parametrize("answers", ["plain", "none"])
def test_another_server_is_not_taken_for_one(project: Path, env: dict[str, str], answers: str) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        server.answers = answers  # type: ignore[attr-defined]  # read by the handler
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        done = run(project, env, "status", "--url", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
    assert done.returncode == 1
    assert "something else than Longwire answers" in done.stderr


def test_an_address_of_another_kind_is_refused(project: Path, env: dict[str, str]) -> None:
    assert "is no address of an emulator" in run(project, env, "status", "--url", "file:///etc/passwd").stderr
