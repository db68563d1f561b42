#!/bin/sh
# Brings the schema of Temporal's two databases to the version of these tools. Safe to repeat.
set -eu
SQL_PASSWORD=$(cat /run/secrets/temporal_password)
export SQL_PASSWORD
for pair in temporal:temporal temporal_visibility:visibility; do
	tool() { temporal-sql-tool --plugin postgres12 --ep "$SQL_HOST" -p 5432 -u temporal --db "${pair%:*}" "$@"; }
	tool setup-schema -v 0.0
	tool update-schema -d "$SCHEMAS/${pair#*:}/versioned"
done
