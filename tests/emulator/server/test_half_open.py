"""Connections of which one side is gone."""

import pytest

from faulty_app import PATIENCE, FaultyApp
from longwire.testing import Close


def test_half_of_a_connection_is_gone_and_nobody_is_told(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("connection", half_open=bob):
        assert app.post(alice, bob, "into the void") == "posted"
        bob.send(action="echo", text="into the void")
        with pytest.raises(TimeoutError):
            bob.receive(0.2)
        assert not app.seen("connection_closed", connection_id=bob.connection_id)
    assert bob.closed == Close(1006, "")
    assert app.wait_for("connection_closed", connection_id=bob.connection_id)["code"] == 1006


def test_a_half_open_client_that_leaves_is_not_noticed(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("connection", half_open=bob):
        bob.drop()
        assert app.post(alice, bob, "into the void") == "posted"
        assert not app.seen("connection_closed", connection_id=bob.connection_id)
    assert app.wait_for("connection_closed", timeout=PATIENCE, connection_id=bob.connection_id)


def test_a_half_open_client_that_takes_nothing_fills_its_buffer(app: FaultyApp) -> None:
    alice, bob = app.connect(), app.connect()
    with app.fault("connection", half_open=bob):
        assert app.post(alice, bob, *["random"] * 20).startswith("LimitExceededException")
