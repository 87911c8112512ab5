"""Parity with RecTools, which needs an older numpy and so runs in an environment of its own (`make test` makes it)."""

import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.training import Training
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".venv-peers" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

PEER = """
import sys
import numpy as np, pandas as pd
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import EASEModel, PopularModel

given, answer = sys.argv[1:]
pairs = np.load(given)
frame = pd.DataFrame({Columns.User: pairs["users"], Columns.Item: pairs["items"]})
data = Dataset.construct(frame.assign(weight=1.0, datetime="2020-01-01"))
users, items = np.unique(pairs["users"]), np.unique(pairs["items"])

def scores(model):
    told = model.fit(data).recommend(users, data, k=len(items), filter_viewed=False)
    return told.pivot(index=Columns.User, columns=Columns.Item, values=Columns.Score).loc[users, items].to_numpy()

ease = EASEModel(regularization=float(pairs["l2"])).fit(data)
order = np.argsort(data.item_id_map.external_ids)
weights = ease.weight[np.ix_(order, order)]
np.savez(answer, users=users, items=items, ease=weights, popularity=scores(PopularModel("n_users")))
"""


@pytest.fixture(scope="module")
def peer(small_shop: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """RecTools' EASE weights (λ = 50) and popularity of the small shop, by our numbers."""
    if not PEERS.exists():
        pytest.skip("RecTools is not installed: make .venv-peers/ready")
    folder = tmp_path_factory.mktemp("peer")
    bought = small_shop.purchases().tocoo()
    np.savez(folder / "given.npz", users=bought.row, items=bought.col, l2=50.0)
    command = [str(PEERS), "-c", PEER, str(folder / "given.npz"), str(folder / "answer.npz")]
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, env=clean, check=False)
    assert done.returncode == 0, done.stderr
    return dict(np.load(folder / "answer.npz"))


def test_weights_of_ease_are_those_of_rectools(small_shop: Dataset, peer: dict[str, Any]) -> None:
    """B as in equation 8. Scores are not compared: RecTools 0.19 multiplies histories by Bᵀ, the paper by B."""
    fitted = EASE(l2=50.0).fit(Training(small_shop))
    np.testing.assert_array_equal(fitted.kept, peer["items"])
    np.testing.assert_allclose(fitted.weights, peer["ease"], rtol=1e-3, atol=1e-6)


def test_popularity_counts_the_buyers_that_rectools_counts(small_shop: Dataset, peer: dict[str, Any]) -> None:
    fitted = Popularity().fit(Training(small_shop))
    scores = fitted.scores(small_shop.queries(peer["users"]))[:, peer["items"]]
    np.testing.assert_array_equal(scores, peer["popularity"])
