"""The certificate of this machine: kept, renewed before its end, and signed by an authority that is gone."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from longwire.certificate import Certificate, certificate_for
from longwire.errors import UsageError

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def names(kept: Certificate) -> list[str]:
    leaf, _ = x509.load_pem_x509_certificates(kept.server.read_bytes())
    found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(each.value) for each in found]


def damaged(kept: Certificate) -> None:
    kept.server.write_bytes(kept.server.read_bytes()[:300])


def lost(kept: Certificate) -> None:
    kept.server.unlink()


def readable(kept: Certificate) -> None:
    kept.server.chmod(0o644)


def of_another(kept: Certificate) -> None:
    other = certificate_for("10.1.2.3", kept.folder.parents[1], NOW).server.read_text()
    own = kept.server.read_text()
    end = "-----END PRIVATE KEY-----\n"
    kept.server.write_text(other.partition(end)[0] + end + own.partition(end)[2])


def test_it_is_for_loopback_and_the_second_run_has_the_same_one(tmp_path: Path) -> None:
    kept = certificate_for("127.0.0.1", tmp_path, NOW)
    first = kept.server.read_bytes(), kept.ca.read_bytes()

    assert names(kept) == ["localhost", "127.0.0.1", "::1"]
    assert certificate_for("localhost", tmp_path, NOW + timedelta(days=790)) == kept
    assert (kept.server.read_bytes(), kept.ca.read_bytes()) == first


def test_it_is_for_its_user_alone_and_the_key_of_its_authority_is_nowhere(tmp_path: Path) -> None:
    kept = certificate_for("127.0.0.1", tmp_path, NOW)

    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept.folder.glob("*.pem")} == {0o600}
    texts = "".join(file.read_text() for file in kept.folder.rglob("*") if file.is_file())
    assert texts.count("PRIVATE KEY-----") == 2  # the begin and the end of the server's


def test_a_month_before_its_end_there_is_another(tmp_path: Path) -> None:
    first = certificate_for("127.0.0.1", tmp_path, NOW).ca.read_bytes()
    kept = certificate_for("127.0.0.1", tmp_path, NOW + timedelta(days=796))
    assert kept.ca.read_bytes() != first
    assert kept.bundle.read_bytes().endswith(kept.ca.read_bytes())


@pytest.mark.parametrize("spoil", [damaged, lost, readable, of_another], ids=lambda spoil: spoil.__name__)
def test_one_that_is_not_to_be_trusted_any_more_is_made_again(tmp_path: Path, spoil: object) -> None:
    kept = certificate_for("127.0.0.1", tmp_path, NOW)
    first = kept.ca.read_bytes()
    assert callable(spoil)
    spoil(kept)

    certificate_for("127.0.0.1", tmp_path, NOW)
    assert kept.ca.read_bytes() != first
    assert stat.S_IMODE(kept.server.stat().st_mode) == 0o600


def test_another_host_has_one_of_its_own_and_all_addresses_are_loopback_s(tmp_path: Path) -> None:
    loopback = certificate_for("127.0.0.1", tmp_path, NOW)
    other = certificate_for("[fe80::1]", tmp_path, NOW)

    assert other != loopback
    assert names(other)[3:] == ["fe80::1"]
    assert names(certificate_for("Workstation", tmp_path, NOW))[3:] == ["workstation"]
    assert certificate_for("0.0.0.0", tmp_path, NOW) == certificate_for("[::]", tmp_path, NOW) == loopback


def test_two_that_start_at_once_have_the_same_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: certificate_for("127.0.0.1", tmp_path, NOW).ca.read_bytes(), range(8)))
    assert len(set(found)) == 1


def test_a_name_that_is_none_and_a_folder_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--host bücher is no name that a certificate can have"):
        certificate_for("bücher", tmp_path, NOW)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot be kept in .*file.*XDG_CACHE_HOME.*--tls-cert"):
        certificate_for("127.0.0.1", tmp_path / "file", NOW)


def test_the_bundle_has_the_authorities_of_the_system_and_does_not_grow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "system.pem").write_text("those of the system\n")
    monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(tmp_path / "system.pem"))
    kept = certificate_for("127.0.0.1", tmp_path, NOW)
    assert kept.bundle.read_text() == f"those of the system\n\n{kept.ca.read_text()}"

    monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(kept.bundle))  # as beside `longwire exec --tls`
    certificate_for("127.0.0.1", tmp_path, NOW)
    assert kept.bundle.read_text().count("BEGIN CERTIFICATE") == 1
