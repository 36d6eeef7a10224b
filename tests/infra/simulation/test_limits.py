"""Quotas by name."""

from dataclasses import fields

import pytest

from longwire_infra.errors import WorkloadError
from longwire_infra.simulation.limits import ABOUT, Limits, changed


def test_each_has_a_unit_and_a_source() -> None:
    assert [field.name for field in fields(Limits)] == list(ABOUT)
    assert all(source.startswith("none: ") is not documented for _, source, documented in ABOUT.values())


def test_an_account_may_have_others() -> None:
    assert changed(Limits(), ["requests_rate=20000", "post_ms=7.5"]) == Limits(requests_rate=20_000, post_ms=7.5)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("request_rate=1", "there is no limit request_rate; did you mean requests_rate"),
        ("requests_rate", "is no number above 0"),
        ("requests_rate=0", "is no number above 0"),
        ("requests_rate=nan", "is no number above 0"),
        ("requests_rate=x", "'x' is no number above 0"),
    ],
)
def test_what_is_no_limit_is_refused(given: str, told: str) -> None:
    with pytest.raises(WorkloadError, match=told):
        changed(Limits(), [given])
