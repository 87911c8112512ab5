"""Fusion of blocks into one matrix."""

import numpy as np
import pytest
from scipy import sparse

from crossaisle.errors import UsageError
from crossaisle.features import Block, Fused, fit_fusion

DENSE = Block("habits", ("a", "b"), np.array([[3, 4], [0, 0], [0, 5]], dtype=np.float32))
SPARSE = Block("words", ("tea",), sparse.csr_array(np.array([[2], [0], [0]], dtype=np.float32)))


def test_rows_of_each_block_get_the_length_of_its_weight() -> None:
    """Rows of habits, where not empty, are 5 long and of words 2: divided by that, times weights 1 and 3."""
    matrix = fit_fusion([DENSE, SPARSE], {"words": 3.0}).apply([DENSE, SPARSE])
    expected = np.array([[0.6, 0.8, 3.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    np.testing.assert_allclose(matrix.toarray(), expected, rtol=1e-6)


def test_columns_are_found_by_block_and_named() -> None:
    fused = fit_fusion([DENSE, SPARSE])
    assert fused.columns_of("habits") == slice(0, 2)
    assert fused.columns_of("words") == slice(2, 3)
    assert fused.names == ("habits: a", "habits: b", "words: tea")


def test_scales_are_those_of_training_when_others_come() -> None:
    fused = fit_fusion([DENSE, SPARSE])
    other = [
        Block("habits", ("a", "b"), np.array([[50, 0]], dtype=np.float32)),
        Block("words", ("tea",), SPARSE.dense()[[1]]),
    ]
    assert fused.apply(other).toarray().tolist() == [[10, 0, 0]]


def test_empty_block_is_no_division_by_zero() -> None:
    nothing = Block("nothing", ("n",), np.zeros((3, 1), dtype=np.float32))
    assert fit_fusion([nothing]).apply([nothing]).nnz == 0


def test_restored_fusion_gives_the_same() -> None:
    fused = fit_fusion([DENSE, SPARSE], {"habits": 0.5})
    again = Fused.restore(fused.state())
    assert again.names == fused.names
    np.testing.assert_array_equal(again.apply([DENSE, SPARSE]).toarray(), fused.apply([DENSE, SPARSE]).toarray())


def test_wrong_use_is_refused_with_a_remedy() -> None:
    fused = fit_fusion([DENSE, SPARSE])
    with pytest.raises(UsageError, match="not the ones"):
        fused.apply([SPARSE, DENSE])
    with pytest.raises(UsageError, match="no block"):
        fused.columns_of("prices")
    with pytest.raises(UsageError, match="no block"):
        fit_fusion([])
    with pytest.raises(UsageError, match="share a name"):
        fit_fusion([DENSE, DENSE])
    with pytest.raises(UsageError, match="which is no block"):
        fit_fusion([DENSE], {"words": 1.0})
    with pytest.raises(UsageError, match="from 0 on"):
        fit_fusion([DENSE], {"habits": -1.0})
