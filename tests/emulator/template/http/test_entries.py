"""All HTTP entry points of a template."""

from pathlib import Path

from http_templates import HTTP, REST, URL, beside


def test_all_kinds_stand_beside_the_websocket_api(tmp_path: Path) -> None:
    stack = beside(HTTP + REST + URL, tmp_path).load()

    assert [(api.logical_id, api.kind) for api in stack.http_apis] == [
        ("Http", "http"),
        ("Rest", "rest"),
        ("Url", "url"),
    ]
    assert [api.logical_id for api in stack.apis] == ["Chat"]
    assert len({*(api.api_id for api in stack.apis), *(api.api_id for api in stack.http_apis)}) == 4


def test_a_template_needs_none(tmp_path: Path) -> None:
    assert beside("", tmp_path).load().http_apis == ()
