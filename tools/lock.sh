#!/usr/bin/env bash
# Pins every dependency with its hashes: requirements/run.txt (what `make run` installs) and dev.txt (all of it
# and the tools of `make test`). Run it after a change in pyproject.toml; needs uv. `--upgrade` takes newer versions.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() { # <file> <meaning> <further options of uv>...
    local file="requirements/$1.txt" meaning="$2"
    shift 2
    uv pip compile pyproject.toml "$@" --universal --python-version 3.11 --generate-hashes --no-annotate \
        --no-header --no-emit-index-url --no-emit-find-links --quiet --output-file "$file"
    { printf '# %s Written by tools/lock.sh from pyproject.toml; do not edit.\n' "$meaning"; cat "$file"; } >"$file.new"
    mv "$file.new" "$file"
}

compile run "What Setsquare needs to run, exact to the byte." "$@"
compile dev "What Setsquare needs to run and to be tested, exact to the byte." --constraint requirements/run.txt --extra methods --group dev "$@"
