#!/bin/bash
# audit.sh: audits the database of DATABASE_URL (or of PG*), and tells what is new since the last time.
# Leaves in $AUDIT_FOLDER the findings (last.jsonl), a page (audit.html) and metrics (dataops.prom).
# Exit code 0: nothing new; 1: something is new or has grown; 2: the audit could not be done.
set -euo pipefail
folder=${AUDIT_FOLDER:-/var/lib/dataops/audit}
mkdir -p "$folder"

# What is new goes to standard output, for the journal or the mail of a failed unit.
found=$(dataops test-database --baseline "$folder/last.jsonl" --update-baseline)
printf '%s\n' "$found" | grep -E '"Change":"(New|Grown|Gone)"' || true

printf '%s\n' "$found" | grep . | dataops export-audit-report --input-object - --path "$folder/audit.html" --force >/dev/null
printf '%s\n' "$found" | grep . | dataops export-audit-report --input-object - --path "$folder/dataops.prom" --force >/dev/null
! printf '%s\n' "$found" | grep -qE '"Change":"(New|Grown)"'
