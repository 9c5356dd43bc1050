"""All Web API methods that the local workspace knows, by name."""

from __future__ import annotations

from . import chat, conversations, files, uploads, users, views
from .registry import METHODS, Method, need

#: Importing these modules is what registers their methods.
ROOMS = (chat, conversations, files, uploads, users, views)
__all__ = ["METHODS", "ROOMS", "Method", "need"]
