"""Settings of the shop online: its database, its service, and what is kept of people."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from crossaisle.data.moments import SECOND, span
from crossaisle.errors import SettingsError, UsageError
from crossaisle.slates.live.options import LiveOptions

EVENTS_DB = "events.db"


def _is_span(text: str | None) -> str | None:
    if text is not None:
        try:
            span(text)
        except UsageError as error:
            raise ValueError(str(error)) from None
    return text


class DatabaseSettings(BaseModel):
    """Where the running shop writes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = Field(
        None, description="postgresql://user@host/name, without a password; none: events.db in the workspace"
    )
    url_variable: str | None = Field(None, description="environment variable that holds the URL, password and all")
    wait: float = Field(5.0, gt=0, le=60, description="seconds until a slow database is given up")

    def resolved(self, workspace: Path, environment: Mapping[str, str]) -> str:
        """The URL.

        Raises:
            SettingsError: the variable is not set.
        """
        if self.url_variable is not None:
            if not environment.get(self.url_variable):
                remedy = "Set the environment variable to the URL of the database."
                raise SettingsError(f"{self.url_variable} is not set", "database.url_variable", remedy)
            return environment[self.url_variable]
        return self.url or f"sqlite:///{(workspace / EVENTS_DB).absolute()}"


class ServingSettings(BaseModel):
    """How slates are served."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate_limit: float = Field(2000, gt=0, description="requests a second that one key may send, by worker")
    max_body: int = Field(4_000_000, ge=1000, description="bytes of a request")
    look: float = Field(0.2, gt=0, le=5, description="seconds between looks at what other workers took in")
    learn_every: str | None = Field(None, description="how often it learns by itself, such as 24h; none: never")
    keep_slates: str = Field("180d", description="how long shown slates are kept")
    live: LiveOptions = Field(LiveOptions(), description="how much the moment counts in a slate")

    _spans = field_validator("learn_every", "keep_slates")(_is_span)

    @property
    def learn_seconds(self) -> float | None:
        """Seconds between two times of learning."""
        return None if self.learn_every is None else span(self.learn_every) / SECOND


class LearningSettings(BaseModel):
    """When a newly trained model takes the place of the live one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window: str = Field("7d", description="the longest window at the end of the data that both are asked about")
    tolerance: float = Field(0.05, ge=0, le=1, description="share of the live model's figure that may be missed")
    fold_in: str | None = Field(
        None, description="how old a full fit may be while what is new is folded into it, as 7d; none: always a fit"
    )
    slates: int = Field(100_000, ge=1, le=10_000_000, description="newest slates whose answers teach")
    fade: str = Field("28d", description="after how long an answer counts half")
    attribute: str | None = Field(
        None, description="how soon after a slate what it showed counts as bought from it unsaid, as 1d; none: never"
    )

    _spans = field_validator("window", "fold_in", "fade", "attribute")(_is_span)


class ExplorationSettings(BaseModel):
    """A place of the slate that tries items out, by Thompson sampling."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rank: int | None = Field(None, ge=1, le=100, description="the place, from 1; none: nothing is tried out")
    pool: int = Field(100, ge=2, le=1000, description="items that it chooses from")
    floor: float = Field(0.1, gt=0, le=1, description="share of chances that is spread evenly")
    new: str = Field("60d", description="how long after its launch an item is new, and tried out before it sells")

    _spans = field_validator("new")(_is_span)


class PrivacySettings(BaseModel):
    """What is kept of people, and what they are asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    retention: str | None = Field(None, description="how long events are kept, such as 730d; none: for good")
    personalisation: bool = Field(True, description="slates are personal unless somebody refuses; else once they agree")
    training: bool = Field(True, description="models learn from somebody unless they refuse; else once they agree")
    analytics: bool = Field(True, description="experiments count somebody unless they refuse; else once they agree")
    marketing: bool = Field(False, description="campaigns reach somebody unless they refuse; else once they agree")

    _spans = field_validator("retention")(_is_span)
