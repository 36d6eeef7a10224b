"""A client of the backend over HTTP, without sockets: the handler is called as Lambda would."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from backend_events import Context
from backend_http import http_event
from longwire_app.fallback import handler
from longwire_app.session import JOIN, SEND, Identity
from longwire_app.tokens import Rules, issue

__all__ = ["CONTEXT", "Poller", "token_of"]

CONTEXT: Any = Context()
ORIGIN = "https://app.example.com"


def token_of(user: str, **claims: Any) -> str:
    identity = Identity(user, roles=frozenset((JOIN, SEND)), **claims)
    return issue(identity, b"s" * 64, now=int(time.time()), lifetime=600, rules=Rules(), kid=None)


@dataclass
class Poller:
    """A client over HTTP. ``session_id`` and ``token`` may be a device's."""

    now: int
    user: str = "ada"
    session_id: str = ""
    token: str = ""
    link: str = ""
    seen: int = 0
    sent: int = 100
    statuses: list[int] = field(default_factory=list)

    def ask(self, method: str, path: str = "", body: str = "", **query: Any) -> Any:
        """The parsed answer, None where there was none; the status goes to ``statuses``."""
        target = f"/sessions{path}?{urlencode({'access_token': token_of(self.user)} | query)}"
        event = http_event(method, target, {"Origin": ORIGIN}, body.encode())
        event["requestContext"]["timeEpoch"] = self.now * 1000  # devices connect at this time too
        answer = handler(event, CONTEXT)
        self.statuses.append(answer["statusCode"])
        assert answer["headers"]["access-control-allow-origin"] == ORIGIN
        return json.loads(answer["body"]) if "body" in answer else None

    def connect(self, *, resume: bool = False, token: str | None = None) -> int:
        claim = {"connectionId": self.session_id, "reconnectionToken": token or self.token} if resume else {}
        answer = self.ask("POST", body=json.dumps(claim))
        if self.statuses[-1] == 200:
            self.link, greeting = answer["link"], answer["frames"][0]
            self.session_id, self.token = greeting["connectionId"], greeting["reconnectionToken"]
        return self.statuses[-1]

    @property
    def path(self) -> str:
        return f"/{quote(self.session_id, safe='')}"

    def poll(self, wait: int = 0, *, after: int | None = None, ack: bool = True) -> list[Any]:
        """The data of messages that are new, as clients show them."""
        marks: dict[str, Any] = {"after": self.seen if after is None else after} | ({"ack": self.seen} if ack else {})
        answer = self.ask("GET", self.path, link=self.link, wait=wait, **marks)
        found = []
        for frame in (answer or {}).get("frames", []):
            assert frame["sequenceId"] <= self.seen + 1, "a gap"
            if frame["sequenceId"] > self.seen:
                self.seen = frame["sequenceId"]
                found.append(frame["data"])
        return found

    def send(self, **frame: Any) -> list[Any]:
        self.sent += 1
        body = json.dumps({"ackId": self.sent, **frame})
        return list((self.ask("POST", self.path, body, link=self.link) or {}).get("frames", []))
