"""How objects whose names are the shop's own are described: what every name is like, and what every value."""

from typing import Any


def by_name(schema: dict[str, Any]) -> None:
    """Say it by `propertyNames` in place of a pattern of properties, beside which any other would be allowed."""
    ((pattern, value),) = schema.pop("patternProperties").items()
    schema["propertyNames"] = {**schema.get("propertyNames", {}), "pattern": pattern}
    schema["additionalProperties"] = value
