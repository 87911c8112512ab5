"""Artifacts: a fitted recommender as arrays and a manifest with checksums. Reading one never runs code.

The arrays are one safetensors file; the manifest is JSON and names the file's SHA-256 and its own. Written anew in its
folder, an artifact gets another edition: new arrays beside the old ones, then a manifest that names them, put in place
of the old one at once.
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

SCHEMA_VERSION = 3
MANIFEST, _FRESH = "manifest.json", ".manifest.json.new"
_OWN = ("schema_version", "recommender", "edition", "arrays_sha256")
"""What a manifest says of itself; the rest are the artifact's facts."""
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
    _write(folder, artifact, edition=0)


def rewrite_artifact(folder: Path, artifact: Artifact) -> None:
    """Put the artifact in the place of the one in the folder: whoever reads finds the old one or the new one."""
    edition = int(read_manifest(folder)["edition"]) + 1
    _write(folder, artifact, edition)
    sweep(folder)


def sweep(folder: Path) -> None:
    """Remove what a rewriting left in the folder, whether it came to its end or was killed."""
    kept = _arrays_name(read_manifest(folder))
    for path in (*folder.glob("arrays*.safetensors"), folder / _FRESH):
        if path.name != kept:
            path.unlink(missing_ok=True)


def _write(folder: Path, artifact: Artifact, edition: int) -> None:
    arrays = {f"state/{name}": np.asarray(array, order="C") for name, array in artifact.state.items()}
    for part in _INDEX_PARTS:
        arrays |= _packed(f"index/{part}", getattr(artifact.index, part))
    if artifact.item_category is not None:
        arrays[_ITEM_CATEGORY] = artifact.item_category
    noted = {name: value for name, value in artifact.facts.items() if name not in _OWN}
    head = {"schema_version": SCHEMA_VERSION, "recommender": artifact.recommender, "edition": edition}
    manifest: dict[str, Any] = {**head, **noted}
    path = folder / _arrays_name(manifest)
    save_file(arrays, path)
    with path.open("rb+") as written:
        os.fsync(written.fileno())
    manifest["arrays_sha256"] = _sha256(path)
    manifest["manifest_sha256"] = _seal(manifest)
    fresh = folder / _FRESH
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, folder / MANIFEST)


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
    while (arrays := _arrays(folder, manifest)) is None:
        # another edition may have come meanwhile
        manifest, before = read_manifest(folder), manifest
        if manifest == before:
            raise _altered(folder / _arrays_name(manifest))
    index = Index(**{part: _unpacked(f"index/{part}", arrays) for part in _INDEX_PARTS})
    return Artifact(manifest["recommender"], manifest, index, within(arrays, "state"), arrays.get(_ITEM_CATEGORY))


def _arrays_name(manifest: Mapping[str, Any]) -> str:
    edition = int(manifest["edition"])
    return f"arrays-{edition}.safetensors" if edition else "arrays.safetensors"


def _arrays(folder: Path, manifest: Mapping[str, Any]) -> dict[str, AnyArray] | None:
    """The arrays that a manifest names; None if there is no such file."""
    path = folder / _arrays_name(manifest)
    try:
        if _sha256(path) != manifest["arrays_sha256"]:
            raise _altered(path)
        return dict(load_file(path))
    except FileNotFoundError:
        return None
    except (OSError, SafetensorError):
        raise _altered(path) from None


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
