"""Event source mappings of DynamoDB and Kinesis streams, as Lambda's poller runs them.

Each shard's records go to the function in order, one batch at a time. Nothing polls: ``check`` is called whenever a
stream may have grown, and says when it wants to be called next.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from longwire.services.event_filters import passes
from longwire.services.invoke_client import InvokeClient, Outcome
from longwire.services.shards import Shards, shards_of
from longwire.services.sqs_events import MAX_PAYLOAD
from longwire.services.stream_batches import Batch, Policy, Record, first_failed, judge, pause
from longwire.services.stream_events import event, failure_notice
from longwire.services.targets import Targets

__all__ = ["StreamMapping", "StreamSources"]


@dataclass(frozen=True, slots=True)
class StreamMapping:
    """``function`` is a name; ``start`` is the time of AT_TIMESTAMP in epoch seconds, before which nothing is read."""

    function: str
    function_arn: str
    stream_arn: str
    batch_size: int = 100
    batching_window: float = 0.0
    start: float = 0.0
    report_batch_item_failures: bool = False
    filters: tuple[Mapping[str, Any], ...] = ()
    on_failure: str = ""
    policy: Policy = field(default_factory=Policy)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        return cls(**{**found, "filters": tuple(found["filters"]), "policy": Policy(**found["policy"])})


@dataclass(eq=False, slots=True)
class Lane:
    """One shard of one mapping: what was read, what is to be tried again, and the invocation under way."""

    mapping: StreamMapping
    shards: Shards
    shard_id: str
    position: int = 0
    gathered: list[Record] = field(default_factory=list)
    flush_at: float = 0.0
    todo: deque[Batch] = field(default_factory=deque)
    not_before: float = 0.0
    task: asyncio.Task[None] | None = None


class StreamSources:
    """``clock()`` gives epoch seconds; ``changed()`` is called when ``check`` should be, after an invocation."""

    def __init__(
        self,
        mappings: list[StreamMapping],
        client: InvokeClient,
        targets: Targets,
        clock: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self.streams = [(mapping, shards_of(mapping.stream_arn)) for mapping in mappings]
        self.lanes: dict[tuple[int, str], Lane] = {}
        self.client = client
        self.targets = targets
        self.clock = clock
        self.changed = changed

    def reset(self) -> None:
        """Forget every position: the streams are gone. Functions that run are not waited for."""
        for lane in self.lanes.values():
            if lane.task is not None:
                lane.task.cancel()
        self.lanes.clear()

    def busy(self) -> int:
        """How many batches are on their way."""
        return sum(lane.task is not None for lane in self.lanes.values())

    def grew(self) -> bool:
        """Whether ``check`` would find a record that it has not seen."""
        return any(lane.shards.has_more(lane.shard_id, lane.position) for lane in self.lanes.values())

    def check(self) -> float | None:
        """Start what can be started; the time at which to check again, whatever else happens."""
        for number, (mapping, shards) in enumerate(self.streams):
            for shard_id in shards.ids():
                if (number, shard_id) not in self.lanes:
                    self.lanes[number, shard_id] = Lane(mapping, shards, shard_id)
        times = [self.step(lane) for lane in self.lanes.values()]
        return min((time for time in times if time is not None), default=None)

    def step(self, lane: Lane) -> float | None:
        if lane.task is not None or lane.shard_id not in lane.shards.ids():
            return None
        now = self.clock()
        if not lane.todo:
            self.gather(lane, now)
            if not lane.gathered:
                return None
            if len(lane.gathered) < lane.mapping.batch_size and now < lane.flush_at:
                return lane.flush_at
            lane.todo.append(self.next_batch(lane))
        if now < lane.not_before:
            return lane.not_before
        batch = lane.todo.popleft()
        lane.task = asyncio.get_running_loop().create_task(self.deliver(lane, batch))
        lane.task.add_done_callback(lambda done: self.delivered(lane, batch, done))
        return None

    @staticmethod
    def gather(lane: Lane, now: float) -> None:
        """Read on until a batch is full or nothing is left. Records that no filter lets through are passed over."""
        mapping = lane.mapping
        while len(lane.gathered) < mapping.batch_size and lane.shards.has_more(lane.shard_id, lane.position):
            records, lane.position = lane.shards.read(lane.shard_id, lane.position)
            wanted = [record for record in records if record.at >= mapping.start]
            chosen = [record for record in wanted if passes(mapping.filters, record.event)]
            if chosen and not lane.gathered:
                lane.flush_at = now + mapping.batching_window
            lane.gathered += chosen
            if not records:
                return

    @staticmethod
    def next_batch(lane: Lane) -> Batch:
        """As many records as a batch has, and its payload takes."""
        size = count = 0
        for record in lane.gathered[: lane.mapping.batch_size]:
            size += len(event([record]))
            if count and size > MAX_PAYLOAD:
                break
            count += 1
        batch, lane.gathered = lane.gathered[:count], lane.gathered[count:]
        return Batch(tuple(batch))

    # --- one batch

    async def deliver(self, lane: Lane, batch: Batch) -> None:
        mapping = lane.mapping
        try:
            outcome = await self.client.invoke(mapping.function, event(batch.records))
        except (OSError, EOFError) as exc:
            outcome = Outcome(503, str(exc).encode(), "Unreachable")
        lane.not_before = 0.0
        if outcome.status == 429:
            # Throttling is no error of the function's: it counts to no quota.
            lane.todo.appendleft(batch)
            lane.not_before = self.clock() + pause(0)
            return
        batch = replace(batch, calls=batch.calls + 1)
        if outcome.status != 200 or outcome.error:
            self.failed(lane, batch, None, outcome.error or f"status {outcome.status}")
        elif mapping.report_batch_item_failures:
            reported = first_failed(outcome.payload, batch.records)
            if reported is not None:
                self.failed(lane, batch, reported, "batchItemFailures")

    def failed(self, lane: Lane, batch: Batch, failed_from: str | None, reason: str) -> None:
        verdict = judge(batch, failed_from, lane.mapping.policy, self.clock())
        lane.todo.extendleft(reversed(verdict.again))
        if verdict.again:
            lane.not_before = self.clock() + pause(verdict.again[0].failures)
        what = (
            f"{lane.mapping.stream_arn}: {lane.mapping.function} failed for {len(batch.records)} record(s) ({reason})"
        )
        if verdict.given_up is None:
            self.targets.failed(f"{what}; they are tried again")
            return
        self.targets.failed(f"{what}; given up: {verdict.reason}")
        if lane.mapping.on_failure:
            told = failure_notice(
                verdict.given_up,
                reason=verdict.reason,
                function_arn=lane.mapping.function_arn,
                stream_arn=lane.mapping.stream_arn,
                shard_id=lane.shard_id,
                request_id=str(uuid.uuid4()),
                now=self.clock(),
            )
            self.targets.send(lane.mapping.on_failure, told)

    def delivered(self, lane: Lane, batch: Batch, task: asyncio.Task[None]) -> None:
        lane.task = None
        if task.cancelled():
            return
        if (exc := task.exception()) is not None:
            text = f"{lane.mapping.stream_arn}: {len(batch.records)} record(s) were not delivered"
            self.targets.failed(f"{text}: {type(exc).__name__}: {exc}")
        self.changed()
