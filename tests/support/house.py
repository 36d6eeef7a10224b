"""The rules of the house. Each takes the repository's folder and returns one line, ``file:line: what``, per breach."""

import ast
import re
import statistics
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGES = {
    "longwire_app": "functions/longwire_app",
    "longwire": "emulator/longwire",
    "longwire_infra": "infra/longwire_infra",
    "longwire_client": "clients/python/longwire_client",
}
TESTS = {"longwire_app": "tests/functions", "longwire": "tests/emulator", "longwire_infra": "tests/infra"}
TESTS["longwire_client"] = "tests/clients/python"

# Beyond the standard library. The backend is deployed: what it imports must be in functions/requirements.txt.
MAY_IMPORT = {
    "longwire_app": {"longwire_app", "aws_lambda_powertools", "boto3", "botocore", "jwt", "pydantic", "pydantic_core"},
    "longwire_infra": {"longwire_infra", "boto3", "botocore", "pydantic", "yaml"},
    "longwire_client": {"longwire_client"},  # it goes into other people's programs, and brings nothing
    # Of the cost side the emulator knows the record it writes, and of the backend nothing at all.
    "longwire": {"longwire", "longwire_infra.usage", "longwire_infra.errors"}
    | {"boto3", "botocore", "click", "httptools", "jsonschema", "moto", "prometheus_client", "pytest", "samtranslator"}
    | {"cryptography", "uvloop", "websockets", "yaml"}
    | {"werkzeug"},  # moto's own request and error types
}
PRESENTATION = {"click", "rich"}  # in longwire_infra, and there only in these:
PRESENTERS = {"cli", "report"}
# The one `longwire` command has the cost side's commands: it hands over to them, and knows nothing else of that side.
# A run is priced in one place, for the inspector, the test fixture and the budget.
# The checklist's rules are on the cost side; what reads templates and probes endpoints is here, and hands facts over.
HANDS_OVER = {
    "emulator/longwire/check.py": {"longwire_infra.check", "longwire_infra.errors"},
    "emulator/longwire/check_document.py": {"longwire_infra.check.document"},
    "emulator/longwire/check_endpoint.py": {"longwire_infra.check.endpoint"},
    "emulator/longwire/cli.py": {
        "longwire_infra.cli",
        "longwire_infra.monitoring.cli",
        "longwire_infra.simulation.cli",
    },
    "emulator/longwire/run_cost.py": {
        "longwire_infra.bill_json",
        "longwire_infra.estimate",
        "longwire_infra.prices",
        "longwire_infra.terms",
    },
}

# These, and whatever they import, take time, ids and randomness as arguments.
CORE = "emulator/longwire/core"
IMPURE = re.compile(
    r"(asyncio|concurrent|multiprocessing|os|random|secrets|selectors|signal|socket|ssl|subprocess|tempfile|threading|time)"
    r"(\..*)?"
)
IMPURE_CALLS = re.compile(r"(datetime|date)\.(now|utcnow|today)|(uuid\.)?uuid[14]|open|print|input")

LONGEST_BODY, LONGEST_MEDIAN, NINE_IN_TEN_BELOW, LONGEST_FILE = 40, 8, 20, 300

# A module of these names holds what has no subject.
SUBJECTLESS = re.compile(r"(^|_)(utils?|helpers?|common|managers?|misc)$")
OUTSIDE = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:work|farm|root|(?:home|Users)/\w+)/"),
    "a package registry's host": re.compile(r"\b(?:pypi|pythonhosted|npmjs|debian)\.(?:org|com|net)\b"),
    "something outside the repository": re.compile(r"\.\./(?:shared|main)/"),
}


@dataclass(frozen=True)
class Source:
    root: Path
    file: Path

    @property
    def path(self) -> str:
        return self.file.relative_to(self.root).as_posix()

    @cached_property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and full name: ``from a import b`` is ``a.b``; a relative import begins with a dot."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = "." * node.level + (f"{node.module}." if node.module else "")
                yield from ((node.lineno, start + alias.name) for alias in node.names)


def sources(root: Path, folder: str) -> list[Source]:
    return [Source(root, file) for file in sorted((root / folder).rglob("*.py")) if "__pycache__" not in file.parts]


def product(root: Path) -> list[Source]:
    return [source for folder in PACKAGES.values() for source in sources(root, folder)]


def is_within(name: str, modules: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


# -- who may import whom


def import_directions(root: Path) -> list[str]:
    return [
        f"{source.path}:{line}: {package} may not import {name}"
        for package, folder in PACKAGES.items()
        for source in sources(root, folder)
        for line, name in source.imports()
        if not (is_standard(name) or is_within(name, _allowed(package, source)))
    ]


def _allowed(package: str, source: Source) -> set[str]:
    presents = package == "longwire_infra" and source.file.stem in PRESENTERS
    # Types of boto3's clients exist for the type checker alone.
    presentation = PRESENTATION if presents else set()
    return MAY_IMPORT[package] | _stubs(source) | presentation | HANDS_OVER.get(source.path, set())


def _stubs(source: Source) -> set[str]:
    blocks = [
        node for node in source.tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    modules = [node.module for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {module for module in modules if module and module.startswith("mypy_boto3_")}


def core_purity(root: Path) -> list[str]:
    return [
        f"{source.path}:{line}: {what}, and this module is core{because}"
        for source, because in _core(root)
        for line, what in [*_impure_imports(source), *_impure_calls(source)]
    ]


def _core(root: Path) -> list[tuple[Source, str]]:
    """The core's modules and what they import, with the reason why a module is among them."""
    reasons = {source.path: "" for source in sources(root, CORE)}
    queue = list(reasons)
    while queue:
        path = queue.pop()
        for line, imported in Source(root, root / path).imports():
            module = _own_module(root, imported)
            if module and module not in reasons:
                reasons[module] = f": {path}:{line} imports it"
                queue.append(module)
    return [(Source(root, root / path), because) for path, because in reasons.items()]


def _own_module(root: Path, imported: str) -> str | None:
    """The file of ``longwire.folder.module`` or ``longwire.folder.module.Name``."""
    parts = imported.split(".")
    tries = ["emulator/" + "/".join(parts[:length]) + ".py" for length in (len(parts), len(parts) - 1) if length > 1]
    return next((path for path in tries if parts[0] == "longwire" and (root / path).exists()), None)


def _impure_imports(source: Source) -> Iterator[tuple[int, str]]:
    for line, name in source.imports():
        pure = is_standard(name) and not IMPURE.fullmatch(name)
        if not pure and not is_within(name, {"longwire", "longwire_infra.usage"}):
            yield line, f"it imports {name}"


def _impure_calls(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and IMPURE_CALLS.fullmatch(ast.unparse(node.func)):
            yield node.lineno, f"it calls {ast.unparse(node.func)}()"


# -- sizes


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From the first statement after the docstring to the last line."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _functions(found: list[Source]) -> list[tuple[int, str]]:
    return [
        (body_lines(node), f"{source.path}:{node.lineno}: {node.name}")
        for source in found
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def long_functions(root: Path) -> list[str]:
    functions = _functions([*product(root), *sources(root, "tests"), Source(root, root / "dev")])
    return [f"{where} has {lines} lines of body" for lines, where in functions if lines > LONGEST_BODY]


def function_sizes(root: Path) -> list[str]:
    functions = sorted(_functions(product(root)), reverse=True)
    sizes = [lines for lines, _ in functions]
    breaches = []
    if statistics.median(sizes) > LONGEST_MEDIAN:
        breaches.append(f"the median body has {statistics.median(sizes)} lines, more than {LONGEST_MEDIAN}")
    too_long = [f"{where} has {lines} lines of body" for lines, where in functions if lines >= NINE_IN_TEN_BELOW]
    if len(too_long) * 10 > len(sizes):
        breaches += [f"{len(too_long)} of {len(sizes)} functions are too long for nine in ten", *too_long]
    return breaches


def long_files(root: Path) -> list[str]:
    counted = [(len(source.text.splitlines()), source.path) for source in [*product(root), *sources(root, "tests")]]
    return [
        f"{path}:{lines}: the file has more than {LONGEST_FILE} lines"
        for lines, path in counted
        if lines > LONGEST_FILE
    ]


# -- names and words


def unpaired(root: Path, alone: dict[str, str]) -> list[str]:
    """Modules without a test file and the reverse; ``alone`` gives the reason for each path that has no partner."""
    modules, tests = {}, {}
    for package, folder in PACKAGES.items():
        for source in sources(root, folder):
            place = source.file.relative_to(root / folder).parent
            test = Path(TESTS[package]) / place / f"test_{source.file.name}"
            if source.file.name != "__init__.py" or place == Path():
                modules[test.as_posix()] = source.path
        tests.update(
            {source.path: "" for source in sources(root, TESTS[package]) if source.file.name.startswith("test_")}
        )
    untested = [f"{path}:1: has no {test}" for test, path in modules.items() if test not in tests and path not in alone]
    moduleless = [
        f"{test}:1: tests no module of its name"
        for test in tests
        if not _belongs_to_one(test, modules) and test not in alone
    ]
    needless = [f"{path}:1: is excused and need not be" for path in alone if not (root / path).exists()]
    return untested + moduleless + needless


def _belongs_to_one(test: str, modules: Container[str]) -> bool:
    """Whether it is a module's own test file, ``test_<module>.py``, or one of its ``test_<module>_<subject>.py``."""
    folder, _, name = test.removesuffix(".py").rpartition("/")
    words = name.split("_")
    return any(f"{folder}/{'_'.join(words[:length])}.py" in modules for length in range(2, len(words) + 1))


def subjectless_names(root: Path) -> list[str]:
    found = [*product(root), *sources(root, "tests")]
    return [f"{source.path}:1: the name says no subject" for source in found if SUBJECTLESS.search(source.file.stem)]


def words_from_outside(root: Path) -> list[str]:
    return [
        f"{file.relative_to(root).as_posix()}:{number}: names {what}"
        for file in text_files(root)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        for what, pattern in OUTSIDE.items()
        if pattern.search(line)
    ]


def text_files(root: Path) -> Iterator[Path]:
    """Every file that is committed and is text."""
    for file in sorted(root.rglob("*")):
        parts = file.relative_to(root).parts
        generated = any(
            (part.startswith(".") and part != ".ci") or part in {"__pycache__", "dist"} for part in parts[:-1]
        )
        if not generated and file.name != ".git" and file.is_file() and b"\0" not in file.read_bytes():
            yield file
