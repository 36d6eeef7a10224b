"""Other services in the world of backend_world.py: one that administrates over HTTP, one that publishes by queue."""

import json
from typing import Any
from urllib.parse import quote

import jwt

from backend_http import http_event
from backend_world import World

__all__ = ["administered", "queued"]


def administered(world: World, method: str, path: str, body: Any = None) -> int:
    """The status of a request that the service SDK would make."""
    target = f"/api/hubs/chat{quote(path, safe='/:')}?api-version=2024-12-01"
    claims = {"aud": f"https://host{target}", "exp": int(world.clock.time()) + 60}
    headers = {"Authorization": f"Bearer {jwt.encode(claims, world.cloud.secret, algorithm='HS256')}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    event = http_event(method, target, headers, *([] if body is None else [json.dumps(body).encode()]))
    answer = world.invoke("admin", event)
    return int(answer["statusCode"]) if answer else 500


def queued(world: World, *bodies: Any) -> int:
    """How many of these messages SQS is to deliver again."""
    records = [{"messageId": str(number), "body": json.dumps(body)} for number, body in enumerate(bodies)]
    answer = world.invoke("publish_queue", {"Records": records})
    return len(answer["batchItemFailures"]) if answer else len(records)
