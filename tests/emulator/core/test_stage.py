"""A Stage's own settings."""

import pytest

from longwire.core.stage import CustomDomain, Stage, Throttle


@pytest.mark.parametrize(
    ("own", "found"),
    [
        (None, Throttle(10.0, 20)),
        (Throttle(rate=1.0), Throttle(1.0, 20)),
        (Throttle(burst=2), Throttle(10.0, 2)),
        (Throttle(0.0, 0), Throttle(0.0, 0)),
    ],
)
def test_a_routes_limits_override_those_of_the_stage_one_by_one(own: Throttle | None, found: Throttle) -> None:
    stage = Stage("dev", throttle=Throttle(10.0, 20), route_throttles={} if own is None else {"ping": own})
    assert stage.throttle_of("ping") == found
    assert stage.throttle_of("other") == Throttle(10.0, 20)


@pytest.mark.parametrize(("key", "path", "local"), [("chat", "/chat", "/a.example/chat"), ("", "", "/a.example")])
def test_an_empty_mapping_key_is_the_domains_root(key: str, path: str, local: str) -> None:
    domain = CustomDomain("a.example", key)
    assert (domain.path, domain.local_path) == (path, local)
