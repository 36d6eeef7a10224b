"""Faults with a beginning and an end, and many of them."""

from dataclasses import replace
from typing import Any

import pytest

from faulty_app import PATIENCE, FaultyApp
from longwire.errors import FaultInvalid
from longwire.fault_control import MOST


def states(app: FaultyApp) -> list[str]:
    control = app.server.emulator.fault_control
    return app.server.run(lambda: [each.state for each in control.listed.values()])


def wait_for_faults(app: FaultyApp, count: int, state: str = "on") -> None:
    """Until there are so many, all in one state; tells by the timeline, since a change is an event of it."""
    for change in iter(lambda: app.seen("faults_changed"), []):
        if [each["state"] for each in change[-1]["faults"]] == [state] * count:
            return
        app.wait_for("faults_changed", timeout=PATIENCE)


def test_a_fault_begins_after_a_while_and_ends_by_itself(app: FaultyApp) -> None:
    alice = app.connect()
    app.echo(alice, "warm")
    app.fault("invoke", throttled="Echo", after=3600, for_=600)
    assert states(app) == ["waiting"]
    assert app.echo(alice, "x") == "x"
    app.clock.advance(hours=1)
    assert states(app) == ["on"]
    assert app.echo(app.connect(), "x") == "Internal server error"
    app.clock.advance(minutes=11)
    assert states(app) == []
    assert app.echo(app.connect(), "x") == "x"


def test_connections_drop_when_the_fault_begins(app: FaultyApp) -> None:
    alice = app.connect()
    app.fault("connection", drop=True, after=60)
    assert alice.is_open
    app.clock.advance(minutes=1)
    assert alice.closed.code == 1006


def test_a_restart_comes_when_its_time_has_come(app: FaultyApp) -> None:
    alice = app.connect()
    app.fault("gateway", restart=True, after=60)
    app.clock.advance(minutes=1)
    assert alice.closed.code == 1006
    assert states(app) == ["used up"]


def test_which_of_many_connections_drop_is_the_seeds_choice(app: FaultyApp) -> None:
    def dropped() -> list[bool]:
        clients = [app.connect() for _ in range(12)]
        with app.fault("connection", drop=True, probability=0.5, seed=3) as fault:
            pass
        app.settle()
        fates = [not client.is_open for client in clients]
        assert fates.count(True) == fault.hits
        for client in clients:
            client.close()
        return fates

    first = dropped()
    assert first == dropped()
    assert set(first) == {True, False}


def test_a_fault_that_is_used_up_stays_listed(app: FaultyApp) -> None:
    alice = app.connect()
    fault = app.fault("invoke", throttled="Echo", count=1)
    assert [app.echo(alice, "x") for _ in range(2)] == ["Internal server error", "x"]
    assert states(app) == ["used up"]
    assert fault.hits == 1


def test_there_are_not_more_faults_than_can_be_looked_at(app: FaultyApp) -> None:
    control = app.server.emulator.fault_control
    rule: dict[str, Any] = {"kind": "frame", "latency": 1}
    with pytest.raises(FaultInvalid, match="there are 1,000 faults at most"):
        app.server.run(lambda: control.add([rule] * (MOST + 1)))
    assert states(app) == []


def test_faults_survive_another_template(app: FaultyApp) -> None:
    alice = app.connect()
    app.fault("invoke", throttled="Echo")
    app.server.call(app.server.emulator.deploy(app.stack, ["Echo"]))
    assert app.echo(alice, "x") == "Internal server error"


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "invoke", "latency": "20s", "function": "Echo"},
        {"kind": "frame", "latency": "20s"},
        {"kind": "message", "latency": "20s"},
    ],
    ids=lambda rule: str(rule["kind"]),
)
def test_delays_go_by_the_clock(app: FaultyApp, rule: dict[str, Any]) -> None:
    alice = app.connect()
    app.echo(alice, "warm")
    fields = dict(rule)
    app.fault(fields.pop("kind"), **fields)
    alice.send(action="echo", text="late")
    app.wait_for("fault_hit", timeout=PATIENCE)
    app.clock.advance(19)
    with pytest.raises(TimeoutError):
        alice.receive(0.05)
    app.clock.advance(2)
    assert alice.receive(PATIENCE)["text"] == "late"


def test_a_call_of_a_service_waits_for_the_clock(app: FaultyApp) -> None:
    alice = app.connect()
    app.put(alice)
    app.fault("service", latency=1.5, service="dynamodb")
    app.clock.pause()
    alice.send(action="store", operation="put_item", arguments={"TableName": "TABLE", "Item": {"id": {"S": "1"}}})
    app.wait_for("fault_hit", timeout=PATIENCE)
    app.clock.advance(2)
    assert alice.receive(PATIENCE) == "stored"


def test_a_function_times_out_by_the_clock(app: FaultyApp) -> None:
    alice = app.connect()
    app.clock.pause()
    app.fault("invoke", timeout="Echo")
    alice.send(action="echo", text="x")
    app.wait_for("fault_hit", timeout=PATIENCE)
    app.clock.advance(2)
    assert alice.receive(PATIENCE)["message"] == "Internal server error"


def test_faults_of_services_hold_for_services_that_begin_anew(app: FaultyApp) -> None:
    alice = app.connect()
    app.put(alice)
    app.fault("service", throttling="dynamodb")
    emulator, stack = app.server.emulator, app.stack
    table = stack.resources["Connections"]
    other = replace(table, properties={**table.properties, "Tags": [{"Key": "a", "Value": "b"}]})
    try:
        told = app.server.call(emulator.deploy(replace(stack, resources={**stack.resources, "Connections": other})))
        assert told.connections_closed
        assert app.put(app.connect()).startswith("Provisioned")
    finally:
        app.server.call(emulator.deploy(stack))
