"""Messages in, posts out, and the queue of posts that wait for the account's throttle."""

from collections import deque
from dataclasses import dataclass, field

from longwire_infra.simulation.bucket import Bucket
from longwire_infra.simulation.demand import Demand
from longwire_infra.simulation.fleet import STEP, Spread
from longwire_infra.simulation.limits import Limits

__all__ = ["Traffic"]


@dataclass
class Batch:
    """Posts that became due in one step; ``broadcast`` is the number of the message they belong to, if it is one."""

    step: int
    count: float
    broadcast: bool = False


@dataclass
class Traffic:
    """``requests`` is the account's bucket, which handshakes, frames and posts share."""

    demand: Demand
    limits: Limits
    requests: Bucket
    queue: deque[Batch] = field(default_factory=deque)
    waiting: float = 0.0
    messages: float = 0.0
    throttled: float = 0.0
    posts: float = 0.0
    latency: Spread = field(default_factory=Spread)
    broadcasts: Spread = field(default_factory=Spread)
    peak: float = 0.0
    most_waiting: float = 0.0
    owed: dict[str, float] = field(default_factory=dict)

    def pass_step(self, step: int, connected: int, handshakes: float) -> None:
        """One step with so many clients connected, in which so many handshakes were let in."""
        asked = (connected * (self.demand.messages + self.demand.heartbeats) + self.demand.sent) * STEP
        self.add_posts(step, connected)
        width = self.limits.posts_in_flight * STEP * 1000 / self.limits.post_ms
        wanted = min(self.waiting, width)
        available = self.requests.tokens
        share = 1.0 if asked + wanted <= available else available / (asked + wanted)
        frames, posts = asked * share, wanted * share
        self.requests.take(frames + posts)
        self.messages += frames
        self.throttled += asked - frames
        self.peak = max(self.peak, (frames + posts + handshakes) / STEP)
        self.drain(step, posts)

    def add_posts(self, step: int, connected: int) -> None:
        count = (connected * self.demand.posts + self.demand.posted) * STEP
        if count:
            self.put(Batch(step, count))
        for each in self.demand.broadcasts:
            rate = each.rate * (connected if each.each else 1) * STEP
            self.owed[each.name] = self.owed.get(each.name, 0.0) + rate
            while self.owed[each.name] >= 1:
                self.owed[each.name] -= 1
                receivers = connected if each.receivers is None else min(connected, each.receivers)
                self.put(Batch(step, receivers, broadcast=True))
        self.most_waiting = max(self.most_waiting, self.waiting)

    def put(self, batch: Batch) -> None:
        if batch.count > 0:
            self.queue.append(batch)
            self.waiting += batch.count

    def drain(self, step: int, posts: float) -> None:
        """First come, first served; a post that API Gateway refuses is made again."""
        self.posts += posts
        self.waiting -= posts
        while self.queue and posts > 1e-9:
            first = self.queue[0]
            taken = min(posts, first.count)
            posts -= taken
            first.count -= taken
            self.latency.add(step - first.step, max(1, round(taken)))
            if first.count <= 1e-6:
                self.queue.popleft()
                if first.broadcast:
                    self.broadcasts.add(step - first.step + 1)
