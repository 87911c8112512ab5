"""Settings: crossaisle.toml, one commented file a workspace, and CROSSAISLE_… variables above it."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from crossaisle.data.denoising import Denoising
from crossaisle.data.mapping import Map
from crossaisle.data.mapping.map import map_from
from crossaisle.errors import SettingsError, StorageError, fault_of
from crossaisle.slates.options import SlateOptions
from crossaisle.words import Language

FILE = "crossaisle.toml"
_MAP_FIELDS = ("columns", "timezone", "encoding", "delimiter", "normalising", "cleaning")


class TrainingSettings(BaseModel):
    """How models are chosen and fitted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    candidates: tuple[str, ...] = Field(
        ("popularity", "ease", "graph-filter", "als"), description="recommenders among which training chooses"
    )
    horizon: str = Field("60d", description="length of a validation window, such as 60d")
    windows: int = Field(2, ge=1, le=12, description="validation windows that end before the cut")
    seed: int = Field(0, ge=0, description="of all randomness")
    min_purchases: int = Field(5, ge=1, description="purchases that make an item established")


class SlateSettings(BaseModel):
    """What slates look like."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    k: int = Field(20, ge=1, le=1000, description="items in a slate")
    focus: str = Field("new-categories", description="all, explore, new-categories or category=NAME")
    path: SlateOptions = Field(SlateOptions(), description="knobs of the slate path, a shop's own rules")


class LimitSettings(BaseModel):
    """What the machine may be asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    memory: str = Field("2GB", description="memory of the table engine")
    threads: int | None = Field(None, ge=1, description="threads of the table engine, all processors when not set")


class Settings(BaseSettings):
    """All settings of a workspace."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="CROSSAISLE_", env_nested_delimiter="__", toml_file=FILE
    )

    language: Language = Field("en", description="of terminal, reasons and reports: en or zh")
    columns: dict[str, dict[str, Any]] = Field(default_factory=dict, description="table → column → the shop's own name")
    timezone: str = Field("UTC", description="zone of times that name none")
    encoding: str = Field("utf-8", description="of text files")
    delimiter: str | None = Field(None, description="of text files, found when not set")
    normalising: dict[str, Any] = Field(default_factory=dict, description="text, ids, currency and rates")
    cleaning: dict[str, Any] = Field(default_factory=dict, description="rules of cleaning by name")
    denoising: dict[str, Any] = Field(default_factory=dict, description="thresholds and weights of denoising")
    training: TrainingSettings = TrainingSettings()
    models: dict[str, dict[str, Any]] = Field(default_factory=dict, description="recommender → its options")
    slates: SlateSettings = SlateSettings()
    limits: LimitSettings = LimitSettings()

    @property
    def map(self) -> Map:
        """How this shop's files are read."""
        written = {name: getattr(self, name) for name in _MAP_FIELDS if getattr(self, name) not in ({}, None)}
        return map_from(written, FILE)

    @property
    def is_mapped(self) -> bool:
        """Whether the file says anything on how files are read."""
        return any(name in self.model_fields_set for name in _MAP_FIELDS)

    @property
    def denoise(self) -> Denoising:
        """Thresholds and weights of denoising."""
        return Denoising(**self.denoising)

    @model_validator(mode="after")
    def _is_whole(self) -> "Settings":
        _ = self.map, self.denoise
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is passed in, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read_settings(workspace: Path) -> Settings:
    """The settings of a workspace.

    Raises:
        SettingsError: the file is missing or an entry cannot be used.
    """
    path = workspace / FILE
    if not path.is_file():
        raise SettingsError("there is no workspace here", str(workspace), f"Make one with: crossaisle init {workspace}")
    located = type("Settings", (Settings,), {"model_config": {**Settings.model_config, "toml_file": path}})
    try:
        found: Settings = located()
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"this is not TOML: {error}", str(path), "Mend the line, or write the file anew.") from None
    except ValidationError as error:
        raise SettingsError(fault_of(error), str(path), "The comments in the file say what is possible.") from None
    return found


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
# candidates = ["popularity", "ease", "graph-filter", "als"]
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

# [limits]
# memory = "2GB"               # of the table engine
"""
"""What `crossaisle init` writes."""
