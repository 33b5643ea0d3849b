#!/usr/bin/env bash
# What sync.ps1 does, for a host without PowerShell: sync.sh [--check]. SOURCE and TARGET name the databases, MAX_DELETE is the most that may go (50%).
set -euo pipefail
what_if=()
if [ "${1:-}" = --check ]; then what_if=(--what-if); fi
definition=$(dirname "${BASH_SOURCE[0]}")/questions.json
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
flags=$folder/flags.jsonl

DATABASE_URL=$SOURCE dataops export-dataset --path "$flags" --definition "$definition" --dataset requested >"$folder/log"
ids=$(sed -E 's/^.*"pk": ?([0-9]+).*$/\1/' "$flags" | paste -sd,)
if [ -z "$ids" ]; then exit 0; fi

# The flags go first: one that an editor sets from now on is found by the next run.
sed -i -E 's/("update_requested": ?)true/\1false/' "$flags"
DATABASE_URL=$SOURCE dataops import-dataset --path "$flags" "${what_if[@]}" --undo-path "$folder/flags.undo.gz" >"$folder/log"
if ! { DATABASE_URL=$SOURCE dataops export-dataset --path - --dataset-format feincms --definition "$definition" --dataset questions --argument "$ids" |
    DATABASE_URL=$TARGET dataops import-dataset --path - --max-delete "${MAX_DELETE:-50%}" --missing-field default "${what_if[@]}" | tail -n 1; }; then
    if [ ${#what_if[@]} = 0 ]; then DATABASE_URL=$SOURCE dataops undo-change --path "$folder/flags.undo.gz" --no-undo >"$folder/log"; fi
    exit 2
fi
