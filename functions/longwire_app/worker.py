"""The doorbell's consumer: looks at the sessions that were rung for, each in order, all at the same time."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from botocore.exceptions import BotoCoreError, ClientError

from longwire_app import wiring
from longwire_app.application import app
from longwire_app.delivery import each
from longwire_app.doorbell import Bell, Doorbell, bell_of
from longwire_app.errors import AppError
from longwire_app.gauge import Gauge, measure
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.pump import Verdict
from longwire_app.pump_runner import Parts, PumpRunner
from longwire_app.stream import Window
from longwire_app.turn import Turn

__all__ = ["Porter", "handler"]


class Porter:
    """Answers bells."""

    def __init__(self, runner: PumpRunner, doorbell: Doorbell) -> None:
        self._runner = runner
        self._doorbell = doorbell

    def answer(self, bells: Sequence[Bell], turn: Turn) -> list[Bell]:
        """Looks once at each session, and returns the bells that SQS is to ring again."""
        of_session: dict[str, list[Bell]] = defaultdict(list)
        for bell in bells:
            of_session[bell.session_id].append(bell)
        looked = each(len(of_session), lambda group: (group, self._look(group, turn)), of_session.values())
        again = [bell for group, verdict in looked if verdict is Verdict.AGAIN for bell in group]
        for bell in again:
            self._doorbell.postpone(bell)
        return again

    def _look(self, bells: Sequence[Bell], turn: Turn) -> Verdict:
        session_id = bells[0].session_id
        try:
            verdict = self._runner.run(session_id, bells, turn)
            if verdict is Verdict.ENDED:
                # Its subscriptions may still be there, and have us rung.
                self._runner.parts.store.sweep(session_id, turn.now)
        except (ClientError, BotoCoreError, AppError):
            logger.exception("the pump failed", session=session_id)
            turn.counts["PumpErrors"] += 1
            return Verdict.AGAIN
        return verdict


@cache
def porter() -> Porter:
    parts = Parts(app, wiring.store(), wiring.session_store(), wiring.topic_log(), wiring.delivery())
    return Porter(PumpRunner(parts, Window(wiring.settings().window)), wiring.doorbell())


@cache
def gauge() -> Gauge:
    return Gauge(wiring.state_table(), wiring.settings().gauge_seconds)


@guarded(failed=None)
def handler(event: Event, turn: Turn) -> Answer:
    """Reports single failures, so that the other bells of a batch are not rung again."""
    bells = [bell_of(record) for record in event["Records"]]
    if None in bells:
        logger.error("not a bell; dropped", dropped=bells.count(None))
    again = porter().answer([bell for bell in bells if bell is not None], turn)
    measure(gauge(), turn)
    return {"batchItemFailures": [{"itemIdentifier": bell.message_id} for bell in again]}
