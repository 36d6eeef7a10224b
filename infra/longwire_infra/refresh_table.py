"""The installed table, refreshed from AWS with the user's own credentials."""

import json
from collections.abc import Iterable
from decimal import Decimal

from longwire_infra.errors import PriceMissing
from longwire_infra.prices import TABLE
from longwire_infra.refresh import refreshed, write_table

__all__ = ["refresh_table"]

LIMIT = Decimal(20)  # percent that a price may change by without --accept


def refresh_table(regions: Iterable[str], *, accept: bool, today: str) -> list[str]:
    """What has changed. Raises PriceMissing, and then the table is as it was."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    # The Price List API has endpoints in a few regions; each of them knows the prices of all.
    client = boto3.client("pricing", region_name="us-east-1")
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    try:
        new, changes = refreshed(client, table, regions, accept=accept, limit=LIMIT, today=today)
    except (BotoCoreError, ClientError) as exc:
        raise PriceMissing(f"AWS's Price List API does not answer: {exc}") from exc
    try:
        write_table(TABLE, new)
    except OSError as exc:
        raise PriceMissing(f"{TABLE} cannot be written: {exc.strerror}") from exc
    return changes
