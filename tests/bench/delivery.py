"""From a publish to its delivery, warm, in the emulator: reliable (log, doorbell, pump), volatile (posted at once).

Run by hand, beside ``longwire dev`` in the checkout: ``python tests/bench/delivery.py URL TOKEN``, with the URL that it
prints and what ``./dev token --user alice`` prints. Nothing else should be running. One message at a time: what it
takes, not how many fit.
"""

import argparse
import json
import statistics
import time
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

RELIABLE = Subprotocol("json.reliable.webpubsub.azure.v1")
WARM_UP = 20


def read(client: ClientConnection, **wanted: Any) -> dict[str, Any]:
    """The next frame with these fields."""
    while True:
        frame: dict[str, Any] = json.loads(client.recv(timeout=20))
        if wanted.items() <= frame.items():
            return frame


def milliseconds(sender: ClientConnection, receiver: ClientConnection, group: str, count: int) -> list[float]:
    receiver.send(json.dumps({"type": "joinGroup", "group": group, "ackId": 1}))
    read(receiver, type="ack")
    took = []
    for number in range(WARM_UP + count):
        began = time.perf_counter()
        sender.send(json.dumps({"type": "sendToGroup", "group": group, "data": number}))
        frame = read(receiver, type="message", data=number)
        took.append((time.perf_counter() - began) * 1000)
        if "sequenceId" in frame:
            receiver.send(json.dumps({"type": "sequenceAck", "sequenceId": frame["sequenceId"]}))
    return sorted(took[WARM_UP:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    url = f"{options.url}?access_token={options.token}"
    with connect(url, subprotocols=[RELIABLE]) as sender, connect(url, subprotocols=[RELIABLE]) as receiver:
        for client in (sender, receiver):
            read(client, event="connected")
        for group in ("room", "volatile.room"):
            took = milliseconds(sender, receiver, group, options.count)
            p50, p90 = statistics.median(took), took[int(len(took) * 0.9)]
            print(f"{group}: p50 {p50:.1f} ms, p90 {p90:.1f} ms, least {took[0]:.1f} ms")


if __name__ == "__main__":
    main()
