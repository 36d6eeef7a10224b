"""Which TCP sockets a process and its children listen on, as ``ss -ltnp`` tells it."""

import ipaddress
from pathlib import Path

__all__ = ["listeners"]

LISTEN = "0A"


def listeners(pid: int) -> list[tuple[str, int]]:
    """Address and port of each, from Linux's /proc."""
    inodes = {inode for each in family(pid) for inode in sockets(each)}
    return sorted({place for name in ("tcp", "tcp6") for place, inode in table(name) if inode in inodes})


def family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def sockets(pid: int) -> set[str]:
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
        except OSError:  # closed since
            continue
    return found


def table(name: str) -> list[tuple[tuple[str, int], str]]:
    rows = [line.split() for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return [(place(row[1]), row[9]) for row in rows if row[3] == LISTEN]


def place(text: str) -> tuple[str, int]:
    """``0100007F:1F90``: words of four bytes, each in the machine's own order."""
    digits, port = text.split(":")
    words = [bytes.fromhex(digits[start : start + 8])[::-1] for start in range(0, len(digits), 8)]
    return str(ipaddress.ip_address(b"".join(words))), int(port, 16)
