"""Seeded damage to what a client sends, byte by byte, without sockets: for volume.

    python tests/support/mutations.py                 1,000,000 frames and 100,000 handshakes, some minutes
    python tests/support/mutations.py --seed 7 --frames 50000 --handshakes 0

An exception ends the run and shows the seed and the input that it took.
"""

import asyncio
import time
from dataclasses import dataclass
from random import Random

import click
from websockets.frames import Close, Opcode

from client_frames import deflated, head, masked
from fuzzed_port import FuzzedPort
from longwire.event_loop import new_event_loop

__all__ = ["FRAMES", "HANDSHAKES", "UPGRADE", "Damage", "LineDamage", "Report", "fuzz_frames", "fuzz_handshakes"]

SLOWEST = 1.0  # seconds that no input may take; the usual one takes 50 microseconds

FRAMES = [
    masked(Opcode.TEXT, b'{"action": "say", "text": "hello"}'),
    masked(Opcode.TEXT, '{"action": "säy", "deep": {"list": [1, 2.5e300, null, "☃"]}}'.encode()),
    masked(Opcode.TEXT, b"not JSON at all"),
    masked(Opcode.TEXT),
    masked(Opcode.TEXT, b"[" * 30_000),
    masked(Opcode.TEXT, b'{"action": ' + b"1" * 5000 + b"}"),
    masked(Opcode.TEXT, b'{"action": "\\ud800", "action": NaN}'),
    masked(Opcode.TEXT, b'{"action": "say"}', fin=False) + masked(Opcode.CONT, b" ", fin=False) + masked(Opcode.CONT),
    masked(Opcode.TEXT, "☃".encode() * 40, fin=False) + masked(Opcode.PING, b"?") + masked(Opcode.CONT, b"end"),
    masked(Opcode.TEXT, deflated(b'{"action": "say", "text": "' + b"x" * 900 + b'"}'), rsv1=True),
    masked(Opcode.TEXT, deflated(b"y" * 3000)[:10], fin=False, rsv1=True)
    + masked(Opcode.CONT, deflated(b"y" * 3000)[10:]),
    masked(Opcode.TEXT, deflated(b"\0" * 9_000_000), rsv1=True),
    masked(Opcode.BINARY, bytes(range(256))),
    masked(Opcode.PING, b"are you there"),
    masked(Opcode.PONG),
    masked(Opcode.CLOSE),
    masked(Opcode.CLOSE, Close(4001, "bye").serialize()),
    head(0x81, 32_769),
    head(0x82, 2**63 - 1),
]

UPGRADE = (
    b"GET /dev%s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n"
)
DEFLATE = b'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-other; a="b"\r\n'
HANDSHAKES = [
    UPGRADE % (b"", b""),
    UPGRADE % (b"/?token=a%20b&x=1&x=2&%%=;", b"Origin: https://example.com\r\nUser-Agent: fuzz/1.0\r\n"),
    UPGRADE % (b"", DEFLATE),
    UPGRADE % (b"", b"Sec-WebSocket-Protocol: chat, superchat\r\nCookie: a=b; c=d\r\nX-\xe4: \xff\xfe\r\n"),
    UPGRADE % (b"", b"") + FRAMES[0],
    b"GET /dev HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET http://localhost/dev?x HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n" * 2,
    b"POST /dev/@connections/L0SM9cOFvHcCIhw%3D HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
    b"DELETE /dev/%40connections/L0SM9cOFvHcCIhw%3D HTTP/1.1\r\nHost: 127.0.0.1:8765\r\nExpect: 100-continue\r\n\r\n",
    b"PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nTrailer: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: [::1]:8765\r\nOrigin: null\r\n\r\n",
    b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
]
TOKENS = [
    b"\r\n", b"\r", b"\n", b"\0", b" ", b"\t", b":", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"%00", b"%", b"..",
    b"\x7f\xff", b"Content-Length: 99999999999999999999\r\n", b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Connection: upgrade, close\r\n", b"Upgrade: h2c\r\n", b"Host: \r\n",
    b"Sec-WebSocket-Key: \r\n", b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99\r\n",
    b"A" * 300, b"\x80", b"\x89\x80",
]  # fmt: skip


class Damage:
    """Changes to bytes: most small, some splices. The same seed makes the same damage."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.ways = (self.flip, self.replace, self.remove, self.repeat, self.insert, self.cut)

    def of(self, corpus: list[bytes]) -> bytes:
        data = self.random.choice(corpus)
        for _ in range(self.random.choice((1, 1, 1, 2, 3, 8))):
            data = self.random.choice(self.ways)(data)
        if self.random.random() < 0.05:
            data += self.random.choice(corpus)
        return data

    def place(self, data: bytes) -> int:
        """Somewhere, and half of the time near the start, where a frame's head and a request's first line are."""
        near = min(len(data), 16) if self.random.random() < 0.5 else len(data)
        return self.random.randrange(near + 1)

    def flip(self, data: bytes) -> bytes:
        at = self.place(data)
        return data[:at] + bytes(byte ^ 1 << self.random.randrange(8) for byte in data[at : at + 1]) + data[at + 1 :]

    def replace(self, data: bytes) -> bytes:
        at = self.place(data)
        return data[:at] + self.random.randbytes(1) + data[at + 1 :]

    def remove(self, data: bytes) -> bytes:
        at = self.place(data)
        return data[:at] + data[at + self.random.choice((1, 1, 2, 4, 9)) :]

    def repeat(self, data: bytes) -> bytes:
        at, length = self.place(data), self.random.choice((1, 2, 8, 30))
        return data[: at + length] + data[at : at + length] * self.random.randrange(4) + data[at + length :]

    def insert(self, data: bytes) -> bytes:
        at = self.place(data)
        return data[:at] + self.random.choice(TOKENS) + data[at:]

    def cut(self, data: bytes) -> bytes:
        return data[: self.place(data)]

    def pieces(self, data: bytes) -> list[bytes]:
        """As the network may deliver it: mostly whole."""
        if self.random.random() < 0.7:
            return [data]
        at = self.place(data)
        return [data[:at], data[at:]]


class LineDamage(Damage):
    """Requests that are wrong in their lines as often as in their bytes, because most wrong bytes are only a 400."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self.ways = (self.drop_line, self.double_line, self.spoil_value, self.join, self.insert, self.cut)

    def lines(self, data: bytes) -> tuple[list[bytes], int]:
        lines = data.split(b"\r\n")
        return lines, self.random.randrange(len(lines))

    def drop_line(self, data: bytes) -> bytes:
        lines, at = self.lines(data)
        return b"\r\n".join(lines[:at] + lines[at + 1 :])

    def double_line(self, data: bytes) -> bytes:
        lines, at = self.lines(data)
        return b"\r\n".join([*lines[:at], *[lines[at]] * self.random.choice((2, 3, 1200)), *lines[at + 1 :]])

    def spoil_value(self, data: bytes) -> bytes:
        lines, at = self.lines(data)
        name, colon, value = lines[at].partition(b": ")
        spoilt = self.random.choice((self.flip, self.replace, self.remove, self.repeat, self.insert))(value)
        return b"\r\n".join([*lines[:at], name + colon + spoilt, *lines[at + 1 :]])

    def join(self, data: bytes) -> bytes:
        """Another request's lines behind the first of this one."""
        line, _, _ = data.partition(b"\r\n")
        return line + b"\r\n" + self.random.choice(HANDSHAKES).partition(b"\r\n")[2]


@dataclass
class Report:
    """``slowest`` is seconds for one input, of all the ``inputs``; ``connections`` were opened for them."""

    inputs: int = 0
    connections: int = 0
    slowest: float = 0.0


class Fed:
    """Feeds one port and watches the time."""

    def __init__(self, port: FuzzedPort, damage: Damage) -> None:
        self.port = port
        self.damage = damage
        self.report = Report()

    def connect(self) -> None:
        self.port.connect()
        self.report.connections += 1

    def feed(self, data: bytes) -> None:
        started = time.perf_counter()
        try:
            for piece in self.damage.pieces(data):
                self.port.receive(piece)
        except Exception as exc:
            exc.add_note(f"input {self.report.inputs} of this seed: {data[:200]!r}")
            raise
        taken = time.perf_counter() - started
        self.report.inputs += 1
        self.report.slowest = max(self.report.slowest, taken)
        assert taken < SLOWEST, f"{taken:.1f} s for {data[:200]!r}"


async def fuzz_frames(count: int, seed: int) -> Report:
    """Damaged frames on upgraded connections, each used until it ends."""
    random = Random(seed)
    port = FuzzedPort(random)
    fed = Fed(port, Damage(random))
    for _ in range(count):
        if not port.open:
            await port.settle()
            fed.connect()
            port.receive(UPGRADE % (b"", random.choice((b"", DEFLATE))))
        if random.random() < 0.3:
            port.receive(random.choice(FRAMES))  # undamaged, so that damage comes in every state of a connection
        fed.feed(fed.damage.of(FRAMES))
        if random.random() < 0.02:
            await port.settle()
            port.check_written()
    await port.stop()
    return fed.report


async def fuzz_handshakes(count: int, seed: int) -> Report:
    """Damaged requests, one a connection."""
    random = Random(seed)
    port = FuzzedPort(random)
    fed = Fed(port, LineDamage(random))
    for _ in range(count):
        fed.connect()
        fed.feed(fed.damage.of(HANDSHAKES))
        await port.settle()
        port.leave()
    await port.stop()
    return fed.report


@click.command()
@click.option("--seed", default=1, show_default=True)
@click.option("--frames", default=1_000_000, show_default=True)
@click.option("--handshakes", default=100_000, show_default=True)
def main(seed: int, frames: int, handshakes: int) -> None:
    """Feed damaged frames and handshakes to the port, and say how long it took."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        for what, fuzz, count in (("frames", fuzz_frames, frames), ("handshakes", fuzz_handshakes, handshakes)):
            started = time.perf_counter()
            report = runner.run(fuzz(count, seed))
            taken = time.perf_counter() - started
            click.echo(f"{what}: {report}, {taken:.1f} s, {count / taken:,.0f} a second")


if __name__ == "__main__":
    main()
