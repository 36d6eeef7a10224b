"""RSASSA-PKCS1-v1_5 with SHA-256, RFC 8017, 8.2.2: verifying alone, which takes no secret and one power modulo n.

A library for it would be 15 MB of compiled code, more than all the rest of the package. What makes such a verifier
unsafe is reading what comes out of the power: forgeries live in padding that is skipped and in ASN.1 that is parsed
loosely. Nothing is read here. The one encoding that RFC 8017, 9.2 allows is made from the message, and the two are
compared whole.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["MIN_BITS", "PublicKey", "key_of", "verifies"]

MIN_BITS = 2048
"""RFC 7518, 3.3: "A key of size 2048 bits or larger MUST be used"."""

MAX_BITS = 8192
"""Longer keys are no safer, and the power takes seconds."""

MAX_EXPONENT = 2**32

SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""RFC 8017, 9.2, note 1: the DigestInfo before the hash."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    n: int
    e: int


def key_of(jwk: Mapping[str, Any]) -> PublicKey | None:
    """The key of a JWK (RFC 7518, 6.3.1), None for one that is malformed, weak or absurd."""
    try:
        n, e = _number(jwk["n"]), _number(jwk["e"])
    except (KeyError, TypeError, ValueError):
        return None
    sound = MIN_BITS <= n.bit_length() <= MAX_BITS and n % 2 and e % 2 and 3 <= e < MAX_EXPONENT
    return PublicKey(n, e) if sound else None


def verifies(key: PublicKey, message: bytes, signature: bytes) -> bool:
    """Whether whoever has the private key signed the message."""
    length = (key.n.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != length or number >= key.n:
        return False
    encoded = pow(number, key.e, key.n).to_bytes(length, "big")
    return hmac.compare_digest(encoded, _encoding(message, length))


def _encoding(message: bytes, length: int) -> bytes:
    """EMSA-PKCS1-v1_5: 0x00 0x01 0xff... 0x00 DigestInfo hash."""
    info = SHA256 + hashlib.sha256(message).digest()
    return b"\x00\x01" + b"\xff" * (length - len(info) - 3) + b"\x00" + info


def _number(text: Any) -> int:
    """Base64urlUInt, RFC 7518, 2: unpadded, no leading zero octets."""
    if not isinstance(text, str) or "=" in text:
        raise ValueError("no base64url")
    octets = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if not octets or octets[0] == 0:
        raise ValueError("no Base64urlUInt")
    return int.from_bytes(octets, "big")
