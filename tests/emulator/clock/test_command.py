"""``longwire ctl clock`` beside a running ``longwire dev``."""

import http.server
import json
import threading

import pytest
from click.testing import CliRunner, Result

from longwire.cli import main
from longwire_command import Dev


def ctl(*words: str) -> Result:
    return CliRunner().invoke(main, ["ctl", "clock", *words])


def test_the_clock_of_a_running_emulator_is_moved(dev: Dev) -> None:
    with dev() as running:
        url = ("--url", running.ready["endpoint_url"])
        assert ctl("status", *url).output.endswith(", real time\n")
        assert ctl("advance", "2h", *url).output.endswith("ahead of real time\n")
        told = json.loads(ctl("status", "--json", *url).output)
        assert 7190 < told["offset"] <= 7200
        assert ctl("pause", *url).output.endswith("ahead of real time, paused\n")
        assert "ahead of real time, paused" in CliRunner().invoke(main, ["status", *url]).output
        assert json.loads(ctl("resume", "--json", *url).output)["paused"] is False


@pytest.mark.parametrize("duration", ["two hours", "-1h", "0", "400d"])
def test_a_duration_that_cannot_be_is_refused_before_anybody_is_asked(duration: str) -> None:
    done = ctl("advance", "--url", "http://127.0.0.1:9", "--", duration)
    assert done.exit_code == 1
    assert "longwire: " in done.output
    assert "no emulator answers" not in done.output


@pytest.mark.parametrize("words", [("advance", "2h"), ("pause",), ("resume",), ("status",)])
def test_without_an_emulator_it_says_how_to_start_one(words: tuple[str, ...], unused_tcp_port: int) -> None:
    done = ctl(*words, "--url", f"http://127.0.0.1:{unused_tcp_port}")
    assert done.exit_code == 1
    assert "Start one: longwire dev" in done.output


class Busy(http.server.BaseHTTPRequestHandler):
    """An emulator whose clock somebody else moves, and does not end to."""

    def do_GET(self) -> None:
        self.answer(200, b'{"websocket_url": "", "stack": {}, "connections": [], "clock": {}}')

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(409, b"the clock is being advanced already\n")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return None


def test_what_the_emulator_refuses_is_told() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        done = ctl("advance", "1h", "--url", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
    assert (done.exit_code, done.output) == (1, "longwire: the clock is being advanced already\n")
