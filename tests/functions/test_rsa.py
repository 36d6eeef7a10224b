"""Signatures that must pass, and forgeries of every kind known: padding, ASN.1, ranges, other schemes, other keys.

Forgeries are made with the private key, so that what comes out of the power is exactly what the name says. The kinds
are those of Project Wycheproof's rsa_signature tests, made here.
"""

import base64
import hashlib
import json
import random
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from longwire_app.errors import InvalidToken
from longwire_app.rsa import SHA256, PublicKey, key_of, verifies
from longwire_app.tokens import Key, Rules, verify

MESSAGE = b"a message"
HASH = hashlib.sha256(MESSAGE).digest()
NOW = 1_700_000_000


def pair(bits: int = 2048, exponent: int = 65537) -> tuple[Any, PublicKey]:
    private = rsa.generate_private_key(public_exponent=exponent, key_size=bits)
    numbers = private.public_key().public_numbers()
    return private, PublicKey(numbers.n, numbers.e)


PRIVATE, PUBLIC = pair()
CUBE, CUBED = pair(exponent=3)
LENGTH = 256
SHORT = b"\x00\x01" + b"\xff" * 8 + b"\x00" + SHA256 + HASH
"""The encoding with the least padding that some took."""


def powered(encoded: bytes) -> bytes:
    """The signature whose power is ``encoded``."""
    numbers = PRIVATE.private_numbers()
    number: int = pow(int.from_bytes(encoded, "big"), numbers.d, PUBLIC.n)
    return number.to_bytes(LENGTH, "big")


def padded(info: bytes, *, start: bytes = b"\x00\x01", fill: bytes = b"\xff", end: bytes = b"\x00") -> bytes:
    return start + fill * (LENGTH - len(start) - len(end) - len(info)) + end + info


def cube_root_forgery() -> bytes:
    """Bleichenbacher, 2006: a cube that begins with the encoding, and garbage behind it."""
    wanted = int.from_bytes(b"\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\x00" + SHA256 + HASH, "big") << (
        8 * (LENGTH - 62)
    )
    low, high = 0, 1 << (8 * LENGTH // 3 + 8)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if middle**3 >= wanted else (middle + 1, high)
    return low.to_bytes(LENGTH, "big")


@pytest.mark.parametrize(("bits", "exponent"), [(2048, 65537), (2048, 3), (2056, 65537), (3072, 65537)])
def test_what_a_library_signs_is_verified(bits: int, exponent: int) -> None:
    private, public = pair(bits, exponent)
    for size in (0, 1, 63, 64, 5000):
        message = random.Random(size).randbytes(size)
        signature = private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        assert verifies(public, message, signature)
        assert not verifies(public, message + b"x", signature)
        assert not verifies(PUBLIC, message, signature)


GOOD = powered(padded(SHA256 + HASH))
SHA1 = bytes.fromhex("3021300906052b0e03021a05000414")
SHA512 = bytes.fromhex("3051300d060960864801650304020305000440")
FORGERIES = {
    "empty": b"",
    "zero": bytes(LENGTH),
    "one": (1).to_bytes(LENGTH, "big"),
    "n - 1": (PUBLIC.n - 1).to_bytes(LENGTH, "big"),
    "n": PUBLIC.n.to_bytes(LENGTH, "big"),
    "truncated": GOOD[:-1],
    "a zero before": b"\x00" + GOOD,
    "a byte behind": GOOD + b"\x00",
    "a changed bit": GOOD[:-1] + bytes([GOOD[-1] ^ 1]),
    "reversed": GOOD[::-1],
    "the encoding itself": padded(SHA256 + HASH),
    "block type 0": powered(padded(SHA256 + HASH, start=b"\x00\x00")),
    "block type 2": powered(padded(SHA256 + HASH, start=b"\x00\x02")),
    "padding of 0xfe": powered(padded(SHA256 + HASH, fill=b"\xfe")),
    "padding of zeros": powered(padded(SHA256 + HASH, fill=b"\x00")),
    "no zero behind the padding": powered(padded(SHA256 + HASH, end=b"\xff")),
    "short padding, garbage behind": powered(SHORT + bytes(LENGTH - len(SHORT))),
    "garbage before the hash info": powered(padded(b"\x04\x01\x00" + SHA256 + HASH)),
    "one padding byte changed": powered(padded(SHA256 + HASH).replace(b"\xff\xff\x00", b"\xff\x7f\x00")),
    "no hash info": powered(padded(HASH)),
    "no parameters": powered(padded(bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + HASH)),
    "parameters of another kind": powered(padded(SHA256.replace(b"\x05\x00", b"\x04\x00") + HASH)),
    "a long form length": powered(padded(bytes.fromhex("308131") + SHA256[2:] + HASH)),
    "an indefinite length": powered(padded(bytes.fromhex("3080") + SHA256[2:] + HASH + b"\x00\x00")),
    "a hash too long": powered(padded(SHA256[:-1] + b"\x21" + HASH + b"\x00")),
    "half a hash": powered(padded(SHA256 + HASH[:16])),
    "another hash's name": powered(padded(SHA512[:-1] + b"\x20" + HASH)),
    "SHA-1": powered(padded(SHA1 + hashlib.sha1(MESSAGE).digest())),  # noqa: S324 (to be refused)
    "SHA-512": powered(padded(SHA512 + hashlib.sha512(MESSAGE).digest())),
    "PSS": PRIVATE.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()),
    "SHA-384 by the library": PRIVATE.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA384()),
    "another key": CUBE.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256()),
}


def test_the_forgeries_are_made_as_a_good_one_is() -> None:
    assert PRIVATE.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256()) == GOOD
    assert verifies(PUBLIC, MESSAGE, GOOD)


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused(name: str) -> None:
    assert not verifies(PUBLIC, MESSAGE, FORGERIES[name])


def test_a_cube_with_garbage_behind_it_is_refused() -> None:
    forged = cube_root_forgery()
    number = int.from_bytes(forged, "big") ** 3
    assert number.to_bytes(LENGTH, "big").startswith(SHORT)
    assert not verifies(CUBED, MESSAGE, forged)


def text(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def test_a_jwk_gives_its_key() -> None:
    assert key_of({"n": text(PUBLIC.n), "e": "AQAB"}) == PUBLIC


@pytest.mark.parametrize(
    "changed",
    [
        *({"n": None}, {"n": 7}, {"n": ""}, {"n": "!"}, {"n": "A"}, {"n": text(PUBLIC.n) + "=="}, {"n": "AAAA"}),
        *({"n": text(PUBLIC.n + 1)}, {"n": text(PUBLIC.n >> 1 | 1)}, {"n": text(2**8200 + 1)}),
        *({"e": None}, {"e": ""}, {"e": text(1)}, {"e": text(2)}, {"e": text(65536)}, {"e": text(2**40 + 1)}),
    ],
)  # fmt: skip
def test_a_jwk_that_is_weak_or_malformed_gives_none(changed: dict[str, Any]) -> None:
    assert key_of({"n": text(PUBLIC.n), "e": "AQAB"} | changed) is None
    assert key_of({"n": text(PUBLIC.n)}) is None


def token(private: Any = PRIVATE, header: dict[str, Any] | None = None) -> str:
    parts = ({"alg": "RS256"} | (header or {}), {"sub": "alice", "exp": NOW + 60})
    signed = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    signature = private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_a_token_is_verified_by_it() -> None:
    assert verify(token(), [Key("RS256", PUBLIC)], Rules(), NOW).user_id == "alice"


@pytest.mark.parametrize("key", [Key("RS256", CUBED), Key("HS256", text(PUBLIC.n).encode()), Key("RS256", PUBLIC, "k")])
def test_a_token_that_another_key_signed_is_not(key: Key) -> None:
    with pytest.raises(InvalidToken):
        verify(token(header={"kid": "other"}) if key.kid else token(), [key], Rules(), NOW)


def test_a_signature_has_one_spelling() -> None:
    """256 octets end in four bits that no octet holds."""
    good = token()
    for last in {"A", "Q", "g", "w", "B", "-"} - {good[-1]}:
        with pytest.raises(InvalidToken):
            verify(good[:-1] + last, [Key("RS256", PUBLIC)], Rules(), NOW)
