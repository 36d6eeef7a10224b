"""The identifiers that API Gateway hands out, from a source of random bytes.

26 connection ids, 22 request ids and 6 message ids of public captures decode to 11 bytes of base64url each, 16
characters with one ``=``. A message id ends with the last three bytes of its connection's id; connection and
message ids have 0x02 there first, request ids 0x05.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable

__all__ = ["Ids", "is_connection_id"]

POOL = 4096  # bytes
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{15}=")


def is_connection_id(text: str) -> bool:
    """Whether the text decodes to 11 bytes; the management API answers 400 for anything else."""
    return WELL_FORMED.fullmatch(text) is not None


class Ids:
    """``random_bytes(n)`` gives n bytes: ``os.urandom`` in production, a seeded generator in a test."""

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self.random_bytes = random_bytes
        self.host = random_bytes(2)
        self.pool = b""
        self.taken = 0

    def random(self, count: int) -> bytes:
        """From a pool, because each message needs two ids and asking the kernel takes longer than making them."""
        if self.taken + count > len(self.pool):
            self.pool, self.taken = self.random_bytes(POOL), 0
        start, self.taken = self.taken, self.taken + count
        return self.pool[start : self.taken]

    def connection_id(self) -> str:
        return urlsafe_b64encode(self.random(8) + b"\x02" + self.host).decode("ascii")

    def message_id(self) -> str:
        """The tail equals that of every connection id of this source, as captured."""
        return urlsafe_b64encode(self.random(8) + b"\x02" + self.host).decode("ascii")

    def request_id(self) -> str:
        return urlsafe_b64encode(self.random(8) + b"\x05" + self.host).decode("ascii")

    def uuid(self) -> str:
        """Version 4 (RFC 9562, 5.4)."""
        digits = self.random(16).hex()
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

    def trace_root(self, now: float) -> str:
        """An X-Ray root: ``1-<8 hex of epoch seconds>-<24 hex>``."""
        return f"1-{int(now) & 0xFFFFFFFF:08x}-{self.random(12).hex()}"
