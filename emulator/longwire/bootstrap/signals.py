"""A handler's signals reach what it has started, and neither Longwire nor the rest of this machine.

On Lambda they cannot: an environment holds nothing else. Runs inside an execution environment: standard library only.
"""

import errno
import os
from collections.abc import Callable

__all__ = ["spare"]

EVERYBODY = -1  # kill(2): "every process for which the calling process has permission to send signals"


def spare(parent: int) -> None:
    """From now on ``os.kill`` and ``os.killpg`` refuse ``parent``, its process group, and everybody."""
    kill, killpg = os.kill, os.killpg
    outside = {parent, -os.getpgid(parent), EVERYBODY}

    def guarded(send: Callable[[int, int], None], number: int, signal: int, target: int) -> None:
        if target in outside:
            raise PermissionError(errno.EPERM, "Operation not permitted: that is no process of this function")
        send(number, signal)

    os.kill = lambda pid, signal: guarded(kill, pid, signal, pid)
    os.killpg = lambda group, signal: guarded(killpg, group, signal, -group)
