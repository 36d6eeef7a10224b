"""T4, T5, T6: what pages and paths can do."""

from pathlib import Path

import pytest

import longwire
from http_client import fetch
from threatened_dev import JSON, raw

PAGE = Path(longwire.__file__).parent / "inspector" / "page"

# --- T4: pages that post


CHANGES = {
    "/_longwire/clock": b'{"advance": 7200}',
    "/_longwire/faults": b'{"kind": "invoke", "error": true}',
    "/_longwire/api/send": b'{"connection_id": "*", "data": "x"}',
    "/dev/@connections/x": b"x",
    "/2015-03-31/functions/App/invocations": b"{}",
}


@pytest.mark.parametrize("path", CHANGES)
def test_t4_no_page_can_change_anything_from_another_site(url: str, path: str) -> None:
    own = url.lower()
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "http://localhost:3000"},
    ):
        for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
            answer = fetch(f"{url}{path}", "POST", CHANGES[path], content_type=kind, **headers)
            assert answer.status == 403, headers
            assert not any(name.startswith("access-control") for name in answer.headers)
    if path.startswith("/_longwire/"):
        assert fetch(f"{url}{path}", "POST", CHANGES[path], content_type="text/plain", origin=own).status in (401, 415)
        assert fetch(f"{url}{path}", "POST", CHANGES[path], content_type="text/plain").status == 415
    assert fetch(f"{url}/_longwire/clock").json()["offset"] == 0
    assert fetch(f"{url}/_longwire/faults").json()["faults"] == []


def test_t4_a_preflight_request_allows_nothing(url: str) -> None:
    for path in ("/", "/dev", "/_longwire/", *CHANGES):
        answer = fetch(f"{url}{path}", "OPTIONS", origin="http://evil.example", access_control_request_method="POST")
        assert answer.status >= 400
        assert not any(name.startswith("access-control") for name in answer.headers)


def test_t4_reading_changes_nothing(url: str) -> None:
    for path in ("send", "receive", "disconnect", "drop"):
        assert fetch(f"{url}/_longwire/api/{path}").status == 405
    for query in ("?advance=7200", "?pause=true"):
        fetch(f"{url}/_longwire/clock{query}")
    assert fetch(f"{url}/_longwire/clock").json()["offset"] == 0


# --- T5: the inspector


def test_t5_a_browser_without_the_runs_token_changes_nothing(url: str) -> None:
    origin = url.lower()
    page = fetch(f"{url}/_longwire/")
    cookie = page.headers["set-cookie"].partition(";")[0]
    name, _, token = cookie.partition("=")
    assert len(token) == 43
    assert "HttpOnly" in page.headers["set-cookie"]
    assert "SameSite=Strict" in page.headers["set-cookie"]
    body = b'{"connection_id": "*", "data": "x"}'
    for wrong in ("", f"{name}=", f"{name}={'k' * 43}", f"other={token}"):
        assert fetch(f"{url}/_longwire/api/send", "POST", body, origin=origin, cookie=wrong, **JSON).status == 401
    assert fetch(f"{url}/_longwire/api/send", "POST", body, origin=origin, cookie=cookie, **JSON).status == 200


def test_t5_the_page_is_framed_by_nobody_and_runs_only_what_is_ours(url: str) -> None:
    for path in ("", "inspector.js", "api/state", "nothing"):
        headers = fetch(f"{url}/_longwire/{path}").headers
        policy = headers["content-security-policy"]
        for rule in ("default-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


# --- T6: files


TRAVERSALS = [
    "../pyproject.toml", "..%2f..%2fapp.py", "%2e%2e/app.py", "%2e%2e%2fapp.py", "..\\app.py", "..%5capp.py",
    "....//app.py",
    "/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "file:///etc/passwd", "inspector.js%00.css", "inspector.js/",
    "./inspector.js", "%252e%252e/app.py", "..;/app.py", "INSPECTOR.JS", "template.yaml", ".env", "~root/.ssh/id_rsa",
]  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSALS)
def test_t6_only_the_files_of_the_page_are_served(url: str, path: str) -> None:
    for folder in ("/_longwire/", "/", "/dev/"):
        request = f"GET {folder}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answer = raw(url, request.encode())
        assert int(answer.split(b" ", 2)[1]) in (400, 403, 404, 426)
        for secret in (b"root:", b"def judge", b"AWSTemplateFormatVersion", b"import {"):
            assert secret not in answer


def test_t6_what_is_served_is_no_link_to_elsewhere() -> None:
    for file in PAGE.iterdir():
        assert file.is_file()
        assert not file.is_symlink()
