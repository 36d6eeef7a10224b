import subprocess
import sys

from longwire.runtime.import_profile import ImportProfile


def test_what_the_interpreter_prints_becomes_a_table() -> None:
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import decimal; print('own')"],
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    profile = ImportProfile()
    assert all(profile.take(line) for line in told.splitlines())
    head, columns, *rows = profile.table().splitlines()
    assert head.startswith("cold start: ")
    assert columns.split() == ["alone", "with", "module"]
    assert any(row.endswith("decimal") for row in rows)
    alone = [float(row.split()[0]) for row in rows]
    assert alone == sorted(alone, reverse=True)
    assert len(rows) <= 15


def test_other_lines_are_the_functions_own() -> None:
    profile = ImportProfile()
    assert not profile.take("import times are long")
    assert profile.take("import time: self [us] | cumulative | imported package")
    assert profile.take("import time:       100 |        200 |   longwire.bootstrap.channel")
    assert profile.table().startswith("cold start: 0 ms in 0 imports")
