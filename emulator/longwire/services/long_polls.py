"""SQS long polling: a ReceiveMessage that finds nothing waits for a message without holding up other calls.

moto would wait in the call itself, up to 20 s, and nothing else would be served meanwhile.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from longwire.server.http1 import Exchange
from longwire.server.http_message import HttpRequest, HttpResponse
from longwire.services.aws_request import FORM, destination, operation
from longwire.services.moto_dispatch import Moto
from longwire.services.sqs_queues import Queues

__all__ = ["LongPolls"]

MAX_WAIT = 20  # seconds; SQS's limit. More is left to moto, which refuses it


@dataclass(eq=False, slots=True)
class Waiting:
    """A receive that found nothing so far; ``request`` asks without waiting."""

    request: HttpRequest
    exchange: Exchange
    queue: str
    deadline: float


class LongPolls:
    """``clock()`` gives epoch seconds. Receives of other regions than ``queues``' are answered at once."""

    def __init__(self, moto: Moto, queues: Queues, clock: Callable[[], float]) -> None:
        self.moto = moto
        self.queues = queues
        self.clock = clock
        self.waiting: list[Waiting] = []

    def take(self, request: HttpRequest, exchange: Exchange) -> bool:
        """Answer or keep a ReceiveMessage; false for any other request."""
        if operation(request) != "ReceiveMessage":
            return False
        target = destination(request, self.queues.region)
        if target is None or target.service != "sqs":
            return False
        queue, asked_for = wait_time(request)
        seconds = self.queues.wait_seconds(queue) if asked_for is None else asked_for
        if not 0 < seconds <= MAX_WAIT:
            return False
        if target.region != self.queues.region:
            seconds = 0
        self.try_once(Waiting(without_wait(request), exchange, queue, self.clock() + seconds))
        return True

    def try_once(self, waiting: Waiting) -> None:
        response = self.moto.respond(waiting.request)
        if response.status < 300 and is_empty(response) and self.clock() < waiting.deadline:
            self.waiting.append(waiting)
            waiting.exchange.gone = lambda: self.waiting.remove(waiting)
        else:
            waiting.exchange.respond(response)

    def check(self) -> float | None:
        """Answer those that are due; the time at which to check again, whatever else happens."""
        now = self.clock()
        due = [w for w in self.waiting if now >= w.deadline or self.queues.is_ready(w.queue)]
        self.waiting = [w for w in self.waiting if w not in due]
        for waiting in due:
            self.try_once(waiting)
        return min((self.next_time(waiting) for waiting in self.waiting), default=None)

    def next_time(self, waiting: Waiting) -> float:
        change = self.queues.next_change(waiting.queue)
        return waiting.deadline if change is None else min(change, waiting.deadline)

    def reset(self) -> None:
        """Answer all of them: their queues are gone, or new."""
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            one.exchange.respond(self.moto.respond(one.request))


def wait_time(request: HttpRequest) -> tuple[str, int | None]:
    """The queue's name and WaitTimeSeconds, if given."""
    fields = form(request) if is_form(request) else json_fields(request)
    wait = str(fields.get("WaitTimeSeconds", ""))
    url = str(fields.get("QueueUrl") or request.path)
    return url.rpartition("/")[2], int(wait) if wait.isdigit() else None


def without_wait(request: HttpRequest) -> HttpRequest:
    if is_form(request):
        return replace(request, body=urlencode({**form(request), "WaitTimeSeconds": "0"}).encode())
    return replace(request, body=json.dumps({**json_fields(request), "WaitTimeSeconds": 0}).encode())


def is_empty(response: HttpResponse) -> bool:
    """Neither protocol's answer names a message."""
    return b'"ReceiptHandle"' not in response.body and b"<ReceiptHandle>" not in response.body


def is_form(request: HttpRequest) -> bool:
    return (request.header("Content-Type") or "").startswith(FORM)


def form(request: HttpRequest) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode("latin-1"), keep_blank_values=True))


def json_fields(request: HttpRequest) -> dict[str, object]:
    try:
        found = json.loads(request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
