#!/usr/bin/env bash
# ./build.sh try | test | bench | pack: all the set-up that a new machine with the .NET SDK and npm needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v dotnet >/dev/null || { echo "The .NET 10 SDK is needed: no dotnet on PATH." >&2; exit 1; }
# Nothing calls home.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off
# No build server stays behind.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
# A run of the tests is over before profiles of its methods pay.
if [ "${1:-}" = test ]; then export DOTNET_TieredPGO=0; fi
log=$(dotnet build tools/DataOps.Tasks -c Release -v quiet -nologo --disable-build-servers) || { echo "$log"; exit 1; }
exec dotnet tools/DataOps.Tasks/bin/Release/net10.0/DataOps.Tasks.dll "$@"
