"""Your rules for who may connect go here, and for what a token gives: each looks at a token that is valid.

A rule returns the identity, or another: ``handshake.identity.with_roles("webpubsub.sendToGroup.news")``,
``dataclasses.replace(handshake.identity, groups=(...))``. It refuses by raising Denied with a word for the log; the
client is told 403. What else it raises refuses too. Rules run in the authorizer, and again when an open connection
shows a new token.

What is below is an example; replace it.
"""

from longwire_app.auth import AuthRules, Denied, Handshake
from longwire_app.session import Identity

__all__ = ["rules"]

rules = AuthRules()


@rules.rule
def nobody_who_is_suspended(handshake: Handshake) -> Identity:
    """Your token issuer says so by the claim ``suspended``."""
    if handshake.claims.get("suspended") is True:
        raise Denied("suspended")
    return handshake.identity
