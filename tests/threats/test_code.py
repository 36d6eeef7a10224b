"""T7, T8, T9, T10, T12: what is run, for whom, how much of it, and with which secrets."""

import ast
import json
import re
from pathlib import Path

import pytest
import websockets.sync.client
from websockets.exceptions import ConnectionClosed, InvalidStatus

import longwire
from http_client import fetch
from longwire_command import Running
from threatened_dev import CANARY, connected, raw, refused, timeline

ROOT = Path(__file__).parents[2]
PAGE = Path(longwire.__file__).parent / "inspector" / "page"

# --- T7: code


EVALUATING = {"eval", "exec", "compile", "__import__"}
UNPICKLING = {"pickle", "marshal", "shelve", "dill"}
# The bootstrap is what runs handlers, in processes of their own. Recordings go through a pipe to our own process.
EXCUSED = re.compile(r"longwire/bootstrap/|longwire/recording/(?:recorder|writer)\.py")


def test_t7_nothing_that_is_sent_is_evaluated_or_unpickled() -> None:
    found = []
    for file in (*(ROOT / "emulator").rglob("*.py"), *(ROOT / "functions").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            unsafe = isinstance(node, ast.Attribute) and ast.unparse(node) in ("yaml.load", "yaml.unsafe_load")
            if (name in EVALUATING or UNPICKLING & set(modules) or unsafe) and not EXCUSED.search(file.as_posix()):
                found.append(f"{file}:{getattr(node, 'lineno', 0)}")
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "{\"action\": \"__import__('os').system('touch hacked')\"}",
        '{"action": "${__class__.__mro__}"}',
        '{"action": "$util.parseJson(1)"}',
        '{"__class__": "os.system", "action": "{{7*7}}"}',
        '{"action": ["constructor", "constructor"]}',
    ],
)
def test_t7_a_message_is_data(dev: Running, url: str, text: str) -> None:
    with connected(dev) as ws:
        ws.send(text)
        assert json.loads(ws.recv(timeout=20))["ip"] == "127.0.0.1"
    received = [entry for entry in timeline(url) if entry["event"] == "message_received"]
    assert received[-1]["route_key"] == "$default"


def test_t7_no_call_names_a_handler(url: str) -> None:
    for name in ("os.system", "app.judge", "../app", "App;id", "App$(id)", "arn:aws:lambda:x:1:function:`id`"):
        answer = fetch(f"{url}/2015-03-31/functions/{name.replace('/', '%2F')}/invocations", "POST", b"{}")
        assert answer.status in (400, 403, 404), name


# --- T8: access control as AWS has it


@pytest.mark.parametrize(("token", "status"), [("deny", 403), ("crash", 500), ("other", 500), ("", 401)])
def test_t8_whoever_is_not_allowed_is_refused_as_by_aws(dev: Running, url: str, token: str, status: int) -> None:
    before = len(timeline(url))
    assert refused(dev, token) == status
    assert not any(
        entry.get("route_key") == "$connect" and entry.get("function") == "App" for entry in timeline(url)[before:]
    )


def test_t8_a_slash_at_the_end_of_the_address_changes_nothing(dev: Running) -> None:
    """CVE-2021-38384 of serverless-offline was such a difference."""
    address = dev.ready["websocket_url"]
    for path in ("/", "//", "/."):
        with pytest.raises(InvalidStatus) as caught:
            websockets.sync.client.connect(f"{address}{path}?access_token=deny").close()
        assert caught.value.response.status_code == 403


# --- T9: too much of everything


def send_to_the_end(ws: websockets.sync.client.ClientConnection, text: str) -> None:
    """The connection is closed while it is sent, or after it."""
    try:
        ws.send(text)
        ws.recv(timeout=20)
    except ConnectionClosed:
        return
    pytest.fail("the connection is still open")


def test_t9_requests_and_messages_beyond_the_limits_end_their_own_connection_alone(dev: Running, url: str) -> None:
    with connected(dev) as bystander:
        assert raw(url, b"GET / HTTP/1.1\r\nX: " + b"x" * 1_000_000).startswith(b"HTTP/1.1 431 ")
        many = b"".join(b"h%d: x\r\n" % number for number in range(100_000))
        assert raw(url, b"GET / HTTP/1.1\r\n" + many).startswith(b"HTTP/1.1 431 ")
        huge = b"POST /_longwire/api/send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
        assert raw(url, huge).startswith(b"HTTP/1.1 413 ")
        for size in (32_769, 5_000_000):
            with connected(dev) as ws:
                send_to_the_end(ws, "x" * size)
                assert ws.close_code in (1009, 1006)
        bystander.send("{}")
        assert json.loads(bystander.recv(timeout=20))["ip"] == "127.0.0.1"


# --- T10: secrets


def test_t10_the_shells_credentials_reach_no_handler_and_no_page(dev: Running, url: str) -> None:
    with connected(dev, authorization="Bearer very-secret", cookie="session=very-secret") as ws:
        ws.send("{}")
        told = ws.recv(timeout=20)
        environment = json.loads(told)["env"]
        assert not any(CANARY in value for name, value in environment.items() if name.startswith(("AWS", "GITHUB")))
        paths = ("api/state", "api/timeline?since=0&limit=10000", "usage")
        seen = [fetch(f"{url}/_longwire/{path}").body.decode() for path in paths]
    assert re.search(r"access_token\W+\*\*\*", seen[1])
    for text in seen:
        assert "very-secret" not in text
        assert re.search(r"access_token\W+allow", text) is None  # as pairs, or in a query
    assert CANARY not in seen[0] + seen[2]


# --- T12: what it is made of


def test_t12_the_deployed_packages_are_pinned_and_nothing_is_fetched_to_run() -> None:
    lines = (ROOT / "functions" / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+", pin) for pin in pins)
    pyproject = (ROOT / "pyproject.toml").read_text()
    assert "cmdclass" not in pyproject
    assert not list(ROOT.glob("setup.py"))
    for file in PAGE.iterdir():
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", file.read_text()), file
