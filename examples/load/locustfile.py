"""locust -f locustfile.py --headless -u 10 -r 5 -t 10s        (pip install locust; longwire dev runs meanwhile)"""

import os
import time

from locust import User, between, task
from websocket import WebSocketException, create_connection  # locust brings websocket-client

URL = os.environ.get("LONGWIRE_WS_URL", "ws://localhost:8765/dev")


class Chatter(User):
    wait_time = between(0.5, 1)

    def on_start(self) -> None:
        self.socket = create_connection(URL, timeout=10)

    def on_stop(self) -> None:
        self.socket.close()

    @task
    def say(self) -> None:
        started = time.perf_counter()
        failure: Exception | None = None
        answer = ""
        try:
            self.socket.send('{"action": "ping"}')
            answer = self.socket.recv()
        except (OSError, WebSocketException) as error:
            failure = error
        self.environment.events.request.fire(
            request_type="websocket",
            name="ping",
            response_time=(time.perf_counter() - started) * 1000,
            response_length=len(answer),
            exception=failure,
        )
