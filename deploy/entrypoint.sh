#!/bin/sh
# Any command of crossaisle. A password that is given as a file becomes the variable that PostgreSQL's client reads, so
# that it stands neither in a setting nor in what the container engine shows.
set -eu

if [ -n "${PGPASSWORD_FILE:-}" ]; then
    if [ ! -f "$PGPASSWORD_FILE" ] || [ ! -s "$PGPASSWORD_FILE" ]; then
        echo "$PGPASSWORD_FILE holds no password" >&2
        exit 1
    fi
    PGPASSWORD="$(cat "$PGPASSWORD_FILE")"
    export PGPASSWORD
fi
exec crossaisle "$@"
