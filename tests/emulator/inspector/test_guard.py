"""Whom the inspector answers: this machine's own pages, and nobody that another site sends."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from longwire.inspector.calls import Call
from longwire.inspector.guard import Guard
from served_inspector import TOKEN, Answer, Served, served_inspector

OWN = (("Origin", "http://localhost:8765"), ("Sec-Fetch-Site", "same-origin"))
COOKIE = ("Cookie", f'other={{"a": "b"}}; =; longwire-8765={TOKEN}')
JSON = ("Content-Type", "application/json")
CALLS: dict[tuple[str, str], Call] = {("POST", "/_longwire/api/do"): lambda request: {"done": request.body.decode()}}


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    async with served_inspector(calls=CALLS) as served:
        yield served


async def do(served: Served, *headers: tuple[str, str], method: str = "POST", body: bytes = b"{}") -> Answer:
    return await served.ask("/_longwire/api/do", *headers, method=method, host="localhost:8765", body=body)


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
    ],
)
@pytest.mark.asyncio
async def test_loopback_is_answered(served: Served, host: str) -> None:
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
async def test_what_is_to_be_read_can_only_be_read(served: Served, method: str) -> None:
    for path in ("/_longwire/", "/_longwire/api/state", "/_longwire/no"):
        answer = await served.ask(path, method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


# --- the token


def test_each_run_has_a_token_of_256_bits() -> None:
    first, second = (Guard("127.0.0.1").token for _ in range(2))
    assert first != second
    assert len(first) == 43  # base64 of 32 bytes


@pytest.mark.asyncio
async def test_the_page_brings_the_token_as_a_cookie_that_no_script_reads_and_no_other_site_sends(
    served: Served,
) -> None:
    answer = await served.ask("/_longwire/", host="localhost:8765")
    cookie = answer.headers["set-cookie"]
    assert cookie == f"longwire-8765={TOKEN}; Path=/_longwire/; HttpOnly; SameSite=Strict"
    assert TOKEN.encode() not in answer.body
    for path in ("/_longwire/inspector.js", "/_longwire/api/state"):
        assert "set-cookie" not in (await served.ask(path)).headers


@pytest.mark.parametrize(
    "cookie",
    [
        (),
        (("Cookie", "longwire-8765="),),
        (("Cookie", f"longwire-8765={TOKEN[:-1]}"),),
        (("Cookie", f"longwire-8766={TOKEN}"),),  # another emulator's
        (("Cookie", "longwire-8765=\u00e9"),),
        (("Cookie", ";;=;longwire-8765"),),
        (("Authorization", f"Basic {TOKEN}"),),
        (("Authorization", "Bearer "),),
    ],
)
@pytest.mark.asyncio
async def test_a_browser_without_the_token_changes_nothing(served: Served, cookie: tuple[tuple[str, str], ...]) -> None:
    for browser in (OWN, (("Origin", "http://localhost:8765"),), (("Sec-Fetch-Mode", "cors"),)):
        answer = await do(served, *browser, *cookie, JSON)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.asyncio
async def test_our_page_and_programs_of_this_machine_may_change_something(served: Served) -> None:
    assert (await do(served, *OWN, COOKIE, JSON)).json == {"done": "{}"}
    assert (await do(served, JSON)).status == 200  # curl
    assert (await do(served, ("Origin", "http://evil.example"), COOKIE, JSON)).status == 403
    assert (await do(served, ("Origin", "http://localhost:3000"), COOKIE, JSON)).status == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
@pytest.mark.asyncio
async def test_what_a_form_can_send_is_refused(served: Served, kind: str) -> None:
    """Such a body needs no preflight request."""
    assert (await do(served, *OWN, COOKIE, ("Content-Type", kind))).status == 415
    assert (await do(served, ("Content-Type", kind))).status == 415


@pytest.mark.asyncio
async def test_nothing_is_changed_by_reading(served: Served) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        answer = await do(served, *OWN, COOKIE, method=method, body=b"")
        assert (answer.status, answer.headers["allow"]) == (405, "POST")


# --- where other machines reach us


@pytest.mark.parametrize("path", ["/_longwire/", "/_longwire/inspector.js", "/_longwire/api/state", "/_longwire/no"])
@pytest.mark.asyncio
async def test_beyond_loopback_everybody_needs_the_token_for_everything(path: str) -> None:
    async with served_inspector("192.0.2.1") as served:
        for host in ("192.0.2.1:8765", "localhost:8765"):
            assert (await served.ask(path, host=host)).status == 401
            assert (await served.ask(path, ("Authorization", f"Bearer {TOKEN}"), host=host)).status in (200, 404)
            assert (await served.ask(path, COOKIE, host=host)).status in (200, 404)


@pytest.mark.asyncio
async def test_an_address_with_the_token_leads_to_the_page_and_is_not_kept() -> None:
    async with served_inspector("0.0.0.0") as served:
        answer = await served.ask(f"/_longwire/?token={TOKEN}", host="192.0.2.1:8765")
        assert (answer.status, answer.headers["location"]) == (303, "/_longwire/")
        assert answer.headers["set-cookie"].startswith(f"longwire-8765={TOKEN};")
        assert (await served.ask("/_longwire/?token=guessed", host="192.0.2.1:8765")).status == 401
        assert (await served.ask(f"/_longwire/api/state?token={TOKEN}", host="192.0.2.1:8765")).status == 401


@pytest.mark.parametrize(
    ("host", "status"), [("192.0.2.9:8765", 401), ("[2001:db8::1]:8765", 401), ("evil.example", 403)]
)
@pytest.mark.asyncio
async def test_bound_to_every_address_it_answers_to_addresses_and_to_no_name(host: str, status: int) -> None:
    async with served_inspector("0.0.0.0") as served:
        assert (await served.ask("/_longwire/", host=host)).status == status
