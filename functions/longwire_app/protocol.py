"""The frames of ``json.webpubsub.azure.v1`` and ``json.reliable.webpubsub.azure.v1``, in and out.

Incoming frames are read strictly: numbers are not strings, infinities are not numbers. Fields that we do not know
are ignored, because newer clients send some; a name that comes twice counts as the last, as in ECMAScript.
"""

import base64
import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, from_json

from longwire_app.errors import Refused
from longwire_app.rules import MAX_REWIND
from longwire_app.stream import Slot
from longwire_app.topics import MAX_NAME, scope_of

__all__ = [
    "Ack",
    "AckError",
    "Connected",
    "Data",
    "DataType",
    "Disconnected",
    "Event",
    "Frame",
    "GroupMessage",
    "Incoming",
    "JoinGroup",
    "LeaveGroup",
    "Malformed",
    "Name",
    "Outgoing",
    "Part",
    "Payload",
    "SendToGroup",
    "SequenceAck",
    "ServerMessage",
    "parse",
    "resync",
]

DataType = Literal["text", "json", "binary", "protobuf"]

Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]

UInt64 = Annotated[int, Field(ge=0, lt=2**64)]
"""The client spec, 3.1.2: "`ackId` is a uint64 number"."""


def _finite(value: JsonValue) -> JsonValue:
    """Refuses NaN and the infinities, which ``1e400`` becomes; no receiver could parse them."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        raise PydanticCustomError("not_finite", "a number is out of range") from None
    return value


Data = Annotated[JsonValue, AfterValidator(_finite)]


class Part(BaseModel):
    """Errors never show the input: they may be logged."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        hide_input_in_errors=True,
    )


class Frame(Part):
    """One text message; ``type`` says which."""

    type: str

    def encoded(self) -> bytes:
        """The frame as it goes on the wire."""
        return self.model_dump_json().encode()


def _check_base64(text: str) -> None:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        raise PydanticCustomError("data_is_no_base64", "data is no base64") from None


class Payload(Frame):
    """``data`` is any JSON value, a string for ``text``, base64 for the other two."""

    data_type: DataType = "json"
    data: Data

    @model_validator(mode="after")
    def _fits(self) -> "Payload":
        if self.data_type == "json":
            return self
        if not isinstance(self.data, str):
            raise PydanticCustomError("data_is_no_string", "data is no string")
        if self.data_type != "text":
            _check_base64(self.data)
        return self


class JoinGroup(Frame):
    """``rewind`` and ``since``, which are ours: the last so many messages, or those after this offset, come first."""

    type: Literal["joinGroup"]
    group: Name
    rewind: Annotated[int, Field(ge=0, le=MAX_REWIND)] | None = None
    since: UInt64 | None = None
    ack_id: UInt64 | None = None

    @model_validator(mode="after")
    def _one_past(self) -> "JoinGroup":
        if self.rewind is not None and self.since is not None:
            raise PydanticCustomError("rewind_and_since_exclude_each_other", "rewind and since exclude each other")
        return self


class LeaveGroup(Frame):
    type: Literal["leaveGroup"]
    group: Name
    ack_id: UInt64 | None = None


class SendToGroup(Payload):
    """With ``no_echo`` the sender gets no copy, though it is in the group."""

    type: Literal["sendToGroup"]
    group: Name
    no_echo: bool = False
    ack_id: UInt64 | None = None


class Event(Payload):
    """A message to the application; ``event`` names the handler."""

    type: Literal["event"]
    event: Name
    ack_id: UInt64 | None = None


class SequenceAck(Frame):
    """The client has all messages up to this sequence id. Of the reliable protocol; harmless under the other."""

    type: Literal["sequenceAck"]
    sequence_id: UInt64


@dataclass(frozen=True, slots=True)
class Malformed:
    """What came was no frame of ours. ``ack_id`` is there when the sender can be told."""

    reason: str
    ack_id: int | None = None


Incoming = JoinGroup | LeaveGroup | SendToGroup | Event | SequenceAck

INCOMING: TypeAdapter[Incoming] = TypeAdapter(Annotated[Incoming, Field(discriminator="type")])

REASONS = {
    "json_invalid": "not JSON",
    "dict_type": "not an object",
    "union_tag_not_found": "type: missing",
    "union_tag_invalid": "type: unknown",
}

ACK_ID: TypeAdapter[int] = TypeAdapter(Annotated[UInt64, Field(strict=True)])


def parse(body: str) -> Incoming | Malformed:
    """The frame in a message. ``Malformed.reason`` names fields and rules, never what was sent."""
    try:
        return INCOMING.validate_json(body)
    except ValidationError as exc:
        return Malformed(reason=_reason(exc), ack_id=_ack_id(body))


def _reason(exc: ValidationError) -> str:
    first = exc.errors(include_url=False, include_context=False, include_input=False)[0]
    # The first part of the path is the frame's type.
    where = ".".join(str(part) for part in first["loc"][1:])
    what = REASONS.get(first["type"], first["type"].replace("_", " "))
    return f"{where}: {what}" if where else what


def _ack_id(body: str) -> int | None:
    try:
        return ACK_ID.validate_python(from_json(body).get("ackId"))
    except (ValueError, AttributeError):
        return None


def _absent(value: Any) -> bool:
    return value is None


class AckError(Part):
    """``name`` is one of errors.py, or ``InternalServerError``: trying again may help."""

    name: str
    message: str


class Ack(Frame):
    """The answer to a frame that carried an ackId."""

    type: Literal["ack"] = "ack"
    ack_id: UInt64
    success: bool
    error: AckError | None = Field(default=None, exclude_if=_absent)

    @classmethod
    def done(cls, ack_id: int) -> "Ack":
        return cls(ack_id=ack_id, success=True)

    @classmethod
    def refused(cls, ack_id: int, refusal: Refused) -> "Ack":
        return cls(ack_id=ack_id, success=False, error=AckError(name=refusal.name, message=refusal.message))

    @classmethod
    def failed(cls, ack_id: int) -> "Ack":
        error = AckError(name="InternalServerError", message="the server failed; try again")
        return cls(ack_id=ack_id, success=False, error=error)


class GroupMessage(Payload):
    """A message of a group, for everybody in it; ``from_user_id`` is absent when the application published.

    Ours: ``offset``, its place in the group's log, and ``follows``, what is before ``sequence_id`` in the stream.
    """

    type: Literal["message"] = "message"
    from_: Literal["group"] = Field(default="group", alias="from")
    group: Name
    from_user_id: str | None = Field(default=None, exclude_if=_absent)
    offset: UInt64 | None = Field(default=None, exclude_if=_absent)
    sequence_id: UInt64 | None = Field(default=None, exclude_if=_absent)
    follows: UInt64 | None = Field(default=None, exclude_if=_absent)


class ServerMessage(Payload):
    """A message of the application for one connection."""

    type: Literal["message"] = "message"
    from_: Literal["server"] = Field(default="server", alias="from")
    sequence_id: UInt64 | None = Field(default=None, exclude_if=_absent)
    follows: UInt64 | None = Field(default=None, exclude_if=_absent)


class Connected(Frame):
    """The greeting. ``connection_id`` is the session's id, which is that of its first connection.

    ``reconnection_token`` comes under the reliable protocol: with both a client goes on after a lost connection.
    """

    type: Literal["system"] = "system"
    event: Literal["connected"] = "connected"
    user_id: str
    connection_id: str
    reconnection_token: str | None = Field(default=None, exclude_if=_absent)


class Disconnected(Frame):
    """The last frame before the server closes: WebSocket APIs cannot close with a reason."""

    type: Literal["system"] = "system"
    event: Literal["disconnected"] = "disconnected"
    message: str


Outgoing = Ack | GroupMessage | ServerMessage | Connected | Disconnected


def resync(slot: Slot) -> str:
    """The frame, without a sequence id, that stands for messages of a topic that are gone: see its history."""
    scope: dict[str, JsonValue] = {**scope_of(slot.topic)}
    data: JsonValue = {"$rt": "resync", **scope, "from": slot.since or slot.offset, "to": slot.offset}
    return ServerMessage(data=data).encoded().decode()
