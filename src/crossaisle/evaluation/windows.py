"""Windows: rolling cuts before a cut, each with a window of the same length, on which everything is chosen."""

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split


def earlier_cuts(dataset: Dataset, length: int, n_windows: int) -> list[int]:
    """Up to `n_windows` cuts, the latest first, whose windows lie one after the other and end where the dataset does.

    That is its `until`, or its last event where `until` lies more than a window later. Each cut leaves at least as long
    a past as its window.

    Args:
        length: of a window, microseconds.
    """
    first, last = dataset.span()
    end = dataset.until if dataset.until <= last + length else last + 1
    cuts = [end - length * number for number in range(1, n_windows + 1)]
    return [cut for cut in cuts if cut - first >= length]


def validation_splits(dataset: Dataset, length: int, n_windows: int) -> list[Split]:
    """Splits at the earlier cuts, the latest first, those without anything to find left out."""
    found = [Split.window(dataset, cut, length) for cut in earlier_cuts(dataset, length, n_windows)]
    return [one for one in found if one is not None]
