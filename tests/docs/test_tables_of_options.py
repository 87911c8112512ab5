"""Tables of options say what the code says: each option with its default, its range and what it means."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from crossaisle import plugins
from crossaisle.data.denoising import Denoising
from crossaisle.data.sources.sql import SQL
from crossaisle.models.part import options
from crossaisle.models.recommender import Cause
from crossaisle.settings import CategorySettings, LimitSettings, SlateSettings, TextSettings, TrainingSettings
from crossaisle.settings.online import (
    DatabaseSettings,
    ExplorationSettings,
    LearningSettings,
    PrivacySettings,
    ServingSettings,
)
from crossaisle.slates.filtering.eligible import Why
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.options import Group, ShopRules, SlateOptions

from .options import rows

DOCS = Path(__file__).parents[2] / "docs"


TABLES = [
    *(("recommenders", name, options(plugins.recommender(name))) for name in plugins.recommender_names()),
    ("slates", "path", options(SlateOptions)),
    ("slates", "rules", options(ShopRules)),
    ("slates", "group", options(Group)),
    ("settings", "denoising", options(Denoising)),
    ("settings", "training", TrainingSettings.model_fields),
    ("settings", "slates", SlateSettings.model_fields),
    ("settings", "text", TextSettings.model_fields),
    *(("settings", name, options(plugins.text_encoder(name))) for name in plugins.text_encoder_names()),
    ("settings", "categories", CategorySettings.model_fields),
    ("settings", "limits", LimitSettings.model_fields),
    ("settings", "database", DatabaseSettings.model_fields),
    ("settings", "serving", ServingSettings.model_fields),
    ("settings", "learning", LearningSettings.model_fields),
    ("settings", "exploration", ExplorationSettings.model_fields),
    ("settings", "privacy", PrivacySettings.model_fields),
    ("slates", "live", options(LiveOptions)),
    ("data", "sql", {name: field for name, field in options(SQL).items() if name != "map"}),
]


@pytest.mark.parametrize(("page", "name", "fields"), TABLES, ids=[f"{page}-{name}" for page, name, _ in TABLES])
def test_a_table_gives_the_defaults_the_ranges_and_the_meanings_of_the_code(
    page: str, name: str, fields: Mapping[str, FieldInfo]
) -> None:
    english = (DOCS / f"{page}.md").read_text(encoding="utf-8").splitlines()
    chinese = (DOCS / f"{page}.zh.md").read_text(encoding="utf-8").splitlines()
    wanted = rows(fields)
    assert [str(row) for row in wanted if str(row) not in english] == []
    assert [row.facts for row in wanted if not any(line.startswith(row.facts) for line in chinese)] == []


def test_every_reason_and_every_filter_is_named_on_the_page_of_slates() -> None:
    kinds = [cause.name.lower() for cause in Cause] + ["rank"]
    filters = [why.name.lower() for why in Why if why is not Why.ELIGIBLE]
    for language in ("", ".zh"):
        text = (DOCS / f"slates{language}.md").read_text(encoding="utf-8")
        assert [one for one in kinds + filters if f"`{one}`" not in text] == []
