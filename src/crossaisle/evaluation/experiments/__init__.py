"""Online experiments: who is in which arm, what an experiment says at any time, and a slot that explores.

Arithmetic only: units come in as arrays, and nothing here knows a store or a clock.
"""

from crossaisle.evaluation.experiments.assignment import arm_of, assign
from crossaisle.evaluation.experiments.cuped import adjust
from crossaisle.evaluation.experiments.intervals import compare, sample_of
from crossaisle.evaluation.experiments.ratio_check import check_ratio
from crossaisle.evaluation.experiments.reading import METRICS, VERDICTS, Reading, Units, read
from crossaisle.evaluation.experiments.thompson import choice_probabilities, draw

__all__ = [
    "METRICS",
    "VERDICTS",
    "Reading",
    "Units",
    "adjust",
    "arm_of",
    "assign",
    "check_ratio",
    "choice_probabilities",
    "compare",
    "draw",
    "read",
    "sample_of",
]
