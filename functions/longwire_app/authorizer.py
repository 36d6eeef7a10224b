"""The REQUEST authorizer of ``$connect``. It fails closed: whatever goes wrong, nobody gets in.

API Gateway asks it once for each handshake and hands its context to every later route of the connection.
"""

import json
import os
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.utilities.typing import LambdaContext

from longwire_app import wiring
from longwire_app.auth import Denied, Handshake, claims_of
from longwire_app.auth_rules import rules
from longwire_app.errors import InvalidToken, KeysUnavailable
from longwire_app.gateway_event import GatewayEvent
from longwire_app.handshake import choose_subprotocol, offered_subprotocols, origin_allowed, token_of
from longwire_app.keys import CachedKeys, JwksKeys, SecretKeys
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.resume import claim_of
from longwire_app.session import Caller, Identity, Peer
from longwire_app.settings import AuthorizerSettings
from longwire_app.tokens import Key, Rules, verify
from longwire_app.turn import Turn

__all__ = ["Unauthorized", "Verifier", "handler"]

T = TypeVar("T")

MAX_ANSWER = 8192
"""Bytes of an authorizer's answer that API Gateway takes."""


KEYLESS = {"key", "signature"}
"""Reasons for which another key would have to be looked for."""


class Unauthorized(Exception):
    """API Gateway answers 401 when an authorizer raises with exactly the message ``Unauthorized``, else 500."""


class Verifier(Generic[T]):
    """Checks tokens against keys that may rotate under it. ``check`` says what a token proves, or InvalidToken."""

    def __init__(self, sources: list[CachedKeys], check: Callable[[str, Iterable[Key], float], T]) -> None:
        self._sources = sources
        self._checked = check

    def verify(self, token: str, now: float) -> T:
        """Raises InvalidToken, or KeysUnavailable when the key may be one of a source that cannot be reached."""
        try:
            return self._check(token, now)
        except InvalidToken as exc:
            # The key may be newer than what is kept. The sources decide how often they may be asked.
            if exc.reason not in KEYLESS or not self._refresh(now):
                raise
        return self._check(token, now)

    def _check(self, token: str, now: float) -> T:
        keys: list[Key] = []
        lost: list[KeysUnavailable] = []
        for source in self._sources:
            try:
                keys += source.get(now)
            except KeysUnavailable as exc:
                lost.append(exc)
        try:
            return self._checked(token, keys, now)
        except InvalidToken as exc:
            if lost and exc.reason in KEYLESS:
                raise lost[0] from exc
            raise

    def _refresh(self, now: float) -> bool:
        refreshed = [source.refresh(now) for source in self._sources]
        return any(refreshed)


@cache
def settings() -> AuthorizerSettings:
    return AuthorizerSettings.from_environment(os.environ)


@cache
def verifier() -> Verifier[Identity]:
    sources = []
    if (secret := settings().token_secret) is not None:
        sources.append(CachedKeys(SecretKeys(wiring.secrets(), secret)))
    if (url := settings().jwks_url) is not None:
        sources.append(CachedKeys(JwksKeys(url)))
    rules = Rules(settings().audience, settings().issuer)
    return Verifier(sources, lambda token, keys, now: verify(token, keys, rules, now))


def handler(event: Event, context: LambdaContext) -> Answer:
    """Allows with 101 to come, denies with 403, and raises Unauthorized for a token that is missing or invalid."""
    answer = decide(event, context)
    if answer is UNAUTHORIZED:
        raise Unauthorized("Unauthorized")
    return answer


def identity_of(token: str, **handshake: Any) -> Identity:
    """What a token gives, by the rules of auth_rules.py. Raises InvalidToken, KeysUnavailable, and Denied."""
    identity = verifier().verify(token, time.time())
    return rules.apply(Handshake(identity, claims_of(token), **handshake))


def policy(effect: str, principal: str, resource: str, context: dict[str, str] | None = None) -> Answer:
    """What API Gateway expects. For WebSocket APIs the resource is ``.../{stage}/$connect``, as in methodArn."""
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": principal, "policyDocument": document, "context": context or {}}


DENIED = policy("Deny", "nobody", "*")
UNAUTHORIZED: Answer = {}


@guarded(failed=DENIED)
def decide(event: Event, turn: Turn) -> Answer:
    request = GatewayEvent(event)
    if not origin_allowed(request.headers.get("Origin"), settings().allowed_origins):
        return _refused("Origin", DENIED, turn)
    token = token_of(request.query, request.headers)
    if token is None:
        return _refused("NoToken", UNAUTHORIZED, turn)
    try:
        source_ip = request.context.get("identity", {}).get("sourceIp", "")
        identity = identity_of(token, headers=request.headers, source_ip=source_ip)
    except InvalidToken as exc:
        return _refused("Token", UNAUTHORIZED, turn, detail=exc.reason)
    except Denied as exc:
        return _refused("Rule", DENIED, turn, detail=exc.reason)
    answer = _allowed(request, identity, event["methodArn"])
    if len(json.dumps(answer)) > MAX_ANSWER:
        return _refused("Claims", DENIED, turn)
    return answer


def _allowed(request: GatewayEvent, identity: Identity, resource: str) -> Answer:
    connection_id = request.connection_id
    offered = offered_subprotocols(request.lines("Sec-WebSocket-Protocol"))
    # A subprotocol that nobody speaks is the $connect handler's to refuse: it can say 400.
    # Whether the session that is asked for may be resumed is $connect's to decide: if not, no connection comes of it.
    claim = claim_of(request.query)
    session_id = connection_id if claim is None else claim.session_id
    caller = Caller(Peer(session_id, connection_id), identity, choose_subprotocol(offered) or "")
    return policy("Allow", identity.user_id, resource, caller.to_context())


def _refused(reason: str, answer: Answer, turn: Turn, **details: Any) -> Answer:
    turn.counts[f"Refused{reason}"] += 1
    logger.info("handshake refused", reason=reason, **details)
    return answer
