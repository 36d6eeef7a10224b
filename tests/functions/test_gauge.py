"""The gauge of sessions: right after lost goodbyes, and taken once in a period by all environments together."""

from typing import Any

import pytest

from backend_device import Stage
from longwire_app import disconnect, worker
from longwire_app.gauge import Gauge
from longwire_app.session import RELIABLE
from longwire_app.table import Table
from longwire_app.turn import Turn

PLAIN = "json.webpubsub.azure.v1"


def turn_at(now: int) -> Turn:
    return Turn(now=now, deadline=0)


def sampled(gauge: Gauge, now: int) -> int | None:
    turn = turn_at(now)
    gauge.sample(turn)
    return turn.counts.get("ActiveSessions")


def test_those_with_a_connection_are_counted(stage: Stage, table: Table) -> None:
    assert sampled(Gauge(table, 60), stage.now) == 0
    devices = [stage.device(f"u{number}", (PLAIN, RELIABLE)[number // 2]) for number in range(4)]
    for number, device in enumerate(devices):
        device.connect(f"c{number}=")
    stage.pump()
    assert sampled(Gauge(table, 60), stage.now + 100) == 4
    devices[0].vanish()
    devices[2].vanish()
    assert sampled(Gauge(table, 60), stage.now + 200) == 2


def test_whoever_left_without_a_word_is_counted_until_a_post_finds_out(stage: Stage, table: Table) -> None:
    alice, bob = (stage.device(name, PLAIN) for name in ("alice", "bob"))
    for device, name in ((alice, "a1="), (bob, "b1=")):
        device.connect(name)
        stage.pump()
        device.ask(type="joinGroup", group="volatile.room")
    alice.vanish(told=False)
    assert sampled(Gauge(table, 60), stage.now) == 2
    bob.ask(type="sendToGroup", group="volatile.room", data=1)
    assert sampled(Gauge(table, 60), stage.now + 100) == 1


def test_environments_take_turns(stage: Stage, table: Table) -> None:
    one, two = Gauge(table, 60, steady=lambda: 1.0), Gauge(table, 60, steady=lambda: 1.0)
    assert [sampled(gauge, stage.now) for gauge in (one, two, one, two)] == [0, None, None, None]
    assert sampled(Gauge(table, 60), stage.now + 61) == 0


def test_zero_counts_nothing(stage: Stage, table: Table) -> None:
    assert sampled(Gauge(table, 0), stage.now) is None


def test_the_worker_counts_after_a_greeting_and_the_disconnect_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, counted: Any
) -> None:
    monkeypatch.setenv("GAUGE_SECONDS", "60")
    stage.forget()
    worker.gauge.cache_clear()
    device = stage.device()
    device.connect("a1=")
    counted()
    stage.pump()
    assert counted()["ActiveSessions"] == 1
    disconnect.gauge.cache_clear()
    device.vanish()
    assert "ActiveSessions" not in counted()
    worker.gauge.cache_clear()
    disconnect.gauge.cache_clear()
