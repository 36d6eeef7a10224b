"""The consumer of broadcasts: each job is some hundred connections, or a shard to be cut into such jobs."""

from botocore.exceptions import BotoCoreError, ClientError

from longwire_app import wiring
from longwire_app.errors import AppError
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.spread import job_of
from longwire_app.turn import Turn

__all__ = ["handler"]


@guarded(failed=None)
def handler(event: Event, turn: Turn) -> Answer:
    """Reports single failures, so that the other jobs of a batch are not done again."""
    failed = []
    for record in event["Records"]:
        job = job_of(record)
        if job is None:
            logger.error("not a job; dropped")
            continue
        try:
            wiring.caster().work(job, turn)
        except (ClientError, BotoCoreError, AppError):
            logger.exception("a job failed")
            turn.counts["BroadcastErrors"] += 1
            failed.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
