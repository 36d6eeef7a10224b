"""Expanded templates, kept by the hash of all that they depend on, and the code of inline functions.

A cache that is damaged or cannot be written costs time, never an error.
"""

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

__all__ = ["TemplateCache", "content_key", "default_folder"]

KEPT = 100  # every edit of a template makes an entry of some ten kilobytes


def default_folder(environ: Mapping[str, str]) -> Path:
    """``$XDG_CACHE_HOME/longwire``, else ``~/.cache/longwire``."""
    base = environ.get("XDG_CACHE_HOME", "")
    # XDG Base Directory Specification: "All paths set in these environment variables must be absolute."
    if Path(base).is_absolute():
        return Path(base) / "longwire"
    try:
        return Path("~/.cache/longwire").expanduser()
    except RuntimeError:  # neither HOME nor an entry for this user
        return Path(tempfile.gettempdir()) / f"longwire-{os.getuid()}"


def content_key(parts: Iterable[Any]) -> str:
    """64 hexadecimal digits over the JSON of all parts."""
    return sha256(json.dumps(list(parts), sort_keys=True).encode()).hexdigest()


class TemplateCache:
    """``folder`` is made when it is first needed, readable by its user alone: parameters may be secrets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str) -> dict[str, Any] | None:
        """The expanded template, or None when there is none that is whole."""
        try:
            entry = json.loads(self.entry(key).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        whole = isinstance(entry, dict) and entry.get("key") == key and isinstance(entry.get("template"), dict)
        return entry["template"] if whole and isinstance(entry["template"].get("Resources"), dict) else None

    def put(self, key: str, template: Mapping[str, Any]) -> None:
        try:
            self.write(self.entry(key), json.dumps({"key": key, "template": template}))
            self.prune()
        except OSError:
            # A read-only home is no reason to stop; the template is expanded again next time.
            return

    def inline_code(self, code: str, file: str = "index.py") -> Path:
        """A folder that holds the code as ``index.py`` or ``index.js``, as Lambda names it; raises OSError."""
        folder = self.folder / "inline" / sha256(code.encode()).hexdigest()[:32]
        if not (folder / file).is_file():
            self.write(folder / file, code)
            os.utime(folder / file, (0, 0))  # named by its content, so that it is never an edit
        return folder

    def entry(self, key: str) -> Path:
        return self.folder / "templates" / f"{key}.json"

    def write(self, path: Path, text: str) -> None:
        """All or nothing: a reader never sees half of it."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def prune(self) -> None:
        entries = sorted((self.folder / "templates").glob("*.json"), key=lambda path: path.stat().st_mtime)
        for old in entries[:-KEPT]:
            old.unlink(missing_ok=True)
