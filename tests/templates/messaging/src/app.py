def double(event: dict[str, int], context: object) -> dict[str, int]:
    del context
    return {"number": 2 * event["number"]}
