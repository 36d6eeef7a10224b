"""The way that calls take to an execution environment: a packet each, so that calls may be sent before their turn.

We keep the environment's end as well. The packets that nobody has read are the calls that were not begun, and can be
read back and given to another environment.
"""

import socket
import sys
from contextlib import suppress

from longwire.bootstrap.channel import LARGE, MAX_PACKET

__all__ = ["CallSocket"]


class CallSocket:
    """Raises OSError when it is made and there are no descriptors. Nothing here blocks."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    @classmethod
    def available(cls) -> bool:
        """Whether the system keeps packets apart and tells of the end of such a socket; macOS does not."""
        return sys.platform == "linux"

    def fileno(self) -> int:
        """The descriptor that the environment inherits."""
        return self.theirs.fileno()

    def send(self, call: bytes) -> bool:
        """Whether the kernel took it: it holds about ten packets (net.unix.max_dgram_qlen)."""
        # MSG_DONTWAIT and not O_NONBLOCK: that one would hold for the environment too, where reading has to wait.
        with suppress(BlockingIOError):
            return self.ours.send(call, socket.MSG_DONTWAIT) > 0
        return False

    def announce(self) -> None:
        """The next call is larger than a packet, and comes by the channel."""
        self.send(LARGE)

    def first(self) -> bytes:
        """The packet that the environment reads next; empty when it has read all."""
        with suppress(BlockingIOError):
            return self.theirs.recv(MAX_PACKET, socket.MSG_DONTWAIT | socket.MSG_PEEK)
        return b""

    def take_back(self) -> list[bytes]:
        """The packets that nobody has read; nobody will. The environment may have read some in between them."""
        taken = []
        with suppress(BlockingIOError):
            while packet := self.theirs.recv(MAX_PACKET, socket.MSG_DONTWAIT):
                taken.append(packet)
        return taken

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()
