"""Functions whose code is partly in layers, and code in a zip, through the port."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from sample_templates import Sample, sample


@pytest.fixture
def layered(tmp_path: Path) -> Sample:
    """With code in a zip."""
    made = sample("layers", tmp_path)
    folder = made.file.parent
    with zipfile.ZipFile(folder / "app.zip", "w") as archive:
        archive.write(folder / "app" / "app.py", "app.py")
    return made.replace("CodeUri: app", "CodeUri: app.zip")


@pytest.fixture
def longwire(layered: Sample) -> Iterator[Longwire]:
    server = LongwireServer(layered.load(), Options(port=0))
    made = Longwire(server)
    yield made
    made.close()
    server.close()


def test_what_is_in_the_layers_is_imported_and_run(longwire: Longwire) -> None:
    with longwire.connect() as client:
        client.send_json({"action": "talk"})
        assert client.receive(timeout=20) == "hello world on top spoken"


def test_a_function_without_layers_has_nothing_of_them(longwire: Longwire) -> None:
    with longwire.connect() as client:
        client.send("anything")
        assert client.receive(timeout=20) == "No module named 'words'"


def test_no_bytecode_is_left_in_a_layer(longwire: Longwire, layered: Sample) -> None:
    with longwire.connect() as client:
        client.send_json({"action": "talk"})
        client.receive(timeout=20)
    assert list(layered.file.parent.rglob("__pycache__")) == []
