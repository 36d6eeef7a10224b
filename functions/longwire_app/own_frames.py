"""Frames with a ``type`` of the application's own, beside those of the protocol."""

from collections.abc import Collection
from typing import get_args

from pydantic import JsonValue, TypeAdapter, ValidationError

from longwire_app.protocol import Data, Frame, Incoming, Malformed, UInt64

__all__ = ["RESERVED", "OwnFrame", "own_frame"]

RESERVED = {model.model_fields["type"].annotation.__args__[0] for model in get_args(Incoming)} | {"ping"}
"""Types that the protocol has, and ``ping``, which API Gateway answers."""


class OwnFrame(Frame, extra="allow"):
    """All fields but ``type`` and ``ackId`` are the application's to check: any JSON."""

    __pydantic_extra__: dict[str, Data]
    ack_id: UInt64 | None = None

    @property
    def fields(self) -> dict[str, JsonValue]:
        return dict(self.__pydantic_extra__)


OWN: TypeAdapter[OwnFrame] = TypeAdapter(OwnFrame)


def own_frame(body: str, malformed: Malformed, types: Collection[str]) -> OwnFrame | Malformed:
    """The frame, if it is one of ``types``; else what the protocol's parser said of it."""
    try:
        frame = OWN.validate_json(body)
    except ValidationError:
        return malformed
    return frame if frame.type in types else malformed
