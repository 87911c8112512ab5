"""Write a report: report.json for programs and report.html for people, side by side in a folder."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crossaisle.data.moments import as_text
from crossaisle.data.split import Split
from crossaisle.errors import StorageError
from crossaisle.evaluation.protocol import Evaluation
from crossaisle.words import ALL, Language

METRICS = tuple(key.removeprefix("metric.") for key in ALL if key.startswith("metric."))
"""Every metric that the report explains."""

_LIBRARIES = ("numpy", "scipy", "implicit")
"""Those whose version may move a figure."""


def write_report(
    folder: Path,
    measured: Evaluation,
    split: Split,
    facts: Mapping[str, Any],
    language: Language,
    min_purchases: int = 5,
) -> Path:
    """Write both files into a folder, which is made; the path of the page.

    Args:
        facts: seed, data_fingerprint and what else report.json is to hold.
        min_purchases: what the evaluation called established.

    Raises:
        StorageError: the folder cannot be written.
    """
    # drawing loads slowly, and nothing but a report needs it
    from crossaisle.evaluation.report.page import page_of

    page = page_of(measured, split, facts, language, min_purchases)
    written = json.dumps(_everything(measured, split, facts), indent=1, ensure_ascii=False, allow_nan=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(written, encoding="utf-8")
        (folder / "report.html").write_text(page, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"the report cannot be written: {error.strerror}", str(folder), "Free some space.") from None
    return folder / "report.html"


def earlier_report(reports: Path, facts: Mapping[str, Any]) -> tuple[Evaluation, Path] | None:
    """The newest report among the folders in `reports` that holds these facts and is of this program; its folder."""
    sought = json.loads(json.dumps({**_program(), **facts}))
    for path in sorted(reports.glob("*/report.json"), key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if {name: found.get(name) for name in sought} == sought and (path.parent / "report.html").is_file():
            return Evaluation.from_dict(found), path.parent
    return None


def facts_of(folder: Path) -> dict[str, Any]:
    """What report.json in a folder says."""
    found: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return found


def _program() -> dict[str, Any]:
    return {
        "version": version("crossaisle"),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def _everything(measured: Evaluation, split: Split, facts: Mapping[str, Any]) -> dict[str, Any]:
    train = split.train
    window = {} if split.is_published else {"from": as_text(split.cut), "until": as_text(split.end)}
    return {
        **_program(),
        **facts,
        "window": window,
        "train": {"n_users": train.n_users, "n_items": train.n_items, "n_events": len(train.events)},
        **measured.to_dict(),
    }
