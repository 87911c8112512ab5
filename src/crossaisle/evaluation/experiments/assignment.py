"""Which arm of an experiment a unit is in, by hash: nothing is stored, and the same unit always gets the same answer.

Hash and partition, as in Kohavi, Longbotham, Sommerfield and Henne (2009), "Controlled experiments on the web: survey
and practical guide", section 4.1. The experiment's id is hashed too, so assignments of two experiments are independent.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate

from crossaisle.errors import UsageError

TRAFFIC, ARM = b"traffic", b"arm"
"""Whether a unit takes part and which arm it is in are drawn apart, so that a larger share of traffic moves nobody."""


def assign(experiment_id: str, unit_id: str, weights: Sequence[float], share: float = 1.0) -> int | None:
    """The arm of a unit, None when it is not in the experiment.

    Args:
        weights: planned, not negative, one for each arm; only their ratios count. Changing them moves units.
        share: of traffic that takes part, in [0, 1]. Raising it adds units and moves none between arms.
    """
    return arm_of(experiment_id, unit_id, weights) if takes_part(experiment_id, unit_id, share) else None


def takes_part(experiment_id: str, unit_id: str, share: float) -> bool:
    """Whether a unit is among the share in [0, 1] of traffic that is in the experiment."""
    if not 0 <= share <= 1:
        raise UsageError(f"the share of traffic is {share}", experiment_id, "Give a number from 0 to 1.")
    return uniform(TRAFFIC, experiment_id, unit_id) < share


def arm_of(experiment_id: str, unit_id: str, weights: Sequence[float]) -> int:
    """The arm of a unit: weights[k] / sum(weights) of all units are in arm k; an arm of weight 0 has none."""
    edges = list(accumulate(float(weight) for weight in weights))
    if not edges or not math.isfinite(edges[-1]) or min(weights) < 0 or edges[-1] <= 0:
        what = f"weights of arms are {list(weights)}"
        raise UsageError(what, experiment_id, "Give one number for each arm, none negative, one of them above 0.")
    place = uniform(ARM, experiment_id, unit_id) * edges[-1]
    # a product may round up to the last edge, which lies in no arm
    return bisect_right(edges, min(place, math.nextafter(edges[-1], 0)))


def uniform(purpose: bytes, experiment_id: str, unit_id: str) -> float:
    """A number in [0, 1) for a unit: the first 53 bits of BLAKE2b over both ids, each after its length in bytes.

    Args:
        purpose: at most 16 bytes; numbers of two purposes are independent.
    """
    digest = blake2b(digest_size=8, person=purpose)
    for text in (experiment_id, unit_id):
        content = text.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return (int.from_bytes(digest.digest(), "big") >> 11) * 2.0**-53
