"""The access log of a Stage: one line a request, in the template's own format of ``$context`` variables.

The variables are those that the developer guide lists ("Configure logging for WebSocket APIs in API Gateway"). One
that does not apply to a request, or that no WebSocket API has, is written as ``-``. The guide lists neither
disconnectStatusCode nor disconnectReason.
"""

import re
from collections.abc import Mapping

__all__ = ["LONGEST_FORMAT", "LONGEST_LINE", "AccessLogFormat"]

LONGEST_FORMAT = 3072  # bytes; documented: "access-log template 3 KB"
LONGEST_LINE = 1024  # bytes; documented: "log events ... truncated at 1024 bytes"
ABSENT = "-"
VARIABLE = re.compile(r"\$context\.([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)")
BREAKS = {ord(character): " " for character in "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
FIELDS = {
    "authenticate": "error latency status",
    "authorize": "error latency status",
    "authorizer": "error integrationLatency integrationStatus latency principalId requestId status",
    "error": "message messageString responseType validationErrorString",
    "identity": "accountId apiKey apiKeyId caller cognitoAuthenticationProvider cognitoAuthenticationType "
    "cognitoIdentityId cognitoIdentityPoolId principalOrgId sourceIp user userAgent userArn",
    "integration": "error integrationStatus latency requestId status",
    "waf": "error latency status",
}
PLAIN = (
    "apiId", "connectedAt", "connectionId", "domainName", "eventType", "extendedRequestId", "integrationLatency",
    "messageId", "requestId", "requestTime", "requestTimeEpoch", "routeKey", "stage", "status",
)  # fmt: skip
KNOWN = {*PLAIN, *(f"{group}.{name}" for group, names in FIELDS.items() for name in names.split())}


class AccessLogFormat:
    """A format, taken apart once. ``unknown`` has the variables that the guide does not list."""

    def __init__(self, text: str) -> None:
        # Literal text and variable names take turns; the first and the last are text.
        self.parts = VARIABLE.split(text)
        self.names = frozenset(self.parts[1::2])
        self.unknown = frozenset(name for name in self.names if not is_known(name))

    def line(self, values: Mapping[str, object]) -> str:
        """One line without its end, of at most 1,024 bytes."""
        known = {name: shown(values.get(name)) for name in self.names - self.unknown}
        return cut("".join(known.get(part, ABSENT) if index % 2 else part for index, part in enumerate(self.parts)))


def is_known(name: str) -> bool:
    """Every property of an authorizer's context is a variable too."""
    return name in KNOWN or (name.startswith("authorizer.") and name.count(".") == 1)


def shown(value: object) -> str:
    """As it is, on one line: a client may choose what stands in some of them."""
    return ABSENT if value is None else str(value).translate(BREAKS)


def cut(line: str) -> str:
    if len(line) <= LONGEST_LINE // 4:
        return line
    data = line.encode("utf-8", "replace")
    return line if len(data) <= LONGEST_LINE else data[:LONGEST_LINE].decode("utf-8", "ignore")
