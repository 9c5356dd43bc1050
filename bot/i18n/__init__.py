"""All wording, in every language that Handoff speaks; numbers, dates and places as each language writes them."""
