"""$disconnect: posts its event to whoever observed the connection."""

import json
from typing import Any

from observer import forgotten, post


def handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001 - Lambda's signature
    observer = forgotten(event["requestContext"])
    if observer is not None:
        post(event["requestContext"], observer, json.dumps(event))
