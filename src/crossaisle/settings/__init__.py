"""The settings of a workspace: what crossaisle.toml says, and how it is written."""

from crossaisle.settings.settings import (
    FILE,
    CategorySettings,
    LimitSettings,
    Settings,
    SlateSettings,
    TextSettings,
    TrainingSettings,
    read_settings,
)
from crossaisle.settings.writing import TEMPLATE, as_toml, write_options, write_template

__all__ = [
    "FILE",
    "TEMPLATE",
    "CategorySettings",
    "LimitSettings",
    "Settings",
    "SlateSettings",
    "TextSettings",
    "TrainingSettings",
    "as_toml",
    "read_settings",
    "write_options",
    "write_template",
]
