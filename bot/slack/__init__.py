"""The Slack edge: one file per feature with its whole conversation; no rules, no blocks, no SQL."""
