"""How modules are imported inside an execution environment.

Ours are hidden from the handler; what has to be done after certain imports of the handler is done; and bytecode of
the code folder is kept elsewhere, so that starts are fast and nobody's folder is littered. Standard library only.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from importlib.util import find_spec, module_from_spec
from types import CodeType, ModuleType
from typing import Any, cast

__all__ = ["AfterImport", "Bundled", "code_folder", "hide", "later"]

Action = Callable[[ModuleType], None]


def later(name: str) -> Callable[[], ModuleType]:
    """Find one of our modules now, while it can be found, and import it when the result is called."""
    spec = find_spec(name)

    def load() -> ModuleType:
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def hide(package: str) -> None:
    """Forget that our package was imported: on Lambda there is none, and the handler may have one of that name."""
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


class AfterImport:
    """A finder that finds nothing by itself: it adds an action to what the finders after it find."""

    def __init__(self, actions: dict[str, Action]) -> None:
        self.actions = actions

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        action = self.actions.get(name)
        if action is None:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        spec = next((found for finder in others if (found := finder.find_spec(name, path, target))), None)
        if spec is not None and spec.loader is not None:
            spec.loader = cast("Any", Acting(spec.loader, action))
        return spec


class Acting:
    """A loader, and what is to be done with the module that it has loaded."""

    def __init__(self, loader: Any, action: Action) -> None:
        self.loader = loader
        self.action = action

    def exec_module(self, module: ModuleType) -> None:
        self.loader.exec_module(module)
        self.action(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)


class Bundled:
    """A finder for the last place: boto3 and what it needs, from a folder of which nothing else is to be found.

    Documented: "The runtime includes the AWS SDK for Python (Boto3)". All of it is Python alone, for any version.
    """

    names = frozenset({"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"})

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None or name not in self.names:
            return None
        return PathFinder.find_spec(name, [self.folder], target)


class Elsewhere(SourceFileLoader):
    """Reads and writes bytecode below ``folder``; with none, writes no bytecode at all."""

    folder: str | None = None

    def path_stats(self, path: str) -> dict[str, Any]:
        """In milliseconds: bytecode remembers whole units, and a file may be saved twice within a second."""
        stats: dict[str, Any] = dict(super().path_stats(path))
        return stats | {"mtime": int(stats["mtime"] * 1000)}

    def get_code(self, fullname: str) -> CodeType | None:
        before = sys.pycache_prefix, sys.dont_write_bytecode
        sys.pycache_prefix, sys.dont_write_bytecode = self.folder, self.folder is None
        try:
            return super().get_code(fullname)
        finally:
            sys.pycache_prefix, sys.dont_write_bytecode = before


def code_folder(folder: str, bytecode: str | None) -> None:
    """Put the handler's folder first on ``sys.path``, where Lambda has ``/var/task``."""
    loader = type("CodeLoader", (Elsewhere,), {"folder": bytecode})
    finder = FileFinder.path_hook(
        (ExtensionFileLoader, EXTENSION_SUFFIXES), (loader, SOURCE_SUFFIXES), (SourcelessFileLoader, BYTECODE_SUFFIXES)
    )

    def hook(path: str) -> Any:
        # A virtual environment inside the folder has its bytecode beside it, made when it was installed.
        inside = (path + "/").startswith(folder.rstrip("/") + "/")
        if not inside or (path + "/").startswith(sys.prefix + "/"):
            raise ImportError(path)
        return finder(path)

    sys.path_hooks.insert(0, hook)
    sys.path.insert(0, folder)
