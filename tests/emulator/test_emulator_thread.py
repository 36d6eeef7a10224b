"""An emulator in a thread of its own."""

from pathlib import Path

import pytest

from longwire.emulator import Options
from longwire.emulator_thread import LongwireServer, with_variables
from longwire.errors import TemplateError, UsageError
from longwire.template.load import load

TEMPLATE = Path(__file__).parents[1] / "bench" / "echo_app" / "template.yaml"


def test_variables_for_a_function_that_is_not_there_are_refused() -> None:
    stack = load(TEMPLATE)
    assert with_variables(stack, {"Echo": {"A": "1"}}).functions["Echo"].environment["A"] == "1"
    with pytest.raises(UsageError, match="longwire_env names Ecko; the template has Echo"):
        with_variables(stack, {"Ecko": {}})


def test_a_stack_that_cannot_start_leaves_no_thread() -> None:
    with pytest.raises(TemplateError):
        LongwireServer(load(TEMPLATE.with_name("missing.yaml")), Options(port=0))


def test_the_id_of_a_port_that_nobody_has_is_empty() -> None:
    server = LongwireServer(load(TEMPLATE), Options(port=0))
    assert server.identify(1) == ""
    assert server.half_open() == set()
    server.close()
