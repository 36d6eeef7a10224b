"""What API Gateway hands to a function, by name. Powertools has it too, and imports thirty other services' with it."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["GatewayEvent", "Headers"]


class Headers(Mapping[str, Any]):
    """Header fields, whose names are found in any case (RFC 9110, 5.1)."""

    def __init__(self, fields: Mapping[str, Any] | None) -> None:
        self._fields = {name.lower(): value for name, value in (fields or {}).items()}

    def __getitem__(self, name: str) -> Any:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """Of any route, or of the authorizer."""

    raw: Mapping[str, Any]

    @property
    def context(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.raw["requestContext"]
        return found

    @property
    def connection_id(self) -> str:
        return str(self.context["connectionId"])

    @property
    def query(self) -> Mapping[str, str]:
        """API Gateway sends null, or nothing, where there is none."""
        return self.raw.get("queryStringParameters") or {}

    @property
    def headers(self) -> Headers:
        return Headers(self.raw.get("headers"))

    def lines(self, name: str) -> list[str]:
        """All values of a header that may come several times."""
        return list(Headers(self.raw.get("multiValueHeaders")).get(name) or [])

    @property
    def body(self) -> str:
        """Raises ValueError for what is no text. A frame without a body is empty."""
        body: str = self.raw.get("body") or ""
        return base64.b64decode(body).decode() if self.raw.get("isBase64Encoded") else body
