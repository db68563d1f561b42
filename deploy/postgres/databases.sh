#!/bin/sh
# The image of PostgreSQL runs this once, on an empty volume: a role and a database for Tempost, and for Temporal.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
	--set=tempost="$(cat /run/secrets/tempost_password)" --set=temporal="$(cat /run/secrets/temporal_password)" <<'SQL'
CREATE ROLE tempost LOGIN PASSWORD :'tempost';
CREATE DATABASE tempost OWNER tempost;
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
SQL
