"""What can go wrong, as one tree.

LongwireClientError
├── Refused          the server's answer to a frame; ``name`` says which: Forbidden, BadRequest, NotFound, ...
├── Unacknowledged   no answer came: it may have arrived or not
├── QueueFull        too many frames wait for a connection
├── TooBig           a message over the limit
├── Stopped          the client ended; ``reason`` says why
├── Unauthorized     a URL provider's word that there is no use in asking again
└── NotConnected     one try failed; the client handles it
    ├── Closed       with the close ``code``; 1006 without a close frame
    └── HandshakeRefused  with the HTTP ``status``
"""

__all__ = [
    "Closed",
    "HandshakeRefused",
    "LongwireClientError",
    "NotConnected",
    "QueueFull",
    "Refused",
    "Stopped",
    "TooBig",
    "Unacknowledged",
    "Unauthorized",
]


class LongwireClientError(Exception):
    """The top of the tree."""


class Refused(LongwireClientError):
    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


class Unacknowledged(LongwireClientError):
    pass


class QueueFull(LongwireClientError):
    pass


class TooBig(LongwireClientError):
    pass


class Stopped(LongwireClientError):
    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Unauthorized(LongwireClientError):
    pass


class NotConnected(LongwireClientError):
    pass


class Closed(NotConnected):
    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason or f"closed with {code}")
        self.code = code


class HandshakeRefused(NotConnected):
    def __init__(self, status: int) -> None:
        super().__init__(f"the handshake was refused with {status}")
        self.status = status
