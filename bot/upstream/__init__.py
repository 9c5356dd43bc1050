"""A team's own source of creators' numbers: asked over HTTP when they are missing or old, and when somebody wishes."""

from bot.upstream.config import Config, read_config
from bot.upstream.rows import Numbers
from bot.upstream.source import Source

__all__ = ["Config", "Numbers", "Source", "read_config"]
