"""The one module that knows SQS. A bell says "look at this session", and perhaps at which topic; it carries no message.

The bell of a handshake brings the reconnection token for the greeting, since the table holds but its hash.

The queue is FIFO with the session as message group, so one worker at a time looks at one session.
"""

import contextlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from longwire_app.errors import BellNotRung
from longwire_app.session import Peer

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

__all__ = ["Bell", "Doorbell", "Greeting", "bell_of"]

BATCH = 10
"""Messages that SendMessageBatch takes."""

MAX_ID = 128
"""Characters of a message group or deduplication id."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a handshake has in store for its connection: a reconnection token, which the session takes already.

    ``first``: of a new session. What it follows it has read to the end, and what comes into that rings by itself.
    """

    connection_id: str
    token: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Bell:
    """``message_id`` is what a partial batch answer names. Without a ``topic`` all of the session is looked at.

    ``heard`` is how often SQS has delivered it.
    """

    session_id: str
    message_id: str
    topic: str | None = None
    receipt: str = ""
    heard: int = 1
    greeting: Greeting | None = None


class Doorbell:
    """Rings for sessions."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def ring(self, peer: Peer, why: str, greeting: Greeting | None = None) -> None:
        """Rings once for this session, connection and reason; SQS drops a repetition within five minutes.

        ``why`` must differ between two bells that both have to be heard.
        """
        greets = {} if greeting is None else {"greeting": asdict(greeting)}
        self._client.send_message(
            QueueUrl=self._queue_url,
            MessageBody=json.dumps({"sessionId": peer.session_id, **greets}),
            MessageGroupId=peer.session_id[:MAX_ID],
            MessageDeduplicationId=f"{peer.connection_id}:{why}"[:MAX_ID],
        )

    def ring_all(self, peers: Sequence[Peer], topic: str) -> None:
        """Rings each of them for news in a topic. Raises BellNotRung when SQS did not take one: ring them all again.

        Each bell is a new one: one that repeats an earlier within five minutes would be dropped, and perhaps the
        earlier was heard before the news was there.
        """
        for start in range(0, len(peers), BATCH):
            entries = [self._entry(number, peer, topic) for number, peer in enumerate(peers[start : start + BATCH])]
            if self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries).get("Failed"):
                raise BellNotRung("SQS did not take all bells of a batch")

    def postpone(self, bell: Bell) -> None:
        """Lets SQS ring it again soon: after 1 s, 2 s, 4 s, and 60 s at most. Best effort: else it is three minutes."""
        seconds = min(60, 2 ** min(bell.heard - 1, 6))
        with contextlib.suppress(ClientError, BotoCoreError):
            self._client.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=bell.receipt, VisibilityTimeout=seconds
            )

    def _entry(self, number: int, peer: Peer, topic: str) -> "SendMessageBatchRequestEntryTypeDef":
        return {
            "Id": str(number),
            "MessageBody": json.dumps({"sessionId": peer.session_id, "topic": topic}),
            "MessageGroupId": peer.session_id[:MAX_ID],
            "MessageDeduplicationId": secrets.token_hex(16),
        }


def bell_of(record: Mapping[str, Any]) -> Bell | None:
    """The bell in one record of an SQS event, None when somebody else's message got into the queue."""
    try:
        body = json.loads(record["body"])
        session_id, topic = str(body["sessionId"]), body.get("topic")
        greeting = Greeting(**body["greeting"]) if "greeting" in body else None
    except (ValueError, KeyError, TypeError):
        return None
    heard = int(record.get("attributes", {}).get("ApproximateReceiveCount", "1"))
    return Bell(session_id, record["messageId"], topic and str(topic), record.get("receiptHandle", ""), heard, greeting)
