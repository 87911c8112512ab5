"""What a load did: rows kept, mended, set aside and there already, by table and rule."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class TableReport:
    """Rows of one table.

    Args:
        read: rows and unreadable lines that came in.
        kept: rows that are new in the lake.
        already_there: rows that the lake had before.
        mended: rule → rows that it changed; they are kept.
        set_aside: rule → rows that went to quarantine.
        faults: how many of those set aside count as bad.
        returns, matched_returns: return lines that were kept, and how many of them found their purchase.
        off_catalog: events kept on items that the catalogue does not know yet.
    """

    table: str
    read: int = 0
    kept: int = 0
    already_there: int = 0
    mended: Mapping[str, int] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)
    faults: int = 0
    returns: int = 0
    matched_returns: int = 0
    off_catalog: int = 0


@dataclass(frozen=True)
class LoadReport:
    """What a load did.

    Args:
        quarantine: the folder of the rows set aside, empty if there are none.
        seconds: how long it took by the caller's clock.
    """

    tables: tuple[TableReport, ...]
    quarantine: str = ""
    seconds: float = 0.0

    def table(self, name: str) -> TableReport:
        """One table's report; an empty one for a table that did not come."""
        return next((one for one in self.tables if one.table == name), TableReport(name))

    def to_dict(self) -> dict[str, Any]:
        """The report in plain values, for JSON."""
        return {
            "tables": {one.table: {k: v for k, v in asdict(one).items() if k != "table"} for one in self.tables},
            "quarantine": self.quarantine,
            "seconds": round(self.seconds, 3),
        }
