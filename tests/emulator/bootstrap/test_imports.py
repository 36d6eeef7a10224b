import os
import subprocess
import sys
from pathlib import Path


def run(folder: Path, code: str) -> list[str]:
    """In a process of its own: import machinery is the process's."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, timeout=30, check=False, env=environ
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_action_follows_the_import_of_its_module_wherever_it_is_found(tmp_path: Path) -> None:
    (tmp_path / "vendored.py").write_text("print('imported')")
    code = """
import inspect, sys
from longwire.bootstrap.imports import AfterImport
sys.path.insert(0, sys.argv[1])
sys.meta_path.insert(0, AfterImport({"vendored": lambda module: print("then", module.__name__)}))
import vendored, vendored
print(inspect.getsource(vendored).strip())
"""
    assert run(tmp_path, code) == ["imported", "then vendored", "print('imported')"]


def test_other_modules_and_missing_ones_are_left_alone(tmp_path: Path) -> None:
    code = """
import sys
from longwire.bootstrap.imports import AfterImport
sys.meta_path.insert(0, AfterImport({"nowhere": print}))
import colorsys
try:
    import nowhere
except ModuleNotFoundError as error:
    print(error)
"""
    assert run(tmp_path, code) == ["No module named 'nowhere'"]


def test_hidden_packages_can_be_someone_elses_and_ours_can_still_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "longwire.py").write_text("NAME = 'theirs'")
    code = """
import sys
from longwire.bootstrap.imports import code_folder, hide, later
load = later("longwire.bootstrap.aws")
hide("longwire")
code_folder(sys.argv[1], None)
import longwire
print(longwire.NAME, load().redirected("https://sqs.us-east-1.amazonaws.com/", lambda host: "s:2", "s:2"))
"""
    assert run(tmp_path, code) == ["theirs http://s:2/"]


def test_the_code_folder_is_first_on_the_path_and_its_bytecode_elsewhere(tmp_path: Path) -> None:
    task, cache = tmp_path / "task", tmp_path / "cache"
    (task / "pkg").mkdir(parents=True)
    (task / "pkg" / "mod.py").write_text("print(__name__)")
    code = f"""
import sys
from longwire.bootstrap.imports import code_folder
code_folder({str(task)!r}, {str(cache)!r})
import pkg.mod
print(sys.path[0] == {str(task)!r}, sys.pycache_prefix, sys.dont_write_bytecode)
"""
    assert run(tmp_path, code) == ["pkg.mod", "True None False"]
    assert len(list(cache.rglob("mod.*.pyc"))) == 1
    assert not list(task.rglob("__pycache__"))
    assert run(tmp_path, code) == ["pkg.mod", "True None False"]


def test_a_virtual_environment_inside_the_code_folder_keeps_its_own_bytecode(tmp_path: Path) -> None:
    site = tmp_path / ".venv" / "lib"
    site.mkdir(parents=True)
    (site / "installed.py").write_text("")
    code = f"""
import sys
from longwire.bootstrap.imports import code_folder
code_folder({str(tmp_path)!r}, {str(tmp_path / "cache")!r})
sys.prefix = {str(tmp_path / ".venv")!r}
sys.path.append({str(site)!r})
import installed
"""
    run(tmp_path, code)
    assert list((site / "__pycache__").glob("installed.*.pyc"))
    assert not (tmp_path / "cache").exists()
