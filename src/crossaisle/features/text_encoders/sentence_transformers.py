"""Any model of the library sentence-transformers: Reimers and Gurevych (2019), "Sentence-BERT"."""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from crossaisle.errors import UsageError
from crossaisle.features.feature import options
from crossaisle.numerics.arrays import Floats

EXTRA = "sentence-transformers"


@options
class SentenceTransformers:
    """A model by its name on the hub, or by the folder that holds it."""

    model: Annotated[str, Field(min_length=1, description="name of the model, or its folder")] = (
        "paraphrase-multilingual-MiniLM-L12-v2"
    )
    revision: Annotated[str | None, Field(description="version of the model on the hub, the newest when none")] = None
    batch_size: Annotated[int, Field(ge=1, le=4096, description="texts that the model reads at once")] = 64

    @property
    def name(self) -> str:
        """Model and version; for a folder, the names, sizes and times of its files."""
        folder = Path(self.model)
        version = _version_of(folder) if folder.is_dir() else self.revision
        return f"sentence-transformers:{self.model}" + (f"@{version}" if version else "")

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (n_texts, n_dimensions), rows of length one.

        Raises:
            UsageError: the extra is not installed, or there is no such model.
        """
        model = _model(self.model, self.revision)
        vectors = model.encode(
            list(texts),
            batch_size=self.batch_size,
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
        )
        return np.asarray(vectors, dtype=np.float32)


@cache
def _model(name: str, revision: str | None) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise UsageError(
            "sentence-transformers is not installed",
            "text encoder",
            f"Install the extra: pip install 'crossaisle[{EXTRA}]'",
        ) from None
    try:
        return SentenceTransformer(name, revision=revision)
    except (OSError, ValueError) as error:
        first_line = str(error).partition("\n")[0]
        raise UsageError(f'the model "{name}" cannot be read: {first_line}', "text encoder") from None


def _version_of(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    facts = [f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]
