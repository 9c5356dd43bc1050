"""One file per migration, numbered; what has been released is never edited."""
