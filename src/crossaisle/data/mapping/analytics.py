"""Exports of Google Analytics 4, in which one event holds a list of items and a list of parameters."""

import ibis.expr.types as ir

_PARAMETERS = {"ga_session_id": "int_value", "search_term": "string_value"}
"""Parameter → the field that holds its value."""

_ITEM_FIELDS = ("item_id", "item_name", "item_brand", "item_category", "price", "quantity")


def is_nested(rows: ir.Table) -> bool:
    """Whether the rows are events with a list of items."""
    return "event_name" in rows.columns and "items" in rows.columns and rows["items"].type().is_array()


def flattened(rows: ir.Table) -> ir.Table:
    """One row for each item of an event, and one for an event without items; parameters as columns."""
    if "event_params" in rows.columns and rows["event_params"].type().is_array():
        rows = rows.mutate(
            **{name: _parameter(rows, name, field) for name, field in _PARAMETERS.items() if name not in rows.columns}
        ).drop("event_params")
    if not rows["items"].type().value_type.is_struct():
        return rows.drop("items")
    rows = rows.unnest("items", keep_empty=True)
    fields = [name for name in _ITEM_FIELDS if name in rows["items"].type().names]
    return rows.mutate(**{name: rows["items"][name] for name in fields}).drop("items")


def _parameter(rows: ir.Table, name: str, field: str) -> ir.Value:
    found = rows["event_params"].filter(lambda entry: entry["key"] == name)
    return found[0]["value"][field].cast("string")
