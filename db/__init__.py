"""Where everything is kept: rows, one repository file per aggregate, migrations."""
