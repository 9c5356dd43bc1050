"""How a source is described (TOML): where to ask, how to say who we are, where in the answer each number stands."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, urlsplit

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from bot.core.errors import Invalid
from bot.core.follower_objects import COLUMNS
from bot.core.fresh_reading import FIELDS

_PLACES: Final = ("handle", "platform", "market")
_HERE: Final = ("localhost", "127.0.0.1", "::1")
_TOKEN: Final = "{token}"  # noqa: S105 - a place for one
_HEADER: Final = re.compile(r"^[A-Za-z0-9-]{1,60}$")
_PLATFORMS: Final = ("instagram", "youtube", "tiktok")


def _template(url: str) -> str:
    try:
        parts = [name for _, name, _, _ in string.Formatter().parse(url) if name is not None]
    except ValueError as error:
        raise ValueError(f"it is no template: {error}") from None
    odd = sorted(set(parts) - set(_PLACES))
    if odd:
        raise ValueError(f"{{{odd[0]}}} means nothing here: there are {{handle}}, {{platform}} and {{market}}")
    if "handle" not in parts:
        raise ValueError("{handle} is missing, so every creator would have the same numbers")
    split = urlsplit(url)
    if split.scheme not in ("http", "https") or not split.hostname or "{" in split.netloc:
        raise ValueError("it must begin with https:// and a host of its own")
    if split.username or split.password:
        raise ValueError("a password has no place in an address: use [auth] and HANDOFF_UPSTREAM_TOKEN")
    return url


def _expression(path: str) -> str:
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        raise ValueError(f"this is no JMESPath: {str(error).splitlines()[0]}") from None
    return path


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Auth(_Part):
    """The header that says who we are; the secret itself comes from HANDOFF_UPSTREAM_TOKEN."""

    header: str = Field("Authorization", pattern=_HEADER.pattern)
    value: str = "Bearer " + _TOKEN

    @model_validator(mode="after")
    def _complete(self) -> Auth:
        if self.value.count(_TOKEN) != 1 or not self.value.isprintable():
            raise ValueError('value must hold {token} once, as in "Bearer {token}"')
        return self


class Limits(_Part):
    """How long, how often and how much at most."""

    seconds: float = Field(8, gt=0, le=60)
    """For one creator, tries and pauses included."""
    tries: int = Field(3, ge=1, le=6)
    at_once: int = Field(4, ge=1, le=50)
    intake_seconds: float = Field(20, gt=0, le=600)
    """For all creators of one list: who is not reached by then comes in with the numbers that the list has."""
    cache_minutes: float = Field(60, ge=0, le=1440)
    kilobytes: int = Field(1000, ge=1, le=20_000)
    """The longest answer."""
    rest_after: int = Field(5, ge=1)
    """Failures in a row after which the source is left alone."""
    rest_seconds: float = Field(60, gt=0, le=3600)


class Sample(_Part):
    """Where the answer lists some of a creator's followers, and where in each of them what its profile shows stands."""

    rows: Annotated[str, AfterValidator(_expression)]
    columns: dict[str, Annotated[str, AfterValidator(_expression)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> Sample:
        if odd := sorted(set(self.columns) - set(COLUMNS)):
            raise ValueError(f"columns.{odd[0]} is nothing that is known of a follower: there are {', '.join(COLUMNS)}")
        if ("username_length" in self.columns) != ("username_digits" in self.columns):
            raise ValueError("columns: username_length and username_digits go together")
        return self


class Config(_Part):
    """One source. `fields` are ours (docs/files.md), each with the JMESPath of its place in the answer."""

    name: str = Field(min_length=1, max_length=40)
    """What people call it: it stands on cards."""
    url: Annotated[str, AfterValidator(_template)]
    platforms: tuple[str, ...] = ()
    """Of which it knows creators; empty for all."""
    fields: dict[str, Annotated[str, AfterValidator(_expression)]] = Field(default_factory=dict)
    followers: Sample | None = None
    """A sample of a creator's followers, where it has one."""
    auth: Auth | None = None
    limits: Limits = Field(default_factory=Limits)
    token: SecretStr | None = Field(None, exclude=True)

    @model_validator(mode="after")
    def _known(self) -> Config:
        if not self.fields and self.followers is None:
            raise ValueError("fields: there is nothing to ask for")
        if odd := sorted(set(self.fields) - set(FIELDS)):
            raise ValueError(f"fields.{odd[0]} is no number of ours: there are {', '.join(FIELDS)}")
        if odd := sorted(set(self.platforms) - set(_PLATFORMS)):
            raise ValueError(f"platforms: {odd[0]!r} is none: there are {', '.join(_PLATFORMS)}")
        if self.auth is not None and self.token is None:
            raise ValueError("auth needs a secret: set HANDOFF_UPSTREAM_TOKEN")
        if self.token is not None and not self.token.get_secret_value().isprintable():
            raise ValueError("HANDOFF_UPSTREAM_TOKEN holds a line break or another character that no header can")
        split = urlsplit(self.url)
        if self.auth is not None and split.scheme == "http" and split.hostname not in _HERE:
            raise ValueError("url must begin with https://, or the secret could be read on its way")
        return self

    @property
    def gives(self) -> tuple[str, ...]:
        """The fields that it can fill."""
        measured = () if self.followers is None else ("fake_follower_share",)
        return tuple(dict.fromkeys((*self.fields, *measured)))

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def address(self, handle: str, platform: str, market: str) -> str:
        """Where to ask for a creator; whatever a handle holds stays one piece of the path or the question."""
        values = {"handle": handle, "platform": platform, "market": market}
        return self.url.format_map({name: quote(value, safe="") for name, value in values.items()})

    def headers(self) -> dict[str, str]:
        """Fresh each time, so that no secret lies about in a client that could be printed."""
        said = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "handoff"}
        if self.auth is not None and self.token is not None:
            said[self.auth.header] = self.auth.value.replace(_TOKEN, self.token.get_secret_value())
        return said

    def knows(self, platform: str) -> bool:
        return not self.platforms or platform in self.platforms


def read_config(file: Path, token: SecretStr | None) -> Config:
    """A source's description. Raises Invalid('upstream') that names the file, the place and what is wrong there."""
    try:
        plain = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid("upstream", file=str(file), said=error.strerror or type(error).__name__) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid("upstream", file=str(file), said=f"this is no TOML: {error}") from None
    if "token" in plain:
        raise Invalid("upstream", file=str(file), said="token: no secret in a file, use HANDOFF_UPSTREAM_TOKEN")
    try:
        return Config(**plain, token=token)
    except ValidationError as error:
        raise Invalid("upstream", file=str(file), said=_wrong(error.errors(include_input=False))) from None


def _wrong(errors: list[Any]) -> str:
    """'url: {handle} is missing, …; fields.x: …', three at most."""
    said = [_one(error) for error in errors[:3]]
    return "; ".join(said)


def _one(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    what = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {what}" if where else what
