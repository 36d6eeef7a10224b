"""What a bucket's NotificationConfiguration sends when an object was made or deleted.

Shape: S3 user guide, "Event message structure".
"""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from longwire.services.targets import Targets

__all__ = ["deliver_changes"]

OWNER = {"principalId": "AIDAJDPLRKLG7UEXAMPLE"}


def deliver_changes(targets: Targets) -> Callable[[], None]:
    """A repair of moto's notifications, which know no function of ours and leave out some of the event's fields."""

    def deliver() -> None:
        from moto.s3 import notifications

        def send(_account_id: str, event: Any, arn: str, _region: str) -> None:
            targets.send(arn, json.dumps(event))

        def to_queue(account_id: str, event: Any, queue: str, region: str) -> None:
            send(account_id, event, f"arn:aws:sqs:{region}:{account_id}:{queue}", region)

        notifications._get_s3_event = event_of  # noqa: SLF001 - a repair replaces what it mends
        notifications._invoke_awslambda = notifications._send_sns_message = send  # noqa: SLF001
        notifications._send_sqs_message = to_queue  # noqa: SLF001

    return deliver


def event_of(event_name: str, bucket: Any, key: Any, notification_id: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    name = str(getattr(event_name, "value", event_name)).removeprefix("s3:")
    described = {"key": quote_plus(key.name, safe="/!*'()"), "size": key.size, "eTag": key.etag.strip('"')}
    if "Removed" in name:
        described = {"key": described["key"]}
    version = {"versionId": key.version_id} if bucket.versioning_status == "Enabled" else {}
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region_name,
        "eventTime": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventName": name,
        "userIdentity": OWNER,
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": uuid.uuid4().hex[:16].upper(), "x-amz-id-2": uuid.uuid4().hex},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": notification_id,
            "bucket": {"name": bucket.name, "ownerIdentity": OWNER, "arn": bucket.arn},
            "object": {**described, **version, "sequencer": f"{int(now.timestamp() * 1_000_000):018X}"},
        },
    }
    return {"Records": [record]}
