"""``/api/hubs/...``: the REST API that the protocol's service SDKs speak, over API Gateway's HTTP API.

Whoever holds the token secret may call it: the SDK signs each request with it. It fails closed, and keys of an
identity provider (``JWKS_URL``) do not open it: they vouch for users.
"""

import os
import time
from functools import cache

from longwire_app import wiring
from longwire_app.admin_request import admin_request
from longwire_app.administration import Administration
from longwire_app.application import app
from longwire_app.authorizer import Verifier
from longwire_app.errors import HttpRefused, InvalidToken, KeysUnavailable, Refused
from longwire_app.http_request import HttpRequest, refused
from longwire_app.keys import CachedKeys, SecretKeys
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.settings import AdminSettings
from longwire_app.tokens import Claims, signed_claims
from longwire_app.turn import Turn

__all__ = ["handler"]

FAILED = refused(500, "InternalServerError", "the server failed; try again")
UNAVAILABLE = refused(503, "ServiceUnavailable", "the key cannot be read; try again")
UNAUTHORIZED = refused(
    401, "Unauthorized", "sign the request's URL with the access key: HS256, aud, exp", {"www-authenticate": "Bearer"}
)


@cache
def settings() -> AdminSettings:
    return AdminSettings.from_environment(os.environ)


@cache
def verifier() -> Verifier[Claims]:
    return Verifier([CachedKeys(SecretKeys(wiring.secrets(), settings().token_secret))], signed_claims)


def administration(turn: Turn) -> Administration:
    return Administration(wiring.directory(), wiring.store(), wiring.groups(), wiring.broadcaster(), app, turn)


@guarded(failed=FAILED)
def handler(event: Event, turn: Turn) -> Answer:
    turn.counts["AdminRequests"] += 1
    try:
        http = HttpRequest.of(event)
        claims = verifier().verify(http.bearer or "", time.time())
        return administration(turn).perform(admin_request(http, claims, settings().hub))
    except InvalidToken as exc:
        turn.counts["RefusedAdmin"] += 1
        logger.info("administration refused", reason=exc.reason)
        return UNAUTHORIZED
    except KeysUnavailable:
        logger.exception("no key")
        return UNAVAILABLE
    except HttpRefused as refusal:
        return refused(refusal.status, refusal.code, refusal.message, refusal.headers)
    except Refused as refusal:
        return refused(400, refusal.name, refusal.message)
