"""``longwire prices refresh``: AWS's own answers into the table, or nothing at all.

An item is known by how its usagetype ends: the prefix is a region's (USE1-, EU-, none) and is never built. Prices of
services outside AWS, and items that are not listed here, keep their entry and its date.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longwire_infra.errors import PriceMissing

if TYPE_CHECKING:
    from mypy_boto3_pricing import PricingClient
    from mypy_boto3_pricing.type_defs import FilterTypeDef

__all__ = ["QUERIES", "Query", "refreshed", "write_table"]


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the Price List API; ``suffixes`` of usagetypes that it answers with, and their items.

    ``ignored`` are suffixes of the same answer that this table has no use for; any other is unknown.
    """

    service: str
    filters: tuple[tuple[str, str], ...]
    suffixes: Mapping[str, str]
    ignored: tuple[str, ...] = ()


QUERIES = (
    Query(
        "AmazonApiGateway",
        (("productFamily", "WebSocket"),),
        {"ApiGatewayMessage": "websocket_messages", "ApiGatewayMinute": "websocket_connection_minutes"},
    ),
    Query("AWSLambda", (("group", "AWS-Lambda-Requests"),), {"Request": "requests"}, ("Request-ARM",)),
    Query("AWSLambda", (("group", "AWS-Lambda-Duration"),), {"Lambda-GB-Second": "duration_x86"}),
    Query("AWSLambda", (("group", "AWS-Lambda-Duration-ARM"),), {"Lambda-GB-Second-ARM": "duration_arm64"}),
    Query(
        "AmazonDynamoDB",
        (("group", "DDB-WriteUnits"),),
        {"WriteRequestUnits": "ondemand_wru"},
        ("IA-WriteRequestUnits", "ReplWriteRequestUnits"),
    ),
    Query(
        "AmazonDynamoDB",
        (("group", "DDB-ReadUnits"),),
        {"ReadRequestUnits": "ondemand_rru"},
        ("IA-ReadRequestUnits",),
    ),
)


def refreshed(
    client: "PricingClient",
    table: Mapping[str, Any],
    regions: Iterable[str],
    *,
    accept: bool,
    limit: Decimal,
    today: str,
) -> tuple[dict[str, Any], list[str]]:
    """The new table and what has changed in it. ``limit`` is the greatest change in percent without ``accept``.

    Raises PriceMissing for an unknown usagetype, a missing item, a gap in tiers, or a jump above the limit.
    """
    entries = {(entry["service"], entry["item"], entry["region"]): dict(entry) for entry in table["prices"]}
    changes: list[str] = []
    for region in regions:
        for query in QUERIES:
            for item, tiers in answered(client, query, region).items():
                entry = entries.get((query.service, item, region))
                if entry is None:
                    raise PriceMissing(f"{query.service} {item} in {region} is new: the table has no unit for it")
                changes += changed(entry, tiers, accept=accept, limit=limit)
                entry |= {"tiers": tiers, "as_of": today, "source": "pricing-api", "confidence": "high"}
    sources = {**table["sources"], "pricing-api": "AWS Price List API, GetProducts"}
    return {**table, "generated": today, "sources": sources, "prices": list(entries.values())}, changes


def answered(client: "PricingClient", query: Query, region: str) -> dict[str, list[dict[str, Any]]]:
    """Tiers by item; each item that the query is asked for is there."""
    found: dict[str, list[dict[str, Any]]] = {}
    for product in products(client, query, region):
        usagetype = str(product["product"]["attributes"]["usagetype"])
        item = item_of(query, usagetype)
        if item is None:
            continue
        if item in found:
            raise PriceMissing(f"{query.service} in {region}: two products are {item}, the second {usagetype}")
        found[item] = tiers(product, f"{query.service} {usagetype}")
    for item in query.suffixes.values():
        if item not in found:
            raise PriceMissing(f"{query.service} in {region}: no product of {item} in the answer")
    return found


def products(client: "PricingClient", query: Query, region: str) -> Iterator[dict[str, Any]]:
    pairs = (*query.filters, ("regionCode", region))
    filters: list[FilterTypeDef] = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in pairs]
    token = ""
    while True:
        more = {"NextToken": token} if token else {}
        answer = client.get_products(ServiceCode=query.service, Filters=filters, **more)  # type: ignore[arg-type]
        yield from (json.loads(product) for product in answer["PriceList"])
        token = answer.get("NextToken", "")
        if not token:
            return


def item_of(query: Query, usagetype: str) -> str | None:
    """None for one that is ignored. The longest suffix that fits is its own."""
    known = {**query.suffixes, **dict.fromkeys(query.ignored)}
    fits = [suffix for suffix in known if usagetype == suffix or usagetype.endswith(f"-{suffix}")]
    if not fits:
        raise PriceMissing(f"{query.service}: {usagetype} is a usagetype that is not known here")
    return known[max(fits, key=len)]


def tiers(product: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """[from, to) with USD, sorted; PriceMissing when they do not start at 0 or leave a gap."""
    terms = product.get("terms", {}).get("OnDemand", {})
    dimensions = [one for term in terms.values() for one in term["priceDimensions"].values()]
    found = sorted((tier(one, name) for one in dimensions), key=lambda one: one["from"])
    if not found or found[0]["from"] != 0:
        raise PriceMissing(f"{name}: its tiers do not start at 0")
    ends, starts = [one["to"] for one in found], [one["from"] for one in found[1:]]
    if ends != [*starts, None]:
        raise PriceMissing(f"{name}: its tiers leave a gap or overlap: up to {ends}, then from {starts}")
    return found


def tier(dimension: Mapping[str, Any], name: str) -> dict[str, Any]:
    try:
        usd = Decimal(dimension["pricePerUnit"]["USD"]).normalize()
        start, end = int(Decimal(dimension["beginRange"])), dimension["endRange"]
        return {"from": start, "to": None if end == "Inf" else int(Decimal(end)), "usd": f"{usd:f}"}
    except (KeyError, InvalidOperation, ValueError):
        raise PriceMissing(f"{name}: a price that cannot be read: {json.dumps(dimension)[:200]}") from None


def changed(entry: Mapping[str, Any], new: list[dict[str, Any]], *, accept: bool, limit: Decimal) -> list[str]:
    """Sentences on what is another price now."""
    name = f"{entry['service']} {entry['item']} in {entry['region']}"
    before, after = Decimal(entry["tiers"][0]["usd"]), Decimal(new[0]["usd"])
    jump = abs(after - before) / before * 100 if before else Decimal(100 if after else 0)
    if jump > limit and not accept:
        raise PriceMissing(f"{name}: ${before:f} would become ${after:f}, {jump:.0f}% another; --accept takes it")
    return [] if new == entry["tiers"] else [f"{name}: ${before:f} -> ${after:f}"]


def write_table(file: Path, table: Mapping[str, Any]) -> None:
    """Whole or not at all, one line an entry."""
    head = json.dumps({name: value for name, value in table.items() if name != "prices"}, indent=1)
    lines = ",\n".join("  " + json.dumps(entry, separators=(",", ":"), ensure_ascii=False) for entry in table["prices"])
    part = file.with_name(f".{file.name}.part")
    part.write_text(f'{head[:-2]},\n "prices": [\n{lines}\n ]\n}}\n', encoding="utf-8")
    part.replace(file)
