"""T1, T2, T3, T11: who can reach an emulator, and as whom."""

import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.typing import Origin

from http_client import fetch
from listeners import listeners
from longwire_command import Running, run, running_dev
from threatened_dev import BROWSER, JSON, connected, project, raw, refused, shell, timeline

ORIGINS = [
    "http://evil.example", "https://evil.example", "http://evil.example:8765", "null", "file://", "http://10.0.0.1",
    "http://192.168.1.2:3000", "http://0.0.0.0", "http://[::2]", "http://localhost.evil.example",
    "http://evil.example#localhost", "http://localhost@evil.example", "http://127.0.0.1.nip.io", "http://127.0.0.1.",
    "HTTP://EVIL.EXAMPLE", "http://LOCALHOST.EVIL.EXAMPLE", "http://localhost.", "http://2130706433", "http://127.1",
    "http://0x7f.0.0.1", "http://notlocalhost", "chrome-extension://abcdef", "http://evil.example/localhost",
]  # fmt: skip
HOSTS = ["evil.example", "localhost.evil.example:8765", "127.0.0.1.nip.io", "10.0.0.1", "0.0.0.0", "169.254.169.254"]
linux = pytest.mark.skipif(sys.platform != "linux", reason="listening sockets are read from /proc")


# --- T1: who can reach it


@linux
def test_t1_everything_listens_on_loopback_alone(dev: Running) -> None:
    with connected(dev):  # functions and services run
        found = listeners(dev.process.pid)
    assert urlsplit(str(dev.ready["endpoint_url"])).port in {port for _, port in found}
    assert {address for address, _ in found} <= {"127.0.0.1", "::1"}


def test_t1_another_address_takes_a_flag_prints_a_warning_and_needs_a_token(tmp_path: Path) -> None:
    with running_dev(project(tmp_path), shell(tmp_path / "cache"), "--port", "0", "--host", "0.0.0.0") as running:
        inspector = str(running.ready["inspector_url"])
        address, _, token = inspector.partition("?token=")
        assert len(token) == 43
        for path in ("", "api/state", "api/timeline", "clock", "faults", "usage"):
            assert fetch(address + path).status == 401
        assert fetch(address.replace("/_longwire/", "/metrics")).status == 401
        assert fetch(f"{address}api/state", authorization=f"Bearer {token}").status == 200
        assert fetch(inspector).status == 303
        place = str(running.ready["endpoint_url"])
        without = run(tmp_path, shell(tmp_path / "cache"), "status", "--url", place)
        assert (without.returncode, "asks for the token of its inspector: give --token" in without.stderr) == (1, True)
        assert run(tmp_path, shell(tmp_path / "cache"), "status", "--url", place, "--token", token).returncode == 0
        running.process.terminate()
        _, told = running.process.communicate(timeout=20)
    assert "warning: --host 0.0.0.0: anybody who reaches this address can run your handlers" in told
    assert token not in told


# --- T2: pages of other sites that open a WebSocket


def test_t2_no_page_of_another_site_can_connect(dev: Running, url: str) -> None:
    before = len(timeline(url))
    for origin in ORIGINS:
        options = {"origin": Origin(origin), "additional_headers": BROWSER, "user_agent_header": None}
        assert refused(dev, "allow", **options) == 403, origin
    assert {entry["event"] for entry in timeline(url)[before:]} == {"connection_refused"}  # nothing ran


# --- T3: names that are pointed at this machine


@pytest.mark.parametrize("host", HOSTS)
def test_t3_no_other_name_is_answered_by_any_listener(dev: Running, url: str, host: str) -> None:
    port = urlsplit(url).port
    calls = [("GET", path) for path in ("/", "/dev", "/metrics", "/_longwire/", "/_longwire/api/state")]
    calls += [("POST", path) for path in ("/_longwire/clock", "/_longwire/faults", "/_longwire/api/send")]
    calls += [("POST", "/dev/@connections/x"), ("POST", "/2015-03-31/functions/App/invocations")]
    for method, path in calls:
        assert fetch(f"{url}{path}", method, b"{}", host=host, **JSON).status == 403, (method, path)
    others = [other for _, other in listeners(dev.process.pid) if other != port] if sys.platform == "linux" else []
    for other in others:
        answer = fetch(
            f"http://127.0.0.1:{other}/", "POST", b"{}", host=host, x_amz_target="DynamoDB_20120810.ListTables"
        )
        assert answer.status == 403
    upgrade = f"GET /dev HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"
    upgrade += "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    assert raw(url, upgrade.encode()).startswith(b"HTTP/1.1 403 ")


# --- T11: proxies


def test_t11_a_client_cannot_say_where_it_is_from(dev: Running) -> None:
    with connected(dev, **{"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}) as ws:
        ws.send("{}")
        assert json.loads(ws.recv(timeout=20))["ip"] == "127.0.0.1"
