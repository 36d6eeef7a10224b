"""The one module that knows SQS. A bell says "look at this session"; it carries no data.

The queue is FIFO with the session as message group, so one worker at a time looks at one session.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from longwire_app.session import Peer

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

__all__ = ["Bell", "Doorbell", "bell_of"]

MAX_ID = 128
"""Characters of a message group or deduplication id."""


@dataclass(frozen=True, slots=True)
class Bell:
    """``message_id`` is what a partial batch answer names."""

    peer: Peer
    message_id: str


class Doorbell:
    """Rings for sessions."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def ring(self, peer: Peer, why: str) -> None:
        """Rings once for this session, connection and reason; SQS drops a repetition within five minutes.

        ``why`` must differ between two bells that both have to be heard.
        """
        self._client.send_message(
            QueueUrl=self._queue_url,
            MessageBody=json.dumps({"sessionId": peer.session_id, "connectionId": peer.connection_id}),
            MessageGroupId=peer.session_id[:MAX_ID],
            MessageDeduplicationId=f"{peer.connection_id}:{why}"[:MAX_ID],
        )


def bell_of(record: Mapping[str, Any]) -> Bell | None:
    """The bell in one record of an SQS event, None when somebody else's message got into the queue."""
    try:
        body = json.loads(record["body"])
        peer = Peer(str(body["sessionId"]), str(body["connectionId"]))
    except (ValueError, KeyError, TypeError):
        return None
    return Bell(peer, record["messageId"])
