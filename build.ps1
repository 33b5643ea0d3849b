# ./build.ps1 try | test | bench | pack: all the set-up that a new machine with the .NET SDK and npm needs.
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
if (-not (Get-Command dotnet -ErrorAction Ignore)) { throw 'The .NET 10 SDK is needed: no dotnet on PATH.' }
# Nothing calls home.
$env:DOTNET_NOLOGO = $env:DOTNET_CLI_TELEMETRY_OPTOUT = $env:POWERSHELL_TELEMETRY_OPTOUT = 1
$env:POWERSHELL_UPDATECHECK = 'Off'
# No build server stays behind.
$env:MSBUILDDISABLENODEREUSE = 1
$env:UseSharedCompilation = 'false'
$log = dotnet build tools/DataOps.Tasks -c Release -v quiet -nologo --disable-build-servers
if ($LASTEXITCODE) { $log; exit $LASTEXITCODE }
dotnet tools/DataOps.Tasks/bin/Release/net10.0/DataOps.Tasks.dll @args
exit $LASTEXITCODE
