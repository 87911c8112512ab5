"""Writing crossaisle.toml: the template of a new workspace, and options set in a file whose comments stay."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossaisle.errors import SettingsError, StorageError
from crossaisle.settings.settings import FILE


def write_template(workspace: Path) -> None:
    """Make a workspace's folder and the file that says what can be set.

    Raises:
        StorageError: it cannot be written.
    """
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        (workspace / FILE).write_text(TEMPLATE, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"the folder cannot be written: {error.strerror}", str(workspace)) from None


def write_options(workspace: Path, recommender: str, options: Mapping[str, Any]) -> None:
    """Set a recommender's options in the workspace's file; everything else in it stays as it is, comments too.

    Args:
        options: None takes the option's line out: what is not written is the default.

    Raises:
        SettingsError: the file writes these options in a way that is not changed safely.
        StorageError: the file cannot be written.
    """
    path = workspace / FILE
    before = path.read_text(encoding="utf-8")
    wanted = tomllib.loads(before)
    section = wanted.setdefault("models", {}).setdefault(recommender, {})
    section.update(options)
    for name in [name for name, value in section.items() if value is None]:
        del section[name]
    after = _with_options(before, f"[models.{recommender}]", options)
    if not _says(after, wanted):
        told = "; ".join(f"{name} = {as_toml(value)}" for name, value in options.items() if value is not None)
        remedy = f"Write below [models.{recommender}] yourself: {told}."
        raise SettingsError("the options are written in a way that is not changed by itself", str(path), remedy)
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(after, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise StorageError(f"the settings cannot be written: {error.strerror or error}", str(path)) from None


def _with_options(text: str, header: str, options: Mapping[str, Any]) -> str:
    """The text with options set below a header, which is added at the end where it is missing."""
    lines = text.removesuffix("\n").split("\n") if text else []
    if header not in [_bare(line) for line in lines]:
        lines += ["", header] if lines else [header]
    bare = [_bare(line) for line in lines]
    start = bare.index(header)
    end = next((at for at in range(start + 1, len(bare)) if bare[at].startswith("[")), len(lines))
    section = lines[start:end]
    for name, value in options.items():
        places = [at for at, line in enumerate(section) if re.match(rf"\s*{re.escape(name)}\s*=", line)]
        new = [] if value is None else [f"{name} = {as_toml(value)}"]
        if places:
            old = section[places[0]]
            comment = re.search(r"\s*#[^\"']*$", old)
            section[places[0] : places[0] + 1] = [line + (comment[0] if comment else "") for line in new]
        else:
            last = max(at for at, line in enumerate(section) if _bare(line))
            section[last + 1 : last + 1] = new
    return "\n".join([*lines[:start], *section, *lines[end:]]) + "\n"


def _bare(line: str) -> str:
    return line.partition("#")[0].strip()


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def as_toml(value: Any) -> str:
    """A word, number or truth value as TOML writes it."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


TEMPLATE = """\
# Settings of this workspace. What is commented out shows the default.
# Environment variables win: CROSSAISLE_LANGUAGE=zh, CROSSAISLE_SLATES__K=10.

# language = "en"              # en or zh: terminal, reasons, reports

# ── reading your files ────────────────────────────────────────────────
# timezone = "UTC"             # zone of times that name none
# encoding = "utf-8"
# delimiter = ","              # found by itself when not set

# [columns.events]             # your own column names
# user_id = "CustomerID"
# event_type = { value = "purchase" }
# [columns.catalog]
# item_id = "sku"

# [normalising]                # currency = "EUR", rates = { GBP = 1.17 }
# [cleaning]                   # max_bad_share = 0.3
# [cleaning.exact_duplicates]  # on = true

# ── learning ──────────────────────────────────────────────────────────
# [denoising]                  # half_life_days = 180
# [training]
# candidates = ["fusion"]      # of several the best on validation windows
# horizon = "60d"              # length of a validation window
# windows = 2
# seed = 0
# min_purchases = 5            # purchases that make an item established
# [models.ease]
# l2 = 1000.0

# ── slates ────────────────────────────────────────────────────────────
# [slates]
# k = 20
# focus = "new-categories"     # all, explore, new-categories, category=NAME
# [slates.path]                # every knob is off by default
# diversity = 0.2              # weight of unlikeness (MMR)
# max_per_category = 3
# [slates.path.rules.never]    # what is never shown
# categories = ["TOBACCO"]

# ── texts ─────────────────────────────────────────────────────────────
# [text]
# encoder = "embedded"         # or sentence-transformers, endpoint; its options beside it
# model = "text-embedding-3-small"
# url = "https://api.openai.com/v1"
# key_variable = "OPENAI_API_KEY"
# [categories]                 # where the catalogue has none at all
# from_titles = 100            # by the number of titles when not set, 0 for none

# ── the shop online ───────────────────────────────────────────────────
# [database]                   # events.db in this folder when not set
# url_variable = "SHOP_DATABASE"  # holds postgresql://user:password@host/name
# [serving]
# rate_limit = 2000            # requests a second by key and worker
# learn_every = "24h"          # never by itself when not set
# [learning]
# window = "7d"                # what a new model and the live one are compared on
# tolerance = 0.05             # share of the live one's figure that may be missed
# fold_in = "7d"               # between full fits, what is new is folded in
# slates = 100000              # newest slates whose answers teach
# [exploration]
# rank = 10                    # the place that tries items out
# [privacy]
# retention = "730d"           # events are kept for good when not set

# [limits]
# memory = "2GB"               # of the table engine
"""
"""What `crossaisle init` writes."""
