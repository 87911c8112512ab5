"""Categories where a shop has none: made of titles when data are read, kept with the model that was trained on them."""

from collections.abc import Callable

from crossaisle.data.dataset import Dataset
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.models.artifacts import Artifact


def categorised(dataset: Dataset, from_titles: int | None, encoder: Callable[[], TextEncoder], seed: int) -> Dataset:
    """The dataset, with categories made of titles where no item has one of its own.

    Args:
        from_titles: how many; None for as many as the number of titles suggests, if there are enough; 0 for none.
        encoder: gives the encoder, and is asked only where it is needed.
    """
    if from_titles == 0 or (dataset.catalogue.category >= 0).any():
        return dataset
    # clustering loads slowly, and only a shop without categories needs it
    from crossaisle.features.title_categories import FEWEST_TITLES, with_title_categories

    n_titles = len(dataset.catalogue.titles().drop_null().unique())
    if n_titles < (1 if from_titles else FEWEST_TITLES):
        return dataset
    return with_title_categories(dataset, from_titles, encoder(), seed)


def n_made(dataset: Dataset) -> int:
    """How many categories were made, which the catalogue's table does not say; 0 where it says its own."""
    table = dataset.catalogue.columns
    is_said = "category" in table.column_names and table["category"].null_count < len(table)
    return 0 if is_said else dataset.n_categories


def as_trained(dataset: Dataset, artifact: Artifact) -> Dataset:
    """The dataset, numbered as the artifact's index, with the categories that were made when the model was trained."""
    if artifact.item_category is None:
        return dataset
    return dataset.with_categories(artifact.index.categories, artifact.item_category)
