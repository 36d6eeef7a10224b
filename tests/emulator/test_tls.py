"""``--tls-cert`` and ``--tls-key``: what is wrong with them is one message."""

import re
from pathlib import Path

import click
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from longwire.errors import UsageError
from longwire.tls import TlsOptions
from self_signed import self_signed

HOST = "127.0.0.1"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """certificate.pem and both.pem; another.pem is a second key with its certificate."""
    (tmp_path / "second").mkdir()
    self_signed(tmp_path)
    self_signed(tmp_path / "second")
    (tmp_path / "another.pem").write_bytes((tmp_path / "second" / "both.pem").read_bytes())
    (tmp_path / "broken.pem").write_text(
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n"
    )
    locked = ec.generate_private_key(ec.SECP256R1())
    secret = locked.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))
    (tmp_path / "locked.pem").write_bytes(secret)
    (tmp_path / "notes.txt").write_text("no PEM")
    return tmp_path


def test_a_certificate_of_one_s_own_is_enough_to_mean_tls(files: Path) -> None:
    found = TlsOptions(wanted=False, certificate=files / "certificate.pem", key=files / "both.pem").tls(HOST)
    assert found is not None
    assert found.ca_file == ""
    assert TlsOptions().tls(HOST) is None


@pytest.mark.parametrize(
    ("certificate", "key", "message"),
    [
        ("absent.pem", "both.pem", "--tls-cert {}/absent.pem cannot be read: No such file or directory"),
        ("certificate.pem", "second", "--tls-key {}/second cannot be read: Is a directory"),
        ("notes.txt", "both.pem", "--tls-cert {}/notes.txt holds no certificate in PEM form"),
        ("certificate.pem", "certificate.pem", "--tls-key {}/certificate.pem holds no private key in PEM form"),
        ("certificate.pem", "another.pem", "--tls-key {0}/another.pem is not the key of the certificate in --tls-cert"),
        ("certificate.pem", "locked.pem", "--tls-key {}/locked.pem has a passphrase: give one without"),
        ("broken.pem", "both.pem", "--tls-cert {0}/broken.pem and --tls-key {0}/both.pem cannot be used: "),
        ("certificate.pem", "broken.pem", "--tls-cert {0}/certificate.pem and --tls-key {0}/broken.pem cannot be used"),
    ],
)
def test_files_that_are_no_certificate_with_its_key_are_named(
    files: Path, certificate: str, key: str, message: str
) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(message.format(files))}"):
        TlsOptions(wanted=True, certificate=files / certificate, key=files / key).tls(HOST)


def test_one_without_the_other_is_a_mistake(files: Path) -> None:
    for given in ({"certificate": files / "both.pem"}, {"key": files / "both.pem"}):
        with pytest.raises(click.UsageError, match="belong together"):
            TlsOptions(wanted=True, **given).tls(HOST)
