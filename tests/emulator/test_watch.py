"""Which edits are noticed, and which files are nobody's code."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from longwire.watch import Watcher

pytestmark = pytest.mark.asyncio


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "code"
    root.mkdir()
    (root / "app.py").write_text("")
    return root


async def watching(*roots: Path) -> Watcher:
    """One that has looked at all there is."""
    watcher = Watcher(map(str, roots), time.time() + 60)
    assert await watcher.look() == set()
    return watcher


def age(path: Path, seconds: float) -> None:
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - int(seconds * 1e9)))


async def test_nothing_is_new_where_nothing_changed(folder: Path) -> None:
    watcher = await watching(folder)
    assert await watcher.look() == set()


async def test_a_file_that_is_changed_added_removed_or_renamed_over_is_named(folder: Path) -> None:
    for name in ("changed.py", "removed.py", "renamed.py"):
        (folder / name).write_text("1")
    watcher = await watching(folder)
    (folder / "changed.py").write_text("22")
    (folder / "added").mkdir()
    (folder / "added" / "new.py").write_text("")
    (folder / "removed.py").unlink()
    status = (folder / "renamed.py").stat()
    (folder / "other.tmp").write_text("2")
    os.utime(folder / "other.tmp", ns=(status.st_atime_ns, status.st_mtime_ns))
    (folder / "other.tmp").rename(folder / "renamed.py")
    names = ("changed.py", "added/new.py", "removed.py", "renamed.py")
    assert await watcher.look() == {str(folder / name) for name in names}


async def test_the_same_size_at_another_time_is_a_change(folder: Path) -> None:
    watcher = await watching(folder)
    age(folder / "app.py", 1)
    assert await watcher.look() == {str(folder / "app.py")}


@pytest.mark.parametrize(
    "name",
    [
        *("__pycache__/a.py", "node_modules/a.js", ".venv/a.py", "venv/a.py", ".git/a.json", ".aws-sam/a.py"),
        *("seen.log", "data.db", "bye.txt", "app.pyc", ".app.py.swp", ".#app.py", ".coverage.json"),
    ],
)
async def test_what_is_no_code_is_not_looked_at(folder: Path, name: str) -> None:
    watcher = await watching(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("")
    assert await watcher.look() == set()


@pytest.mark.parametrize("name", ["a.mjs", "a.json", ".env", "bootstrap", "deep/er/a.py", "page.js/a.js"])
async def test_whatever_a_function_may_be_made_of_is_looked_at(folder: Path, name: str) -> None:
    watcher = await watching(folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("")
    assert await watcher.look() == {str(folder / name)}


async def test_a_code_folder_may_lie_in_one_that_is_left_out(tmp_path: Path) -> None:
    built = tmp_path / ".aws-sam" / "build"
    built.mkdir(parents=True)
    watcher = await watching(built)
    (built / "app.py").write_text("")
    assert await watcher.look() == {str(built / "app.py")}


async def test_links_are_followed_and_circles_end(folder: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "lib.py").write_text("")
    (shared / "back").symlink_to(folder)
    (folder / "shared").symlink_to(shared)
    (folder / "nowhere.py").symlink_to(tmp_path / "absent.py")
    watcher = await watching(folder)
    (shared / "lib.py").write_text("1")
    assert await watcher.look() == {str(folder / "shared" / "lib.py")}


async def test_a_file_may_come_and_go_and_so_may_a_folder(tmp_path: Path) -> None:
    template, folder = tmp_path / "template.yaml", tmp_path / "later"
    watcher = await watching(template, folder)
    template.write_text("")
    folder.mkdir()
    (folder / "app.py").write_text("")
    assert await watcher.look() == {str(template), str(folder / "app.py")}
    template.unlink()
    assert await watcher.look() == {str(template)}


async def test_what_was_saved_since_the_template_was_read_is_news_at_the_first_look(folder: Path) -> None:
    (folder / "new.py").write_text("")
    age(folder / "app.py", 60)
    watcher = Watcher([str(folder)], time.time() - 30)
    assert await watcher.look() == {str(folder / "new.py")}
    assert await watcher.look() == set()


async def test_other_roots_are_looked_at_from_the_next_scan_on(folder: Path, tmp_path: Path) -> None:
    watcher = await watching(folder)
    other = tmp_path / "other"
    other.mkdir()
    watcher.roots = [str(other)]
    assert await watcher.look() == set()
    (folder / "app.py").unlink()
    (other / "app.py").write_text("")
    assert await watcher.look() == {str(other / "app.py")}


async def test_changed_waits_for_a_change(folder: Path) -> None:
    watcher = await watching(folder)
    waiting = asyncio.ensure_future(watcher.changed())
    await asyncio.sleep(0)
    assert not waiting.done()
    (folder / "app.py").write_text("1")
    assert await asyncio.wait_for(waiting, 10) == {str(folder / "app.py")}


async def test_a_folder_that_holds_too_much_is_given_up_and_the_others_are_not(folder: Path, tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    (huge / "inner").mkdir(parents=True)
    for name in ("a.txt", "inner/b.txt", "inner/c.txt"):
        (huge / name).touch()
    watcher = Watcher([str(huge), str(folder)], time.time() + 60, most=3)
    assert await asyncio.wait_for(watcher.changed(), 30) == set()
    assert watcher.unwatched == {str(huge)}
    (folder / "app.py").write_text("1")
    assert await watcher.look() == {str(folder / "app.py")}


async def test_a_scan_lets_the_loop_run_in_between(folder: Path) -> None:
    for number in range(2000):
        (folder / f"module_{number}.py").touch()
    watcher, turns = Watcher([str(folder)], time.time() + 60), 0
    scan = asyncio.ensure_future(watcher.look())
    while not scan.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 3
    assert watcher.busy > 0.001
