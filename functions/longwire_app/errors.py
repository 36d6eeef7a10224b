"""The error tree.

AppError
├── SettingsError        the deployment's fault: an environment variable that says nothing usable
├── StoreUnavailable     ours or AWS's: DynamoDB did not take a write within its attempts
├── BellNotRung          AWS's: SQS did not take a bell
├── JobsNotQueued        AWS's: SQS did not take a part of a broadcast
├── JobNotDone           AWS's: a part of a broadcast made no progress, and is tried again
├── KeysUnavailable      ours or AWS's: no signing key could be loaded
├── TooManyConnections   the client's: the user holds as many connections as the deployment allows
├── HttpRefused          the client's: an HTTP request that is refused with ``status``
├── InvalidToken         the client's: a token that proves nothing; carries a reason, never the token
└── Refused              the client's: sent back as the ``error`` of an ack frame
    ├── BadRequest       the frame is understood in part, and wrong
    ├── Forbidden        the role for it is missing
    ├── NotFound         no handler for this event
    ├── TooManyRequests  this client sends more than the deployment allows
    └── Duplicate        this ackId was taken before; official clients count it as success
"""

from collections.abc import Mapping
from typing import ClassVar

__all__ = [
    "AppError",
    "BadRequest",
    "BellNotRung",
    "Duplicate",
    "Forbidden",
    "HttpRefused",
    "InvalidToken",
    "JobNotDone",
    "JobsNotQueued",
    "KeysUnavailable",
    "NotFound",
    "Refused",
    "SettingsError",
    "StoreUnavailable",
    "TooManyConnections",
    "TooManyRequests",
]


class AppError(Exception):
    """Root of all errors that the backend raises."""


class SettingsError(AppError):
    """Raised on the first invocation; the message names the variable and what it should hold."""


class StoreUnavailable(AppError):
    """A batch that DynamoDB kept handing back unprocessed."""


class BellNotRung(AppError):
    """The message is committed; a repetition of the publish rings again."""


class JobNotDone(AppError):
    """Nothing of it is done; SQS delivers it again."""


class JobsNotQueued(AppError):
    """Who is in the other parts may get the message, and again with a repetition of the publish."""


class KeysUnavailable(AppError):
    """Neither Secrets Manager nor the JWKS URL gave a key that is recent enough to trust."""


class TooManyConnections(AppError):
    """All slots of a user are taken."""


class InvalidToken(AppError):
    """``reason`` is one word from a fixed list, fit for a log line and a metric."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HttpRefused(AppError):
    """``code`` and the message are the body's; ``headers`` the answer's."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


class Refused(AppError):
    """Raise one of the subclasses from an event handler to answer ``success: false`` with your message."""

    name: ClassVar[str]

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadRequest(Refused):
    """The protocol's page lists four names and asks clients to expect more; this is one of ours."""

    name = "BadRequest"


class Forbidden(Refused):
    """From the protocol's list: the client lacks a role."""

    name = "Forbidden"


class NotFound(Refused):
    """From the protocol's JSON Schema."""

    name = "NotFound"


class TooManyRequests(Refused):
    """One of ours."""

    name = "TooManyRequests"


class Duplicate(Refused):
    """From the protocol's list: "The message with the same ackId has been already processed"."""

    name = "Duplicate"

    def __init__(self) -> None:
        super().__init__("this ackId was used before on this connection")
