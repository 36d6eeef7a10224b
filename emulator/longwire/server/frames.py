"""RFC 6455 without I/O: bytes in; whole messages, pings and the client's close out, in the order of their arrival.

The handshake, permessage-deflate, the closing handshake and what is written are websockets' ServerProtocol. Reading is
done here, because of what its own parser does later or otherwise than a gateway has to:

- a frame that its first two octets forbid is refused by them, not when its payload has arrived;
- text is refused by its first wrong octet, even in the middle of a frame (Autobahn 6.4);
- a message is handed over before the frame behind it is read, so its answer leaves before the answer to a close;
- control frames between the fragments of a message do not count to its size, and a close there is a close (5.4: "An
  endpoint MUST be capable of handling control frames in the middle of a fragmented message").
"""

import codecs
import zlib
from collections.abc import Generator
from typing import Any, Protocol, cast

from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol
from websockets.typing import BytesLike

from longwire.core.quotas import Quotas

try:
    from websockets.speedups import apply_mask
except ImportError:  # where there is no wheel for the machine
    from websockets.utils import apply_mask

__all__ = ["Frames", "Listener"]

# No window bits are forced on the client: a server that did, API Gateway, is one that clients cannot read.
DEFLATE = ServerPerMessageDeflateFactory(compress_settings={"memLevel": 5})
WINDOW_BITS = 12  # of what is sent: 4 KB of history a client, which every inflater that may use more can follow
OPCODES = {int(opcode): opcode for opcode in Opcode}
FAILURES: dict[type[Exception], CloseCode] = {
    EOFError: CloseCode.ABNORMAL_CLOSURE,
    PayloadTooBig: CloseCode.MESSAGE_TOO_BIG,
    ProtocolError: CloseCode.PROTOCOL_ERROR,
    UnicodeDecodeError: CloseCode.INVALID_DATA,
}
FIN, RSV1, RESERVED, MASKED, CONTROL = 0x80, 0x40, 0x70, 0x80, 0x08
Utf8 = codecs.getincrementaldecoder("utf-8")


class Listener(Protocol):
    """Who is told. It may send and close while it is being told."""

    def message(self, payload: str | bytes, size: int) -> None:
        """A whole message: text, or bytes for a binary one; ``size`` in bytes, inflated."""

    def ping(self) -> None:
        """A ping, already answered."""

    def closed(self, close: Close) -> None:
        """The client's close frame, already answered; 1005 when it carried no status."""

    def failed(self, code: int) -> None:
        """The client broke a rule; a close frame with the code was sent, and nothing more is read."""


class LazyDeflate:
    """What zlib.compressobj returns, made when it is first used: most of its 30 KB a client that only listens costs."""

    __slots__ = ("made", "window_bits")

    def __init__(self, window_bits: int) -> None:
        self.window_bits = window_bits
        self.made: zlib._Compress | None = None

    def compress(self, data: BytesLike) -> bytes:
        if self.made is None:
            self.made = zlib.compressobj(wbits=-self.window_bits, memLevel=5)
        return self.made.compress(data)

    def flush(self, mode: int) -> bytes:
        assert self.made is not None
        return self.made.flush(mode)


class Frames(ServerProtocol):
    """One connection's frames. ``receive_data`` tells the listener; ``data_to_send`` is what has to be written."""

    def __init__(self, listener: Listener, quotas: Quotas) -> None:
        self.listener = listener
        self.frame_size = quotas.frame_size
        self.message_size = quotas.message_size
        self.begin_message()
        super().__init__(extensions=[DEFLATE], state=OPEN, max_size=None)

    def accept(self, request: Request) -> Response:
        """The answer to an upgrade request: 101 with the extensions that were agreed on, or a refusal."""
        response = super().accept(request)
        for extension in self.extensions:
            if isinstance(extension, PerMessageDeflate) and not extension.local_no_context_takeover:
                extension.encoder = cast("Any", LazyDeflate(min(WINDOW_BITS, extension.local_max_window_bits)))
        return response

    def begin_message(self) -> None:
        self.opcode: Opcode | None = None  # of the message whose fragments are arriving
        self.compressed = False
        self.fragments = 0
        self.pieces = bytearray()
        self.utf8 = Utf8()
        self.checked = 0  # octets of the frame that is arriving which utf8 has seen

    # --- reading

    def parse(self) -> Generator[None]:
        """What ``receive_data`` and ``receive_eof`` step; an error of the listener's passes through them."""
        try:
            while True:
                yield from self.read_frame()
        except tuple(FAILURES) as exc:
            self.parser_exc = exc
            self.broken(FAILURES[type(exc)])
        yield

    def broken(self, code: CloseCode) -> None:
        was_open = self.state is OPEN
        self.fail(code)
        if was_open and code is not CloseCode.ABNORMAL_CLOSURE:
            self.listener.failed(int(code))

    def fail(self, code: CloseCode | int, reason: str = "") -> None:  # noqa: ARG002 - the signature is the library's
        """Close without the library's own words: AWS's close reasons are unknown, and default to none."""
        super().fail(code, "")

    def read_frame(self) -> Generator[None]:
        buffer = self.reader.buffer
        yield from self.arrive(2)
        head1, head2 = buffer[0], buffer[1]
        opcode = self.checked_opcode(head1, head2)
        start, length = 2, head2 & 0x7F
        if length > 125:
            start = 4 if length == 126 else 10
            yield from self.arrive(start)
            length = int.from_bytes(buffer[2:start], "big")
        if length > self.frame_size:
            raise PayloadTooBig(length, self.frame_size)
        start += 4
        if len(buffer) < start + length:
            yield from self.arrive(start)
            yield from self.watch_text(opcode, bool(head1 & RSV1), start, start + length)
            yield from self.arrive(start + length)
        data = apply_mask(buffer[start : start + length], buffer[start - 4 : start])
        del buffer[: start + length]
        self.take(opcode, data, fin=bool(head1 & FIN), rsv1=bool(head1 & RSV1))

    def arrive(self, size: int) -> Generator[None]:
        """Wait until the buffer holds so much."""
        while len(self.reader.buffer) < size:
            if self.reader.eof:
                raise EOFError
            yield

    def checked_opcode(self, head1: int, head2: int) -> Opcode:
        """RFC 6455, 5.1 to 5.5, as far as the first two octets tell."""
        opcode = OPCODES.get(head1 & 0x0F)
        if opcode is None:
            raise ProtocolError("unknown opcode")
        if not head2 & MASKED:
            raise ProtocolError("a client's frames are masked")
        if opcode & CONTROL:
            if not head1 & FIN or head2 & 0x7F > 125 or head1 & RESERVED:
                raise ProtocolError("a control frame is whole, short and has no reserved bits")
        elif (opcode is Opcode.CONT) is (self.opcode is None):
            raise ProtocolError("a continuation continues, and nothing else comes before the end of a message")
        elif head1 & RESERVED and not (head1 & RESERVED == RSV1 and self.extensions and opcode is not Opcode.CONT):
            raise ProtocolError("reserved bits that no extension has given a meaning")
        return opcode

    def watch_text(self, opcode: Opcode, compressed: bool, start: int, end: int) -> Generator[None]:
        """Check text while the rest of its frame arrives; its payload lies between ``start`` and ``end``."""
        starts = opcode is Opcode.TEXT and not compressed
        continues = opcode is Opcode.CONT and self.opcode is Opcode.TEXT and not self.compressed
        buffer = self.reader.buffer
        mask = bytes(buffer[start - 4 : start])
        while (starts or continues) and len(buffer) < end and not self.reader.eof:
            turn = self.checked % 4
            self.utf8.decode(apply_mask(buffer[start + self.checked :], mask[turn:] + mask[:turn]))
            self.checked = len(buffer) - start
            yield

    # --- what was read

    def take(self, opcode: Opcode, data: bytes, *, fin: bool, rsv1: bool) -> None:
        if opcode & CONTROL:
            self.control_frame(Frame(opcode, data))
            return
        if self.extensions:
            data = self.inflated(Frame(opcode, data, fin, rsv1))
        self.fragments += 1
        size = len(self.pieces) + len(data)
        # No message needs more fragments than it may have octets, and empty ones must not go on for ever.
        if size > self.message_size or self.fragments > self.message_size:
            raise PayloadTooBig(size, self.message_size)
        if opcode is not Opcode.CONT:
            self.opcode = opcode
            self.compressed = rsv1
        if fin:
            self.message_ends(data)
        else:
            self.message_goes_on(data)

    def control_frame(self, frame: Frame) -> None:
        self.recv_frame(frame)  # answers a ping and a close
        self.events.clear()
        if frame.opcode is Opcode.PING:
            self.listener.ping()
        elif frame.opcode is Opcode.CLOSE:
            assert self.close_rcvd is not None
            self.listener.closed(self.close_rcvd)

    def inflated(self, frame: Frame) -> bytes:
        for extension in self.extensions:
            frame = extension.decode(frame, max_size=self.frame_size)
        return bytes(frame.data)

    def message_goes_on(self, data: bytes) -> None:
        if self.opcode is Opcode.TEXT:
            self.utf8.decode(data[self.checked :])
        self.checked = 0
        self.pieces += data

    def message_ends(self, last: bytes) -> None:
        whole = bytes(self.pieces) + last if self.pieces else last
        payload = whole.decode() if self.opcode is Opcode.TEXT else whole
        if self.fragments > 1 or self.checked:
            self.begin_message()
        else:  # as most messages are: nothing but this was touched
            self.fragments, self.opcode = 0, None
        self.listener.message(payload, len(whole))

    # --- writing

    def send_message(self, payload: str | bytes) -> None:
        """Text or binary, in frames of at most ``frame_size``; nothing once a close frame was sent (5.5.1)."""
        if self.state is not OPEN:
            return
        data = payload.encode("utf-8", "replace") if isinstance(payload, str) else payload
        size = self.frame_size
        if isinstance(payload, str) and not self.extensions and len(data) <= min(size, 0xFFFF):
            self.writes.append(whole_text(data))  # as most messages are
            return
        send = self.send_text if isinstance(payload, str) else self.send_binary
        send(data[:size], fin=len(data) <= size)
        for start in range(size, len(data), size):
            self.send_continuation(data[start : start + size], fin=start + size >= len(data))


def whole_text(data: bytes) -> bytes:
    """An unmasked text frame of at most 65,535 octets (RFC 6455, 5.2)."""
    length = len(data)
    head = bytes((0x81, length)) if length < 126 else b"\x81\x7e" + length.to_bytes(2, "big")
    return head + data
