"""Under which names a shop's own files call a user, so that raw rows can be told to be somebody's."""

from dataclasses import dataclass

from crossaisle.data.mapping.known import NAMES
from crossaisle.data.mapping.map import Map, Taken

_OURS = ("user_id", "alias")


@dataclass(frozen=True)
class UserColumns:
    """Columns of raw rows that hold a user's id.

    Args:
        names: `a.b` is field b of a nested column a.
        folds_case: whether ids were brought to lower case when they were loaded.
    """

    names: frozenset[str]
    folds_case: bool = False


def user_columns(*maps: Map) -> UserColumns:
    """Those of the maps that a shop's data were loaded with, and those that are known without a map."""
    names = {*_OURS, "user_pseudo_id"}
    for known in NAMES.values():
        names.update(*(known.get(ours, ()) for ours in _OURS))
    for one in maps:
        for table in one.columns:
            ways = one.of(table)
            names |= {way.column for ours in _OURS if isinstance(way := ways.get(ours), Taken)}
    return UserColumns(frozenset(names), any(one.normalising.fold_id_case for one in maps))
