"""A $connect that agrees."""


def handler(_event: object, _context: object) -> dict[str, int]:
    return {"statusCode": 200}
