"""JSON whose keys need no quotes, for ``lenient_json=true``.

API Gateway was once seen to route ``{"action":"sendMessage", body:"hello"}`` by its action. How lenient its parser is
beyond this is unknown; so nothing else is taken here: no single quotes, no comments, no trailing commas.
"""

import re

__all__ = ["with_quoted_keys"]

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<before>[{,]\s*)(?P<key>[A-Za-z_$][\w$-]*)(?=\s*:)', re.DOTALL)


def with_quoted_keys(text: str) -> str:
    """The text with quotes around the keys that have none; what stands in strings is left alone."""
    return TOKEN.sub(lambda found: f'{found["before"]}"{found["key"]}"' if found["key"] else found[0], text)
