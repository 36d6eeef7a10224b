"""``--tls``: with which certificate the port speaks TLS."""

import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from longwire.errors import UsageError
from longwire.template.cache import default_folder

__all__ = ["Tls", "TlsOptions", "tls_options"]


@dataclass(frozen=True, slots=True)
class Tls:
    """``ca_file`` is what clients have to trust; empty with a certificate of the user's own."""

    context: ssl.SSLContext
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """As typed. A certificate of one's own means TLS, too."""

    wanted: bool = False
    certificate: Path | None = None
    key: Path | None = None

    def tls(self, host: str) -> Tls | None:
        """Raises UsageError for files that are no certificate with its key."""
        if self.certificate is not None and self.key is not None:
            return Tls(context_of(self.certificate, self.key))
        if self.certificate is not None or self.key is not None:
            raise click.UsageError("--tls-cert and --tls-key belong together: a certificate, and its private key")
        return made_here(host) if self.wanted else None


def made_here(host: str) -> Tls:
    from longwire.certificate import certificate_for  # not needed without --tls, and slow to import

    kept = certificate_for(host, default_folder(os.environ))
    context = server_context()
    context.load_cert_chain(kept.server)
    return Tls(context, str(kept.ca))


def server_context() -> ssl.SSLContext:
    """TLS 1.2 and 1.3, as API Gateway's WebSocket APIs have them; HTTP/1.1 alone, which WebSockets need."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def context_of(certificate: Path, key: Path) -> ssl.SSLContext:
    for option, file, kind in (("--tls-cert", certificate, "CERTIFICATE"), ("--tls-key", key, "PRIVATE KEY")):
        try:
            content = file.read_bytes()
        except OSError as exc:
            raise UsageError(f"{option} {file} cannot be read: {exc.strerror}") from exc
        if f"{kind}-----".encode() not in content:
            raise UsageError(f"{option} {file} holds no {kind.lower()} in PEM form (-----BEGIN {kind}-----)")
    context = server_context()
    try:
        context.load_cert_chain(certificate, key, password=no_password)
    except Locked as exc:
        raise UsageError(
            f"--tls-key {key} has a passphrase: give one without (openssl pkey -in FILE -out FILE)"
        ) from exc
    except ssl.SSLError as exc:
        if exc.reason == "KEY_VALUES_MISMATCH":
            raise UsageError(f"--tls-key {key} is not the key of the certificate in --tls-cert {certificate}") from exc
        raise UsageError(f"--tls-cert {certificate} and --tls-key {key} cannot be used: {exc.reason or exc}") from exc
    return context


class Locked(Exception):
    """A key with a passphrase, which nobody is there to type."""


def no_password() -> str:
    raise Locked


def tls_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--tls``, ``--tls-cert``, ``--tls-key``."""
    file = click.Path(path_type=Path)
    for option in (
        click.option("--tls-key", type=file, metavar="FILE", help="Its private key, in PEM form."),
        click.option("--tls-cert", type=file, metavar="FILE", help="A certificate of your own, such as mkcert's."),
        click.option("--tls", is_flag=True, help="wss:// and https://, with a certificate made for this machine."),
    ):
        command = option(command)
    return command
