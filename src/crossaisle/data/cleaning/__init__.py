"""Named rules that mend rows or set them aside, each with its options, its count and its reason."""

from crossaisle.data.cleaning.cleaning import Cleaning
from crossaisle.data.cleaning.returns import matched_returns, net_returns
from crossaisle.data.cleaning.rule import MENDED, REASON, RULE, Facts, Mend, Rule, judged, reason_text

__all__ = [
    "MENDED",
    "REASON",
    "RULE",
    "Cleaning",
    "Facts",
    "Mend",
    "Rule",
    "judged",
    "matched_returns",
    "net_returns",
    "reason_text",
]
