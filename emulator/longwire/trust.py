"""Whom our own clients of wss:// and https:// trust: what the system does, and the emulators of this machine."""

import os
import ssl
from contextlib import suppress
from pathlib import Path

from longwire.errors import UsageError
from longwire.template.cache import default_folder

__all__ = ["trusting"]

VARIABLE = "LONGWIRE_CA_FILE"


def trusting(ca_file: Path | None = None, option: str = "--ca-file") -> ssl.SSLContext:
    """``ca_file`` or $LONGWIRE_CA_FILE beside them. Raises UsageError for a file without certificates."""
    context = ssl.create_default_context()
    for kept in (default_folder(os.environ) / "tls").glob("*/ca.pem"):
        with suppress(OSError):  # damaged: the emulator that needs it makes another; ssl.SSLError is one
            context.load_verify_locations(kept)
    if ca_file is None and os.environ.get(VARIABLE):
        ca_file, option = Path(os.environ[VARIABLE]), VARIABLE
    try:
        if ca_file is not None:
            context.load_verify_locations(ca_file)
    except OSError as exc:  # ssl.SSLError is one
        raise UsageError(f"{option} {ca_file} holds no certificates: {exc.strerror or exc}") from exc
    return context
