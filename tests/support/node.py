"""Node.js, for the tests that run functions in it."""

import shutil

import pytest

__all__ = ["required_node"]


def required_node() -> str:
    """Its path. Without it the test fails: what these tests show would else be shown by nobody."""
    found = shutil.which("node")
    if found is None:
        pytest.fail('this test needs Node.js: apt install nodejs, or leave it out with -m "not node"')
    return found
