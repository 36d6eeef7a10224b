"""A description for people."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import pytest

from http_templates import HTTP, REST, URL, beside
from longwire.description_text import as_text

NOTHING: dict[str, Any] = {
    "template": "t.yaml",
    "stack": "s",
    "region": "eu-west-1",
    "config": None,
    "complete": True,
    **dict.fromkeys(
        (
            "apis",
            "functions",
            "authorizers",
            "tables",
            "queues",
            "resources",
            "event_sources",
            "domain_names",
            "http_apis",
        ),
        (),
    ),
    **dict.fromkeys(("http_apis", "not_supported", "errors", "warnings"), ()),
}
PROBLEM = {"line": 7, "resource": "Chat", "property": "Routes.a", "message": "is wrong", "hint": "Did you mean b?\n  c"}


def test_what_there_is_none_of_has_no_heading() -> None:
    assert click.unstyle(as_text(NOTHING)) == "t.yaml · stack s · eu-west-1\n\n`longwire dev` runs this template."


def test_http_entry_points_are_tables_of_their_routes(tmp_path: Path) -> None:
    stack = beside(HTTP + REST + URL, tmp_path).load()
    entries = [asdict(api) for api in stack.http_apis]
    text = click.unstyle(as_text({**NOTHING, "http_apis": entries})).split("\n")

    assert text[2:-2] == [
        "Http · HTTP API · stage $default",
        "  ROUTE                 INTEGRATION        TIMEOUT  AUTHORIZATION",
        "  POST /publish/{room}  AWS_PROXY Publish  30 s     CUSTOM guard",
        "  here at /Http",
        "",
        "Rest · REST API · stage prod",
        "  ROUTE                INTEGRATION        TIMEOUT  AUTHORIZATION",
        "  POST /hubs/{hub}     AWS_PROXY Publish  29 s     NONE",
        "  OPTIONS /hubs/{hub}  MOCK 204           -        NONE",
        "  here at /Rest/prod",
        "",
        "Url · function URL",
        "  ROUTE     INTEGRATION        TIMEOUT  AUTHORIZATION",
        "  $default  AWS_PROXY Publish  900 s    NONE",
        "  here at /Url",
    ]


@pytest.mark.parametrize(
    ("name", "complete", "lines"),
    [
        ("errors", True, ["Errors (1)", "`longwire dev` refuses this template."]),
        (
            "errors",
            False,
            ["Errors (1)", "`longwire dev` refuses this template; what comes after the last error was not read."],
        ),
        ("not_supported", True, ["Not supported (1)", "`longwire dev` runs this template with --allow-unsupported."]),
    ],
)
def test_problems_have_line_place_and_hint(name: str, complete: bool, lines: list[str]) -> None:
    text = click.unstyle(as_text({**NOTHING, name: [PROBLEM], "complete": complete}))

    assert text.split("\n")[2:] == [
        lines[0],
        "  line 7: Chat.Routes.a: is wrong",
        "    Did you mean b?",
        "    c",
        "",
        lines[1],
    ]
