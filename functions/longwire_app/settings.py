"""What the deployment says: environment variables, read once, as one frozen record.

template.yaml sets each of them; the table in README.md explains them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from longwire_app.errors import SettingsError

__all__ = ["AdminSettings", "AuthorizerSettings", "FallbackSettings", "QueueSettings", "Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """For the functions that hold state. ``management_endpoint`` is ``https://host/stage``, without @connections."""

    state_table: str
    log_table: str
    doorbell_queue_url: str
    broadcast_queue_url: str
    management_endpoint: str
    connections_per_user: int = 10
    fanout_width: int = 32
    fanout_direct: int = 200
    window: int = 1000
    client_rate: int = 50
    client_burst: int = 500
    gauge_seconds: int = 60

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Settings":
        """Raises SettingsError for a variable that is missing or is no number in its range."""
        return cls(
            state_table=_required(env, "STATE_TABLE"),
            log_table=_required(env, "LOG_TABLE"),
            doorbell_queue_url=_required(env, "DOORBELL_QUEUE_URL"),
            broadcast_queue_url=_required(env, "BROADCAST_QUEUE_URL"),
            management_endpoint=_required(env, "MANAGEMENT_ENDPOINT"),
            connections_per_user=_whole(env, "CONNECTIONS_PER_USER", 10, 0, 1000),
            fanout_width=_whole(env, "FANOUT_WIDTH", 32, 1, 256),
            fanout_direct=_whole(env, "FANOUT_DIRECT", 200, 0, 1000),
            window=_whole(env, "WINDOW", 1000, 1, 10_000),
            client_rate=_whole(env, "CLIENT_RATE", 50, 0, 10_000),
            gauge_seconds=_whole(env, "GAUGE_SECONDS", 60, 0, 86_400),
            client_burst=_whole(env, "CLIENT_BURST", 500, 1, 100_000),
        )


@dataclass(frozen=True, slots=True)
class AuthorizerSettings:
    """``audience`` and ``issuer`` are checked only when given; one of the two key sources must be there."""

    allowed_origins: frozenset[str]
    token_secret: str | None
    jwks_url: str | None
    audience: str | None
    issuer: str | None

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "AuthorizerSettings":
        """Raises SettingsError when no token could ever be valid."""
        settings = cls(
            allowed_origins=frozenset(_list(env, "ALLOWED_ORIGINS")),
            token_secret=env.get("TOKEN_SECRET_ARN") or None,
            jwks_url=env.get("JWKS_URL") or None,
            audience=env.get("TOKEN_AUDIENCE") or None,
            issuer=env.get("TOKEN_ISSUER") or None,
        )
        if settings.token_secret is None and settings.jwks_url is None:
            raise SettingsError("set TOKEN_SECRET_ARN, JWKS_URL or both: without a key no token is valid")
        return settings


@dataclass(frozen=True, slots=True)
class AdminSettings:
    """For the administration. ``hub`` is the one name that this deployment has in its URLs."""

    token_secret: str
    hub: str

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "AdminSettings":
        """Raises SettingsError for a variable that is missing."""
        return cls(_required(env, "TOKEN_SECRET_ARN"), _required(env, "HUB"))


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """For the publish queue's consumer: where it puts what can never be published."""

    dead_letters_url: str

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "QueueSettings":
        """Raises SettingsError for a variable that is missing."""
        return cls(_required(env, "PUBLISH_DEAD_LETTERS_URL"))


@dataclass(frozen=True, slots=True)
class FallbackSettings:
    """For sessions over HTTP: seconds that a poll may wait."""

    poll_seconds: int = 20

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "FallbackSettings":
        """Raises SettingsError for what is no number in its range. A poll and what it calls have to end in 28 s."""
        return cls(_whole(env, "POLL_SECONDS", 20, 0, 20))


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise SettingsError(f"the environment variable {name} is missing; template.yaml sets it")
    return value


def _list(env: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in env.get(name, "").split(",") if part.strip()]


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingsError(f"{name} is {text!r}; it takes a whole number from {low} to {high}")
    return int(text)
