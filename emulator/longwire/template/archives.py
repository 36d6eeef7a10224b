"""Zip files of code and of layers, unpacked once into the cache as Lambda unpacks them."""

import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path

from longwire.errors import UsageError
from longwire.template.cache import TemplateCache

__all__ = ["unpacked"]

# Lambda quota: "250 MB ... unzipped, including layers"
MAX_UNZIPPED = 262_144_000
MAX_FILES = 50_000
PIECE = 1024 * 1024
PLAIN = 0o644


def unpacked(archive: Path, cache: TemplateCache) -> Path:
    """The folder with an archive's content. Raises UsageError for what is no zip or too large, and OSError."""
    digest = sha256()
    with archive.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    folder = cache.folder / "unpacked" / digest.hexdigest()[:32]
    if not folder.is_dir():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as part:
            unpack(archive, Path(part) / "content")
            keep(Path(part) / "content", folder)
    return folder


def keep(made: Path, folder: Path) -> None:
    """Whoever is first; another process may unpack the same."""
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def unpack(archive: Path, folder: Path) -> None:
    folder.mkdir()
    try:
        with zipfile.ZipFile(archive) as found:
            check(archive, found)
            for item in found.infolist():
                write(found, item, folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as exc:
        raise UsageError(f"{archive} cannot be unpacked: {exc}") from exc


def check(archive: Path, found: zipfile.ZipFile) -> None:
    size, count = sum(item.file_size for item in found.infolist()), len(found.infolist())
    if size > MAX_UNZIPPED or count > MAX_FILES:
        limit = f"Lambda takes {MAX_UNZIPPED:,} bytes" if size > MAX_UNZIPPED else f"at most {MAX_FILES:,} are unpacked"
        raise UsageError(f"{archive} has {count:,} files of {size:,} bytes; {limit}")


def write(found: zipfile.ZipFile, item: zipfile.ZipInfo, folder: Path) -> None:
    """``extract`` keeps what is written inside the folder, and checks sizes; permissions are in the upper half."""
    path = Path(found.extract(item, folder))
    mode = item.external_attr >> 16
    if not path.is_dir():
        path.chmod((mode & 0o777) or PLAIN)
