"""Messages per second through the gateway core alone: MessageReceived and InvocationFinished, no I/O.

python tests/bench/core.py [--messages N]
"""

import argparse
import os
import time
from dataclasses import replace

from longwire.core.api import Api, Integration, Route, Stage
from longwire.core.events import HandshakeReceived, InvocationFinished, Invoke, MessageReceived
from longwire.core.gateway import Gateway
from longwire.core.ids import Ids
from longwire.core.quotas import Quotas


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    count = parser.parse_args().messages
    route = Route("$default", Integration("Echo", "AWS_PROXY", "Echo"), two_way=True)
    api = Api(
        "Ws", "abcdefghij", "ws", "us-east-1", "123456789012", "$request.body.action", {"$default": route}, Stage("dev")
    )
    quotas = replace(Quotas(), account_rate=1e9, account_burst=10**9)  # the loop is faster than an account may be
    gateway = Gateway(api, Ids(os.urandom), quotas)
    connections = [gateway.deployment.ids.connection_id() for _ in range(50)]
    for connection_id in connections:
        gateway.receive(HandshakeReceived(connection_id, "/dev", (("Host", "localhost"),), "127.0.0.1"), time.time())
    answer = '{"statusCode":200,"body":"hello"}'
    started = time.perf_counter()
    for number in range(count):
        effects = gateway.receive(MessageReceived(connections[number % 50], '{"action":"x","n":1}', 20), time.time())
        invoke = effects[1]
        assert isinstance(invoke, Invoke)
        gateway.receive(InvocationFinished(invoke.invocation_id, answer), time.time())
        gateway.next_deadline()
    seconds = time.perf_counter() - started
    print(f"{count / seconds:,.0f} messages/s there and back, {seconds / count * 1e6:.1f} us each")


if __name__ == "__main__":
    main()
