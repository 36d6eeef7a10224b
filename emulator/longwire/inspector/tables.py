"""The template's DynamoDB tables, to look at and to mend: items in DynamoDB's JSON, ``{"pk": {"S": "..."}}``.

GET    /_longwire/api/tables                                each with its keys and its count of items
GET    /_longwire/api/items?table=ID&limit=N&filter=TEXT    items whose JSON has the text; ``next`` goes on, as &start=
PUT    /_longwire/api/items   table, item                   put it, as an application would: streams see it
DELETE /_longwire/api/items   table, key                    delete it

``table`` is a logical id.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from longwire.core.api import Stack
from longwire.core.events import CallService
from longwire.inspector.calls import BadCall, Call, Field, NotFound, given, whole_number
from longwire.server.http_client import HttpFailed
from longwire.server.http_message import HttpRequest
from longwire.server.outbound import Outbound

__all__ = ["Tables"]

TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
DEFAULT, MOST = 50, 500  # items of one answer
SCANNED = 500  # items of one Scan
LOOKED_AT = 10_000  # items that one call goes through for a text before it says how far it came
PATIENCE = 20.0  # seconds
WHICH = Field(str)


class Tables:
    """``stack`` gives that of now."""

    def __init__(self, outbound: Outbound, stack: Callable[[], Stack]) -> None:
        self.outbound = outbound
        self.stack = stack
        self.calls: dict[tuple[str, str], Call] = {
            ("GET", "/_longwire/api/tables"): self.list,
            ("GET", "/_longwire/api/items"): self.items,
            ("PUT", "/_longwire/api/items"): self.put,
            ("DELETE", "/_longwire/api/items"): self.delete,
        }

    async def list(self, _request: HttpRequest) -> Mapping[str, Any]:
        found = [each.logical_id for each in self.stack().resources.values() if each.type in TABLES]
        return {"tables": [await self.described(logical_id) for logical_id in found]}

    async def described(self, logical_id: str) -> Mapping[str, Any]:
        table = (await self.ask("DescribeTable", {"TableName": self.named(logical_id)}))["Table"]
        types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
        keys = [{"name": key["AttributeName"], "type": types[key["AttributeName"]]} for key in table["KeySchema"]]
        return {"logical_id": logical_id, "name": table["TableName"], "keys": keys, "items": table["ItemCount"]}

    async def items(self, request: HttpRequest) -> Mapping[str, Any]:
        query = {name: values[-1] for name, values in parse_qs(request.target.partition("?")[2]).items()}
        if "table" not in query:
            raise BadCall("table is missing: it has to be the logical id of a table.")
        name, wanted = self.named(query["table"]), query.get("filter", "").lower()
        limit = min(whole_number(query, "limit", DEFAULT), MOST)
        start = key_of(query["start"]) if "start" in query else None
        found: list[Mapping[str, Any]] = []
        looked_at = 0
        while len(found) < limit and looked_at < LOOKED_AT:
            size = SCANNED if wanted else limit - len(found)
            page = await self.ask("Scan", {"TableName": name, "Limit": size, "ExclusiveStartKey": start})
            looked_at += page["ScannedCount"]
            found += [item for item in page["Items"] if wanted in text_of(item)]
            start = page.get("LastEvaluatedKey")
            if start is None:
                break
        return {"items": found, "next": start, "looked_at": looked_at}

    async def put(self, request: HttpRequest) -> Mapping[str, Any]:
        asked = given(request, {"table": WHICH, "item": Field(dict)})
        await self.ask("PutItem", {"TableName": self.named(asked["table"]), "Item": asked["item"]})
        return {}

    async def delete(self, request: HttpRequest) -> Mapping[str, Any]:
        asked = given(request, {"table": WHICH, "key": Field(dict)})
        await self.ask("DeleteItem", {"TableName": self.named(asked["table"]), "Key": asked["key"]})
        return {}

    def named(self, logical_id: str) -> str:
        """The table's name. Raises NotFound."""
        found = self.stack().resources.get(logical_id)
        if found is None or found.type not in TABLES:
            raise NotFound(f"The template has no table {logical_id[:100]!r}.")
        return found.physical_id

    async def ask(self, operation: str, body: Mapping[str, Any]) -> Any:
        """DynamoDB's answer. Raises BadCall with its words for a refusal."""
        headers = (("X-Amz-Target", f"DynamoDB_20120810.{operation}"), ("Content-Type", "application/x-amz-json-1.0"))
        sent = json.dumps({name: value for name, value in body.items() if value is not None}).encode()
        call = CallService("", "dynamodb", self.stack().region, "POST", "/", headers, sent, "", "")
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self.outbound.service(call)
            told = json.loads(answer.body)
        except (HttpFailed, TimeoutError, ValueError) as exc:
            raise BadCall(f"The local DynamoDB does not answer: {str(exc) or 'it took too long'}.") from exc
        if answer.status != 200:
            kind = str(told.get("__type", answer.status)).rpartition("#")[2]
            raise BadCall(f"DynamoDB says {kind}: {told.get('message') or told.get('Message')}")
        return told


def key_of(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadCall("start has to be the JSON that was in next.") from exc
    if not isinstance(found, dict):
        raise BadCall("start has to be the JSON that was in next.")
    return found


def text_of(item: Mapping[str, Any]) -> str:
    return json.dumps(item, ensure_ascii=False, separators=(",", ":")).lower()
