"""Verification keys from Secrets Manager and from a JWKS URL."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from backend_aws import Server
from longwire_app.errors import KeysUnavailable, SettingsError
from longwire_app.keys import CachedKeys, JwksKeys, SecretKeys
from longwire_app.tokens import Key

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 (to be refused)


def jwk(private: Any = RSA, **changed: Any) -> dict[str, Any]:
    found = json.loads(RSAAlgorithm.to_jwk(private.public_key())) | {"kid": "a", "alg": "RS256", "use": "sig"} | changed
    return {name: value for name, value in found.items() if value is not None}


@pytest.fixture
def issuer(served: Any) -> Any:
    """A server whose ``document`` is served at /keys; every other path redirects there."""

    class Issuer(BaseHTTPRequestHandler):
        document: bytes = b""
        status = 200

        def do_GET(self) -> None:
            self.send_response(self.status if self.path == "/keys" else 302)
            self.send_header("Location", "/keys")
            self.end_headers()
            self.wfile.write(self.document)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Nothing."""

    server = served(Server(Issuer))
    Issuer.url = f"{server.origin}/keys"  # type: ignore[attr-defined]  # for the tests
    return Issuer


def load(issuer: Any, *keys: Any) -> list[Key]:
    issuer.document = json.dumps({"keys": keys}).encode()
    return JwksKeys(issuer.url)()


def test_a_secret_gives_its_current_and_its_previous_value(aws: Any) -> None:
    client = boto3.client("secretsmanager")
    keys = SecretKeys(client, aws.secret_arn)
    assert [key.material for key in keys()] == [b"s" * 64]
    version = client.put_secret_value(SecretId=aws.secret_arn, SecretString="n" * 64)["VersionId"]
    current, previous = keys()
    assert (current.material, current.kid, current.algorithm) == (b"n" * 64, version, "HS256")
    assert previous.material == b"s" * 64
    client.put_secret_value(SecretId=aws.secret_arn, SecretString="m" * 64)
    assert [key.material for key in keys()] == [b"m" * 64, b"n" * 64]


@pytest.mark.parametrize("value", ["short", "x" * 31])
def test_a_secret_that_could_be_guessed_is_no_key(value: str) -> None:
    client = boto3.client("secretsmanager", region_name="x", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        stub.add_response("get_secret_value", {"SecretString": value, "VersionId": "v" * 32})
        with pytest.raises(KeysUnavailable, match="shorter than 32 bytes"):
            SecretKeys(client, "token")()


def test_a_missing_secret_is_unavailable(aws: Any) -> None:  # noqa: ARG001 (its environment)
    with pytest.raises(KeysUnavailable, match="no value"):
        SecretKeys(boto3.client("secretsmanager"), "other")()


def test_a_failing_secrets_manager_is_unavailable() -> None:
    client = boto3.client("secretsmanager", region_name="x", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        stub.add_client_error("get_secret_value", "InternalServiceError")
        with pytest.raises(KeysUnavailable, match="InternalServiceError"):
            SecretKeys(client, "token")()


def test_a_document_gives_its_rsa_keys(issuer: Any) -> None:
    (key,) = load(issuer, jwk())
    assert (key.algorithm, key.kid) == ("RS256", "a")
    assert (key.material.n, key.material.e) == (RSA.public_key().public_numbers().n, 65537)
    assert len(load(issuer, jwk(alg=None, use=None, kid="b"), jwk())) == 2


@pytest.mark.parametrize(
    "other",
    [
        jwk(use="enc"),
        jwk(alg="RS512"),
        jwk(alg="HS256"),
        jwk(kty="oct", k="c2VjcmV0"),
        jwk(kty="EC"),
        jwk(kid=None),
        jwk(kid=7),
        jwk(d="AQAB"),
        jwk(n="!"),
        jwk(n=None),
        jwk(SMALL),
        "key",
        None,
    ],
)
def test_keys_of_other_kinds_are_passed_over(issuer: Any, other: Any) -> None:
    assert [key.kid for key in load(issuer, other, jwk(kid="good"))] == ["good"]


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"keys":{}}', b"<html>", b"\xff", b"[" * 100_000])
def test_what_is_no_document_is_unavailable(issuer: Any, document: bytes) -> None:
    issuer.document = document
    with pytest.raises(KeysUnavailable):
        JwksKeys(issuer.url)()


def test_an_issuer_that_fails_or_redirects_or_is_away_is_unavailable(issuer: Any) -> None:
    issuer.document = json.dumps({"keys": [jwk()]}).encode()
    with pytest.raises(KeysUnavailable):
        JwksKeys(issuer.url.replace("/keys", "/elsewhere"))()
    issuer.status = 500
    with pytest.raises(KeysUnavailable):
        JwksKeys(issuer.url)()
    with pytest.raises(KeysUnavailable):
        JwksKeys("http://127.0.0.1:1/keys")()


@pytest.mark.parametrize(
    "url", ["http://issuer.example/keys", "file:///etc/passwd", "ftp://x", "http://127.0.0.1.evil/"]
)
def test_keys_come_by_https_or_from_this_machine(url: str) -> None:
    with pytest.raises(SettingsError, match="https"):
        JwksKeys(url)


class Source:
    """Counts loads; ``fails`` makes them fail."""

    def __init__(self) -> None:
        self.loads = 0
        self.fails = False

    def __call__(self) -> list[Key]:
        self.loads += 1
        if self.fails:
            raise KeysUnavailable("scripted")
        return [Key("HS256", b"", str(self.loads))]


def test_keys_are_loaded_once_and_again_after_five_minutes() -> None:
    source = Source()
    keys = CachedKeys(source)
    assert [keys.get(now)[0].kid for now in (0, 1, 299, 300, 301)] == ["1", "1", "1", "2", "2"]


def test_a_flood_of_unknown_keys_loads_at_most_every_thirty_seconds() -> None:
    source = Source()
    keys = CachedKeys(source)
    keys.get(0)
    assert [now for now in range(121) if keys.refresh(now)] == [30, 60, 90, 120]
    assert source.loads == 5


def test_keys_outlive_an_outage_of_their_source_for_an_hour() -> None:
    source = Source()
    keys = CachedKeys(source)
    keys.get(0)
    source.fails = True
    assert keys.get(3599)[0].kid == "1"
    with pytest.raises(KeysUnavailable):
        keys.get(3600)
    source.fails = False
    with pytest.raises(KeysUnavailable):
        keys.get(3601)
    assert keys.get(3630)[0].kid == "3"


def test_without_a_first_load_it_is_tried_again_after_a_second() -> None:
    source = Source()
    source.fails = True
    keys = CachedKeys(source)
    for now in (0, 0.5, 1):
        with pytest.raises(KeysUnavailable):
            keys.get(now)
    assert source.loads == 2
    source.fails = False
    assert keys.get(2)[0].kid == "3"
