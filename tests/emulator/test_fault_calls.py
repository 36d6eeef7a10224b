"""Faults over HTTP: added whole or not at all, listed, cleared, told on the stream of events."""

import json
from http.client import HTTPConnection
from typing import Any

import pytest

from faulty_app import FaultyApp


def call(app: FaultyApp, method: str, body: object = None, query: str = "", **headers: str) -> tuple[int, Any]:
    """Status, and the JSON of the answer or its text."""
    connection = HTTPConnection(app.endpoint_url.removeprefix("http://"), timeout=20)
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request(method, f"/_longwire/faults{query}", content, sent)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    is_json = answer.headers["Content-Type"] == "application/json"
    return answer.status, json.loads(text) if is_json else text


def test_a_fault_is_added_listed_and_cleared(app: FaultyApp) -> None:
    alice = app.connect()
    status, added = call(app, "POST", {"kind": "invoke", "throttled": "Echo"})
    assert status == 200
    (fault,) = added["faults"]
    rule = {"probability": 1.0, "count": None, "seed": 1, "after": 0.0, "for": None}
    told = {"id": fault["id"], "kind": "invoke", "throttled": True, "function": "Echo", **rule}
    assert fault == {**told, "hits": 0, "state": "on"}
    assert app.echo(alice, "x") == "Internal server error"
    assert call(app, "GET")[1]["faults"] == [{**told, "hits": 1, "state": "on"}]
    assert call(app, "DELETE", query=f"?id={fault['id']}") == (200, {"faults": []})
    assert app.echo(alice, "x") == "x"


def test_kinds_are_told_with_their_fields(app: FaultyApp) -> None:
    kinds = call(app, "GET")[1]["kinds"]
    assert kinds["disconnect"]["effects"]["late"]["value"] == "seconds"
    assert kinds["service"]["filters"] == ["service", "operation"]


def test_several_faults_are_added_all_or_none(app: FaultyApp) -> None:
    good = {"kind": "frame", "latency": "10ms"}
    status, told = call(app, "POST", {"faults": [good, {"kind": "frame", "latency": -1}]})
    assert (status, told) == (400, "latency: -1 is not a time, as 10s, 500ms or 2m, of at most a day\n")
    assert call(app, "GET")[1]["faults"] == []
    twice = {"kind": "frame", "drop": True}
    status, told = call(app, "POST", {"faults": [twice, twice]})
    assert (status, told) == (400, "drop: it would never strike: drop stands before it, always\n")
    assert len(call(app, "POST", {"faults": [good, good]})[1]["faults"]) == 2
    assert call(app, "DELETE") == (200, {"faults": []})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "The body is no JSON"),
        (b"[]", "The body has to be a fault"),
        (b'"frame"', "The body has to be a fault"),
        (b"[" * 100_000, "The body is no JSON"),
        (b"", "The body is no JSON"),
        (b" " * 300_000, "The body has more than 262,144 bytes"),
        ({"kind": "x" * 100_000}, "there is no kind xxx"),
        ({"x" * 100_000: 1, "kind": "frame"}, "there is no such field"),
        ({"kind": "frame", "latency": "9" * 100_000}, "is not a time"),
        ({"kind": "frame", "drop": ["L0SM9cOFvHcCIhw="] * 10_000}, "10,000 names are more than 1,000"),
        ({"kind": "frame", "drop": True, "count": 10**400}, "is not a whole number"),
        ({"faults": [7]}, "a fault is a mapping"),
        ({"kind": "frame", "drop": True, "probabilty": 1}, "did you mean probability?"),
        ({"kind": "connection", "drop": "L0SM9cOFvHcCIhw="}, "there is no open connection L0SM9cOFvHcCIhw="),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_mistake_is_told_and_changes_nothing(app: FaultyApp, body: object, told: str) -> None:
    status, text = call(app, "POST", body)
    assert status == 400
    assert told in text
    assert len(text) < 1_000
    assert call(app, "GET")[1]["faults"] == []


@pytest.mark.parametrize("query", ["?id=77", "?id=", "?id=-1", "?id=1e9", f"?id={'9' * 5000}"])
def test_a_fault_that_is_not_there_cannot_be_cleared(app: FaultyApp, query: str) -> None:
    call(app, "POST", {"kind": "frame", "latency": 1})
    assert call(app, "DELETE", query=query)[0] == 404
    assert len(call(app, "GET")[1]["faults"]) == 1


def test_only_id_limits_what_is_cleared(app: FaultyApp) -> None:
    assert call(app, "DELETE", query="?kind=frame") == (400, "There is no parameter but id.\n")


def test_a_page_needs_the_token_and_the_right_type_to_change_anything(app: FaultyApp) -> None:
    fault = {"kind": "frame", "latency": 1}
    host = app.endpoint_url
    assert call(app, "POST", fault, Origin="http://evil.example")[0] == 403
    assert call(app, "POST", fault, Sec_Fetch_Site="cross-site")[0] == 403
    assert call(app, "POST", fault, Host="rebound.example")[0] == 403
    assert call(app, "POST", fault, Origin=host, Sec_Fetch_Site="same-origin")[0] == 401
    assert call(app, "POST", fault, Content_Type="text/plain")[0] == 415
    assert call(app, "DELETE", Origin=host)[0] == 401
    assert call(app, "PUT", fault)[0] == 405
    assert call(app, "GET")[1]["faults"] == []
    token = app.server.emulator.guard.token
    assert call(app, "POST", fault, Origin=host, Authorization=f"Bearer {token}")[0] == 200


def test_a_change_and_a_hit_are_events(app: FaultyApp) -> None:
    alice = app.connect()
    call(app, "POST", {"kind": "invoke", "crash": True, "count": 1})
    app.echo(alice, "x")
    hit = app.wait_for("fault_hit")
    assert (hit["kind"], hit["effect"], hit["function"]) == ("invoke", "crash", "Echo")
    assert hit["connection_id"] == alice.connection_id
    call(app, "DELETE")
    changes = app.seen("faults_changed")
    assert [len(change["faults"]) for change in changes] == [1, 0]
    assert changes[0]["faults"][0]["crash"] is True


def test_a_fault_of_a_service_holds_when_it_is_answered(app: FaultyApp) -> None:
    alice = app.connect()
    call(app, "POST", {"kind": "service", "throttling": "dynamodb"})
    assert app.put(alice).startswith("Provisioned")
    assert call(app, "GET")[1]["faults"][0]["hits"] == 1
