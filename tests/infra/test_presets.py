"""The presets agree with the backend's table of costs per operation (us-east-1, without Lambda's duration)."""

from decimal import Decimal

import pytest

from longwire_infra.presets import PRESETS


@pytest.mark.parametrize(
    ("preset", "kind", "messages", "counted"),
    [
        ("longwire-reliable", "message", 2, "5.00"),
        ("longwire-reliable", "delivery", 1, "2.04"),
        ("longwire-reliable", "ack", 1, "1.82"),
        ("longwire-volatile", "message", 1, "1.31"),
        ("longwire-volatile", "delivery", 1, "1.01"),
        ("longwire-volatile", "heartbeat", 2, "2.00"),
    ],
)
def test_a_million_operations_cost_what_was_counted(preset: str, kind: str, messages: int, counted: str) -> None:
    used = PRESETS[preset].operations[kind]
    priced = [
        (used.lambda_requests, "0.20"),
        (used.dynamodb_write_units, "0.625"),
        (used.dynamodb_read_units, "0.125"),
        (used.sqs_fifo_requests, "0.50"),
    ]
    total = messages + sum(quantity * Decimal(usd) for quantity, usd in priced if quantity is not None)

    assert round(total, 2) == Decimal(counted)
