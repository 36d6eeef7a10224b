"""What handlers use for each message: Longwire's own backend as counted, and whatever you say of yours.

Figures are operations of the backend's protocol counted call by call, as tests/functions/test_pump_runner_operations.py
holds them; a message of the reliable protocol is acked, its delivery is read from the log and acked again. Duration is
an assumption: measure yours.
"""

from decimal import Decimal

from longwire_infra.workload import Handler, Operation

__all__ = ["PRESETS"]

MEMORY_MB, DURATION_MS = Decimal(256), Decimal(20)


def operation(requests: str, write_units: str, read_units: str, fifo: str) -> Operation:
    """Log bytes depend on what the handler writes, and stay unknown."""
    return Operation(
        lambda_requests=Decimal(requests),
        dynamodb_write_units=Decimal(write_units),
        dynamodb_read_units=Decimal(read_units),
        sqs_standard_requests=Decimal(0),
        sqs_fifo_requests=Decimal(fifo),
    )


# authorizer, $connect and a tenth of a pump for the greeting; $disconnect
CONNECT = operation("3.1", "7", "4", "0.3")
PING = operation("0", "0", "0", "0")  # a MOCK integration answers

PRESETS = {
    "longwire-reliable": Handler(
        memory_mb=MEMORY_MB,
        duration_ms=DURATION_MS,
        operations={
            "connect": CONNECT,
            "message": operation("1", "4", "2", "0.1"),  # publish: Query of the tail, TransactWrite of 2, fan-out Query
            "delivery": operation("0.1", "1", "2", "0.3"),  # one a batch: Query of the session and of the log, Update
            "ack": operation("1", "1", "0", "0"),  # sequenceAck: Update
            "heartbeat": PING,
        },
        greetings=Decimal(1),
        acks=Decimal(1),
        delivery_acks=True,
    ),
    "longwire-volatile": Handler(
        memory_mb=MEMORY_MB,
        duration_ms=DURATION_MS,
        operations={
            "connect": CONNECT,
            "message": operation("1", "0", "0.5", "0.1"),
            "delivery": operation("0.01", "0", "0.02", "0.003"),
            "heartbeat": PING,
        },
        greetings=Decimal(1),
    ),
}
