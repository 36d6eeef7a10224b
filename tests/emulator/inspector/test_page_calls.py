"""All calls of the page, together."""

from dataclasses import replace
from typing import Any

import pytest

from longwire.core.api import Stack, Stage
from longwire.inspector.page_calls import chosen_by, page_calls

pytestmark = pytest.mark.asyncio


async def test_what_reads_is_a_get_and_what_changes_is_none(serve: Any, routes: Any) -> None:
    run = await serve(routes.api())
    stack = Stack("chat", "eu-west-1", "123456789012", (routes.api(),), {})
    calls = page_calls(run.server, lambda: stack)
    reads = {path.rpartition("/")[2] for method, path in calls if method == "GET"}
    changes = {(method, path.rpartition("/")[2]) for method, path in calls if method != "GET"}
    assert reads == {"tables", "items", "test"}
    assert changes == {("POST", name) for name in ("send", "receive", "disconnect", "drop")} | {
        ("PUT", "items"),
        ("DELETE", "items"),
    }


async def test_the_first_stage_needs_no_arguments(routes: Any) -> None:
    first = replace(routes.api(), logical_id="Chat", local_path="/Chat/dev")
    feed = replace(first, logical_id="Feed", stage=Stage("prod"), local_path="/Feed/prod")
    assert chosen_by((first, feed)) == {"/Chat/dev": "", "/Feed/prod": "api='Feed', stage='prod'"}
