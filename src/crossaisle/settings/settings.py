"""Settings: crossaisle.toml, one commented file a workspace, and CROSSAISLE_… variables above it."""

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
from crossaisle.errors import SettingsError, fault_of
from crossaisle.settings.online import (
    DatabaseSettings,
    ExplorationSettings,
    LearningSettings,
    PrivacySettings,
    ServingSettings,
)
from crossaisle.slates.options import SlateOptions
from crossaisle.words import Language

FILE = "crossaisle.toml"
_MAP_FIELDS = ("columns", "timezone", "encoding", "delimiter", "normalising", "cleaning")


class TrainingSettings(BaseModel):
    """How models are chosen and fitted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    candidates: tuple[str, ...] = Field(
        ("fusion",), description="recommenders among which training chooses; one alone is taken as it is"
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


class TextSettings(BaseModel):
    """Which text encoder reads titles, descriptions and searches; what else stands here are its options."""

    model_config = ConfigDict(extra="allow", frozen=True)

    encoder: str = Field("embedded", description="embedded, sentence-transformers, endpoint or one of a plug-in")
    key_variable: str | None = Field(None, description="environment variable that holds the endpoint's key")

    def options(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The encoder's options as texts, the key among them if a variable for it is named.

        Raises:
            SettingsError: the variable is not set.
        """
        chosen = {name: str(value) for name, value in (self.model_extra or {}).items()}
        if self.key_variable is None:
            return chosen
        if not environment.get(self.key_variable):
            where = f"{FILE}, text.key_variable"
            raise SettingsError(f"{self.key_variable} is not set", where, "Set the environment variable to the key.")
        return {**chosen, "key": environment[self.key_variable]}


class CategorySettings(BaseModel):
    """Where categories come from if the catalogue has none at all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_titles: int | None = Field(
        None, ge=0, le=4000, description="made of titles: by their number when none, 0 for no categories"
    )


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
    text: TextSettings = TextSettings()
    categories: CategorySettings = CategorySettings()
    limits: LimitSettings = LimitSettings()
    database: DatabaseSettings = DatabaseSettings()
    serving: ServingSettings = ServingSettings()
    learning: LearningSettings = LearningSettings()
    exploration: ExplorationSettings = ExplorationSettings()
    privacy: PrivacySettings = PrivacySettings()

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
