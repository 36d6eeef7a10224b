"""JSON Web Tokens: what makes one valid, and how to make one.

PyJWT checks HS256's signatures and rsa.py those of RS256, and nothing else: claims are read here, so that time is an
argument and a repeated claim is refused instead of settled by whichever came last.
"""

import base64
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jwt import PyJWS
from jwt.exceptions import PyJWTError

from longwire_app.errors import InvalidToken
from longwire_app.rsa import verifies
from longwire_app.session import LEEWAY, Identity
from longwire_app.topics import MAX_NAME

__all__ = ["MAX_TOKEN", "Claims", "Key", "Rules", "audiences", "issue", "signed_claims", "verify"]

MAX_TOKEN = 8192
"""Characters. API Gateway itself ends a URL at 4,096; headers may be longer."""

MAX_USER = 256
"""Characters. Three bytes each at most, or four: a user and a tenant fit into one partition key."""

Claims = Mapping[str, Any]

COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

SIGNATURES = PyJWS(algorithms=["HS256"])


@dataclass(frozen=True, slots=True)
class Key:
    """One verification key, bound to one algorithm: a public RSA key can never serve as an HMAC secret."""

    algorithm: Literal["HS256", "RS256"]
    material: Any
    kid: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The ``aud`` and ``iss`` that a token must carry; None does not look."""

    audience: str | None = None
    issuer: str | None = None


def verify(token: str, keys: Iterable[Key], rules: Rules, now: float) -> Identity:
    """Returns what the token proves, or raises InvalidToken.

    Its reason is ``size``, ``form``, ``algorithm``, ``key`` (none fits), ``signature``, ``claims``, ``expired``,
    ``early``, ``audience`` or ``issuer``. The header chooses among our keys and brings none: ``jku``, ``x5u``,
    ``jwk`` and ``x5c`` are not read.
    """
    claims = signed_claims(token, keys, now)
    _check_origin(claims, rules)
    return _identity(claims)


def signed_claims(token: str, keys: Iterable[Key], now: float) -> Claims:
    """What is signed with one of ``keys`` and valid now, whoever it is for. Raises InvalidToken."""
    if len(token) > MAX_TOKEN:
        raise InvalidToken("size")
    claims = _claims(_signed_payload(token, keys))
    _check_times(claims, now)
    return claims


def audiences(claims: Claims) -> list[str]:
    """The claim ``aud``, which may be a text or a list of them."""
    return _strings(claims, "aud")


def issue(identity: Identity, secret: bytes, *, now: int, lifetime: int, rules: Rules, kid: str | None) -> str:
    """A token for ``identity`` that is valid for ``lifetime`` seconds, signed with HS256."""
    claims: dict[str, Any] = {"sub": identity.user_id, "iat": now, "exp": now + lifetime}
    optional = {
        "tenant": identity.tenant,
        "role": sorted(identity.roles),
        "webpubsub.group": list(identity.groups),
        "aud": rules.audience,
        "iss": rules.issuer,
    }
    claims |= {name: value for name, value in optional.items() if value}
    headers = {"kid": kid} if kid else {}
    return SIGNATURES.encode(json.dumps(claims).encode(), secret, algorithm="HS256", headers=headers)


def _signed_payload(token: str, keys: Iterable[Key]) -> bytes:
    # PyJWT forgives padding and stray characters that differ between decoders; one token has one spelling here.
    if COMPACT.fullmatch(token) is None:
        raise InvalidToken("form")
    header = _header(token)
    fitting = _fitting(header, keys)
    if not fitting:
        raise InvalidToken("key")
    for key in fitting:
        if (payload := _signed_with(key, token)) is not None:
            return payload
    raise InvalidToken("signature")


def _signed_with(key: Key, token: str) -> bytes | None:
    if key.algorithm == "RS256":
        signed, _, signature = token.rpartition(".")
        return _decoded(signed.split(".")[1]) if verifies(key.material, signed.encode(), _decoded(signature)) else None
    try:
        payload: bytes = SIGNATURES.decode(token, key.material, algorithms=["HS256"])
    except PyJWTError:
        return None
    return payload


def _decoded(part: str) -> bytes:
    """Of a token that COMPACT matches; bits that no octet holds must be zero, or it would have two spellings."""
    octets = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) if len(part) % 4 != 1 else b""
    if base64.urlsafe_b64encode(octets).rstrip(b"=").decode() != part:
        raise InvalidToken("form")
    return octets


def _header(token: str) -> Mapping[str, Any]:
    try:
        return SIGNATURES.get_unverified_header(token)
    except (PyJWTError, ValueError, RecursionError):
        raise InvalidToken("form") from None


def _fitting(header: Mapping[str, Any], keys: Iterable[Key]) -> list[Key]:
    if header.get("alg") not in {"HS256", "RS256"}:
        raise InvalidToken("algorithm")
    # RFC 7515, 4.1.11: a recipient that does not understand all extensions in "crit" must reject.
    if "crit" in header:
        raise InvalidToken("form")
    of_algorithm = [key for key in keys if key.algorithm == header["alg"]]
    kid = header.get("kid")
    return of_algorithm if kid is None else [key for key in of_algorithm if key.kid == kid]


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InvalidToken("claims") from None
    if not isinstance(claims, dict):
        raise InvalidToken("claims")
    return claims


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # RFC 7519, 4: "the Claim Names within a JWT Claims Set MUST be unique".
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated name")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _check_times(claims: Claims, now: float) -> None:
    if _time(claims, "exp", required=True) <= now - LEEWAY:
        raise InvalidToken("expired")
    if max(_time(claims, "nbf"), _time(claims, "iat")) > now + LEEWAY:
        raise InvalidToken("early")


def _time(claims: Claims, name: str, *, required: bool = False) -> float:
    value = claims.get(name) if required else claims.get(name, 0)
    # bool is an int to Python, and 1e400 parses to infinity.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < math.inf:
        raise InvalidToken("claims")
    return value


def _check_origin(claims: Claims, rules: Rules) -> None:
    if rules.audience is not None and rules.audience not in audiences(claims):
        raise InvalidToken("audience")
    if rules.issuer is not None and claims.get("iss") != rules.issuer:
        raise InvalidToken("issuer")


def _identity(claims: Claims) -> Identity:
    groups = _strings(claims, "webpubsub.group")
    if any(len(group) > MAX_NAME for group in groups):
        raise InvalidToken("claims")
    return Identity(
        user_id=_text(claims.get("sub"), MAX_USER),
        tenant=_text(claims["tenant"], MAX_USER) if "tenant" in claims else "",
        roles=frozenset(_strings(claims, "role")),
        groups=tuple(dict.fromkeys(groups)),
        expires=int(claims["exp"]),
    )


def _strings(claims: Claims, name: str) -> list[str]:
    # Several JWT libraries write a list of one as its element.
    value = claims.get(name, [])
    return [_text(each) for each in (value if isinstance(value, list) else [value])]


def _text(value: Any, limit: int = MAX_TOKEN) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= limit or not _is_unicode(value):
        raise InvalidToken("claims")
    return value


def _is_unicode(text: str) -> bool:
    r"""False for what JSON can spell and UTF-8 cannot: half of a surrogate pair, as in ``"\ud800"``."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
