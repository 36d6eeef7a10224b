"""Many calls at the same moment."""

import threading
from collections.abc import Callable


def race(width: int, action: Callable[[int], object], lost: type[Exception]) -> int:
    """How many of ``width`` simultaneous calls did not raise ``lost``."""
    gate = threading.Barrier(width)
    won = []

    def run(number: int) -> None:
        gate.wait()
        try:
            action(number)
        except lost:
            return
        won.append(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(width)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(won)
