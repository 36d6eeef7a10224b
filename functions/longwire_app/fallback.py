"""``/sessions``: a session over HTTP, for clients whose network stops WebSockets. functions/README.md says how to poll.

POST    /sessions        opens a session, or goes on with one: its link, and its greeting
GET     /sessions/{id}   waits for messages, and acknowledges those that came before
POST    /sessions/{id}   one frame; answers its ack
DELETE  /sessions/{id}   leaves the link

A browser sends each of these but DELETE to another origin without asking first: tokens may be in the query, bodies are
``text/plain``. Pages of origins that may not connect are refused, as at the handshake.
"""

import json
import os
import re
import secrets
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

from longwire_app import authorizer, message, wiring
from longwire_app.admission import Refusal, admit
from longwire_app.application import app
from longwire_app.delivery import MAX_FRAME
from longwire_app.errors import BadRequest, HttpRefused, InvalidToken, KeysUnavailable, Refused
from longwire_app.handshake import origin_allowed, token_of
from longwire_app.http_request import HttpRequest, answered, refused
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.polls import Link, Marks, Polls
from longwire_app.protocol import Connected
from longwire_app.pump_runner import Parts, PumpRunner
from longwire_app.resume import Claim, claim_of
from longwire_app.session import RELIABLE, Caller, Identity
from longwire_app.settings import FallbackSettings
from longwire_app.stream import Window
from longwire_app.turn import Turn

__all__ = ["handler"]

PATH = re.compile(r".*/sessions(?:/([^/]{1,256}))?", re.DOTALL)

MAX_ID = 2**53
"""Of a sequence id: JSON's numbers are exact below it."""

FAILED = refused(500, "InternalServerError", "the server failed; try again")

CLAIMS = ("connectionId", "reconnectionToken")


@cache
def settings() -> FallbackSettings:
    return FallbackSettings.from_environment(os.environ)


@cache
def polls() -> Polls:
    parts = Parts(app, wiring.store(), wiring.session_store(), wiring.topic_log(), wiring.delivery())
    return Polls(PumpRunner(parts, Window(wiring.settings().window)), message.dispatcher())


@guarded(failed=FAILED)
def handler(event: Event, turn: Turn) -> Answer:
    origin = (event.get("headers") or {}).get("origin")
    if not origin_allowed(origin, authorizer.settings().allowed_origins):
        turn.counts["RefusedOrigin"] += 1
        return refused(403, "Forbidden", "pages of this origin may not connect")
    answer = _answer(event, turn)
    shown = {} if origin is None else {"access-control-allow-origin": origin, "vary": "origin"}
    return {**answer, "headers": {**answer["headers"], **shown}}


def _answer(event: Event, turn: Turn) -> Answer:
    try:
        return _served(HttpRequest.of(event), int(event["requestContext"]["timeEpoch"]), turn)
    except InvalidToken as exc:
        turn.counts["RefusedToken"] += 1
        logger.info("request refused", reason=exc.reason)
        return refused(401, "Unauthorized", "an access token is required", {"www-authenticate": "Bearer"})
    except KeysUnavailable:
        logger.exception("no key")
        return refused(503, "ServiceUnavailable", "the key cannot be read; try again")
    except HttpRefused as refusal:
        return refused(refusal.status, refusal.code, refusal.message, refusal.headers)
    except Refused as refusal:
        return refused(400, refusal.name, refusal.message)


def _served(http: HttpRequest, now_ms: int, turn: Turn) -> Answer:
    place = PATH.fullmatch(http.path)
    if place is None:
        raise HttpRefused(404, "NotFound", "there is nothing here")
    session_id = place[1]
    methods = ["POST"] if session_id is None else ["DELETE", "GET", "POST"]
    if http.method == "OPTIONS":
        return answered(204, headers=_preflight(methods))
    if http.method not in methods:
        raise HttpRefused(405, "MethodNotAllowed", f"takes {', '.join(methods)}", {"allow": ", ".join(methods)})
    if len(http.body) > MAX_FRAME:
        raise HttpRefused(413, "PayloadTooLarge", f"a frame has at most {MAX_FRAME} bytes")
    query = {name: values[0] for name, values in http.query.items()}
    token = token_of(query, {"Authorization": http.headers.get("authorization", "")})
    identity = authorizer.verifier().verify(token or "", time.time())
    if session_id is None:
        return _admitted(identity, _claim(http.body), now_ms, turn)
    return _on_link(http, Link(session_id, http.text("link") or ""), identity, turn)


def _preflight(methods: Sequence[str]) -> dict[str, str]:
    return {
        "access-control-allow-methods": ", ".join(methods),
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "7200",
    }


def _claim(body: bytes) -> Claim | None:
    """What is to be resumed. Raises BadRequest for a body that is no object of two strings."""
    try:
        asked: Any = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict) or not all(isinstance(asked.get(name, ""), str) for name in CLAIMS):
        raise BadRequest("the body is an object, with connectionId and reconnectionToken or neither")
    session_id, token = (asked.get(name) for name in CLAIMS)
    return claim_of({"awps_connection_id": session_id or "", "awps_reconnection_token": token or ""})


def _admitted(identity: Identity, claim: Claim | None, now_ms: int, turn: Turn) -> Answer:
    """The link is new each time; the session's id is of the same kind as a connection's, which it never is."""
    link = Link(secrets.token_urlsafe(12) if claim is None else claim.session_id, secrets.token_urlsafe(16))
    admitted = admit(Caller(link.peer(), identity, RELIABLE), RELIABLE, claim, now_ms, turn)
    if isinstance(admitted, Refusal):
        turn.counts[f"Refused{admitted.reason}"] += 1
        logger.info("link refused", reason=admitted.reason, detail=admitted.detail)
        raise HttpRefused(admitted.status, admitted.reason, "no link to this session")
    turn.counts["Links"] += 1
    logger.info("linked", session=link.session_id, resumed=claim is not None)
    greeting = Connected(user_id=identity.user_id, connection_id=link.session_id, reconnection_token=admitted)
    return answered(200, {"link": link.secret, "frames": [greeting.model_dump()]})


def _on_link(http: HttpRequest, link: Link, identity: Identity, turn: Turn) -> Answer:
    if http.method == "DELETE":
        polls().leave(link, identity, turn)
        return answered(204)
    if http.method == "POST":
        frames = polls().receive(link, identity, http.body.decode("utf-8", "replace"), turn)
    else:
        turn.counts["Polls"] += 1
        marks = Marks(http.number("after", 0, MAX_ID) or 0, http.number("ack", 0, MAX_ID) or 0)
        longest = settings().poll_seconds
        asked = http.number("wait", 0, 60)
        frames = polls().wait(link, identity, marks, min(longest if asked is None else asked, longest), turn)
    return answered(200, {"frames": [json.loads(frame) for frame in frames]})
