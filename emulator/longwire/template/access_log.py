"""The AccessLogSettings of a Stage."""

from longwire.core.access_log import LONGEST_FORMAT, AccessLogFormat
from longwire.core.api import AccessLogSettings
from longwire.template.places import KeyPath
from longwire.template.properties import Properties

__all__ = ["access_log"]

EXAMPLE = 'Format: \'{"requestId":"$context.requestId","event":"$context.eventType","status":"$context.status"}\''


def access_log(properties: Properties) -> AccessLogSettings | None:
    """None for a Stage without one; raises TemplateError for a format that API Gateway would not take."""
    settings = properties.texts("AccessLogSettings")
    if not settings:
        return None
    path: KeyPath = (*properties.path, "AccessLogSettings")
    text = settings.get("Format", "").rstrip("\n")
    if not text:
        raise properties.places.error(path, "an access log needs a Format", EXAMPLE)
    check_format(properties, text, (*path, "Format"))
    if not settings.get("DestinationArn"):
        properties.places.warn(path, "has no DestinationArn, so API Gateway would write no access log: nor is one here")
        return None
    return AccessLogSettings(settings["DestinationArn"], text)


def check_format(properties: Properties, text: str, path: KeyPath) -> None:
    size = len(text.encode())
    if size > LONGEST_FORMAT:
        # API Gateway quotas: "Access log template size: 3 KB"
        raise properties.places.error(path, f"is {size:,} bytes; API Gateway takes {LONGEST_FORMAT:,}")
    if "\n" in text:
        # CloudFormation reference, AccessLogSettings: "A single line format of the access logs of data"
        raise properties.places.error(path, "takes a single line", "In YAML, `Format: >-` joins lines to one.")
    parsed = AccessLogFormat(text)
    if "requestId" not in parsed.names:
        # The same: "The format must include at least $context.requestId."
        raise properties.places.error(path, "must contain $context.requestId", EXAMPLE)
    for name in sorted(parsed.unknown):
        properties.places.warn(path, f"$context.{name} is no variable of a WebSocket API's access log: it becomes '-'")
