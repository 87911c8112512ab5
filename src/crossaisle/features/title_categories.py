"""Categories for a shop that has none: titles that mean alike are one, named by the words they share.

Titles become vectors (see data.text_encoder), the vectors clusters (see numerics.clustering).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossaisle.data.dataset import Dataset, Ids
from crossaisle.data.text_encoder import TextEncoder, encode_texts
from crossaisle.errors import UsageError
from crossaisle.features.interests import title_words
from crossaisle.features.selection import Selection
from crossaisle.features.text_encoders.embedded import Embedded
from crossaisle.numerics.arrays import AnyArray, Floats, Numbers
from crossaisle.numerics.clustering import k_means, nearest_centres

DIMENSIONS = 64
"""Of the reduced vectors: on 3,648 titles of a gift shop the clusters are as tight as with all 512."""
FEWEST_TITLES = 20
"""Fewer different titles are not taken apart unless that is asked for."""
MOST_WORDS = 3
WORD_SHARE = 0.3
"""A further word stands in the name if this share of the titles has it."""
LOOKS = (
    "black white grey gray silver gold golden red pink purple lilac violet blue navy turquoise green yellow orange "
    "brown beige cream ivory multicolour multicolor colour color assorted small medium large mini jumbo tall short "
    "set pack box pair piece pieces pcs of with and in for the"
)
LOOKS_ZH = "黑色 白色 灰色 银色 金色 红色 粉色 粉红 紫色 蓝色 绿色 黄色 橙色 棕色 米色 彩色 大号 中号 小号 迷你 套装"
"""Colours, sizes and numbers say what a thing looks like, not what it is: they are left out before titles are read."""
_LOOKS = rf"(?i)\b(?:{LOOKS.replace(' ', '|')})\b|{LOOKS_ZH.replace(' ', '|')}|\b[^\s]*\d[^\s]*"
_FIRST_CJK = "\u2e80"


def with_title_categories(
    dataset: Dataset, n: int | None = None, encoder: TextEncoder | None = None, seed: int = 0
) -> Dataset:
    """The dataset with categories made of titles in place of its own; an item without a title has none.

    The clusters are learnt from titles of items known to have been there before the cut (see Dataset.seen_items), each
    different title once; other items go to the nearest.

    Args:
        n: categories at most; by default the square root of the number of different titles.
        encoder: the embedded one when None.
        seed: of the first centres.

    Raises:
        UsageError: n is below one, or no item has a title.
    """
    if n is not None and n < 1:
        raise UsageError(f"{n} categories", remedy="Ask for at least one, or leave the number out.")
    titles = _without_looks(dataset.catalogue.titles())
    texts = encode_texts(Embedded() if encoder is None else encoder, titles)
    if not len(texts.vectors):
        raise UsageError("no item has a title to make categories of", "catalog", "Load titles with the catalogue.")
    seen = texts.places[dataset.seen_items() & (texts.places >= 0)]
    rows = np.unique(seen) if len(seen) else np.arange(len(texts.vectors), dtype=np.int32)
    vectors = _reduced(texts.vectors, rows)
    centres = k_means(vectors[rows], n or round(len(rows) ** 0.5), seed)
    cluster = nearest_centres(vectors, centres)
    of_items = np.where(texts.places >= 0, np.append(cluster, -1)[texts.places], -1)
    learnt = np.isin(texts.places, rows)
    names = _names(titles, np.where(learnt, of_items, -1), len(centres))
    categories = Ids.of(names)
    numbers = np.append(categories.numbers(names), -1)
    return dataset.with_categories(categories, numbers[of_items].astype(np.int32))


def _without_looks(titles: "pa.Array[Any]") -> "pa.Array[Any]":
    """Titles in which nothing is said of looks; a title that says nothing else stays as it is."""
    plain = pc.utf8_trim_whitespace(pc.replace_substring_regex(titles, _LOOKS, ""))
    return pc.if_else(pc.equal(plain, ""), titles, plain)


def _reduced(vectors: Floats, rows: Numbers) -> Floats:
    """The vectors less the mean of those at `rows`, in the strongest of their directions, at length one."""
    centred: Floats = vectors - vectors[rows].mean(axis=0)
    if not centred[rows].any():
        return centred
    reduced = Selection(variance=1.0, max_components=DIMENSIONS).fit(centred[rows]).apply(centred)
    lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
    return np.asarray(reduced / np.where(lengths > 0, lengths, 1), dtype=np.float32)


@dataclass(frozen=True)
class _Word:
    """A word of a cluster's titles: how many items have it, where in the title on average, how much it tells."""

    text: str
    n_items: int
    place: float
    worth: float


def _names(titles: "pa.Array[Any]", cluster: Numbers, n_clusters: int) -> list[str]:
    """A name of its own for each cluster: words that set its titles apart, in the order in which titles have them.

    Args:
        cluster: int32 (n_items,), −1 for items whose titles are not to be read.
    """
    names: list[str] = []
    sizes = np.bincount(cluster[cluster >= 0], minlength=n_clusters)
    for words, size in zip(_words(titles, cluster, sizes), sizes, strict=True):
        n_frequent = sum(word.n_items >= max(2, WORD_SHARE * size) for word in words[:MOST_WORDS])
        wanted = range(max(1, n_frequent), max(1, n_frequent) + len(words))
        possible = [_joined(words[:n_words]) for n_words in wanted]
        name = next((one for one in possible if one not in names), None)
        names.append(name or _numbered(possible[-1] if possible else "?", names))
    return names


def _words(titles: "pa.Array[Any]", cluster: Numbers, sizes: AnyArray) -> list[list[_Word]]:
    """The words of each cluster, those first whose share of its titles times the log of their lift is largest."""
    items, words = title_words(titles)
    place = np.arange(len(items)) - np.searchsorted(items, items)
    table = pa.table({"cluster": cluster[items], "item": items, "word": words, "place": place})
    table = table.filter(cluster[items] >= 0)
    table = table.group_by(["cluster", "item", "word"]).aggregate([("place", "min")])
    table = table.group_by(["cluster", "word"]).aggregate([("item", "count"), ("place_min", "mean")])
    overall: Counter[str] = Counter()
    for row in table.to_pylist():
        overall[row["word"]] += row["item_count"]
    found: list[list[_Word]] = [[] for _ in sizes]
    for row in table.to_pylist():
        share = row["item_count"] / sizes[row["cluster"]]
        lift = share * sizes.sum() / overall[row["word"]]
        word = _Word(row["word"], row["item_count"], row["place_min_mean"], share * float(np.log(lift)))
        found[row["cluster"]].append(word)
    return [_unlike(sorted(one, key=lambda word: (-word.worth, word.text))) for one in found]


def _unlike(words: Sequence[_Word]) -> list[_Word]:
    """Without words that only lengthen or shorten an earlier one, as hearts does heart."""
    kept: list[_Word] = []
    for word in words:
        if not any(word.text.startswith(one.text) or one.text.startswith(word.text) for one in kept):
            kept.append(word)
    return kept


def _joined(words: Sequence[_Word]) -> str:
    """The words in the order of titles; signs of Chinese and Japanese stand without a space between."""
    texts = [word.text for word in sorted(words, key=lambda word: (word.place, word.text))]
    name = texts[0]
    for before, after in pairwise(texts):
        name += after if before[-1] >= _FIRST_CJK and after[0] >= _FIRST_CJK else f" {after}"
    return name[0].upper() + name[1:]


def _numbered(name: str, taken: Sequence[str]) -> str:
    return next(one for number in count(2) if (one := f"{name} {number}") not in taken)
