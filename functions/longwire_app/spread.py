"""Messages for many: jobs in a queue, each for some hundred connections or for the rest of a topic's index.

The publisher cuts the first page of the index into jobs and leaves the rest to a worker, which does the same. The
frame is encoded once and travels in each job. A standard queue may deliver a job twice: who gets a message at once,
without sequence id, may get it twice then.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from longwire_app.errors import JobsNotQueued
from longwire_app.session import Peer

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

__all__ = ["RECIPIENTS", "Cast", "Job", "JobQueue", "burials", "job_of", "jobs_for"]

RECIPIENTS = 250
"""Connections of one job."""

BURIALS = 100
"""Sessions that one job ends."""

BATCH = 10
BATCH_BYTES = 250_000
"""Of one SendMessageBatch: 262,144 is SQS's limit, for all of its messages together."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A message on its way. ``kept`` says that it is in the topic's log: reliable sessions are rung for it.

    With ``bells_only`` nobody is posted to: it was before.
    """

    topic: str
    frame: bytes
    kept: bool
    but: tuple[str, ...] = ()
    bells_only: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """For ``peers``, or else for whoever is in the topic's index after the session ``after``.

    ``tries`` is how often the peers were throttled before. With ``gone`` they are to be ended: none of them is there
    any more.
    """

    cast: Cast
    peers: tuple[Peer, ...] = ()
    after: str = ""
    tries: int = 0
    gone: bool = False

    def encoded(self) -> str:
        """A line of JSON and the frame in base64: as JSON text its quotes would have to be escaped again."""
        peers = [[peer.session_id, peer.connection_id, int(peer.reliable)] for peer in self.peers]
        cast = [self.cast.topic, self.cast.kept, self.cast.but, self.cast.bells_only]
        place = [self.after, self.tries, self.gone]
        head = json.dumps({"cast": cast, "peers": peers, "place": place}, separators=(",", ":"))
        return f"{head}\n{base64.b64encode(self.cast.frame).decode()}"


def job_of(record: Mapping[str, Any]) -> Job | None:
    """The job in one record of an SQS event, None when somebody else's message got into the queue."""
    try:
        head, _, frame = record["body"].partition("\n")
        body = json.loads(head)
        topic, kept, but, bells_only = body["cast"]
        peers = tuple(Peer(sid, connection, bool(reliable)) for sid, connection, reliable in body["peers"])
        cast = Cast(topic, base64.b64decode(frame, validate=True), kept, tuple(but), bells_only)
        return Job(cast, peers, *body["place"])
    except (ValueError, KeyError, TypeError):
        return None


class JobQueue:
    """The one class that knows this queue."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def put(self, jobs: Iterable[Job], *, delay: int = 0) -> None:
        """Raises JobsNotQueued when SQS did not take one."""
        for batch in _batches(job.encoded() for job in jobs):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": body, "DelaySeconds": delay} for number, body in enumerate(batch)
            ]
            if self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries).get("Failed"):
                raise JobsNotQueued("SQS did not take all jobs of a batch")


def _batches(bodies: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for body in bodies:
        length = len(body.encode())
        if batch and (len(batch) == BATCH or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(body)
        size += length
    if batch:
        yield batch


def jobs_for(cast: Cast, peers: Sequence[Peer]) -> Iterator[Job]:
    """These sessions in pieces."""
    for start in range(0, len(peers), RECIPIENTS):
        yield Job(cast, tuple(peers[start : start + RECIPIENTS]))


def burials(cast: Cast, peers: Sequence[Peer]) -> Iterator[Job]:
    """Jobs to end sessions that are gone. Each takes as long as several posts."""
    for start in range(0, len(peers), BURIALS):
        yield Job(replace(cast, frame=b"", but=()), tuple(peers[start : start + BURIALS]), gone=True)
