"""Frames as a client sends them, right and wrong, and the server's frames read back."""

import zlib
from dataclasses import dataclass, field
from typing import Any

from websockets.datastructures import Headers
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.http11 import Request

from longwire.core.quotas import Quotas
from longwire.server.frames import Frames

__all__ = ["UPGRADE", "Conversation", "deflated", "head", "masked", "read_frames"]

ZERO_MASK = bytes(4)
UPGRADE = {
    "Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


def masked(opcode: Opcode, data: bytes = b"", *, fin: bool = True, rsv1: bool = False) -> bytes:
    return Frame(opcode, data, fin, rsv1=False).serialize(mask=True) if not rsv1 else compressed(opcode, data, fin=fin)


def compressed(opcode: Opcode, data: bytes, *, fin: bool) -> bytes:
    """A frame with RSV1 set, whose mask of zeros leaves the data as it is."""
    return head((0x80 if fin else 0) | 0x40 | opcode, len(data)) + data


def head(first: int, length: int, *, mask: bool = True) -> bytes:
    """A frame's first octets up to and with a mask of zeros; ``length`` is what it claims."""
    bit = 0x80 if mask else 0
    if length < 126:
        size = bytes((bit | length,))
    elif length < 65_536:
        size = bytes((bit | 126,)) + length.to_bytes(2, "big")
    else:
        size = bytes((bit | 127,)) + length.to_bytes(8, "big")
    return bytes((first,)) + size + (ZERO_MASK if mask else b"")


def deflated(data: bytes) -> bytes:
    """A message's payload as permessage-deflate sends it (RFC 7692, 7.2.1)."""
    encoder = zlib.compressobj(wbits=-15)
    return (encoder.compress(data) + encoder.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")


def read_frames(data: bytes) -> list[tuple[Opcode, bytes]]:
    """What a server wrote, as opcode and payload."""
    frames, at = [], 0
    while at < len(data):
        opcode, length = Opcode(data[at] & 0x0F), data[at + 1] & 0x7F
        extended = {126: 2, 127: 8}.get(length, 0)
        if extended:
            length = int.from_bytes(data[at + 2 : at + 2 + extended], "big")
        at += 2 + extended + length
        frames.append((opcode, data[at - length : at]))
    return frames


@dataclass
class Conversation:
    """A listener that remembers what it was told, and the frames that tell it."""

    quotas: Quotas = field(default_factory=Quotas)
    offer: str = ""  # of extensions
    answers: bool = False  # echo each message at once
    told: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.frames = Frames(self, self.quotas)
        offer = {"Sec-WebSocket-Extensions": self.offer} if self.offer else {}
        assert self.frames.accept(Request("/dev", Headers({**UPGRADE, **offer}))).status_code == 101

    def feed(self, *pieces: bytes) -> list[Any]:
        """What was told of these pieces."""
        self.told = []
        for piece in pieces:
            self.frames.receive_data(piece)
        return self.told

    def written(self) -> list[tuple[Opcode, bytes]]:
        return read_frames(b"".join(self.frames.data_to_send()))

    def message(self, payload: str | bytes, size: int) -> None:
        self.told.append((payload, size))
        if self.answers:
            self.frames.send_message(payload)

    def ping(self) -> None:
        self.told.append("ping")

    def closed(self, close: Close) -> None:
        self.told.append(("closed", int(close.code), close.reason))

    def failed(self, code: CloseCode | int) -> None:
        self.told.append(("failed", int(code)))
