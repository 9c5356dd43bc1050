"""The desk: one file per kind of verb, each verb one transaction, without Slack and without cards."""
