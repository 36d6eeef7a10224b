"""The publish queue's consumer: what other services put there is published, once, whatever SQS repeats.

A body that can never be published goes to the dead letters at once, with the reason as an attribute; what fails for
now is left to SQS, which delivers it again.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from longwire_app import wiring
from longwire_app.application import app
from longwire_app.delivery import MAX_FRAME, each
from longwire_app.errors import AppError, BadRequest, Duplicate
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.protocol import Name, Part, Payload
from longwire_app.publisher import Publisher
from longwire_app.settings import QueueSettings
from longwire_app.tokens import MAX_USER
from longwire_app.turn import Turn

__all__ = ["Queued", "handler"]

WIDTH = 10
"""Messages of a batch, which are published at the same time: a standard queue has no order."""

User = Annotated[str, StringConstraints(min_length=1, max_length=MAX_USER)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class Target(Part):
    """Exactly one of ``group``, ``user`` (with its ``tenant``, where there are several), ``session``, ``all``."""

    model_config = ConfigDict(extra="forbid")

    group: Name | None = None
    user: User | None = None
    tenant: User | None = None
    session: Id | None = None
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "Target":
        given = [self.group, self.user, self.session, self.all]
        if sum(each is not None for each in given) != 1:
            raise PydanticCustomError("target", "names one of group, user, session and all")
        if self.tenant is not None and self.user is None:
            raise PydanticCustomError("target", "tenant goes with user")
        return self


class Queued(Payload):
    """One message of the queue. ``id`` makes it unique: what comes twice with the same is published once."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["publish"] = "publish"
    to: Target
    id: Id | None = None
    excluded: frozenset[str] = Field(default=frozenset(), max_length=200)
    retention: int | None = Field(default=None, ge=1, le=7 * 86_400)

    def publish(self, publisher: Publisher) -> bool:
        """Says whether the target can have it: a session that does not exist cannot. Raises like Publisher."""
        if self.to.group is not None:
            publisher.to_group(self.to.group, self.data, self.data_type)
        elif self.to.user is not None:
            publisher.to_user(self.to.user, self.data, self.data_type, tenant=self.to.tenant or "")
        elif self.to.session is not None:
            return publisher.to_session(self.to.session, self.data, self.data_type)
        else:
            publisher.to_all(self.data, self.data_type)
        return True


@cache
def settings() -> QueueSettings:
    return QueueSettings.from_environment(os.environ)


@guarded(failed=None)
def handler(event: Event, turn: Turn) -> Answer:
    """Reports single failures, so that the others of a batch are not delivered again."""
    done = each(WIDTH, lambda record: _settled(record, turn), event["Records"])
    failed = [record["messageId"] for record, settled in zip(event["Records"], done, strict=True) if not settled]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _settled(record: Mapping[str, Any], turn: Turn) -> bool:
    """Whether SQS may forget it."""
    try:
        _publish(record, turn)
    except Duplicate:
        turn.counts["QueueRepetitions"] += 1
    except BadRequest as refusal:
        return _rejected(record, refusal.message, turn)
    except (ClientError, BotoCoreError, AppError):
        logger.exception("a queued message could not be published", message_id=record["messageId"])
        turn.counts["QueueErrors"] += 1
        return False
    return True


def _publish(record: Mapping[str, Any], turn: Turn) -> None:
    queued = _read(record["body"])
    sender = ("@queue", record["messageId"] if queued.id is None else f"id:{queued.id}")
    publisher = Publisher(
        wiring.broadcaster(), app, turn, but=queued.excluded, retention=queued.retention, sender=sender
    )
    if not queued.publish(publisher):
        turn.counts["QueueUnaddressed"] += 1


def _read(body: str) -> Queued:
    """Raises BadRequest with field and rule, never with what was sent."""
    if len(body) > 2 * MAX_FRAME:
        raise BadRequest("the body is too large for any client")
    try:
        return Queued.model_validate_json(body)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadRequest(f"{where}: {first['msg']}" if where else str(first["msg"])) from None


def _rejected(record: Mapping[str, Any], reason: str, turn: Turn) -> bool:
    """To the dead letters; if they do not take it, SQS delivers it again."""
    logger.info("a queued message is rejected", message_id=record["messageId"], reason=reason)
    turn.counts["QueueRejected"] += 1
    # Field names are the sender's, and SQS does not take every character.
    plain = "".join(each if " " <= each <= "~" else "?" for each in reason[:256])
    attributes: Any = {"reason": {"DataType": "String", "StringValue": plain}}
    try:
        wiring.sqs().send_message(
            QueueUrl=settings().dead_letters_url, MessageBody=record["body"], MessageAttributes=attributes
        )
    except (ClientError, BotoCoreError):
        logger.exception("the dead letters did not take it")
        return False
    return True
