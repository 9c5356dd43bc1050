"""A small local Slack for the demo and the tests; the product never imports it."""
