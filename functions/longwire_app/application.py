"""Your code goes here: one function for each ``event`` frame that your clients send, one rule for each kind of topic.

A handler returns a Reply for the caller, or None. It may publish to groups, and it refuses by raising BadRequest
or Forbidden, whose text the client finds in the ack. Anything else it raises is logged, and the client is told
``InternalServerError``. Handlers of one client run in parallel, in any order.

What is below are examples; replace them.
"""

from longwire_app.errors import BadRequest
from longwire_app.events import Application, EventCall, Reply
from longwire_app.rules import TopicRule

__all__ = ["app"]

app = Application()

# Cursors, typing: the newest is all that counts, so nothing is kept for who is away.
app.topics(TopicRule("volatile.", reliable=False))


@app.event("echo")
def echo(call: EventCall) -> Reply:
    return Reply(call.data, call.data_type)


@app.event("shout")
def shout(call: EventCall) -> Reply:
    if not isinstance(call.data, str) or call.data_type != "text":
        raise BadRequest("shout takes text")
    return Reply(call.data.upper(), "text")


@app.event("announce")
def announce(call: EventCall) -> None:
    """Lets clients without any role for the group ``announcements`` publish to it, under a fixed form."""
    call.publish("announcements", {"by": call.user_id, "text": call.data})
