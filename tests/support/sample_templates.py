"""The sample templates, copied to where a test may change them, and what loading them says."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from longwire.core.api import Stack
from longwire.errors import TemplateError
from longwire.template.intrinsics import Resolver
from longwire.template.load import load
from longwire.template.parameters import parameter_values
from longwire.template.places import Places
from longwire.template.source import parse

RUNNING = f"python3.{sys.version_info.minor}"
SAMPLES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class Sample:
    """A copy of a sample; its cache is its own."""

    file: Path

    def replace(self, old: str, new: str) -> "Sample":
        """Change what stands in the template exactly once."""
        text = self.file.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {self.file.name}"
        self.file.write_text(text.replace(old, new))
        return self

    def append(self, text: str) -> "Sample":
        """Add resources: the samples' resources end where their Outputs begin, or at the end."""
        before, outputs, after = self.file.read_text().partition("\nOutputs:")
        self.file.write_text(f"{before}\n{text}{outputs}{after}")
        return self

    def line_of(self, text: str) -> int:
        lines = [number for number, line in enumerate(self.file.read_text().splitlines(), 1) if text in line]
        assert len(lines) == 1, f"{text!r} is in the lines {lines}"
        return lines[0]

    def load(self, **options: Any) -> Stack:
        return load(self.file, cache=self.file.parent / "cache", **options)

    def error(self, **options: Any) -> TemplateError:
        """The error that loading it ends with."""
        with pytest.raises(TemplateError) as caught:
            self.load(**options)
        return caught.value


def sample(name: str, folder: Path) -> Sample:
    """A folder of samples, with its code, below ``folder``; its functions run on the Python that is here."""
    copied = folder / name
    shutil.copytree(SAMPLES / name, copied)
    for file in (*copied.glob("template.*"), *copied.glob("cdk.out/*.template.json"), *copied.glob("data/*.yaml")):
        file.write_text(file.read_text().replace("python3.11", RUNNING))
    return Sample(next(copied.glob("template.*"), copied))


def written(text: str, folder: Path, name: str = "template.yaml") -> Sample:
    file = folder / name
    file.write_text(text)
    return Sample(file)


def places_of(text: str, *, allow_unsupported: bool = False) -> Places:
    return Places(parse(text, Path("template.yaml")), allow_unsupported)


def resolver_of(text: str, stack: str = "demo", region: str = "eu-west-1") -> Resolver:
    """A resolver for a plain CloudFormation template."""
    places = places_of(text)
    return Resolver(places.source.data, parameter_values(places, {}), places, stack, region)
