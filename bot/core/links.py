"""Addresses of messages in Slack, made without asking Slack."""

from __future__ import annotations


def permalink(site: str | None, channel: str, ts: str, thread_ts: str | None = None) -> str | None:
    """Where a message opens in a browser and in Slack's apps; `site` is the workspace's own address.

    >>> permalink("https://acme.slack.com/", "C1", "1795380000.000200", "1795380000.000100")
    'https://acme.slack.com/archives/C1/p1795380000000200?thread_ts=1795380000.000100&cid=C1'
    >>> permalink("https://acme.slack.com/", "C1", "1795380000.000100")
    'https://acme.slack.com/archives/C1/p1795380000000100'

    None while nobody knows the site: Slack tells it at the start.
    """
    if not site:
        return None
    found = f"{site.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
    return f"{found}?thread_ts={thread_ts}&cid={channel}" if thread_ts and thread_ts != ts else found
