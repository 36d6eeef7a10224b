"""A recording as a test of one's own: ``longwire.replay("chat.jsonl", secrets={"access_token": token})``."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from longwire.recording.differences import Outcome
from longwire.recording.player import plan_of, replayed

__all__ = ["as_a_test"]


def as_a_test(
    file: Path,
    url: str,
    *,
    secrets: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    transform: Mapping[str, str] | None = None,
    timeout: float = 5.0,
) -> Outcome:
    """AssertionError says what differs; options are those of ``longwire replay``. There are no pauses.

    ``secrets``: name -> credential (``"2:token"`` for the second connection); ``transform``: name -> regex.
    """
    given = [f"{name}={value}" for name, value in (secrets or {}).items()]
    rules = [f"{name}={regex}" for name, regex in (transform or {}).items()]
    outcome = replayed(file, plan_of(url, given, rules, ignore, 0.0, timeout))
    if outcome.differences:
        raise AssertionError(outcome.text())
    return outcome
