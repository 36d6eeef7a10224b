"""Faults through the fixture: what clients and handlers get is what AWS would give them."""

import pytest

from faulty_app import FaultyApp
from longwire.errors import FaultInvalid
from longwire.harness import LongwireServer


def test_a_fault_ends_with_its_block_and_at_the_latest_with_its_test(faulty_server: LongwireServer) -> None:
    app = FaultyApp(faulty_server)
    alice = app.connect()
    forgotten = app.fault("invoke", throttled="Echo")
    assert app.echo(alice, "x") == "Internal server error"
    app.close()
    assert forgotten.hits == 1
    following = FaultyApp(faulty_server)
    assert following.echo(following.connect(), "x") == "x"
    following.close()


def test_the_same_seed_is_the_same_run(app: FaultyApp) -> None:
    def run() -> list[str]:
        alice = app.connect()
        with app.fault("invoke", throttled="Echo", probability=0.5, seed=11):
            return [app.echo(alice, "x") for _ in range(12)]

    first = run()
    assert first == run()
    assert set(first) == {"x", "Internal server error"}


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("post_to_connection", {"gone": "x"}, "connection: x cannot be a connection id"),
        ("connection", {"drop": "L0SM9cOFvHcCIhw="}, "connection: there is no open connection L0SM9cOFvHcCIhw="),
        ("invoke", {"crash": "Ecko"}, "function: the template has no function Ecko; did you mean Echo?"),
        ("message", {"drop": True, "route": "eco"}, "route: the template has no route eco; did you mean echo?"),
        ("service", {"throttling": "dynamo"}, "service: AWS has no service dynamo; did you mean dynamodb?"),
        ("service", {"throttling": True, "operation": "PutItem"}, "operation: an operation needs its service"),
        ("frame", {"latency": 1, "probability": 2}, "probability: 2 is not between 0 and 1"),
    ],
)
def test_a_fault_that_cannot_be_is_told(app: FaultyApp, kind: str, fields: dict[str, object], told: str) -> None:
    with pytest.raises(FaultInvalid) as raised:
        app.fault(kind, **fields)
    assert told in str(raised.value)
    assert not app.seen("faults_changed")


def test_a_fault_that_would_never_strike_is_refused(app: FaultyApp) -> None:
    bob = app.connect()
    with (
        app.fault("post_to_connection", gone=True),
        pytest.raises(FaultInvalid, match=r"status: it would never strike: fault \d+ has gone for all of these"),
    ):
        app.fault("post_to_connection", status=500, connection=bob)
