"""The protocol as an AsyncAPI 3 document, made of the models in protocol.py: ``python -m longwire_app.asyncapi``.

``functions/asyncapi.json`` is what it prints. Schemas are JSON Schema 2020-12, one for each frame.
"""

import json
import sys
from typing import Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter

from longwire_app.handshake import SUPPORTED
from longwire_app.protocol import Frame, Incoming, Outgoing

__all__ = ["Ping", "Pong", "document", "schema_of"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Ping(Frame):
    """Keeps a connection from being idle. API Gateway answers it by itself; no function sees it."""

    type: Literal["ping"] = "ping"


class Pong(Frame):
    """API Gateway's answer to a ping."""

    type: Literal["pong"] = "pong"


def document() -> dict[str, Any]:
    """What clients send is what the application receives, and the reverse: actions are the server's."""
    incoming, outgoing = (*get_args(Incoming), Ping), (*get_args(Outgoing), Pong)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Longwire",
            "version": "1",
            "description": f"Subprotocols: {', '.join(SUPPORTED)}. functions/README.md states what is guaranteed.",
        },
        "defaultContentType": "application/json",
        "channels": {"connection": {"address": "/", "messages": _references([*incoming, *outgoing], "components")}},
        "operations": {
            "receive": _operation("receive", incoming),
            "send": _operation("send", outgoing),
        },
        "components": {"messages": {model.__name__: _message(model) for model in (*incoming, *outgoing)}},
    }


def schema_of(frames: Any) -> dict[str, Any]:
    """One JSON Schema for a union of frames, as they are on the wire."""
    made = TypeAdapter(frames).json_schema(by_alias=True, mode="serialization")
    for each in made.get("$defs", {}).values():
        _require_constants(each)
    _require_constants(made)
    return {"$schema": DIALECT} | made


def _require_constants(schema: dict[str, Any]) -> None:
    """pydantic leaves out what has a default; but ``type``, ``event`` and ``from`` are always there."""
    constants = {name for name, each in schema.get("properties", {}).items() if "const" in each}
    if constants:
        schema["required"] = sorted(constants | set(schema.get("required", [])))


def _operation(action: str, models: Any) -> dict[str, Any]:
    messages = _references(models, "channels/connection").values()
    return {"action": action, "channel": {"$ref": "#/channels/connection"}, "messages": list(messages)}


def _references(models: Any, where: str) -> dict[str, Any]:
    return {model.__name__: {"$ref": f"#/{where}/messages/{model.__name__}"} for model in models}


def _message(model: type[BaseModel]) -> dict[str, Any]:
    summary = " ".join((model.__doc__ or "").split())
    return {"name": model.__name__, "summary": summary, "payload": _payload(model)}


def _payload(model: type[BaseModel]) -> dict[str, Any]:
    return {"schemaFormat": f"application/schema+json;version={DIALECT.split('/')[4]}", "schema": schema_of(model)}


def main() -> None:
    sys.stdout.write(json.dumps(document(), indent=2) + "\n")


if __name__ == "__main__":
    main()
