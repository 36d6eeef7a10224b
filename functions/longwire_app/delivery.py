"""The one module that knows @connections: frames to connections, several at once, never past the deadline.

What the answers mean is API Gateway's: 410 says that the connection is gone; 429 that the caller is too fast or
the client too slow; 403 speaks of our own permission or address, so it ends nobody's session.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from longwire_app.log import logger
from longwire_app.session import POLLS, Peer
from longwire_app.time_limit import time_limit

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

__all__ = ["MAX_FRAME", "Delivery", "Outcome", "each"]

MAX_FRAME = 131_072
"""Bytes that PostToConnection takes; more is a 413 for every recipient."""

ATTEMPT = 3.0
"""Seconds that one try may take: 1 to connect and 2 to read, as the client is configured."""

MAX_BOX = 1_000_000
"""Bytes after which a box takes no more. Lambda answers with 6 MB at most, and one frame has 128 KB."""

TRIES = 3

T = TypeVar("T")
R = TypeVar("R")


class Outcome(Enum):
    """What became of one frame for one connection; the value is the metric's name."""

    DELIVERED = "MessagesOut"
    GONE = "Gone"
    THROTTLED = "Throttled"
    FAILED = "DeliveryFailures"
    LATE = "DeadlineMissed"
    UNPOSTABLE = "Unpostable"
    NOT_POLLED = "NotPolled"


class Delivery:
    """Posts frames. The client must not retry by itself: only here is the deadline known."""

    def __init__(
        self,
        client: "ApiGatewayManagementApiClient",
        width: int,
        *,
        sleep: Callable[[float], None] = time.sleep,
        steady: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.width = width
        self._client = client
        self._sleep = sleep
        self._steady = steady
        self._jitter = jitter
        self._boxes: dict[str, list[bytes]] = {}

    @contextmanager
    def box(self, link: str) -> Iterator[list[bytes]]:
        """Keeps what is posted to this link, for the answer to its request."""
        outer, frames = self._boxes.get(link), list[bytes]()
        self._boxes[link] = frames
        try:
            yield frames
        finally:
            if outer is None:
                del self._boxes[link]
            else:
                self._boxes[link] = outer

    def post(self, peer: Peer, frame: bytes, deadline: float) -> Outcome:
        """Posts to one connection, with up to two more tries where a try may help.

        No try begins that could end after ``deadline``, on the monotonic clock. Who polls takes it in this invocation's
        answer, if that is to its own request and has room, or with the next.
        """
        if peer.polls:
            return self._put(peer, frame)
        outcome = Outcome.LATE
        for attempt in range(TRIES):
            pause = self._jitter() * 0.2 * 2**attempt if attempt else 0.0
            if self._steady() + pause + ATTEMPT > deadline:
                return outcome
            self._sleep(pause)
            if attempt:
                time_limit.retries.append("PostToConnection")
            outcome, final = self._try(peer.connection_id, frame)
            if final:
                return outcome
        return outcome

    def post_all(self, peers: Sequence[Peer], frame: bytes, deadline: float) -> list[Outcome]:
        """The same for many; the outcomes are in the order of ``peers``. No thread outlives the call."""
        return each(self.width, lambda peer: self.post(peer, frame, deadline), peers)

    def close(self, connection_id: str) -> None:
        """Ends a connection, if it is there. Best effort: what it was closed for must not depend on it.

        A link ends by itself: its poll sees that the session is elsewhere.
        """
        if connection_id.startswith(POLLS):
            return
        try:
            self._client.delete_connection(ConnectionId=connection_id)
        except (ClientError, BotoCoreError) as exc:
            logger.info("not closed", reason=type(exc).__name__)

    def _put(self, peer: Peer, frame: bytes) -> Outcome:
        box = self._boxes.get(peer.connection_id)
        if box is None or sum(map(len, box)) > MAX_BOX:
            return Outcome.NOT_POLLED
        box.append(frame)
        return Outcome.DELIVERED

    def _try(self, connection_id: str, frame: bytes) -> tuple[Outcome, bool]:
        """The outcome, and whether another try would change nothing or could deliver twice."""
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=frame)
        except ClientError as exc:
            return _judged(exc)
        except (EndpointConnectionError, ConnectTimeoutError):
            return Outcome.FAILED, False
        except BotoCoreError:
            # A read that timed out: the frame may have arrived.
            return Outcome.FAILED, True
        return Outcome.DELIVERED, True


def _judged(exc: ClientError) -> tuple[Outcome, bool]:
    status = exc.response["ResponseMetadata"]["HTTPStatusCode"]
    if status == 413:
        return Outcome.UNPOSTABLE, True
    # SDKs do not always see GoneException in a 410; a malformed id is a 400 and names no connection either.
    if status == 410 or exc.response["Error"].get("Code") == "BadRequestException":
        return Outcome.GONE, True
    if status == 429:
        return Outcome.THROTTLED, False
    return Outcome.FAILED, status < 500


def each(width: int, action: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """``action`` of every item, at most ``width`` at once, in order; waits for all of them.

    Lambda freezes what still runs when a handler returns, so nothing may be left behind.
    """
    waiting = list(items)
    if len(waiting) < 2:
        return [action(item) for item in waiting]
    with ThreadPoolExecutor(min(width, len(waiting))) as pool:
        return list(pool.map(action, waiting))
