"""All rules of cleaning with their options, in the order in which they are asked."""

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from crossaisle.data.cleaning.currencies import UnknownCurrency
from crossaisle.data.cleaning.duplicates import ExactDuplicates
from crossaisle.data.cleaning.goods import NonGoods, TestLines
from crossaisle.data.cleaning.ids import LongIds, MissingIds
from crossaisle.data.cleaning.parsing import (
    OtherActivity,
    UnknownEventTypes,
    UnparsableNumber,
    UnparsableTime,
)
from crossaisle.data.cleaning.returns import Cancellations, NegativeQuantity
from crossaisle.data.cleaning.rule import Mend, Rule
from crossaisle.data.cleaning.values import ImpossibleValues, ZeroPrice


@dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid"))
class Cleaning:
    """What is cleaned, and how. Every rule is an option of its own name."""

    negative_quantity: NegativeQuantity = NegativeQuantity()
    cancellations: Cancellations = Cancellations()
    other_activity: OtherActivity = OtherActivity()
    test_lines: TestLines = TestLines()
    missing_ids: MissingIds = MissingIds()
    long_ids: LongIds = LongIds()
    unparsable_time: UnparsableTime = UnparsableTime()
    unparsable_number: UnparsableNumber = UnparsableNumber()
    unknown_event_type: UnknownEventTypes = UnknownEventTypes()
    impossible_values: ImpossibleValues = ImpossibleValues()
    zero_price: ZeroPrice = ZeroPrice()
    unknown_currency: UnknownCurrency = UnknownCurrency()
    non_goods: NonGoods = NonGoods()
    exact_duplicates: ExactDuplicates = ExactDuplicates()
    max_bad_share: float = Field(default=0.3, ge=0, le=1, description="share of bad rows at which a load stops")

    @property
    def mends(self) -> tuple[Mend, ...]:
        """Rules that mend, in order."""
        return (self.negative_quantity, self.cancellations)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Rules that set aside by looking at one row, in order."""
        return (
            self.other_activity,
            self.test_lines,
            self.missing_ids,
            self.long_ids,
            self.unparsable_time,
            self.unknown_currency,
            self.unparsable_number,
            self.unknown_event_type,
            self.impossible_values,
            self.zero_price,
            self.non_goods,
        )
