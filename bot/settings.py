"""Configuration, read once from the environment and passed down; nothing else reads it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SLACK = "https://slack.com/api/"

#: What logging knows, however it is written.
Level = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(lambda said: str(said).strip().upper())
]

#: A token; a variable that is set to nothing is not set.
Secret = Annotated[SecretStr | None, BeforeValidator(lambda said: said or None)]

#: host:port, [::1]:port for IPv6, or nothing.
Address = Annotated[str, Field(pattern=r"^(|[^:\s]+:[0-9]{1,5}|\[[0-9a-fA-F:.]+\]:[0-9]{1,5})$")]


class Settings(BaseSettings):
    """Every knob has a default that suits a team of ten; durations in the environment are seconds or ISO 8601."""

    model_config = SettingsConfigDict(env_prefix="HANDOFF_", frozen=True, extra="ignore")

    slack_bot_token: Secret = Field(None, validation_alias=AliasChoices("SLACK_BOT_TOKEN"))
    slack_app_token: Secret = Field(None, validation_alias=AliasChoices("SLACK_APP_TOKEN"))
    slack_signing_secret: Secret = Field(None, validation_alias=AliasChoices("SLACK_SIGNING_SECRET"))
    """For HTTP mode, where Slack signs what it sends."""
    slack_api_url: str = Field(SLACK, validation_alias=AliasChoices("SLACK_API_URL"))
    database_url: str = "sqlite:///handoff.sqlite3"
    sockets: int = Field(2, ge=1, le=10)
    """Socket Mode connections of this process; Slack lets ten of one app in, over all processes."""
    open_per_expert: int = Field(10, ge=1)
    undo_minutes: float = Field(10, ge=0)
    hold_hours: float = Field(12, gt=0)
    referrals_per_month: int = Field(10, ge=0)
    max_file_mb: int = Field(20, ge=1)
    norms_file: Path | None = None
    """Aggregate norms of your own (the same JSON as the shipped file)."""
    upstream: Path | None = None
    """Where fresh numbers come from (TOML, see docs/upstream.md)."""
    upstream_token: Secret = None
    """The secret that its [auth] needs."""
    log_level: Level = "INFO"
    log_format: Literal["json", "text"] | None = None
    """Unless set: text on a terminal, JSON elsewhere."""
    health: Address = "127.0.0.1:8401"
    """Where health and metrics are asked for; empty: nowhere."""
    api: Address = ""
    """Where other programs bring candidates while Slack comes by a socket; empty: nowhere. Over HTTP: its port."""
    api_per_minute: int = Field(120, ge=1)
    """Requests of one key, in this process."""
    health_outbox_minutes: float = Field(10, gt=0)
    """A message that is due for longer makes the process not ready."""

    @property
    def health_at(self) -> tuple[str, int] | None:
        """Host and port, None for nowhere."""
        return _host_and_port(self.health)

    @property
    def api_at(self) -> tuple[str, int] | None:
        """Host and port, None for nowhere."""
        return _host_and_port(self.api)

    @property
    def undo(self) -> timedelta:
        return timedelta(minutes=self.undo_minutes)

    @property
    def api_base(self) -> str:
        """The Web API's base with exactly one slash at the end, as slack_sdk joins it."""
        return self.slack_api_url.rstrip("/") + "/"


def _host_and_port(address: str) -> tuple[str, int] | None:
    host, _, port = address.rpartition(":")
    return (host.strip("[]"), int(port)) if address else None
