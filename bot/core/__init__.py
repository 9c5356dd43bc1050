"""The rules of the domain, pure: the standard library and `scoring`, no database, no Slack, no clock."""
