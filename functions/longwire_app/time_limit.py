"""The end of an invocation, for AWS's clients: no call begins that could outlive it.

botocore knows no deadline. Six calls that each succeed with their last try take longer than API Gateway waits, and an
invocation that Lambda ends has no answer, cleans nothing up, and has API Gateway send a frame without a ``type``.
"""

import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError

__all__ = ["CONNECT", "READ", "OutOfTime", "TimeLimit", "time_limit"]

CONNECT = 1
READ = 2
"""Seconds. botocore waits 60 for each by default, longer than API Gateway waits for us."""

PAUSE = 2
"""Seconds at most before botocore's third try of a call, in its standard mode: a random part of 2."""


AGAIN = re.compile("attempt=[2-9]")
"""What botocore's standard mode says of itself in each request."""


class OutOfTime(BotoCoreError):
    """One of botocore's, so that it is handled as what it replaces: a call that was not answered."""

    fmt = "too little time is left for this call"


class TimeLimit:
    """Lambda runs one invocation at a time in an environment, so there is one limit. Between two there is none.

    ``retries`` are the tries of this invocation that were not a call's first.
    """

    def __init__(self) -> None:
        self.deadline = math.inf
        self.retries: list[str] = []

    @contextmanager
    def until(self, deadline: float) -> Iterator[None]:
        """``deadline`` is on the monotonic clock."""
        self.deadline = deadline
        self.retries.clear()
        try:
            yield
        finally:
            self.deadline = math.inf

    def bind(self, client: Any, pause: float = PAUSE) -> None:
        """Makes the client raise OutOfTime instead of a try that could end, with the pause after it, too late."""
        needed = CONNECT + READ + pause

        def refuse(request: Any, event_name: str, **_: Any) -> None:
            if AGAIN.search(str(request.headers.get("amz-sdk-request", ""))):
                self.retries.append(event_name)
            if time.monotonic() + needed > self.deadline:
                raise OutOfTime

        client.meta.events.register_first("before-send", refuse)


time_limit = TimeLimit()
