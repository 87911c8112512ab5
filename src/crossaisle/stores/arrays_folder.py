"""Arrays in a folder, one file each, mapped into memory by whoever reads: several workers share the pages.

A checksum of each stands beside them; nothing that is read can run code.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from crossaisle.errors import ArtifactError
from crossaisle.numerics.arrays import AnyArray

LIST = "arrays.json"


def write_arrays(folder: Path, arrays: Mapping[str, AnyArray]) -> None:
    """Write the arrays; the folder appears whole or not at all, in place of one that is there."""
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    sums = {}
    for number, (name, array) in enumerate(sorted(arrays.items())):
        path = fresh / f"{number}.npy"
        np.save(path, np.ascontiguousarray(array), allow_pickle=False)
        sums[name] = {"file": path.name, "sha256": _sha256(path)}
    (fresh / LIST).write_text(json.dumps(sums), encoding="utf-8")
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.rename(folder, old)
    os.rename(fresh, folder)
    shutil.rmtree(old, ignore_errors=True)


def read_arrays(folder: Path) -> dict[str, AnyArray]:
    """The arrays, mapped and not to be written to; none where there is no folder.

    Raises:
        ArtifactError: a file is missing or altered.
    """
    if not (folder / LIST).is_file():
        return {}
    try:
        listed = dict(json.loads((folder / LIST).read_text(encoding="utf-8")))
        found: dict[str, AnyArray] = {}
        for name, about in listed.items():
            path = folder / about["file"]
            if _sha256(path) != about["sha256"]:
                raise ValueError(name)
            mapped = np.load(path, mmap_mode="r" if path.stat().st_size > 2**12 else None, allow_pickle=False)
            found[name] = np.asarray(mapped)  # as a plain array: reading a little of it is several times as quick
        return found
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "Remove the folder: it is made anew."
        raise ArtifactError(f"what was prepared for serving was altered: {error}", str(folder), remedy) from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
