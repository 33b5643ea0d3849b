#Requires -Version 7.4
<#
.SYNOPSIS
Copies the questions whose update was requested, with their choices and what was deleted of those, from one site to another.
.DESCRIPTION
For a timer or a playbook: it never asks, writes what Import-Dataset did as one line of JSON (nothing where nothing was requested), and exits with 0, or with 1
after an error on standard error. The databases are named in the environment, SOURCE and TARGET, so that no password stands in the process list.
#>
param(
    # The most of the questions' choices that may go: a number of rows, or a percentage. Above it nothing is loaded.
    [string] $MaxDelete = '50%',
    # Tell what would be done, and change neither site.
    [switch] $Check
)
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'
# An error is read in a log.
$PSStyle.OutputRendering = 'PlainText'
if (-not (Get-Module DataOps)) { Import-Module DataOps }

$definition = Join-Path $PSScriptRoot 'questions.json'
$folder = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) (New-Guid))).FullName
try {
    $flags = Join-Path $folder 'flags.jsonl'
    $null = Export-Dataset $flags -Definition $definition -Dataset requested -Database $env:SOURCE
    $requested = @(Get-Content $flags | ConvertFrom-Json)
    if (-not $requested) { return }

    # The flags go first: one that an editor sets from now on is found by the next run.
    $requested | ForEach-Object { $_.fields.update_requested = $false; ConvertTo-Json $_ -Compress } | Set-Content $flags
    $cleared = Import-Dataset $flags -Database $env:SOURCE -WhatIf:$Check
    try {
        Export-Dataset (Join-Path $folder 'questions.json') -Format Feincms -Definition $definition -Dataset questions -Argument $requested.pk -Database $env:SOURCE |
            Import-Dataset -Database $env:TARGET -MaxDelete $MaxDelete -MissingField Default -WhatIf:$Check |
            Select-Object -Last 1 | ConvertTo-Json -Compress
    } catch {
        if (-not $Check) { $null = Undo-Change $cleared.UndoPath -Database $env:SOURCE }
        throw
    }
} finally {
    Remove-Item $folder -Recurse
}
