"""``--usage-out FILE``: the meter's record as JSON, for the one who prices it."""

import json
import os
from pathlib import Path

from longwire.errors import UsageError
from longwire_infra.usage import Usage

__all__ = ["check_usage_file", "write_usage_file"]


def check_usage_file(file: Path) -> None:
    """Raise UsageError now for a file that could not be written when the emulator stops."""
    folder = file.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"--usage-out {file}: there is no folder {folder}. Make it, or name another file.")
    if file.is_dir():
        raise UsageError(f"--usage-out {file}: this is a folder. Name a file in it, such as {file / 'usage.json'}.")
    if not os.access(folder, os.W_OK):
        raise UsageError(f"--usage-out {file}: the folder {folder} cannot be written to.")


def write_usage_file(file: Path, usage: Usage) -> None:
    """Whole or not at all: a reader never sees half a record. Raises UsageError."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_text(json.dumps(usage.to_json(), indent=2) + "\n", encoding="utf-8")
        part.replace(file)
    except OSError as exc:
        part.unlink(missing_ok=True)
        raise UsageError(f"--usage-out {file} cannot be written: {exc.strerror}") from exc
