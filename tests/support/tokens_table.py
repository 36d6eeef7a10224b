"""One table of good tokens, one of at least forty bad ones, each with the reason it is refused for."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt import PyJWS

from longwire_app.rsa import PublicKey
from longwire_app.tokens import Key, Rules

__all__ = ["BAD", "CLAIMS", "EXP", "GOOD", "KEYS", "NOW", "RULES", "SECRET", "resigned", "token"]

NOW = int(time.time())
EXP = NOW + 100_000
SECRET = b"current-" * 8
PREVIOUS = b"previous" * 8
OTHER = b"unknown-" * 8
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
PUBLIC = RSA.public_key()
PEM = PUBLIC.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
DER = PUBLIC.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
KEYS = [
    Key("HS256", SECRET, "v2"),
    Key("HS256", PREVIOUS, "v1"),
    Key("RS256", PublicKey(PUBLIC.public_numbers().n, PUBLIC.public_numbers().e), "rsa"),
]
RULES = Rules(audience="wss://here", issuer="https://issuer")
CLAIMS = {"sub": "alice", "exp": EXP, "aud": "wss://here", "iss": "https://issuer"}
BY_RSA = {"alg": "RS256", "kid": "rsa"}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def hs256(signed: str, secret: bytes) -> str:
    return b64(hmac.digest(secret, signed.encode(), "sha256"))


def token(
    claims: dict[str, Any] | str | None = None,
    *,
    secret: bytes = SECRET,
    header: dict[str, Any] | str | None = None,
    signature: Callable[[str], str] | None = None,
    **changed: Any,
) -> str:
    """A token made by hand, so that nothing tidies it up; a claim changed to None is left out."""
    merged = {**CLAIMS, **changed} if claims is None else claims
    if isinstance(merged, dict):
        merged = json.dumps({name: value for name, value in merged.items() if value is not None})
    if not isinstance(header, str):
        header = json.dumps({"alg": "HS256", "typ": "JWT"} if header is None else header)
    signed = f"{b64(header.encode())}.{b64(merged.encode('utf-8', 'surrogatepass'))}"
    return f"{signed}.{hs256(signed, secret) if signature is None else signature(signed)}"


def by(private: Any, algorithm: str, **header: Any) -> str:
    return PyJWS().encode(json.dumps(CLAIMS).encode(), private, algorithm=algorithm, headers=header)


GOOD: dict[str, str] = {
    "current secret": token(),
    "previous secret": token(secret=PREVIOUS),
    "kid of the secret": token(header={"alg": "HS256", "kid": "v2"}),
    "RSA": by(RSA, "RS256", kid="rsa"),
    "RSA without kid": by(RSA, "RS256"),
    "expired within the leeway": token(exp=NOW - 29),
    "issued ahead within the leeway": token(iat=NOW + 30, nbf=NOW + 30),
    "fractions of seconds": token(exp=NOW + 0.5),
    "several audiences": token(aud=["x", "wss://here"]),
    "key material in the header": token(header={"alg": "HS256", "jku": "https://evil.example/keys", "x5u": "x"}),
    "typ of another kind": token(header={"alg": "HS256", "typ": "at+jwt"}),
}

# Each token and the reason it is refused for.
BAD: dict[str, tuple[str, str]] = {
    "empty": ("", "form"),
    "a word": ("token", "form"),
    "two parts": (token().rpartition(".")[0], "form"),
    "four parts": (token() + ".x", "form"),
    "empty signature": (token(signature=lambda _: ""), "form"),
    "empty parts": ("..", "form"),
    "space before": (" " + token(), "form"),
    "newline after": (token() + "\n", "form"),
    "padding": (token() + "=", "form"),
    "plain base64 alphabet": (token()[:-1] + "+", "form"),
    "percent encoded": (token().replace(".", "%2E"), "form"),
    "not ASCII": (token() + "é", "form"),
    "NUL": (token() + "\x00", "form"),
    "8 KB": (token(padding="x" * 8_192), "size"),
    "header is no JSON": (token(header="{"), "form"),
    "header is a list": (token(header='["HS256"]'), "form"),
    "header is deep": (token(header="[" * 2_000), "form"),
    "no alg": (token(header={"typ": "JWT"}), "algorithm"),
    "alg none": (token(header={"alg": "none"}), "algorithm"),
    "alg None": (token(header={"alg": "None"}, signature=lambda _: "AA"), "algorithm"),
    "alg NONE": (token(header={"alg": "NONE"}), "algorithm"),
    "alg hs256": (token(header={"alg": "hs256"}), "algorithm"),
    "alg null": (token(header={"alg": None}), "algorithm"),
    "alg twice": (token(header='{"alg":"HS256","alg":"none"}'), "algorithm"),
    "HS512": (by(SECRET, "HS512"), "algorithm"),
    "PS256": (by(RSA, "PS256", kid="rsa"), "algorithm"),
    "ES256": (by(EC, "ES256"), "algorithm"),
    "public key as secret, PEM": (token(secret=PEM), "signature"),
    "public key as secret, PEM without newline": (token(secret=PEM.strip()), "signature"),
    "public key as secret, DER": (token(secret=DER), "signature"),
    "public key as secret, under its kid": (token(secret=PEM, header={"alg": "HS256", "kid": "rsa"}), "key"),
    "RS256 signed by the secret": (token(header=BY_RSA), "signature"),
    "unknown secret": (token(secret=OTHER), "signature"),
    "empty secret": (token(secret=b""), "signature"),
    "unknown RSA key": (by(STRANGER, "RS256", kid="rsa"), "signature"),
    "kid unknown": (token(header={"alg": "HS256", "kid": "v3"}), "key"),
    "kid of the other secret": (token(header={"alg": "HS256", "kid": "v1"}), "signature"),
    "kid of the other algorithm": (by(RSA, "RS256", kid="v2"), "key"),
    "kid a path": (token(header={"alg": "HS256", "kid": "../../../../dev/null"}, secret=b""), "key"),
    "kid SQL": (token(header={"alg": "HS256", "kid": "' UNION SELECT 'x' --"}), "key"),
    "kid a URL": (token(header={"alg": "HS256", "kid": "https://evil.example/key"}), "key"),
    "kid a number": (token(header={"alg": "HS256", "kid": 1}), "form"),
    "kid a list": (token(header={"alg": "HS256", "kid": ["v2"]}), "form"),
    "kid oversize": (token(header={"alg": "HS256", "kid": "v" * 4_000}), "key"),
    "jwk in the header": (
        token(header={"alg": "RS256", "jwk": {"kty": "oct", "k": b64(OTHER)}}, secret=OTHER),
        "signature",
    ),
    "crit": (token(header={"alg": "HS256", "crit": ["exp"]}), "form"),
    "b64 false": (token(header={"alg": "HS256", "b64": False, "crit": ["b64"]}), "form"),
    "payload changed": (token().replace(token().split(".")[1], token(sub="bob").split(".")[1]), "signature"),
    "signature of another": (f"{token().rpartition('.')[0]}.{token(sub='bob').rpartition('.')[2]}", "signature"),
    "signature cut": (token()[:-3], "signature"),
    "payload no JSON": (token("alice"), "claims"),
    "payload a list": (token("[]"), "claims"),
    "payload deep": (token("[" * 3_000), "claims"),
    "claim twice": (token(json.dumps(CLAIMS)[:-1] + ',"sub":"bob"}'), "claims"),
    "claim twice, nested": (token(json.dumps(CLAIMS)[:-1] + ',"x":{"a":1,"a":2}}'), "claims"),
    "NaN": (token(json.dumps(CLAIMS)[:-1] + ',"x":NaN}'), "claims"),
    "no exp": (token(exp=None), "claims"),
    "exp a text": (token(exp=str(EXP)), "claims"),
    "exp true": (token(exp=True), "claims"),
    "exp infinite": (token(json.dumps(CLAIMS).replace(str(EXP), "1e400")), "claims"),
    "expired": (token(exp=NOW - 30), "expired"),
    "expired long ago": (token(exp=0), "expired"),
    "exp negative": (token(exp=-1), "expired"),
    "nbf to come": (token(nbf=NOW + 31), "early"),
    "iat to come": (token(iat=NOW + 31), "early"),
    "nbf a text": (token(nbf="now"), "claims"),
    "no aud": (token(aud=None), "audience"),
    "wrong aud": (token(aud="wss://there"), "audience"),
    "aud a part": (token(aud="wss://her"), "audience"),
    "aud in another case": (token(aud="WSS://HERE"), "audience"),
    "aud an empty list": (token(aud=[]), "audience"),
    "aud numbers": (token(aud=[1]), "claims"),
    "no iss": (token(iss=None), "issuer"),
    "wrong iss": (token(iss="https://issuer.evil.example"), "issuer"),
    "iss a list": (token(iss=["https://issuer"]), "issuer"),
    "no sub": (token(sub=None), "claims"),
    "sub empty": (token(sub=""), "claims"),
    "sub a number": (token(sub=1), "claims"),
    "sub a list": (token(sub=["alice"]), "claims"),
    "sub too long": (token(sub="a" * 257), "claims"),
    "sub half a character": (token(json.dumps({**CLAIMS, "sub": "\ud800"})), "claims"),
    "tenant a number": (token(tenant=7), "claims"),
    "tenant empty": (token(tenant=""), "claims"),
    "role a number": (token(role=1), "claims"),
    "role an object": (token(role={"webpubsub.sendToGroup": True}), "claims"),
    "roles not all texts": (token(role=["a", None, 2]), "claims"),
    "group too long": (token({**CLAIMS, "webpubsub.group": ["g" * 1025]}), "claims"),
    "group empty": (token({**CLAIMS, "webpubsub.group": [""]}), "claims"),
}


def resigned(found: str, secret: bytes) -> str:
    """The same for a deployment with another secret: what was signed with ours is signed with that one."""
    signed, _, signature = found.rpartition(".")
    return f"{signed}.{hs256(signed, secret)}" if signature == hs256(signed, SECRET) else found
