"""Handlers as text: the modules that one can reach from its entry, and what is written in them.

Nothing is imported or run. Python is parsed; of JavaScript and TypeScript the words are looked at.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath

from longwire_infra.check.document import CodeOf, Place
from longwire_infra.check.functions import Function
from longwire_infra.check.python_code import imported, top_names, words
from longwire_infra.check.reach import Module, Reached, reached

__all__ = ["Code", "Library", "SourceFile"]

MOST_FILES, MOST_BYTES = 200, 500_000
SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx")
SCRIPT_IMPORT = re.compile(r"""(?:from|require\(|import\(?)\s*["'](\.{1,2}/[^"']+)["']""")
SCRIPT_PACKAGE = re.compile(r"""(?:from|require\(|import\(?)\s*["']([^."'][^"']*)["']""")
HARMLESS = (
    "@smithy", "aws-sdk", "aws-xray-sdk-core", "aws_lambda_powertools", "aws_xray_sdk", "boto3", "botocore", "buffer",
    "crypto", "cryptography", "fs", "http", "https", "httpx", "jose", "jsonwebtoken", "jwt", "orjson", "os",
    "path", "pydantic", "pydantic_core", "redis", "requests", "simplejson", "structlog", "typing_extensions", "ulid",
    "url", "util", "uuid",
)  # fmt: skip
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\w\"'`])//[^\n]*", re.DOTALL)


@dataclass(frozen=True)
class SourceFile:
    """``first`` is the line in ``shown`` at which the text begins; code may stand in a template."""

    path: FilePath
    text: str
    shown: str
    first: int = 1

    @cached_property
    def tree(self) -> ast.Module | None:
        """None for what is no Python, of this version at least."""
        if self.path.suffix != ".py":
            return None
        try:
            return ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All of the tree's: walking it takes longer than anything else here."""
        return [] if self.tree is None else list(ast.walk(self.tree))

    @cached_property
    def words(self) -> str:
        """Names and texts in lower case, without comments and docstrings."""
        if self.tree is not None:
            return words(self.nodes)
        return COMMENT.sub(" ", self.text).lower()

    def packages(self, folder: FilePath, installed: frozenset[str]) -> Iterator[str]:
        """Top names of what it imports from outside ``folder``, or of what is ``installed`` there."""
        if self.tree is None:
            yield from (found.split("/")[0] for found in SCRIPT_PACKAGE.findall(COMMENT.sub(" ", self.text)))
            return
        for name in top_names(self.nodes):
            here = (folder / name).is_dir() or (folder / f"{name}.py").is_file()
            if name in installed or not here:
                yield name

    def place(self, line: int) -> Place:
        return Place(self.shown, self.first + line - 1)


@dataclass(frozen=True)
class Code:
    """What one function can reach. ``entry`` is the handler's name in the first file; ``folder`` has the code, and
    packages that were ``installed`` into it, which are not looked into.
    """

    files: tuple[SourceFile, ...]
    entry: str
    folder: FilePath = FilePath()
    installed: frozenset[str] = frozenset()

    @cached_property
    def elsewhere(self) -> list[str]:
        """Packages that it imports and that are not here: of a layer, of the company, or of somebody else.

        Not those of which it is known that they neither look at an Origin nor count connections by themselves.
        """
        names = {name for file in self.files for name in file.packages(self.folder, self.installed)}
        return sorted(name for name in names if not harmless(name))

    @property
    def whole(self) -> bool:
        """Whether what is not written here is not done at all."""
        return not self.elsewhere

    @property
    def is_python(self) -> bool:
        return self.files[0].tree is not None

    def mentions(self, pattern: str) -> bool:
        """Whether a name or a text anywhere in it has the pattern, in lower case."""
        return any(re.search(pattern, file.words) for file in self.files)

    def line_of(self, pattern: str) -> Place | None:
        """The first line with a pattern, comments left out; for scripts."""
        for file in self.files:
            text = COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), file.text)
            found = re.search(pattern, text)
            if found is not None:
                return file.place(text.count("\n", 0, found.start()) + 1)
        return None

    @cached_property
    def reached(self) -> list[Reached]:
        """The functions that the handler can reach; none when there is no such name."""
        modules = [module for file in self.files if (module := self.module(file)) is not None]
        return reached({module.key: module for module in modules}, modules[0], self.entry) if modules else []

    def module(self, file: SourceFile) -> Module | None:
        if file.tree is None:
            return None
        parts = file.path.relative_to(self.folder).with_suffix("").parts
        key = parts[:-1] if parts[-1] == "__init__" else parts
        return Module(file, file.tree, file.nodes, "/".join(key), parts[:-1])

    def calls(self, *names: str) -> Iterator[tuple[Reached, ast.Call]]:
        """Calls of methods or functions of these names that the handler can reach."""
        for function in self.reached:
            for call in function.calls:
                called = call.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                if name in names:
                    yield function, call


def harmless(package: str) -> bool:
    return (
        package in sys.stdlib_module_names
        or package in HARMLESS
        or package.startswith(("node:", "@aws-sdk", "mypy_boto3_"))
    )


class Library:
    """Reads each file once, and follows the imports of each handler once."""

    def __init__(self) -> None:
        self.known: dict[FilePath, SourceFile | None] = {}
        self.codes: dict[tuple[str, str], Code | None] = {}
        self.packages: dict[FilePath, frozenset[str]] = {}

    def code(self, function: Function, where: CodeOf | None) -> Code | None:
        """None when its code is not here, or in another language."""
        handler = function.resource.get("Handler")
        if where is None or not isinstance(handler, str):
            return None
        if where.text is not None and where.place is not None:
            script = str(function.resource.get("Runtime")).startswith("nodejs")
            path = FilePath("index.js" if script else "index.py")
            file = SourceFile(path, where.text, where.place.file, where.place.line or 1)
            return Code((file,), handler.rpartition(".")[2])
        if where.folder is None:
            return None
        key = (where.folder, handler)
        if key not in self.codes:
            self.codes[key] = self.in_folder(FilePath(where.folder), handler)
        return self.codes[key]

    def in_folder(self, folder: FilePath, handler: str) -> Code | None:
        module, _, entry = handler.rpartition(".")
        first = self.first(folder, module)
        if first is None:
            return None
        found = {first.path: first}
        queue, foreign = [first], self.installed(folder)
        while queue and len(found) < MOST_FILES:
            for path in self.beside(queue.pop(), folder):
                known = path in found or any(path.is_relative_to(folder / name) for name in foreign)
                file = None if known else self.file(path)
                if file is not None:
                    found[path] = file
                    queue.append(file)
        return Code(tuple(found.values()), entry, folder, foreign)

    def installed(self, folder: FilePath) -> frozenset[str]:
        """What pip has put beside the handlers, as `sam build` has it do: packages that somebody else has written."""
        if folder not in self.packages:
            records = (item for item in folder.glob("*.dist-info/RECORD") if item.stat().st_size < MOST_BYTES)
            lines = (
                line for item in records for line in item.read_text(encoding="utf-8", errors="replace").splitlines()
            )
            names = {line.partition("/")[0].partition(",")[0].removesuffix(".py") for line in lines}
            self.packages[folder] = frozenset(name for name in names if name.isidentifier())
        return self.packages[folder]

    def first(self, folder: FilePath, module: str) -> SourceFile | None:
        dotted, slashed = module.replace(".", "/"), module
        names = [f"{dotted}.py", f"{dotted}/__init__.py", *(f"{slashed}{suffix}" for suffix in SCRIPTS)]
        return next((file for name in names if (file := self.file(folder / name)) is not None), None)

    def beside(self, file: SourceFile, folder: FilePath) -> Iterator[FilePath]:
        """The files of the same folder that one imports."""
        if file.tree is not None:
            package = file.path.parent.relative_to(folder).parts
            for name in imported(file.nodes, package):
                yield from (folder / f"{name}.py", folder / name / "__init__.py")
            return
        for name in SCRIPT_IMPORT.findall(file.text):
            target = file.path.parent / name
            yield from (target, *(target.with_name(target.name + suffix) for suffix in SCRIPTS))
            yield from (target / f"index{suffix}" for suffix in SCRIPTS)

    def file(self, path: FilePath) -> SourceFile | None:
        if path not in self.known:
            self.known[path] = self.read(path)
        return self.known[path]

    def read(self, path: FilePath) -> SourceFile | None:
        try:
            if not path.is_file() or path.stat().st_size > MOST_BYTES:
                return None
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        return SourceFile(path, text, str(path))
