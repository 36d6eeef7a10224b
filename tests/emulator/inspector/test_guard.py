"""Whom the inspector answers: this machine's own pages, and nobody that another site sends."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from served_inspector import Served, served_inspector


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    async with served_inspector() as served:
        yield served


@pytest.mark.asyncio
async def test_every_answer_carries_the_security_headers_and_none_opens_it_to_other_sites(served: Served) -> None:
    paths = ["/_longwire/", "/_longwire/inspector.js", "/_longwire/api/state", "/_longwire/api/timeline"]
    paths += ["/_longwire/no", "/_longwire", "/_longwire/api/timeline?limit=x"]
    answers = [await served.ask(path) for path in paths]
    answers += [await served.ask("/_longwire/", host="evil.example"), await served.ask("/_longwire/", method="POST")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self';" in policy
        assert "connect-src 'self' ws: wss:;" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8765",
        "app.localhost:1",
        "127.0.0.1:8765",
        "127.8.9.10",
        "[::1]:8765",
        "192.0.2.1:8765",
    ],
)
@pytest.mark.asyncio
async def test_loopback_and_the_bound_host_are_answered(served: Served, host: str) -> None:
    assert (await served.ask("/_longwire/api/state", host=host)).status == 200


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "localhost.evil.example",
        "localhost.evil.example:8765",
        "evil.example#localhost",
        "127.0.0.1.nip.io",
        "notlocalhost",
        "10.0.0.1",
        "0.0.0.0",
        "192.0.2.11",
        "[::2]:8765",
        "169.254.169.254",
        "abc.execute-api.us-east-1.amazonaws.com",
        "[",
    ],
)
@pytest.mark.asyncio
async def test_a_host_that_is_not_ours_is_refused(served: Served, host: str | None) -> None:
    answer = await served.ask("/_longwire/api/state", host=host)
    assert answer.status in (400, 403)  # the parser itself refuses what is no host at all
    assert b"run-1" not in answer.body


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://evil.example:8765",
        "null",
        "http://localhost:3000",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://evil.example#localhost:8765",
        "http://127.0.0.1:8765",
        "file://",
        "chrome-extension://abcdef",
        "localhost:8765",
    ],
)
@pytest.mark.asyncio
async def test_a_page_of_another_origin_is_refused(served: Served, origin: str) -> None:
    for path in ("/_longwire/", "/_longwire/api/state", "/_longwire/api/events"):
        answer = await served.ask(path, ("Origin", origin), host="localhost:8765")
        assert answer.status == 403
        assert b"run-1" not in answer.body


@pytest.mark.parametrize("origin", ["http://localhost:8765", "https://localhost:8765", "HTTP://LOCALHOST:8765"])
@pytest.mark.asyncio
async def test_our_own_page_is_answered(served: Served, origin: str) -> None:
    headers = (("Origin", origin), ("Sec-Fetch-Site", "same-origin"))
    assert (await served.ask("/_longwire/api/state", *headers, host="localhost:8765")).status == 200


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("none", 200)])
@pytest.mark.asyncio
async def test_another_site_cannot_send_a_browser_here(served: Served, site: str, status: int) -> None:
    assert (await served.ask("/_longwire/", ("Sec-Fetch-Site", site))).status == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.asyncio
async def test_it_can_only_be_read(served: Served, method: str) -> None:
    for path in ("/_longwire/", "/_longwire/api/state", "/_longwire/no"):
        answer = await served.ask(path, method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
