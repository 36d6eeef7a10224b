"""The notices and events of streams that no whole stream is needed for."""

import json

from longwire.services.stream_batches import Batch, Record
from longwire.services.stream_events import event, failure_notice


def notice(stream_arn: str) -> dict[str, object]:
    batch = Batch((Record("7", 1_700_000_000.5, {}), Record("9", 1_700_000_060.0, {})), 3, 4)
    told = failure_notice(
        batch,
        reason="RecordAgeExceeded",
        function_arn="arn:f",
        stream_arn=stream_arn,
        shard_id="shard",
        request_id="r",
        now=1_700_000_100.25,
    )
    found: dict[str, object] = json.loads(told)
    return found


def test_a_notice_says_where_the_records_are() -> None:
    arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/s"
    assert notice(arn) == {
        "requestContext": {
            "requestId": "r",
            "functionArn": "arn:f",
            "condition": "RecordAgeExceeded",
            "approximateInvokeCount": 4,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2023-11-14T22:15:00.250Z",
        "KinesisBatchInfo": {
            "shardId": "shard",
            "startSequenceNumber": "7",
            "endSequenceNumber": "9",
            "approximateArrivalOfFirstRecord": "2023-11-14T22:13:20Z",
            "approximateArrivalOfLastRecord": "2023-11-14T22:14:20Z",
            "batchSize": 2,
            "streamArn": arn,
        },
    }
    assert "DDBStreamBatchInfo" in notice("arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/x")


def test_an_event_has_its_records_in_order() -> None:
    assert json.loads(event([Record("1", 0, {"a": 1}), Record("2", 0, {"a": 2})])) == {"Records": [{"a": 1}, {"a": 2}]}
