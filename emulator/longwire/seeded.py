"""Random numbers that are the same again."""

from collections.abc import Callable
from random import Random

__all__ = ["seeded"]


def seeded(seed: int) -> Callable[[], float]:
    """A fault's own numbers, from 0 up to 1: the same ones for the same seed."""
    return Random(seed).random  # noqa: S311 - nobody is to be kept from guessing them
