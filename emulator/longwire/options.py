"""How an emulator is run, whatever the stack."""

from collections.abc import Callable
from dataclasses import dataclass, field

from longwire.core.iam import AccessKey
from longwire.core.quotas import Quotas
from longwire.services.service_endpoints import ServiceEndpoint
from longwire.tls import Tls

__all__ = ["DEFAULT_PORT", "Options"]

DEFAULT_PORT = 8765


@dataclass(frozen=True, slots=True)
class Options:
    """``port`` None: the default or the next free one; ``log`` gets what the emulator has to say about itself,
    ``access_log`` each line of the Stage's own.

    ``verify_sigv4``: ``@connections`` requests have to be signed, by a handler or one of ``access_keys``. These may
    sign handshakes of an AWS_IAM ``$connect`` too. ``allow_hosts`` are those beside this machine that functions and
    integrations may call, ``allow_origins`` those whose pages may connect. ``tls``: of the port, or None.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    quotas: Quotas = field(default_factory=Quotas)
    log: Callable[[str], None] = lambda _: None
    verify_sigv4: bool = False
    access_keys: tuple[AccessKey, ...] = ()
    access_log: Callable[[str], None] = lambda _: None
    endpoints: tuple[ServiceEndpoint, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    tls: Tls | None = None
