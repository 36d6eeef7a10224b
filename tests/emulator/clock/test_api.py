"""``/_longwire/clock`` of a running emulator, and what it refuses."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from longwire.clock.api import order
from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.inspector.calls import BadCall
from longwire.template.load import load

TEMPLATE = Path(__file__).parents[2] / "bench" / "echo_app" / "template.yaml"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server() -> Iterator[LongwireServer]:
    made = LongwireServer(load(TEMPLATE), Options(port=0))
    yield made
    made.close()


@pytest.fixture
def echo(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


def ask(echo: Longwire, method: str, body: Any = None, headers: Any = JSON) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", urlsplit(echo.endpoint_url).port or 0, timeout=30)
    data = body if isinstance(body, str | None) else json.dumps(body)
    connection.request(method, "/_longwire/clock", data, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, json.loads(text) if answer.status == 200 else text


def test_it_tells_the_time_and_moves_it(echo: Longwire) -> None:
    status, real = ask(echo, "GET")
    assert (status, real["offset"], real["paused"]) == (200, 0, False)
    ws = echo.connect()

    status, moved = ask(echo, "POST", {"advance": 660})
    assert status == 200
    assert moved["now"] >= real["now"] + 660
    assert ws.closed.code == 1001

    assert ask(echo, "POST", {"pause": True})[1]["paused"] is True
    assert ask(echo, "GET")[1]["now"] == ask(echo, "GET")[1]["now"]
    assert ask(echo, "POST", {"resume": True})[1]["paused"] is False


def test_the_state_and_the_timeline_tell_it(echo: Longwire) -> None:
    ask(echo, "POST", {"advance": 7200})
    connection = HTTPConnection("127.0.0.1", urlsplit(echo.endpoint_url).port or 0, timeout=30)
    connection.request("GET", "/_longwire/api/state")
    clock = json.loads(connection.getresponse().read())["clock"]
    connection.close()
    assert clock["offset"] > 7000
    told = echo.wait_for("clock_changed")
    assert (told["change"], told["seconds"], told["paused"]) == ("advanced", 7200, False)


def test_a_page_of_another_site_cannot_move_it(echo: Longwire) -> None:
    foreign = [
        {**JSON, "Origin": "https://evil.example"},
        {**JSON, "Sec-Fetch-Site": "cross-site"},
        {**JSON, "Host": "evil.example"},
    ]
    assert [ask(echo, "POST", {"advance": 60}, headers)[0] for headers in foreign] == [403] * 3
    plain = [{"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, {}]
    assert [ask(echo, "POST", '{"advance": 60}', headers)[0] for headers in plain] == [415] * 3
    assert ask(echo, "DELETE")[0] == 405
    assert ask(echo, "GET")[1]["offset"] == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is no JSON"),
        (b"advance", "The body is no JSON"),
        (b"[]", "an object with one name"),
        (b"660", "an object with one name"),
        (b"{}", "an object with one name"),
        (b'{"advance": 1, "pause": true}', "an object with one name"),
        (b'{"advanced": 1}', "There is no 'advanced'"),
        (b'{"advance": "2h"}', "advance has to be a number of seconds"),
        (b'{"advance": true}', "advance has to be a number of seconds"),
        (b'{"advance": null}', "advance has to be a number of seconds"),
        (b'{"pause": false}', "pause has to be true"),
        (b'{"resume": 1}', "resume has to be true"),
    ],
)
def test_a_body_that_says_something_else_is_refused_with_what_to_give(body: bytes, message: str) -> None:
    with pytest.raises(BadCall, match=message) as caught:
        order(body)
    assert 'give one of {"advance": SECONDS}, {"pause": true} and {"resume": true}' in str(caught.value)


def test_what_cannot_be_changes_nothing(echo: Longwire) -> None:
    for body in (
        "no",
        {"advance": -1},
        {"advance": 0},
        {"advance": 1e300},
        {"advance": float("nan")},
        '{"advance": 1' + "0" * 400 + "}",
    ):
        status, text = ask(echo, "POST", body)
        assert status == 400, text
    assert ask(echo, "GET")[1]["offset"] == 0
    assert echo.timeline == []
