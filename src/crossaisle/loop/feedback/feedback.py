"""Feedback as learning uses it: what slates teach, and what explored places say of a new model beside the live one."""

from dataclasses import dataclass

from crossaisle.data.dataset import Dataset
from crossaisle.loop.feedback.answered import Answered
from crossaisle.loop.feedback.off_policy import Candidate, OffPolicy, Pools, off_policy
from crossaisle.loop.feedback.taught import Taught, teach


@dataclass(frozen=True)
class Feedback:
    """Slates with their answers.

    Args:
        pools: what explored places drew from. live: the live model, None for none.
        half_life: days after which an answer counts half. seed: of resamples.
    """

    answered: Answered
    pools: Pools
    live: Candidate | None
    half_life: float
    seed: int = 0

    def taught(self, dataset: Dataset) -> Taught | None:
        """What it teaches of places and of the dataset's items; None where it knows none of them."""
        return teach(self.answered, dataset, self.half_life, self.seed)

    def off_policy(self, new: Candidate, whole: Dataset, since: int) -> OffPolicy | None:
        """The new model beside the live one, by slates that were made at `since` or later; None where none explored."""
        return off_policy(self.answered, self.pools, whole, new, self.live, since) if self.live else None
