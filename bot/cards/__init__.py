"""What people see in Slack, as pure functions of a Case and a Voice; nothing here knows Slack's client."""
