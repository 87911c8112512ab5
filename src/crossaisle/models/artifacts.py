"""Artifacts: a fitted recommender as arrays and a manifest with checksums. Reading one never runs code.

The arrays are one safetensors file; the manifest is JSON and names the file's SHA-256 and its own.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from crossaisle.data.dataset import Ids, Index
from crossaisle.errors import ArtifactError
from crossaisle.features.feature import within
from crossaisle.models.recommender import State
from crossaisle.numerics.arrays import AnyArray, Numbers

SCHEMA_VERSION = 2
ARRAYS, MANIFEST = "arrays.safetensors", "manifest.json"
_ITEM_CATEGORY = "index/item_category"
_INDEX_PARTS = ("users", "items", "categories", "aisles", "brands")


@dataclass(frozen=True)
class Artifact:
    """A fitted recommender as it is kept.

    Args:
        recommender: its name.
        facts: options, until, fingerprint, metrics and whatever else was noted.
        item_category: int32 (n_items,) among the index's categories, −1 for none, where categories were made and the
            catalogue does not say them.
    """

    recommender: str
    facts: Mapping[str, Any]
    index: Index
    state: State
    item_category: Numbers | None = None


def write_artifact(folder: Path, artifact: Artifact) -> None:
    """Write the artifact's files into an existing, empty folder."""
    arrays = {f"state/{name}": np.asarray(array, order="C") for name, array in artifact.state.items()}
    for part in _INDEX_PARTS:
        arrays |= _packed(f"index/{part}", getattr(artifact.index, part))
    if artifact.item_category is not None:
        arrays[_ITEM_CATEGORY] = artifact.item_category
    save_file(arrays, folder / ARRAYS)
    manifest: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "recommender": artifact.recommender,
        **artifact.facts,
        "arrays_sha256": _sha256(folder / ARRAYS),
    }
    manifest["manifest_sha256"] = _seal(manifest)
    with (folder / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an artifact, its own checksum proved.

    Raises:
        ArtifactError: it is missing, altered, or from an unknown version.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        sealed = manifest.pop("manifest_sha256")
    except FileNotFoundError:
        raise ArtifactError("there is no model here", str(folder), "Train one with: crossaisle train.") from None
    except (ValueError, KeyError, AttributeError, TypeError, OSError):
        raise _altered(path) from None
    if manifest.get("schema_version") != SCHEMA_VERSION:
        raise ArtifactError(
            f"the model has version {manifest.get('schema_version')}, this program reads {SCHEMA_VERSION}",
            str(path),
            "Train it again.",
        )
    if sealed != _seal(manifest):
        raise _altered(path)
    return dict(manifest)


def manifest_or_error(folder: Path) -> dict[str, Any]:
    """The manifest, or `error` alone: why it cannot be read."""
    try:
        return read_manifest(folder)
    except ArtifactError as error:
        return {"error": str(error)}


def read_artifact(folder: Path) -> Artifact:
    """Read an artifact after proving that no byte of it was altered.

    Raises:
        ArtifactError: it is missing, altered, or from an unknown version.
    """
    manifest = read_manifest(folder)
    path = folder / ARRAYS
    try:
        if _sha256(path) != manifest["arrays_sha256"]:
            raise _altered(path)
        arrays = load_file(path)
    except (OSError, SafetensorError):
        raise _altered(path) from None
    index = Index(**{part: _unpacked(f"index/{part}", arrays) for part in _INDEX_PARTS})
    return Artifact(manifest["recommender"], manifest, index, within(arrays, "state"), arrays.get(_ITEM_CATEGORY))


def _packed(name: str, ids: Ids) -> dict[str, AnyArray]:
    values = pa.concat_arrays([ids.values])
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int64)[values.offset : values.offset + len(values) + 1]
    content = np.frombuffer(values.buffers()[2] or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]
    return {f"{name}/offsets": offsets - offsets[0], f"{name}/bytes": content.copy()}


def _unpacked(name: str, arrays: Mapping[str, AnyArray]) -> Ids:
    offsets, content = arrays[f"{name}/offsets"], arrays[f"{name}/bytes"]
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(content)]
    return Ids(pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _seal(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _altered(path: Path) -> ArtifactError:
    return ArtifactError(
        "the model's file was altered or is not whole",
        str(path),
        "Go back to an earlier one with: crossaisle models rollback.",
    )
