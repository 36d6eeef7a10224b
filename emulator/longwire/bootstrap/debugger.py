"""Waits for a debugger, inside an execution environment, before the handler is imported."""

import time
from importlib import import_module
from typing import Any

__all__ = ["wait_for_debugger"]

PATIENCE = 10.0  # seconds for the port: the environment before this one may still hold it
PAUSE = 0.05


def wait_for_debugger(port: int) -> None:
    """Returns when one is attached; raises RuntimeError or OSError when nobody can listen at the port."""
    debugpy = import_module("debugpy")  # the user's own: nothing that Longwire needs
    listen(debugpy, port, time.monotonic() + PATIENCE)
    debugpy.wait_for_client()


def listen(debugpy: Any, port: int, end: float) -> None:
    while True:
        try:
            debugpy.listen(("127.0.0.1", port))
        except (RuntimeError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(PAUSE)
        else:
            return
