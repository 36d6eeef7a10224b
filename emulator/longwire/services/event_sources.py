"""Event source mappings of SQS queues, as Lambda's poller runs them.

Nothing polls: ``check`` is called whenever a queue may have changed, and says when it wants to be called next.
Messages are received, deleted and (by SQS itself, on receipt) moved to a dead-letter queue through SQS's API.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from longwire.services.event_filters import passes
from longwire.services.invoke_client import InvokeClient, Outcome
from longwire.services.moto_dispatch import CallFailed, Moto
from longwire.services.sqs_events import event, failed_ids, in_payloads, record
from longwire.services.sqs_queues import Queues

__all__ = ["EventSources", "Mapping"]

# Documented: Lambda starts with five concurrent batches for a standard queue, and adds more by the minute.
FIRST_CONCURRENCY = 5
RECEIVE_MAX = 10  # messages; SQS's limit for one receive, and for one DeleteMessageBatch
THROTTLED_PAUSE = (0.1, 2.0)  # seconds before an invocation that was throttled is tried again: first and longest


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping; ``function`` and ``queue`` are names. ``visibility_timeout`` is the queue's, in seconds."""

    function: str
    queue: str
    batch_size: int = 10
    batching_window: float = 0.0
    report_batch_item_failures: bool = False
    maximum_concurrency: int | None = None
    visibility_timeout: float = 30.0
    filters: tuple[dict[str, Any], ...] = ()

    @property
    def is_fifo(self) -> bool:
        return self.queue.endswith(".fifo")

    @property
    def concurrency(self) -> int:
        """Documented: a FIFO queue's is the number of its active groups, which SQS sees to by itself."""
        return self.maximum_concurrency or (1000 if self.is_fifo else FIRST_CONCURRENCY)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        return cls(**{**found, "filters": tuple(found["filters"])})


@dataclass(eq=False, slots=True)
class Source:
    """One mapping at work: the batch that is being gathered, and the invocations under way."""

    mapping: Mapping
    gathered: list[dict[str, Any]] = field(default_factory=list)
    flush_at: float = 0.0
    deliveries: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def wanted(self) -> int:
        """How many messages to receive now."""
        if len(self.deliveries) >= self.mapping.concurrency:
            return 0
        return min(RECEIVE_MAX, self.mapping.batch_size - len(self.gathered))


class EventSources:
    """``clock()`` gives epoch seconds; ``changed()`` is called when ``check`` should be, after an invocation."""

    def __init__(
        self,
        mappings: list[Mapping],
        moto: Moto,
        queues: Queues,
        client: InvokeClient,
        clock: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self.sources = [Source(mapping) for mapping in mappings]
        self.moto = moto
        self.queues = queues
        self.client = client
        self.clock = clock
        self.changed = changed

    def check(self) -> float | None:
        """Start what can be started; the time at which to check again, whatever else happens."""
        found = [self.gather(source) for source in self.sources]
        if not all(found):
            for source in self.sources:
                self.gather(source)
        times = [self.next_time(source) for source in self.sources]
        return min((time for time in times if time is not None), default=None)

    def gather(self, source: Source) -> bool:
        """Receive and start batches; false when a receive found nothing.

        What was visible then belongs to groups with messages in flight, or has just gone to a dead-letter queue,
        which may be another mapping's.
        """
        received = None
        while (wanted := source.wanted) and self.queues.is_ready(source.mapping.queue):
            received = self.receive(source.mapping, wanted)
            if not received:
                break
            wanted_ones = self.chosen(source.mapping, received)
            if not source.gathered:
                source.flush_at = self.clock() + source.mapping.batching_window
            source.gathered += wanted_ones
            self.flush_if_due(source)
        self.flush_if_due(source)
        return received != []

    def chosen(self, mapping: Mapping, received: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """ "Lambda automatically deletes the message from the queue if it does not match the filter criteria"."""
        if not mapping.filters:
            return received
        arn = self.arn(mapping)
        kept = [one for one in received if passes(mapping.filters, record(one, arn, self.queues.region))]
        self.delete(mapping, [one for one in received if one not in kept])
        return kept

    def arn(self, mapping: Mapping) -> str:
        return f"arn:aws:sqs:{self.queues.region}:{self.queues.account_id}:{mapping.queue}"

    def flush_if_due(self, source: Source) -> None:
        full = len(source.gathered) >= source.mapping.batch_size
        if source.gathered and (full or self.clock() >= source.flush_at):
            batch, source.gathered = source.gathered, []
            for part in in_payloads(batch):
                task = asyncio.get_running_loop().create_task(self.deliver(source.mapping, part))
                source.deliveries.add(task)
                task.add_done_callback(lambda done: self.delivered(source, done))

    def next_time(self, source: Source) -> float | None:
        times = [source.flush_at] if source.gathered else []
        change = self.queues.next_change(source.mapping.queue) if source.wanted else None
        return min([*times, change] if change is not None else times, default=None)

    def busy(self) -> int:
        """How many batches are on their way."""
        return sum(len(source.deliveries) for source in self.sources)

    # --- one batch

    async def deliver(self, mapping: Mapping, batch: list[dict[str, Any]]) -> None:
        """Invoke the function; delete what it processed. What it did not reappears by its visibility timeout."""
        payload = event(batch, self.arn(mapping), self.queues.region).encode()
        failed = self.unprocessed(mapping, batch, await self.invoke(mapping, payload))
        self.delete(mapping, [message for message in batch if message["MessageId"] not in failed])

    async def invoke(self, mapping: Mapping, payload: bytes) -> Outcome:
        """While the function is throttled, try again; until the messages are visible again at the latest."""
        pause, longest = THROTTLED_PAUSE
        give_up = self.clock() + mapping.visibility_timeout
        while True:
            try:
                outcome = await self.client.invoke(mapping.function, payload)
            except (OSError, EOFError) as exc:
                return Outcome(503, str(exc).encode(), "Unreachable")
            if outcome.status != 429 or self.clock() + pause >= give_up:
                return outcome
            await asyncio.sleep(pause)
            pause = min(pause * 2, longest)

    def unprocessed(self, mapping: Mapping, batch: list[dict[str, Any]], outcome: Outcome) -> frozenset[str]:
        ids = frozenset(message["MessageId"] for message in batch)
        if outcome.status != 200 or outcome.error:
            reason = outcome.error or f"status {outcome.status}"
            self.moto.log(
                f"{mapping.queue}: {mapping.function} failed for {len(ids)} message(s) ({reason}); "
                f"they are visible again after {mapping.visibility_timeout:g} s"
            )
            return ids
        return failed_ids(outcome.payload, ids) if mapping.report_batch_item_failures else frozenset()

    def delivered(self, source: Source, task: asyncio.Task[None]) -> None:
        source.deliveries.discard(task)
        if not task.cancelled():
            if (exc := task.exception()) is not None:
                self.moto.log(f"{source.mapping.queue}: a batch was not delivered: {type(exc).__name__}: {exc}")
            self.changed()

    # --- SQS

    def receive(self, mapping: Mapping, count: int) -> list[dict[str, Any]]:
        asked = {
            "QueueUrl": mapping.queue,
            "MaxNumberOfMessages": count,
            "WaitTimeSeconds": 0,
            "MessageSystemAttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        }
        try:
            return list(self.moto.json("sqs", "AmazonSQS.ReceiveMessage", asked).get("Messages", []))
        except CallFailed as exc:
            self.moto.log(f"{mapping.queue}: {exc}")
            return []

    def delete(self, mapping: Mapping, messages: list[dict[str, Any]]) -> None:
        for start in range(0, len(messages), RECEIVE_MAX):
            entries = [
                {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                for index, message in enumerate(messages[start : start + RECEIVE_MAX])
            ]
            try:
                self.moto.json("sqs", "AmazonSQS.DeleteMessageBatch", {"QueueUrl": mapping.queue, "Entries": entries})
            except CallFailed as exc:
                self.moto.log(f"{mapping.queue}: {exc}")  # the handler deleted the queue

    def reset(self) -> None:
        """Forget every batch: its messages are gone. Functions that run are not waited for."""
        for source in self.sources:
            source.gathered.clear()
            for task in source.deliveries:
                task.cancel()
            source.deliveries = set()
