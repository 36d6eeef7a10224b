"""The quotas and where they come from."""

from longwire.core.quotas import Quotas, described


def test_every_quota_says_its_meaning_and_source_and_whether_it_is_verified() -> None:
    rows = described()
    assert {row["name"] for row in rows} == set(Quotas.__slots__)
    for row in rows:
        assert row["meaning"]
        assert row["source"]
        assert isinstance(row["verified"], bool)


def test_the_documented_limits_are_awss() -> None:
    limits = {row["name"]: row["default"] for row in described() if row["verified"]}
    assert limits["frame_size"] == 32 * 1024
    assert limits["message_size"] == 128 * 1024
    assert (limits["idle_timeout"], limits["max_duration"], limits["integration_timeout"]) == (600, 7200, 29)
