"""The cache keeps what is whole, and is never the reason why something fails."""

import json
import os
from pathlib import Path

import pytest

from longwire.template.cache import TemplateCache, content_key, default_folder

TEMPLATE = {"Resources": {"A": {"Type": "T"}}}


@pytest.fixture
def cache(tmp_path: Path) -> TemplateCache:
    return TemplateCache(tmp_path / "cache")


def entry(cache: TemplateCache) -> Path:
    (found,) = cache.folder.rglob("*.json")
    return found


def test_what_was_put_is_got(cache: TemplateCache) -> None:
    assert cache.get("k") is None
    cache.put("k", TEMPLATE)
    assert cache.get("k") == TEMPLATE
    assert cache.get("other") is None


DAMAGED = [
    "",
    "{",
    "[]",
    "null",
    '{"key": "k"}',
    '{"key": "j", "template": {"Resources": {}}}',
    '{"key": "k", "template": []}',
    "[" * 100_000,
]


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: content[:20])
def test_a_damaged_entry_is_no_entry_and_is_written_anew(cache: TemplateCache, content: str) -> None:
    cache.put("k", TEMPLATE)
    entry(cache).write_text(content)

    assert cache.get("k") is None
    cache.put("k", TEMPLATE)
    assert cache.get("k") == TEMPLATE


def test_only_its_user_can_read_it(cache: TemplateCache) -> None:
    cache.put("k", TEMPLATE)

    assert entry(cache).stat().st_mode & 0o077 == 0
    assert entry(cache).parent.stat().st_mode & 0o077 == 0
    assert [path.name for path in entry(cache).parent.iterdir()] == ["k.json"]


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = TemplateCache(tmp_path / "file")

    cache.put("k", TEMPLATE)
    assert cache.get("k") is None
    with pytest.raises(OSError, match="file"):
        cache.inline_code("x = 1")


def test_old_entries_make_room(cache: TemplateCache) -> None:
    for number in range(103):
        cache.put(f"k{number}", TEMPLATE)
        os.utime(cache.folder / "templates" / f"k{number}.json", (number, number))

    assert cache.get("k0") is None
    assert cache.get("k102") == TEMPLATE
    assert len(list(cache.folder.rglob("*.json"))) <= 101


def test_inline_code_is_a_folder_with_an_index(cache: TemplateCache) -> None:
    folder = cache.inline_code("def handler(event, context): ...\n")

    assert [path.name for path in folder.iterdir()] == ["index.py"]
    assert (folder / "index.py").read_text() == "def handler(event, context): ...\n"
    assert cache.inline_code("def handler(event, context): ...\n") == folder
    assert cache.inline_code("x = 1") != folder


def test_a_key_changes_with_every_part() -> None:
    keys = {content_key(parts) for parts in (("a", {"x": "1"}), ("a", {"x": "2"}), ("b", {"x": "1"}), ("a",))}

    assert len(keys) == 4
    assert all(len(key) == 64 for key in keys)
    assert content_key([json.loads('{"b": 1, "a": 2}')]) == content_key([{"a": 2, "b": 1}])


def test_the_folder_is_below_the_users_cache(tmp_path: Path) -> None:
    assert default_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "longwire"
    # XDG: an implementation that "encounters a relative path [...] should consider the path invalid and ignore it"
    assert default_folder({"XDG_CACHE_HOME": "relative"}) == Path("~/.cache/longwire").expanduser()
