#!/bin/sh
# Runs once, on an empty volume: the service owns its database and is nothing else on the server.
set -eu

file="${DATABASE_PASSWORD_FILE:-/run/secrets/database_password}"
if [ ! -f "$file" ] || [ ! -s "$file" ]; then
    echo "$file holds no password" >&2
    exit 1
fi
# the password goes by the environment: arguments are seen by every process
DATABASE_PASSWORD="$(cat "$file")"
export DATABASE_PASSWORD
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv password DATABASE_PASSWORD
CREATE ROLE crossaisle LOGIN PASSWORD :'password';
CREATE DATABASE crossaisle OWNER crossaisle;
REVOKE ALL ON DATABASE crossaisle FROM PUBLIC;
SQL
