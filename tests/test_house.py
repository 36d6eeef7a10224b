"""The house obeys its rules, and each rule notices when it is broken."""

from collections.abc import Callable
from pathlib import Path

import pytest

import house

ROOT = Path(__file__).parents[1]

ALONE = {
    "functions/longwire_app/__init__.py": "holds nothing",
    "emulator/longwire/__init__.py": "holds the version",
    "emulator/longwire/__main__.py": "calls cli.main",
    "clients/python/longwire_client/__init__.py": "names what is public",
    "infra/longwire_infra/__init__.py": "holds nothing",
    "emulator/longwire/core/event_source.py": "records; the tests of template and services build them",
    "infra/longwire_infra/check/__init__.py": "holds nothing",
    "infra/longwire_infra/check/rules/__init__.py": "imports the rules, so that they are listed",
    "infra/longwire_infra/check/endpoint.py": "records; the tests of the prober and of its rules build them",
    "infra/longwire_infra/check/runtimes.py": "dates; the tests of the rules over functions read them",
    "emulator/longwire/core/events.py": "records; every test of the core builds them",
    "emulator/longwire/options.py": "a record; every emulator is started with one",
    "emulator/longwire/runtime/outcome.py": "a record; every test of the runtime builds it",
    "emulator/longwire/runtime/surroundings.py": "a record; every pool is made with one",
    "tests/functions/test_template.py": "tests template.yaml",
    "tests/functions/test_template_grants.py": "tests template.yaml",
    "tests/emulator/inspector/test_page.py": "tests the folder inspector/page: scripts and styles",
}

Rule = Callable[[Path], list[str]]
RULES: list[Rule] = [
    house.import_directions,
    house.core_purity,
    house.long_functions,
    house.function_sizes,
    house.long_files,
    house.subjectless_names,
    house.words_from_outside,
]


@pytest.mark.parametrize("rule", RULES)
def test_the_house_obeys(rule: Rule) -> None:
    assert rule(ROOT) == []


def test_every_module_has_its_test_file_and_every_test_file_its_module() -> None:
    assert house.unpaired(ROOT, ALONE) == []


# -- each rule can fail


class Plot:
    """An empty repository to break rules in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.put("dev", "")

    def put(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.fixture
def plot(tmp_path: Path) -> Plot:
    return Plot(tmp_path)


@pytest.mark.parametrize(
    ("path", "line", "name"),
    [
        ("functions/longwire_app/a.py", "import longwire", "longwire"),
        ("functions/longwire_app/a.py", "from longwire_infra.usage import Usage", "longwire_infra.usage.Usage"),
        ("functions/longwire_app/a.py", "import requests", "requests"),
        ("infra/longwire_infra/a.py", "from longwire.core.api import Api", "longwire.core.api.Api"),
        ("infra/longwire_infra/a.py", "import longwire_app.store", "longwire_app.store"),
        ("infra/longwire_infra/usage.py", "import rich.table", "rich.table"),
        ("emulator/longwire/cli.py", "def f():\n    import longwire_app", "longwire_app"),
        ("emulator/longwire/cli.py", "from longwire_infra import prices", "longwire_infra.prices"),
        ("emulator/longwire/dev.py", "from longwire_infra import cli", "longwire_infra.cli"),
        ("emulator/longwire/cli.py", "from . import server", ".server"),
    ],
)
def test_an_import_against_the_direction_is_named(plot: Plot, path: str, line: str, name: str) -> None:
    plot.put(path, line)

    package = path.split("/")[1]
    assert house.import_directions(plot.root) == [f"{path}:{1 + line.count(chr(10))}: {package} may not import {name}"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("functions/longwire_app/a.py", "import boto3, json, longwire_app.store"),
        ("functions/longwire_app/a.py", "if TYPE_CHECKING:\n    from mypy_boto3_dynamodb import DynamoDBClient"),
        ("infra/longwire_infra/report.py", "import rich.table"),
        ("emulator/longwire/meter.py", "from longwire_infra.usage import Usage"),
        ("emulator/longwire/cli.py", "import click, websockets.sync.client"),
        ("emulator/longwire/cli.py", "from longwire_infra import cli as infra"),
    ],
)
def test_an_import_along_the_direction_passes(plot: Plot, path: str, line: str) -> None:
    plot.put(path, line)

    assert house.import_directions(plot.root) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("import asyncio", "it imports asyncio"),
        ("from os import environ", "it imports os.environ"),
        ("import yaml", "it imports yaml"),
        ("datetime.now(UTC)", "it calls datetime.now()"),
        ("uuid4()", "it calls uuid4()"),
        ("open('file')", "it calls open()"),
    ],
)
def test_an_impure_core_module_is_named(plot: Plot, line: str, what: str) -> None:
    plot.put("emulator/longwire/core/gateway.py", f"import json\n{line}")

    assert house.core_purity(plot.root) == [f"emulator/longwire/core/gateway.py:2: {what}, and this module is core"]


def test_what_the_core_imports_is_core(plot: Plot) -> None:
    plot.put("emulator/longwire/core/gateway.py", "from longwire.frames import split")
    plot.put("emulator/longwire/frames.py", "import longwire.edge.wire")
    plot.put("emulator/longwire/edge/wire.py", "import socket")
    plot.put("emulator/longwire/server.py", "import socket")

    because = "emulator/longwire/frames.py:1 imports it"
    assert house.core_purity(plot.root) == [
        f"emulator/longwire/edge/wire.py:1: it imports socket, and this module is core: {because}"
    ]


def function(name: str, lines: int) -> str:
    return f'def {name}():\n    """\n    Docstrings do not count.\n    """\n' + "    x = 1\n" * lines


@pytest.mark.parametrize("path", ["emulator/longwire/a.py", "tests/emulator/test_a.py", "dev"])
def test_a_function_over_40_lines_is_named(plot: Plot, path: str) -> None:
    plot.put(path, function("fits", 40) + function("does_not", 41))

    assert house.long_functions(plot.root) == [f"{path}:45: does_not has 41 lines of body"]


def test_a_high_median_is_named(plot: Plot) -> None:
    plot.put("emulator/longwire/a.py", function("a", 1) + function("b", 9) + function("c", 9))

    assert house.function_sizes(plot.root) == ["the median body has 9 lines, more than 8"]


def test_too_many_functions_of_20_lines_are_named(plot: Plot) -> None:
    short = "".join(function(f"short{number}", 1) for number in range(8))
    plot.put("emulator/longwire/a.py", short + function("a", 19) + function("b", 20))
    assert house.function_sizes(plot.root) == []

    plot.put("infra/longwire_infra/a.py", function("c", 21))
    assert house.function_sizes(plot.root) == [
        "2 of 11 functions are too long for nine in ten",
        "infra/longwire_infra/a.py:1: c has 21 lines of body",
        "emulator/longwire/a.py:64: b has 20 lines of body",
    ]


def test_a_file_over_300_lines_is_named(plot: Plot) -> None:
    plot.put("functions/longwire_app/fits.py", "\n" * 300)
    plot.put("tests/test_long.py", "\n" * 301)

    assert house.long_files(plot.root) == ["tests/test_long.py:301: the file has more than 300 lines"]


def test_a_module_without_a_test_and_a_test_without_a_module_are_named(plot: Plot) -> None:
    plot.put("emulator/longwire/paired.py", "")
    plot.put("tests/emulator/test_paired.py", "")
    plot.put("emulator/longwire/lonely.py", "")
    plot.put("tests/emulator/test_gone.py", "")
    plot.put("infra/longwire_infra/excused.py", "")
    plot.put("infra/longwire_infra/deep/module.py", "")

    assert house.unpaired(plot.root, {"infra/longwire_infra/excused.py": "why", "infra/old.py": "why"}) == [
        "emulator/longwire/lonely.py:1: has no tests/emulator/test_lonely.py",
        "infra/longwire_infra/deep/module.py:1: has no tests/infra/deep/test_module.py",
        "tests/emulator/test_gone.py:1: tests no module of its name",
        "infra/old.py:1: is excused and need not be",
    ]


def test_a_test_file_of_one_subject_belongs_to_its_module_in_the_mirrored_folder(plot: Plot) -> None:
    plot.put("emulator/longwire/runtime/pool_size.py", "")
    plot.put("tests/emulator/runtime/test_pool_size.py", "")
    plot.put("tests/emulator/runtime/test_pool_size_of_bursts.py", "")

    assert house.unpaired(plot.root, {}) == []


@pytest.mark.parametrize(
    "test",
    [
        "tests/emulator/test_pool_bursts.py",
        "tests/infra/runtime/test_pool_bursts.py",
        "tests/emulator/runtime/test_pools.py",
        "tests/emulator/runtime/test_bursts_pool.py",
    ],
)
def test_a_test_file_of_one_subject_needs_a_module_beside_it(plot: Plot, test: str) -> None:
    plot.put("emulator/longwire/runtime/pool.py", "")
    plot.put("tests/emulator/runtime/test_pool.py", "")
    plot.put(test, "")

    assert house.unpaired(plot.root, {}) == [f"{test}:1: tests no module of its name"]


def test_a_test_file_of_one_subject_is_not_yet_the_test_of_its_module(plot: Plot) -> None:
    plot.put("emulator/longwire/pool.py", "")
    plot.put("tests/emulator/test_pool_bursts.py", "")

    assert house.unpaired(plot.root, {}) == ["emulator/longwire/pool.py:1: has no tests/emulator/test_pool.py"]


@pytest.mark.parametrize("name", ["utils", "test_helpers", "aws_common", "manager"])
def test_a_name_without_a_subject_is_named(plot: Plot, name: str) -> None:
    plot.put(f"tests/emulator/{name}.py", "")

    assert house.subjectless_names(plot.root) == [f"tests/emulator/{name}.py:1: the name says no subject"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("see /" + "home/somebody/notes", "a path of one machine"),
        ("cd /" + "work/main", "a path of one machine"),
        ("https://" + "pypi" + ".org/simple", "a package registry's host"),
        ("see .." + "/shared/design.md", "something outside the repository"),
    ],
)
def test_words_that_only_mean_something_elsewhere_are_named(plot: Plot, text: str, what: str) -> None:
    plot.put("README.md", f"# Title\n{text}\n")
    plot.put(".venv/lib/module.py", text)
    plot.put("picture.png", f"\0{text}")

    assert house.words_from_outside(plot.root) == [f"README.md:2: names {what}"]
