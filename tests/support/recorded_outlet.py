"""What an application published, for tests that call its handlers without a backend."""

from dataclasses import dataclass, field
from typing import Any

__all__ = ["RecordedOutlet"]


@dataclass
class RecordedOutlet:
    """``sent`` holds to whom, the data and its type."""

    sent: list[Any] = field(default_factory=list)

    def to_group(self, group: str, data: Any, data_type: str = "json") -> None:
        self.sent.append((f"group {group}", data, data_type))

    def to_user(self, user_id: str, data: Any, data_type: str = "json", *, tenant: str = "") -> None:
        self.sent.append((f"user {tenant}/{user_id}", data, data_type))

    def to_session(self, session_id: str, data: Any, data_type: str = "json") -> bool:
        self.sent.append((f"session {session_id}", data, data_type))
        return True

    def disconnect(self, session_id: str, reason: str) -> bool:
        self.sent.append(("disconnect", session_id, reason))
        return True

    def to_all(self, data: Any, data_type: str = "json") -> None:
        self.sent.append(("all", data, data_type))
