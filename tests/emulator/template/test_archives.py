import os
import zipfile
from pathlib import Path

import pytest

from longwire.errors import UsageError
from longwire.template.archives import MAX_FILES, unpacked
from longwire.template.cache import TemplateCache


@pytest.fixture
def cache(tmp_path: Path) -> TemplateCache:
    return TemplateCache(tmp_path / "cache")


def zipped(file: Path, content: dict[str, str], mode: int = 0) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in content.items():
            item = zipfile.ZipInfo(name)
            item.external_attr = mode << 16
            made.writestr(item, text)
    return file


def test_a_zip_is_unpacked_once_with_its_permissions(tmp_path: Path, cache: TemplateCache) -> None:
    archive = zipped(tmp_path / "code.zip", {"bootstrap": "#!/bin/sh\n", "lib/a.py": "x = 1"}, 0o755)
    folder = unpacked(archive, cache)
    assert (folder / "lib" / "a.py").read_text() == "x = 1"
    assert os.access(folder / "bootstrap", os.X_OK)
    (folder / "kept").touch()
    assert (unpacked(archive, cache) / "kept").exists()


def test_other_content_is_another_folder(tmp_path: Path, cache: TemplateCache) -> None:
    first = unpacked(zipped(tmp_path / "code.zip", {"a.py": "1"}), cache)
    second = unpacked(zipped(tmp_path / "code.zip", {"a.py": "2"}), cache)
    assert first != second
    assert ((first / "a.py").read_text(), (second / "a.py").read_text()) == ("1", "2")


def test_nothing_is_written_outside_the_folder(tmp_path: Path, cache: TemplateCache) -> None:
    folder = unpacked(zipped(tmp_path / "code.zip", {"../../evil.py": "", "/etc/evil.py": ""}), cache)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py")) == ["etc/evil.py", "evil.py"]
    assert not (tmp_path / "evil.py").exists()


def test_what_is_no_zip_is_told(tmp_path: Path, cache: TemplateCache) -> None:
    (tmp_path / "code.zip").write_text("no zip")
    with pytest.raises(UsageError, match="cannot be unpacked: File is not a zip file"):
        unpacked(tmp_path / "code.zip", cache)


def test_a_damaged_zip_leaves_nothing_behind(tmp_path: Path, cache: TemplateCache) -> None:
    archive = zipped(tmp_path / "code.zip", {"a.py": "x" * 1000})
    content = bytearray(archive.read_bytes())
    content[40:44] = b"\xff\xff\xff\xff"
    archive.write_bytes(content)
    with pytest.raises((UsageError, OSError)):
        unpacked(archive, cache)
    assert list((cache.folder / "unpacked").iterdir()) == []


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, cache: TemplateCache) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w", zipfile.ZIP_DEFLATED) as made, made.open("big", "w") as big:
        for _ in range(251):
            big.write(bytes(1024 * 1024))
    with pytest.raises(UsageError, match="Lambda takes 262,144,000 bytes"):
        unpacked(tmp_path / "code.zip", cache)


def test_too_many_files_are_refused(tmp_path: Path, cache: TemplateCache) -> None:
    archive = zipped(tmp_path / "code.zip", {f"{number}": "" for number in range(MAX_FILES + 1)})
    with pytest.raises(UsageError, match="at most 50,000 are unpacked"):
        unpacked(archive, cache)
