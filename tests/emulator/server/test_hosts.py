"""DNS rebinding and cross-site requests."""

import pytest

from longwire.server.hosts import is_foreign_browser, is_foreign_page, is_local_host
from longwire.server.http_message import HttpRequest


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8765",
        "LOCALHOST:1",
        "app.localhost:8765",
        "127.0.0.1",
        "127.9.9.9:80",
        "[::1]:8765",
        "abc.execute-api.us-east-1.amazonaws.com",
        "dynamodb.eu-west-1.amazonaws.com:443",
        "192.0.2.1:8765",
    ],
)
def test_loopback_the_bound_host_and_aws_names_are_served(host: str) -> None:
    assert is_local_host(host, "192.0.2.1")


def test_a_custom_domain_of_the_template_is_served() -> None:
    assert is_local_host("WS.example.com:443", "127.0.0.1", {"ws.example.com"})
    assert not is_local_host("example.com", "127.0.0.1", {"ws.example.com"})


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "0.0.0.0:1",
        "amazonaws.com.evil.example",
        "10.0.0.1",
        "user@evil.example",
        "[",
        "169.254.169.254",
        "evilamazonaws.com",
        "notlocalhost",
    ],
)
def test_every_other_host_is_refused(host: str | None) -> None:
    assert not is_local_host(host, "127.0.0.1")


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("http://evil.example", None),
        ("null", None),
        ("http://[::1", None),
        ("https://localhost.evil.com", None),
        ("http://evil.com#localhost", None),
        ("http://127.0.0.1.nip.io", None),
        ("http://localhost@evil.com", None),
        ("file://", None),
        ("http://10.0.0.1", None),
        ("http://localhost:8765", "cross-site"),
        (None, "cross-site"),
        (None, "same-site"),
        ("chrome-extension://x", None),
    ],
)
def test_pages_of_other_sites_are_foreign(origin: str | None, site: str | None) -> None:
    assert is_foreign_page(origin, site)


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        (None, None),
        ("http://localhost:8765", "same-origin"),
        ("http://127.0.0.1:3000", None),
        (None, "none"),
        ("https://[::1]", None),
    ],
)
def test_command_lines_and_loopback_pages_are_not(origin: str | None, site: str | None) -> None:
    assert not is_foreign_page(origin, site)


BROWSER = ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0")
FOREIGN = [
    "http://evil.example",
    "https://evil.example",
    "http://evil.example:8765",
    "null",
    "",
    "file://",
    "chrome-extension://abcdef",
    "http://10.0.0.1",
    "http://192.168.1.2:3000",
    "http://169.254.169.254",
    "http://0.0.0.0:8765",
    "http://[::2]",
    "http://[::ffff:10.0.0.1]",
    "http://localhost.evil.example",
    "http://evil.example#localhost",
    "http://evil.example/localhost",
    "http://evil.example?localhost",
    "http://localhost@evil.example",
    "http://evil.example@localhost",
    "http://127.0.0.1.nip.io",
    "http://127.0.0.1.",
    "http://localhost.",
    "http://LOCALHOST.EVIL.EXAMPLE",
    "http://notlocalhost",
    "http://local\u00adhost",
    "http://127.1",
    "http://2130706433",
    "http://0x7f.0.0.1",
    "http://[::1",
    "http:// localhost",
    "localhost",
    "ftp://localhost",
    "http://app.example.com.evil.example",
    "http://localhost http://evil.example",
]


def asked(*headers: tuple[str, str]) -> HttpRequest:
    return HttpRequest("GET", "/dev", headers, upgrade=True)


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_browser_on_a_page_of_elsewhere_is_foreign(origin: str) -> None:
    allowed = ("https://app.example.com",)
    assert is_foreign_browser(asked(BROWSER, ("Origin", origin)), allowed)
    assert is_foreign_browser(asked(("Sec-Fetch-Site", "cross-site"), ("Origin", origin)), allowed)
    both = asked(BROWSER, ("Origin", "http://localhost"), ("Origin", origin))
    assert is_foreign_browser(both, allowed)


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:3000", "https://localhost", "http://127.0.0.1:8765", "http://[::1]:1", "http://a.localhost"],
)
def test_a_browser_on_a_page_of_this_machine_is_not(origin: str) -> None:
    assert not is_foreign_browser(asked(BROWSER, ("Origin", origin)), ())


def test_an_origin_that_is_allowed_is_that_one_alone() -> None:
    allowed = ("https://app.example.com",)
    assert not is_foreign_browser(asked(BROWSER, ("Origin", "https://app.example.com")), allowed)
    for origin in ("http://app.example.com", "https://app.example.com:444", "https://x.app.example.com"):
        assert is_foreign_browser(asked(BROWSER, ("Origin", origin)), allowed)


def test_a_client_that_is_no_browser_may_send_any_origin() -> None:
    """So that an API's own check can be tested, which is all there is on AWS."""
    assert not is_foreign_browser(
        asked(("User-Agent", "Python/3.13 websockets/17.4"), ("Origin", "http://evil.example")), ()
    )


@pytest.mark.parametrize(
    ("host", "served"), [("192.168.1.5:8765", True), ("[2001:db8::1]", True), ("evil.example", False)]
)
def test_bound_to_every_address_any_address_is_ours_and_no_name(host: str, served: bool) -> None:
    assert is_local_host(host, "0.0.0.0") is served
    assert is_local_host(host, "::") is served
