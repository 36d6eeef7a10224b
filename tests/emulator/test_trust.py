"""Whom commands trust that connect to wss:// and https://."""

from pathlib import Path

import pytest

from longwire.certificate import certificate_for
from longwire.errors import UsageError
from longwire.trust import trusting
from self_signed import self_signed


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("LONGWIRE_CA_FILE", raising=False)
    return tmp_path / "longwire"


def count(ca_file: Path | None = None) -> int:
    return trusting(ca_file).cert_store_stats()["x509"]


def test_the_emulators_of_this_machine_are_trusted_and_damaged_ones_passed_over(cache: Path) -> None:
    before = count()
    certificate_for("10.0.0.1", cache)
    certificate_for("127.0.0.1", cache).ca.write_text("damaged")
    assert count() == before + 1


def test_a_file_of_the_environment_or_the_command_line_is_trusted_too(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    self_signed(cache.parent)
    file = cache.parent / "certificate.pem"
    before = count()
    assert count(file) == before + 1
    monkeypatch.setenv("LONGWIRE_CA_FILE", str(file))
    assert count() == before + 1


def test_a_file_without_certificates_is_named_as_it_was_given(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"--ca-file .*absent\.pem holds no certificates: No such file"):
        trusting(cache / "absent.pem")
    monkeypatch.setenv("LONGWIRE_CA_FILE", __file__)
    with pytest.raises(UsageError, match=r"LONGWIRE_CA_FILE .*test_trust\.py holds no certificates"):
        trusting()
