"""DNS rebinding and cross-site requests."""

import pytest

from longwire.server.hosts import is_foreign_page, is_local_host


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
