"""Faults at one Stage's sockets: what clients and handlers get is what AWS would give them."""

import time

import pytest

from faulty_app import PATIENCE, FaultyApp
from longwire.testing import Close, Refused

# --- @connections


def test_a_post_to_a_connection_that_is_gone_is_a_gone_exception(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("post_to_connection", gone=bob) as fault:
        assert app.post(alice, bob, "lost") == "GoneException 410"
    assert fault.hits == 1
    assert app.post(alice, bob, "there") == "posted"
    assert bob.receive() == "there"


@pytest.mark.parametrize(
    ("effect", "answer"),
    [
        ({"limit_exceeded": True}, "LimitExceededException 429"),
        ({"status": 500}, "ClientError 500"),
        ({"status": 503}, "ClientError 503"),
    ],
)
def test_a_post_fails_as_the_fault_says(app: FaultyApp, effect: dict[str, object], answer: str) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("post_to_connection", connection=bob, **effect):
        assert app.post(alice, bob, "lost") == answer


def test_get_and_delete_have_faults_of_their_own(app: FaultyApp) -> None:
    alice = app.connect()
    management = app.client("apigatewaymanagementapi")
    with app.fault("get_connection", gone=alice) as fault:
        with pytest.raises(management.exceptions.GoneException):
            management.get_connection(ConnectionId=alice.connection_id)
        with app.fault("delete_connection", gone=True), pytest.raises(management.exceptions.GoneException):
            management.delete_connection(ConnectionId=alice.connection_id)
    assert fault.hits == 1
    assert management.get_connection(ConnectionId=alice.connection_id)["Identity"]


def test_posts_change_places(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("post_to_connection", reordered=3, connection=bob, seed=4):
        assert app.post(alice, bob, "1", "2", "3") == "posted"
        arrived = [bob.receive_text(PATIENCE) for _ in range(3)]
    assert sorted(arrived) == ["1", "2", "3"]
    assert arrived != ["1", "2", "3"]


def test_a_frame_with_nothing_to_change_places_with_arrives(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("post_to_connection", reordered=5, connection=bob):
        assert app.post(alice, bob, "alone") == "posted"
        assert bob.receive_text(PATIENCE) == "alone"


def test_a_slow_post_is_answered_late(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    app.post(alice, bob, "warm")
    with app.fault("post_to_connection", latency="300ms", connection=bob):
        started = time.monotonic()
        assert app.post(alice, bob, "late") == "posted"
        assert time.monotonic() - started >= 0.3


# --- frames


def test_a_frame_is_late_and_those_behind_it_keep_their_order(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("frame", latency=0.2, count=1, connection=alice):
        started = time.monotonic()
        for text in ("1", "2"):
            alice.send(action="echo", text=text)
        assert {alice.receive(PATIENCE)["text"] for _ in range(2)} == {"1", "2"}
        assert time.monotonic() - started >= 0.2


def test_a_message_is_late_for_the_gateway_and_a_close_waits_behind_it(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("message", latency=0.2, route="echo"):
        alice.send(action="echo", text="late")
        alice.close()
    order = [each["event"] for each in app.timeline if each["event"] in ("message_received", "connection_closed")]
    assert order == ["message_received", "connection_closed"]


def test_a_narrow_line_takes_its_time(app: FaultyApp) -> None:
    alice = app.connect()
    app.echo(alice, "warm")
    with app.fault("frame", bandwidth=2000, connection=alice):
        started = time.monotonic()
        app.echo(alice, "x" * 600)
        assert time.monotonic() - started >= 0.3


def test_a_message_can_be_lost_with_its_connection(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("message", drop=True, route="echo", connection=alice):
        alice.send(action="echo", text="lost")
        assert alice.closed == Close(1006, "")
        assert app.echo(bob, "fine") == "fine"
    assert not app.seen("message_received", connection_id=alice.connection_id)
    assert app.wait_for("connection_closed", connection_id=alice.connection_id, code=1006)


def test_an_answer_can_be_lost_with_its_connection(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("frame", drop=alice):
        alice.send(action="echo", text="lost")
        assert alice.closed == Close(1006, "")
    assert app.seen("invocation_finished", function="Echo", error="")


# --- connections


def test_a_dropped_connection_has_no_close_frame_and_its_disconnect_runs(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("connection", drop=alice) as fault:
        assert alice.closed == Close(1006, "")
        app.wait_for("invocation_finished", timeout=PATIENCE, function="Disconnect")
    assert fault.hits == 1
    assert app.echo(bob, "still here") == "still here"


def test_a_dropped_connection_may_be_a_later_one(app: FaultyApp) -> None:
    with app.fault("connection", drop=True, count=1):
        assert app.connect().closed.code == 1006
        assert app.echo(app.connect(), "the next") == "the next"


def test_a_slow_consumer_fills_its_buffer_and_then_gets_what_waited(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("connection", slow_consumer=bob):
        assert app.post(alice, bob, *["random"] * 20) == "LimitExceededException 429"
        with pytest.raises(TimeoutError):
            bob.receive(0.1)
    assert [len(bob.receive_text(PATIENCE)) for _ in range(8)] == [120_000] * 8


def test_a_close_waits_behind_the_frames_that_a_slow_consumer_has_not_taken(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("connection", slow_consumer=bob):
        assert app.post(alice, bob, "before") == "posted"
        app.client("apigatewaymanagementapi").delete_connection(ConnectionId=bob.connection_id)
    assert bob.receive_text(PATIENCE) == "before"
    assert bob.closed.code == 1000


# --- handshakes and API Gateway


@pytest.mark.parametrize("status", [429, 503])
def test_a_handshake_is_refused(app: FaultyApp, status: int) -> None:
    with app.fault("handshake", status=status, count=1) as fault:
        with pytest.raises(Refused) as refused:
            app.connect()
        assert app.echo(app.connect(), "the next") == "the next"
    assert (refused.value.status, fault.hits) == (status, 1)
    assert app.seen("connection_refused", status=status)


def test_a_restart_loses_every_connection_and_calls_no_disconnect(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("gateway", restart=True) as fault:
        assert (alice.closed.code, bob.closed.code) == (1006, 1006)
    assert fault.hits == 1
    assert not app.seen("invocation_started", function="Disconnect")
    assert app.post(app.connect(), bob, "to whom?") == "GoneException 410"


def test_what_was_asked_before_a_restart_is_answered_to_nobody(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("invoke", latency=0.3, function="Echo"):
        alice.send(action="echo", text="asked")
        app.wait_for("fault_hit", kind="invoke")
        with app.fault("gateway", restart=True):
            assert alice.closed.code == 1006
    assert app.seen("invocation_finished", function="Echo", error="")
    assert not app.seen("frame_sent")


# --- $disconnect


def test_a_disconnect_can_be_lost(app: FaultyApp) -> None:
    with app.fault("disconnect", lost=True) as fault:
        with app.connect() as alice:
            pass
        app.wait_for("connection_closed", connection_id=alice.connection_id)
    assert fault.hits == 1
    assert not app.seen("invocation_started", function="Disconnect")


def test_a_disconnect_can_come_twice(app: FaultyApp) -> None:
    with app.fault("disconnect", duplicate=True):
        app.connect().close()
        app.wait_for("connection_closed")
    assert len(app.seen("invocation_finished", function="Disconnect", error="")) == 2


def test_a_disconnect_can_be_late(app: FaultyApp) -> None:
    with app.fault("disconnect", late=0.3):
        app.connect().close()
        closed = app.wait_for("connection_closed")
        started = app.wait_for("invocation_started", timeout=PATIENCE, function="Disconnect")
    assert started["at"] - closed["at"] >= 0.29


def test_a_post_that_waits_when_everything_is_lost_is_answered(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("post_to_connection", latency=20):
        alice.send(action="post", to=bob.connection_id, texts=["late"])
        app.wait_for("fault_hit", timeout=PATIENCE, kind="post_to_connection")
        with app.fault("gateway", restart=True):
            assert (alice.closed.code, bob.closed.code) == (1006, 1006)
    assert app.seen("management_request", status=200)


def test_a_late_disconnect_is_lost_with_everything(app: FaultyApp) -> None:
    with app.fault("disconnect", late=20):
        app.connect().close()
        app.wait_for("fault_hit", timeout=PATIENCE, kind="disconnect")
        with app.fault("gateway", restart=True):
            pass
    assert not app.seen("invocation_started", function="Disconnect")
