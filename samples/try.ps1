#Requires -Version 7.4
# The main job on the sample site, as one would type it: audit, report, repair, take back; dump, load, compare. Started by ./build.sh try, which has a scratch server running.
param([Parameter(Mandatory)][string] $Folder)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$PSStyle.OutputRendering = 'PlainText'
Set-Location (Split-Path $PSScriptRoot)

function Title($text) { "# $text" }

# Prints a command before its output, as the prompt would.
function Run([scriptblock] $command) {
    "PS> $($command.ToString().Trim())"
    if ($output = (. $command | Out-String -Width 200).TrimEnd()) { $output }
    ''
}

function UseDatabase($uri) {
    $env:DATABASE_URL = $uri
    "PS> `$env:DATABASE_URL = '$uri'"
}

$damaged, $healthy, $empty = $env:DATAOPS_SAMPLE_DAMAGED, $env:DATAOPS_SAMPLE, $env:DATAOPS_SAMPLE_EMPTY
$dump, $copy = (Join-Path $Folder 'museum.jsonl.gz'), (Join-Path $Folder 'copy.jsonl.gz')

Run { Import-Module ./DataOps.psd1 }

# Undo files of this run alone.
$env:XDG_STATE_HOME = $Folder
$report = Join-Path (New-Item -ItemType Directory -Force artifacts/try) 'audit.html'

Title 'The damaged site: pages without a parent, rows that point at nothing, sequences that are behind'
UseDatabase $damaged
Run { Test-Database | Group-Object Audit, Severity -NoElement | Sort-Object Count -Descending }
Run { Test-Database Tree }

Title 'The same as a page to look at'
Run { Export-AuditReport $report -Force }

Title 'What is safe to repair, and what somebody has to decide; nothing is changed yet'
Run { Repair-Database @{ trees = @{ orphan = 'Reattach'; missingSpecific = 'FromRevision' } } -WhatIf | Group-Object Action -NoElement | Sort-Object Count -Descending }

Title 'Repair it: one transaction, one undo file'
Run { Repair-Database @{ trees = @{ orphan = 'Reattach'; missingSpecific = 'FromRevision' } } -WarningAction SilentlyContinue | Select-Object -Last 1 }
Run { Test-Tree }

Title 'And take it back'
Run { Undo-Change -Last -WarningAction SilentlyContinue }
Run { Get-Change }

Title 'The healthy site has nothing to report'
UseDatabase $healthy
Run { @(Test-Database).Count }

Title 'Dump it to a file'
Run { Export-Dataset -Path $dump -IncludeDerived }

Title 'Load the file into an empty copy of the schema: first only say what would happen'
UseDatabase $empty
Run { Import-Dataset -Path $dump -WhatIf }
Run { Import-Dataset -Path $dump -Confirm:$false }

Title 'A second time there is nothing to do'
Run { Import-Dataset -Path $dump -Confirm:$false }

Title 'Compare the two'
Run { Export-Dataset -Path $copy -IncludeDerived }

function ReadLines($path) {
    $reader = [IO.StreamReader]::new([IO.Compression.GZipStream]::new([IO.File]::OpenRead($path), [IO.Compression.CompressionMode]::Decompress))
    try { while ($null -ne ($line = $reader.ReadLine())) { $line } } finally { $reader.Dispose() }
}
$first, $second = [string[]](ReadLines $dump), [string[]](ReadLines $copy)
$set = [Collections.Generic.HashSet[string]]::new($first)
$set.SymmetricExceptWith($second)
"$($first.Count) objects in $(Split-Path -Leaf $dump), $($set.Count) differences in $(Split-Path -Leaf $copy)"
"The report of the damaged site: $report"
exit [int]($set.Count -ne 0 -or $first.Count -eq 0)
