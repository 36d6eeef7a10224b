"""The records of streams as Lambda hands them to functions, and what it says of a batch that it gives up.

Shapes: Lambda developer guide, "Using Lambda with DynamoDB streams", "Using Lambda with Kinesis".
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from longwire.services.dynamodb_repairs import on_the_wire
from longwire.services.stream_batches import Batch, Record

__all__ = ["dynamodb_record", "event", "failure_notice", "kinesis_record"]

ROLE = "arn:aws:iam::{}:role/lambda"


def event(records: Iterable[Record]) -> bytes:
    return json.dumps({"Records": [record.event for record in records]}).encode()


def dynamodb_record(found: Mapping[str, Any], stream_arn: str, region: str) -> Record:
    """``found`` is a record as moto keeps it."""
    change = found["dynamodb"]
    at = change["ApproximateCreationDateTime"].replace(tzinfo=UTC).timestamp()
    images = ("Keys", "NewImage", "OldImage")
    described = {
        # Documented: rounded to the second, which JSON has as a float.
        "ApproximateCreationDateTime": float(int(at)),
        **{name: item(change[name]) for name in images if name in change},
        "SequenceNumber": change["SequenceNumber"],
        "SizeBytes": change["SizeBytes"],
        "StreamViewType": change["StreamViewType"],
    }
    record = {
        "eventID": found["eventID"],
        "eventName": found["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": described,
        **({"userIdentity": found["userIdentity"]} if "userIdentity" in found else {}),
        "eventSourceARN": stream_arn,
    }
    return Record(change["SequenceNumber"], at, record)


def item(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: on_the_wire(value) for name, value in attributes.items()}


def kinesis_record(found: Any, shard_id: str, stream_arn: str, account_id: str) -> Record:
    """``found`` is moto's Record."""
    data = found.data
    described = {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": found.partition_key,
        "sequenceNumber": str(found.sequence_number),
        "data": data if isinstance(data, str) else b64encode(data).decode(),
        "approximateArrivalTimestamp": round(found.created_at, 3),
    }
    record = {
        "kinesis": described,
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard_id}:{found.sequence_number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": ROLE.format(account_id),
        "awsRegion": stream_arn.split(":")[3],
        "eventSourceARN": stream_arn,
    }
    return Record(str(found.sequence_number), found.created_at, record)


def failure_notice(  # noqa: PLR0913 - what Lambda tells, keywords all
    batch: Batch, *, reason: str, function_arn: str, stream_arn: str, shard_id: str, request_id: str, now: float
) -> str:
    """The JSON that an on-failure destination gets: where the records are, not the records."""
    first, last = batch.records[0], batch.records[-1]
    info = {
        "shardId": shard_id,
        "startSequenceNumber": first.sequence_number,
        "endSequenceNumber": last.sequence_number,
        "approximateArrivalOfFirstRecord": seconds(first.at),
        "approximateArrivalOfLastRecord": seconds(last.at),
        "batchSize": len(batch.records),
        "streamArn": stream_arn,
    }
    name = "KinesisBatchInfo" if ":kinesis:" in stream_arn else "DDBStreamBatchInfo"
    context = {
        "requestId": request_id,
        "functionArn": function_arn,
        "condition": reason,
        "approximateInvokeCount": batch.calls,
    }
    response = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    told = {"requestContext": context, "responseContext": response, "version": "1.0", "timestamp": milliseconds(now)}
    return json.dumps({**told, name: info})


def seconds(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
