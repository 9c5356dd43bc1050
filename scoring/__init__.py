"""Pure numerics: what the AI says of a candidate and how sure it is. Knows neither Slack nor the database."""
