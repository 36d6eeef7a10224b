"""Where verification keys come from: a secret in Secrets Manager, public keys at a JWKS URL.

Secrets Manager keeps the previous value of a secret beside the current one, so rotating is putting a new value:
tokens signed with either are valid until the next rotation takes the older away. The ``kid`` of such a key is
its version id.
"""

import json
import urllib.request
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from longwire_app.errors import KeysUnavailable, SettingsError
from longwire_app.log import logger
from longwire_app.rsa import key_of
from longwire_app.tokens import Key

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import GetSecretValueResponseTypeDef

__all__ = ["CachedKeys", "JwksKeys", "SecretKeys"]

FRESH = 300.0
"""Seconds for which loaded keys are used without looking again."""

BETWEEN = 30.0
"""Seconds between two loads, whatever tokens come in: strangers cannot make us hammer the issuer."""

FIRST = 1.0
"""The same while nothing was loaded yet."""

STALE = 3600.0
"""Seconds for which keys stay in use while the source is out of reach."""

MIN_SECRET = 32
"""Bytes. RFC 7518, 3.2: "A key of the same size as the hash output or larger MUST be used"."""

MAX_JWKS = 512 * 1024
"""Bytes of a JWKS document that are read."""


class CachedKeys:
    """Keys of one source, kept between invocations. ``now`` is seconds of any steady clock."""

    def __init__(self, load: Callable[[], Sequence[Key]]) -> None:
        self._load = load
        self._keys: tuple[Key, ...] = ()
        self._loaded: float | None = None
        self._tried: float | None = None

    def get(self, now: float) -> tuple[Key, ...]:
        """The keys, loaded again after five minutes. Raises KeysUnavailable when there are none to trust."""
        if self._loaded is None or now - self._loaded >= FRESH:
            self.refresh(now)
        if self._loaded is None or now - self._loaded >= STALE:
            raise KeysUnavailable("no verification key could be loaded")
        return self._keys

    def refresh(self, now: float) -> bool:
        """Loads now, unless the last try was less than 30 s ago; says whether it loaded."""
        wait = FIRST if self._loaded is None else BETWEEN
        if self._tried is not None and now - self._tried < wait:
            return False
        self._tried = now
        try:
            self._keys = tuple(self._load())
        except KeysUnavailable as exc:
            logger.warning("verification keys not loaded", reason=str(exc))
            return False
        self._loaded = now
        return True


class SecretKeys:
    """HS256 keys: the current and the previous value of one secret, which is a text of 32 bytes or more."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id

    def __call__(self) -> list[Key]:
        current = self._version("AWSCURRENT")
        if current is None:
            raise KeysUnavailable("the token secret has no value")
        previous = self._version("AWSPREVIOUS")
        return [current] if previous is None else [current, previous]

    def _version(self, stage: str) -> Key | None:
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id, VersionStage=stage)
        except self._client.exceptions.ResourceNotFoundException:
            return None
        except (ClientError, BotoCoreError) as exc:
            raise KeysUnavailable(f"Secrets Manager: {type(exc).__name__}") from exc
        return _secret_key(answer)


def _secret_key(answer: "GetSecretValueResponseTypeDef") -> Key:
    material = answer.get("SecretString", "").encode()
    if len(material) < MIN_SECRET:
        raise KeysUnavailable(f"the token secret is shorter than {MIN_SECRET} bytes")
    return Key("HS256", material, answer["VersionId"])


class JwksKeys:
    """RS256 keys of a JWKS document, by https; plain http is taken from this machine alone."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
            raise SettingsError("JWKS_URL must begin with https://")
        self._url = url
        self._opener = urllib.request.build_opener(_NoRedirect)

    def __call__(self) -> list[Key]:
        try:
            with self._opener.open(self._url, timeout=2) as answer:
                document = json.loads(answer.read(MAX_JWKS))
        except (OSError, ValueError, RecursionError) as exc:
            raise KeysUnavailable(f"JWKS: {type(exc).__name__}") from exc
        found = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(found, list):
            raise KeysUnavailable("JWKS: the document has no list of keys")
        return [key for jwk in found if (key := _rsa_key(jwk)) is not None]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Whoever can redirect the document can choose the keys; an issuer states its address once."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 (urllib's signature)
        return None


def _rsa_key(jwk: Any) -> Key | None:
    """None for keys of other kinds and uses, which a JWKS document may well hold."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "RSA" or not isinstance(jwk.get("kid"), str):
        return None
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", "RS256") != "RS256" or "d" in jwk:
        return None
    material = key_of(jwk)
    return None if material is None else Key("RS256", material, jwk["kid"])
