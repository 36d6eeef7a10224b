"""A certificate for this machine, made when it is first needed and kept, so that whoever trusts it goes on doing so.

The key of its authority signs once and is thrown away: who trusts ``ca.pem`` trusts this one certificate, and nobody
who reads the folder can make another.
"""

import fcntl
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from longwire.errors import UsageError
from longwire.server.hosts import is_every_address
from longwire.template.cache import content_key

__all__ = ["Certificate", "certificate_for"]

NAMES = ("localhost", "127.0.0.1", "::1")
LIFETIME = timedelta(days=825)  # Apple's systems take no longer one, whoever signed it (support.apple.com/HT210176)
RENEWED = timedelta(days=30)  # before its end


@dataclass(frozen=True, slots=True)
class Certificate:
    """``server`` has the key, the certificate and its authority's, ``bundle`` the system's authorities and ours."""

    folder: Path

    @property
    def server(self) -> Path:
        return self.folder / "server.pem"

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def bundle(self) -> Path:
        return self.folder / "bundle.pem"


def certificate_for(host: str, cache: Path, now: datetime | None = None) -> Certificate:
    """For loopback and ``host``: the one that is kept below ``cache``, or a new one.

    Raises UsageError where it cannot be kept, or no certificate can have such a name.
    """
    name = host.strip("[]").lower()
    names = NAMES if name in NAMES or is_every_address(name) else (*NAMES, name)
    folder = cache / "tls" / ("localhost" if names is NAMES else content_key(names)[:16])
    kept, at = Certificate(folder), now or datetime.now(UTC)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone_in(folder):
            if not is_good(kept, at):
                write(kept.server, made(names, at))
            write(kept.ca, authority(kept))
            write(kept.bundle, bundled(kept))
    except ValueError as exc:
        raise UsageError(f"--host {host} is no name that a certificate can have: {exc}") from exc
    except OSError as exc:
        raise UsageError(
            f"the certificate for --tls cannot be kept in {folder}: {exc.strerror or exc}. Set XDG_CACHE_HOME to a "
            "folder that can be written, or give --tls-cert and --tls-key."
        ) from exc
    return kept


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Two emulators that start at once make one certificate."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_good(kept: Certificate, at: datetime) -> bool:
    """Whether it is whole, nobody else can read its key, and it holds for a while yet."""
    try:
        if kept.server.stat().st_mode & 0o077:
            return False
        leaf, ca = x509.load_pem_x509_certificates(kept.server.read_bytes())
        leaf.verify_directly_issued_by(ca)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(kept.server)
    except (OSError, ValueError, TypeError, InvalidSignature):  # ssl.SSLError is an OSError
        return False
    return leaf.not_valid_before_utc <= at < leaf.not_valid_after_utc - RENEWED


def authority(kept: Certificate) -> bytes:
    _, ca = x509.load_pem_x509_certificates(kept.server.read_bytes())
    return ca.public_bytes(Encoding.PEM)


def bundled(kept: Certificate) -> bytes:
    """For variables that replace a client's authorities (SSL_CERT_FILE) instead of adding to them."""
    file = Path(ssl.get_default_verify_paths().cafile or os.devnull)
    theirs = b"" if file == kept.bundle else file.read_bytes()
    return theirs + b"\n" + authority(kept)


def write(path: Path, content: bytes) -> None:
    """All or nothing, and for its user alone."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    part.replace(path)


def made(names: tuple[str, ...], at: datetime) -> bytes:
    """Key, certificate and authority, as PEM. Raises ValueError for a name that is none."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Longwire on this machine, {at:%Y-%m-%d}")])
    ca = begun(issuer, issuer, ca_key, ca_key, at)
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    ca = ca.add_extension(usage(signs=True), critical=True)
    leaf = begun(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), issuer, key, ca_key, at)
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    leaf = leaf.add_extension(usage(signs=False), critical=True)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    leaf = leaf.add_extension(x509.SubjectAlternativeName([general(name) for name in names]), critical=False)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signed = [each.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.PEM) for each in (leaf, ca)]
    return b"".join([private, *signed])


def begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, at: datetime
) -> x509.CertificateBuilder:
    """The key identifiers are what VERIFY_X509_STRICT, the default of Python 3.13, asks for."""
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(at - timedelta(days=1)).not_valid_after(at - timedelta(days=1) + LIFETIME)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)


def usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
