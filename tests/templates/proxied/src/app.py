def greet(event: dict[str, str], context: object) -> dict[str, str]:
    del context
    if not event["name"]:
        raise ValueError("nobody to greet")
    return {"greeting": f"Hello {event['name']}, you are {event['connection']}"}
