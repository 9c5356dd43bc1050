"""What commands need: the settings, the desk while the command runs, how to speak."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot.core.countries import parse_country
from bot.core.errors import Invalid
from bot.desk.desk import Desk
from bot.desk.opening import open_desk
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.i18n.catalog import Voice


def voice() -> Voice:
    """How the command line speaks: English, in UTC."""
    from bot.i18n.catalog import voice_for  # `status` says nothing that is in a catalogue

    return voice_for("en", "UTC", None, personal=True)


def settings() -> Settings:
    """What the environment says. Raises Invalid naming the variable that cannot be read."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "HANDOFF_" + "_".join(str(p) for p in first["loc"]).upper()
        raise Invalid("setting", name=name, said=first["msg"]) from None


@contextmanager
def desk() -> Iterator[Desk]:
    opened = open_desk(settings())
    try:
        yield opened
    finally:
        opened.close()


def markets_of(texts: list[str]) -> tuple[str, ...]:
    found = []
    for text in texts:
        iso = parse_country(text)
        if iso is None:
            raise Invalid("market_unknown", field="market", value=text)
        found.append(iso)
    return tuple(dict.fromkeys(found))
