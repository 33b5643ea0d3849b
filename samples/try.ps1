#Requires -Version 7.4
# The main job on the sample site, as one would type it: audit, dump, load, compare. Started by ./build.sh try, which has a scratch server running.
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

Title 'Audit the damaged site: what points at nothing'
UseDatabase $damaged
Run { Find-Orphan | Group-Object Class, Severity -NoElement | Sort-Object Count -Descending }
Run { Find-Orphan -Summary }
Run { Find-Orphan -Class Inheritance, Tree, Embedded, Implied }

Title 'The healthy one has nothing to report'
UseDatabase $healthy
Run { @(Find-Orphan).Count }

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
exit [int]($set.Count -ne 0 -or $first.Count -eq 0)
