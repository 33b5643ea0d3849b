# audit.ps1: audits a database, and writes what is new since the last time, one object a finding.
# Leaves in -Folder the findings (last.jsonl) and a page (audit.html). Exit code 1 where something is new or has grown.
param(
    [Parameter(Mandatory)] [string] $Database,
    [Parameter(Mandatory)] [string] $Folder
)
$ErrorActionPreference = 'Stop'
$null = New-Item -ItemType Directory -Force $Folder
$found = @(Test-Database -Database $Database -Baseline $Folder/last.jsonl -UpdateBaseline)
$null = $found | Export-AuditReport $Folder/audit.html -Baseline $Folder/last.jsonl -Force -Database $Database
$found | Where-Object Change -in New, Grown, Gone
exit [int] [bool] ($found | Where-Object Change -in New, Grown)
